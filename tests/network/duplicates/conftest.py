"""A county with duplicates in it, its administrator, and the city's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from core.catalogue import actions as catalogue_actions
from core.catalogue import importer as catalogue_importer
from core.catalogue.models import Service
from core.clock import today
from core.db import db, writing
from core.geo import Datum
from core.regions import importer
from core.regions.queries import tree
from core.sites import actions
from core.sites.actions import Entry
from core.sites.changes import Position
from core.sites.models import Site
from core.sites.rules import Kind, Mode
from tests.conftest import Once
from tests.core.accounts.made import (
    ACTOR,
    SINCE,
    csrf,
    give_authenticator,
    make_person,
    signed_in,
)

REGIONS: Final = """\
code,name,level,parent
371000000000,威海市,city,
371002000000,环翠区,county,371000000000
371002001000,环翠楼街道,town,371002000000
371002001001,花园社区,village,371002001000
371082000000,荣成市,county,371000000000
371082001000,崖头街道,town,371082000000
371082001001,东关村委会,village,371082001000
371082001002,西关村委会,village,371082001000
371082002000,俚岛镇,town,371082000000
371082002001,东关村委会,village,371082002000
"""
EAST, WEST, AWAY, ACROSS = "371082001001", "371082001002", "371082002001", "371002001001"
#: The service that both offer, in two modes, and one that only the second does.
BOTH, ONE = "002036001002", "002036001003"
AT: Final = Position(37.16, 122.48, Datum.WGS84, verified=True)


def enter(
    region: str,
    name: str,
    position: Position | None = None,
    *,
    kind: Kind = Kind.VILLAGE_CLINIC,
    phone: str = "",
    address: str = "",
) -> str:
    """Enter a site; gives its code."""
    entry = Entry(
        name=name,
        kind=kind,
        region_id=tree(today()).by_code[region].id,
        position=position,
        phone=phone,
        address=address,
    )
    with writing():
        return actions.enter(ACTOR, entry, SINCE).code


def id_of(code: str) -> int:
    return db.session.scalars(sa.select(Site.id).where(Site.code == code)).one()


@pytest.fixture
def regions(app: Flask) -> None:
    make_regions()


def make_regions() -> None:
    with writing():
        importer.apply(ACTOR, importer.plan(REGIONS, SINCE, "a document"))


@dataclass(frozen=True)
class Pairs:
    """The codes of sites: ``clinic`` and ``again`` are one; ``twin`` may be it, over the border."""

    clinic: str
    again: str
    west: str
    twin: str


@pytest.fixture
def made(once: Once) -> Pairs:
    return once(make_pairs)


def make_pairs() -> Pairs:
    make_regions()
    with writing():
        catalogue_actions.take_over(ACTOR, catalogue_importer.read().entries, SINCE)
    ids = list(db.session.scalars(sa.select(Service.id).where(Service.code.in_((BOTH, ONE)))))
    ids.sort(key=lambda service_id: db.session.get_one(Service, service_id).code != BOTH)
    found = Pairs(
        clinic=enter(EAST, "东关村卫生室", AT, phone="0631-7560001"),
        again=enter(EAST, "东关村卫生所", phone="0631 7560001", address="学府路 1 号"),
        west=enter(WEST, "西关村卫生室", AT),
        twin=enter(ACROSS, "东关卫生室", AT, phone="06317560001"),
    )
    with writing():
        actions.offer(ACTOR, id_of(found.clinic), {ids[0]: Mode.DIRECT}, SINCE)
        others = {ids[0]: Mode.ASSISTED, ids[1]: Mode.ASSISTED}
        actions.offer(ACTOR, id_of(found.again), others, SINCE)
    return found


class Person:
    """Somebody at a browser."""

    def __init__(self, app: Flask, role: Role, place: str, name: str, fresh: bool = True) -> None:
        account = make_person(name, role, place)
        give_authenticator(account)
        self.client: FlaskClient = signed_in(app, account, fresh=fresh)
        self.token = csrf(self.client)

    def get(self, path: str) -> tuple[int, str]:
        answer = self.client.get(path)
        return answer.status_code, answer.text

    def post(self, path: str, **data: str) -> tuple[int, str]:
        answer = self.client.post(path, data={"csrf_token": self.token, **data})
        return answer.status_code, answer.location or answer.text


@pytest.fixture
def county(app: Flask, made: Pairs) -> Person:
    return Person(app, Role.COUNTY_ADMIN, "371082000000", "county")


@pytest.fixture
def city(app: Flask, made: Pairs) -> Person:
    return Person(app, Role.CITY_ADMIN, "371000000000", "city")
