"""A small network: a city, two counties and a zone, a few sites in every state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from core.access import command
from core.calendar import actions as calendar_actions
from core.calendar.rules import Year
from core.catalogue import actions as catalogue_actions
from core.catalogue import importer as catalogue_importer
from core.catalogue.models import Service
from core.clock import today
from core.db import db, writing
from core.geo import Datum, Point
from core.regions import actions as region_actions
from core.regions import importer as region_importer
from core.regions import queries as region_queries
from core.sites import actions, closures
from core.sites.actions import Entry
from core.sites.changes import Position
from core.sites.closures import Notice
from core.sites.models import Site
from core.sites.rules import Kind, Mode, Status
from tests.conftest import Once

ACTOR = command("test")
SINCE = date(2021, 1, 1)

REGIONS = """code,name,level,parent,statutory,name_en
371000000000,威海市,city,,1,Weihai City
371002000000,环翠区,county,371000000000,1,Huancui District
371071000000,火炬开发区,county,371000000000,0,
371082000000,荣成市,county,371000000000,1,Rongcheng City
371082001000,宁津街道,town,371082000000,1,
371082001201,东村,village,371082001000,1,
371082001202,西村,village,371082001000,1,
"""

ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
SPLIT = {day: ["08:30-11:30", "13:30-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}

#: What must never be more than text.
HOSTILE = "<script>alert(1)</script>${alert(2)}`'\"\u202e诊所"

ENROLMENT = "002036001002"
RESIDENTS = "002036001003"


@dataclass(frozen=True)
class Made:
    """The codes of the sites, and the ids of the regions by code."""

    hall: str
    clinic: str
    unverified: str
    planned: str
    gone: str
    regions: dict[str, int]


@pytest.fixture
def made(once: Once) -> Made:
    return once(make_network)


def make_network() -> Made:
    with writing():
        text = REGIONS
        plan = region_importer.plan(text, SINCE, "the list of the tests")
        region_actions.apply(ACTOR, plan.changed, plan.on, plan.source)
        catalogue_actions.take_over(ACTOR, catalogue_importer.read().entries, SINCE)
        for year in (today().year, today().year + 1):
            calendar_actions.load(ACTOR, Year(year, "the calendar of the tests", {}))
    with writing():
        return _sites({n.code: n.id for n in region_queries.load(today()).by_id.values()})


def _sites(regions: dict[str, int]) -> Made:
    services = catalogue_ids()
    region_actions.place(ACTOR, {regions["371082001202"]: Point(36.99, 122.49)}, "the tests")
    everywhere = Position(37.16, 122.48, Datum.WGS84, verified=True)
    hall = _site(regions, "371082000000", "荣成大厅", Kind.HALL, everywhere, name_en="The Hall")
    actions.set_hours(ACTOR, hall.id, {"week": ALWAYS, "holiday": ["00:00-24:00"]}, SINCE)
    both = {services[ENROLMENT]: Mode.DIRECT, services[RESIDENTS]: Mode.ASSISTED}
    actions.offer(ACTOR, hall.id, both, SINCE)
    near = Position(37.0, 122.5, Datum.WGS84, verified=True)
    clinic = _site(regions, "371082001201", HOSTILE, Kind.VILLAGE_CLINIC, near)
    summer = {"name": "夏季", "from": "06-01", "to": "09-30", "week": SPLIT}
    actions.set_hours(ACTOR, clinic.id, {"week": SPLIT, "seasons": [summer]}, SINCE)
    actions.offer(ACTOR, clinic.id, {services[ENROLMENT]: Mode.ASSISTED}, SINCE)
    guessed = Position(37.5, 122.1, Datum.GCJ02, verified=False)
    return Made(
        hall=hall.code,
        clinic=clinic.code,
        unverified=_site(regions, "371002000000", "环翠社区", Kind.COMMUNITY, guessed).code,
        planned=_site(
            regions, "371071000000", "火炬药房", Kind.DESIGNATED_PROVIDER, None, Status.PLANNED
        ).code,
        gone=_site(
            regions, "371082001202", "西村旧站", Kind.VILLAGE_CLINIC, near, Status.CLOSED
        ).code,
        regions=regions,
    )


def _site(
    regions: dict[str, int],
    region: str,
    name: str,
    kind: Kind,
    position: Position | None,
    status: Status = Status.ACTIVE,
    name_en: str = "",
) -> Site:
    entry = Entry(
        name=name,
        kind=kind,
        region_id=regions[region],
        position=position,
        name_en=name_en,
        address="学府路 1 号",
        phone="0631 7560000",
        status=status,
        made=True,
    )
    return actions.enter(ACTOR, entry, SINCE)


def catalogue_ids() -> dict[str, int]:
    """The id of every service by its code."""
    return {service.code: service.id for service in db.session.scalars(sa.select(Service))}


Announce = Callable[..., None]


@pytest.fixture
def announce(made: Made) -> Announce:
    """Announce a closure: of a site or a region by code, so many days from today on."""

    def say(words: str, since: int, days: int | None, *, site: str = "", region: str = "") -> None:
        first = today() + timedelta(days=since)
        with writing():
            found = db.session.scalar(sa.select(Site.id).where(Site.code == site))
            closures.announce(
                ACTOR,
                Notice(
                    first,
                    None if days is None else first + timedelta(days=days),
                    words,
                    site_id=found,
                    region_id=made.regions.get(region),
                ),
            )

    return say
