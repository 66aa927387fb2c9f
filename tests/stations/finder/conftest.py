"""A made network of some forty sites around one town, and what was put into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import pytest

from core.access import command
from core.calendar import actions as calendar_actions
from core.calendar.rules import Year
from core.catalogue import actions as catalogue_actions
from core.catalogue import importer as catalogue_importer
from core.catalogue.queries import catalogue
from core.clock import today
from core.db import writing
from core.geo import Datum, Point
from core.regions import actions as region_actions
from core.regions import importer as region_importer
from core.regions import queries as region_queries
from core.sites import actions, closures
from core.sites.actions import Entry
from core.sites.changes import Position
from core.sites.closures import Notice
from core.sites.rules import Kind, Mode, Status
from tests.conftest import Once

ACTOR = command("test")
SINCE = date(2021, 1, 1)

REGIONS = """code,name,level,parent,statutory,name_en
371000000000,威海市,city,,1,Weihai City
371002000000,环翠区,county,371000000000,1,Huancui District
371002001000,环翠楼街道,town,371002000000,1,
371002001002,河东社区居委会,village,371002001000,1,
371082000000,荣成市,county,371000000000,1,Rongcheng City
371082001000,崖头街道,town,371082000000,1,
371082001002,河东社区居委会,village,371082001000,1,
371082001003,曲家庄社区居委会,village,371082001000,1,
371082002000,桃园街道,town,371082000000,1,
371082002201,河东村委会,village,371082002000,1,
"""
TOWN, COUNTY, CITY = "371082001000", "371082000000", "371000000000"
#: A village with a point of its own, one that leans on its town, one on nobody.
PLACED, LEANING, LOST = "371082001002", "371082001003", "371002001002"
CENTRE = Point(37.1653, 122.4867)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = {"week": {day: ["00:00-24:00"] for day in DAYS}, "holiday": ["00:00-24:00"]}
SATURDAYS = {"week": {"sat": ["09:00-11:30"]}}
NEVER: dict[str, dict[str, list[str]]] = {"week": {}}

COMMON, RARE, NOBODY = "002036001002", "002036001003", "002036008002"
HOSTILE = "<script>alert(1)</script>${x}`\"'\u202e诊所"
ADDRESS = "100%_真实路 7 号"


@dataclass(frozen=True)
class Made:
    """A site as it was put in; ``services`` are codes."""

    code: str
    name: str
    kind: Kind
    point: Point
    services: frozenset[str]
    hours: object


@dataclass
class City:
    """The sites that may be ranked, and by name those that may not."""

    sites: list[Made] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)

    def named(self, name: str) -> Made:
        return next(site for site in self.sites if site.name == name)


@pytest.fixture
def city(once: Once) -> City:
    return once(make_city)


def make_city() -> City:
    with writing():
        plan = region_importer.plan(REGIONS, SINCE, "the list of the tests")
        region_actions.apply(ACTOR, plan.changed, plan.on, plan.source)
        catalogue_actions.take_over(ACTOR, catalogue_importer.read().entries, SINCE)
        for year in (today().year, today().year + 1):
            calendar_actions.load(ACTOR, Year(year, "the calendar of the tests", {}))
    with writing():
        regions = {code: node.id for code, node in region_queries.load(today()).by_code.items()}
        points = {
            regions[COUNTY]: Point(37.17, 122.42),
            regions[TOWN]: Point(37.16, 122.48),
            regions[PLACED]: CENTRE,
        }
        region_actions.place(ACTOR, points, "made")
        return _Maker(regions).city()


class _Maker:
    def __init__(self, regions: dict[str, int]) -> None:
        self.regions = regions
        self.services = {s.code: s.id for s in catalogue(today()).services}
        self.random = Random(20)
        self.made = City()

    def city(self) -> City:
        rng = self.random
        for number in range(34):
            spread = 0.01 if number < 26 else 0.3
            point = Point(CENTRE.lat + rng.gauss(0, spread), CENTRE.lon + rng.gauss(0, spread))
            services = {COMMON} if rng.random() < 0.6 else set()
            if number == 11:
                services.add(RARE)
            hours = rng.choice([ALWAYS, SATURDAYS, NEVER])
            self.site(f"第{number}网点", point, rng.choice(list(Kind)), services, hours)
        far = Point(36.0, 120.0)
        self.site("远处网点", far, Kind.HALL, {COMMON}, ALWAYS)
        for name in ("同处甲", "同处乙", "同处丙"):
            self.site(name, Point(37.2, 122.5), Kind.COMMUNITY, {COMMON}, NEVER)
        self.site(HOSTILE, Point(37.1655, 122.4869), Kind.VILLAGE_CLINIC, {COMMON}, ALWAYS)
        self.unranked()
        return self.made

    def site(self, name: str, point: Point, kind: Kind, services: set[str], hours: object) -> None:
        entry = Entry(name, kind, self.regions[PLACED], self.position(point), address=ADDRESS,
                      phone="0631 7560000", made=True)  # fmt: skip
        site = actions.enter(ACTOR, entry, SINCE)
        actions.set_hours(ACTOR, site.id, hours, SINCE)
        modes = {self.services[code]: Mode.DIRECT for code in services}
        actions.offer(ACTOR, site.id, modes, SINCE)
        made = Made(site.code, name, kind, point, frozenset(services), hours)
        self.made.sites.append(made)

    @staticmethod
    def position(point: Point, verified: bool = True) -> Position:
        return Position(point.lat, point.lon, Datum.WGS84, verified)

    def unranked(self) -> None:
        """Sites right at the centre that must not be ranked, and one that is not there yet."""
        cases = [
            ("待核实网点", self.position(CENTRE, verified=False), Status.ACTIVE, SINCE),
            ("无位置网点", None, Status.ACTIVE, SINCE),
            ("筹建网点", self.position(CENTRE), Status.PLANNED, SINCE),
            ("撤销网点", self.position(CENTRE), Status.CLOSED, SINCE),
            ("将来网点", self.position(CENTRE), Status.ACTIVE, today() + timedelta(days=30)),
        ]
        for name, position, status, since in cases:
            entry = Entry(name, Kind.COMMUNITY, self.regions[PLACED], position, status=status)
            self.made.others[name] = actions.enter(ACTOR, entry, since).code


def shut(region_id: int) -> None:
    """Announce that a whole region does not serve from today on."""
    with writing():
        closures.announce(ACTOR, Notice(today(), None, "停办", region_id=region_id))
