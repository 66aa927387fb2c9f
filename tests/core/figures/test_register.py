"""The first figures on the demonstration: every number again, naively, site by site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import command
from core.catalogue.queries import catalogue
from core.clock import CITY_TIME
from core.config import Config, Mode
from core.db import db, writing
from core.figures import queries, register
from core.figures.queries import Scope
from core.figures.rules import Figure
from core.regions.queries import tree
from core.regions.rules import Level
from core.regions.tree import Node
from core.sites import actions
from core.sites.models import Offering, OfferingPlan, Site, SiteHours, SitePeriod
from core.sites.network import Place
from core.sites.queries import network
from core.sites.rules import Kind, Status
from network.demo import actions as demo
from network.demo.rules import CITIES
from tests.databases import migrate
from tests.serving import TODAY
from wsgi import create_app

REGIONS: Final = 40
#: Today, when plans began, before and after sites closed and were planned, and in a year.
DAYS: Final = (TODAY, date(2022, 3, 1), TODAY - timedelta(61), TODAY - timedelta(400), TODAY)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    home = tmp_path_factory.mktemp("city")
    url = f"sqlite:///{home / 'onekm.sqlite3'}"
    migrate(url, home)
    app = create_app(Config(Mode.DEVELOPMENT, home, url, "s" * 32, "12393"))
    with app.app_context():
        with writing():
            demo.load(command("tests"), CITIES["3710"], TODAY)
        with writing():
            some = Random(1).sample(list(db.session.scalars(sa.select(Site.id))), 120)
            for number, site_id in enumerate(some):
                db.session.execute(
                    sa.update(Site)
                    .where(Site.id == site_id)
                    .values(confirmed_on=TODAY - timedelta(days=number * 7))
                )
        yield app
        db.session.remove()
        db.engine.dispose()


class Naive:
    """One site after another, one question after another."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.tree = tree(on)
        self.net = network(on)

    def sites(self, region: Node) -> list[Place]:
        """The sites that serve in the region, found by asking each for its path."""
        return [
            place
            for place in self.net.places(self.net.rows.ids > 0)
            if place.status is Status.ACTIVE and region in self.tree.path(place.region.id)
        ]

    def planned(self, place: Place) -> set[int]:
        above = [node.id for node in self.tree.path(place.region.id)]
        return set(
            db.session.scalars(
                sa.select(OfferingPlan.service_id).where(
                    OfferingPlan.region_id.in_(above),
                    OfferingPlan.kind == place.kind,
                    *self._holds(OfferingPlan),
                )
            )
        )

    def offered(self, place: Place) -> set[int]:
        own = sa.select(Offering.service_id).where(Offering.site_id == place.id)
        return set(db.session.scalars(own.where(*self._holds(Offering))))

    def _holds(
        self, model: type[Offering | OfferingPlan | SiteHours | SitePeriod]
    ) -> list[sa.ColumnElement[bool]]:
        return [model.since <= self.on, sa.or_(model.until.is_(None), model.until > self.on)]

    def gaps(self, place: Place) -> int:
        return len(self.planned(place) - self.offered(place))

    def kept(self, place: Place) -> int:
        return len(self.planned(place) & self.offered(place))

    def verified(self, place: Place) -> bool:
        period = sa.select(SitePeriod).where(SitePeriod.site_id == place.id)
        row = db.session.scalars(period.where(*self._holds(SitePeriod))).one()
        return row.verified and row.lat is not None

    def confirmed(self, place: Place) -> bool:
        on = db.session.scalar(sa.select(Site.confirmed_on).where(Site.id == place.id))
        return on is not None and self.on - timedelta(365) <= on <= self.on

    def hourless(self, place: Place) -> bool:
        own = sa.select(SiteHours.id).where(SiteHours.site_id == place.id)
        return db.session.scalar(own.where(*self._holds(SiteHours))) is None

    def shut(self, place: Place) -> bool:
        return any(one.shut.covers(self.on) for one in place.closures)

    def unoffered(self, region: Node) -> int | None:
        """Town by town, service by service."""
        towns = [n for n in (region, *self.tree.descendants(region.id)) if n.level is Level.TOWN]
        if not towns:
            return None
        devolved = {each.id for each in catalogue(self.on).services if each.devolved}
        return sum(
            len(devolved - {one for place in self.sites(town) for one in self.offered(place)})
            for town in towns
        )


def number(figure: Figure, on: date, region: Node) -> float | None:
    return queries.value(queries.day(on), figure, Scope(region)).number


def share(part: int, base: int) -> float | None:
    return part / base if base else None


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("on", DAYS, ids=str)
def test_rolled_up_numbers_are_those_of_site_by_site(on: date) -> None:
    naive, random = Naive(on), Random(str(on))
    everywhere = list(naive.tree.by_id.values())
    crowded = [node for node in everywhere if node.level in (Level.COUNTY, Level.TOWN)]
    chosen = [*naive.tree.top(), *random.sample(crowded, 20), *random.sample(everywhere, REGIONS)]
    measured = 0
    for region in chosen:
        places = naive.sites(region)
        planned = [place for place in places if naive.planned(place)]
        cells = sum(len(naive.planned(place)) for place in planned)
        expected: dict[str, float | None] = {
            "sites.active": len(places),
            "plan.cells": cells or None,
            "plan.kept": share(sum(map(naive.kept, planned)), cells),
            "plan.gaps": sum(map(naive.gaps, planned)) if planned else None,
            "positions.verified": share(sum(map(naive.verified, places)), len(places)),
            "records.confirmed": share(sum(map(naive.confirmed, places)), len(places)),
            "hours.missing": sum(map(naive.hourless, places)) if places else None,
            "closures.shut": sum(map(naive.shut, places)) if places else None,
        }
        if region.level is not Level.CITY:
            expected["towns.unoffered"] = naive.unoffered(region)
        for figure in register.FIGURES:
            if figure.code in expected:
                wanted = expected[figure.code]
                told = number(figure, on, region)
                assert told == (None if wanted is None else pytest.approx(wanted)), (
                    figure.code,
                    region.code,
                )
                measured += told is not None
    assert measured > len(chosen)


@pytest.mark.usefixtures("city")
def test_every_site_has_its_own_numbers() -> None:
    naive, found = Naive(TODAY), queries.day(TODAY)
    cases: list[tuple[Figure, Callable[[Place], float]]] = [
        (register.GAPS, naive.gaps),
        (register.HOURLESS, naive.hourless),
        (register.VERIFIED, naive.verified),
    ]
    places = naive.sites(naive.tree.top()[0])
    for figure, expected in cases:
        told = dict(zip(found.ask.network.rows.ids, queries.numbers(found, figure), strict=True))
        for place in Random(3).sample(places, 60):
            if figure is not register.GAPS or naive.planned(place):
                assert told[place.id] == expected(place)
    assert np.isnan(queries.numbers(found, register.UNOFFERED)).all()


@pytest.mark.usefixtures("city")
def test_a_later_confirmation_does_not_hide_an_earlier_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site_id = db.session.scalars(sa.select(Site.id).where(Site.confirmed_on.is_(None))).first()
    assert site_id is not None
    first, second = TODAY - timedelta(200), TODAY + timedelta(3)
    for day in (first, second):
        moment = datetime.combine(day, time(12), CITY_TIME)
        monkeypatch.setattr("core.sites.actions.today", lambda day=day: day)
        monkeypatch.setattr("core.audit.actions.now", lambda moment=moment: moment)
        with writing():
            version = db.session.get_one(Site, site_id).version
            actions.confirm(command("tests"), site_id, version)

    def confirmed(on: date) -> bool:
        found = queries.day(on)
        rows = found.rows(register.CONFIRMED)
        ids = found.ask.network.rows.ids[rows.entities].tolist()
        return bool(rows.part[ids.index(site_id)])

    days = (first - timedelta(1), first, TODAY, second, second + timedelta(365))
    assert [confirmed(on) for on in days] == [False, True, True, True, True]
    assert not confirmed(second + timedelta(366))


@pytest.mark.usefixtures("city")
def test_kinds_add_up_to_all() -> None:
    found = queries.day(TODAY)
    where = Scope(tree(TODAY).top()[0])
    for figure in (register.ACTIVE, register.GAPS, register.SHUT):
        parts = [queries.value(found, figure, where, frozenset({kind})).part for kind in Kind]
        assert sum(parts) == queries.value(found, figure, where).part
    assert not np.isnan(found.rolled(register.ACTIVE).number).any()
