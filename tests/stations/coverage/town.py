"""A small city on whose map two sites stand, with people around them and some beyond.

north   丁 50, 庚 0 (at one point), 戊 30           5 km and more away, 500 m apart
middle  己 10 (the other county) – hall, 甲 100 – 乙 200 – clinic, 丙 400
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from core.calendar import actions as calendar_actions
from core.calendar.rules import Year
from core.catalogue import actions as catalogue_actions
from core.catalogue import importer as catalogue_importer
from core.catalogue.queries import catalogue
from core.clock import today
from core.db import writing
from core.geo import Datum
from core.sites import actions
from core.sites.actions import Entry
from core.sites.changes import Position
from core.sites.rules import Kind, Mode
from tests.stations.coverage.made import (
    ACTOR,
    ELSEWHERE,
    SECOND,
    SINCE,
    VILLAGE,
    population_set,
    regions,
    settle,
)
from tests.stations.coverage.points import at

MIDDLE: Final = (37.5, 122.1)
EAST: Final = at(MIDDLE, 1500, 90)
NORTH: Final = at(MIDDLE, 5000, 0)
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE: Final = {"week": {day: ["08:30-17:00"] for day in DAYS}, "holiday": ["08:30-17:00"]}
ALWAYS: Final = {"week": {day: ["00:00-24:00"] for day in DAYS}, "holiday": ["00:00-24:00"]}

#: Offered by both, by the hall alone, by nobody.
COMMON, HALLS, NOBODYS = "002036001002", "002036001003", "002036008002"

#: code, metres north and east of the middle by azimuth, people, village.
PLACES: Final = (
    ("甲", MIDDLE, 100.0, VILLAGE),
    ("乙", at(MIDDLE, 750, 90), 200.0, VILLAGE),
    ("丙", EAST, 400.0, VILLAGE),
    ("丁", NORTH, 50.0, SECOND),
    ("戊", at(NORTH, 500, 0), 30.0, SECOND),
    ("己", at(MIDDLE, 900, 270), 10.0, ELSEWHERE),
    ("庚", NORTH, 0.0, SECOND),
)


@dataclass(frozen=True)
class Town:
    """The ids of the regions by their codes, of services by theirs; the two sites."""

    regions: dict[str, int]
    services: dict[str, int]
    hall: str
    hall_id: int
    clinic: str
    clinic_id: int


def make_empty_town() -> Town:
    """The town before anybody has said who lives there."""
    with writing():
        ids = regions()
        catalogue_actions.take_over(ACTOR, catalogue_importer.read().entries, SINCE)
        for year in (today().year - 1, today().year, today().year + 1):
            calendar_actions.load(ACTOR, Year(year, "the calendar of the tests", {}))
    services = {service.code: service.id for service in catalogue(today()).services}
    with writing():
        hall = _site("大厅", Kind.HALL, ids[VILLAGE], MIDDLE, OFFICE)
        clinic = _site("卫生室", Kind.VILLAGE_CLINIC, ids[VILLAGE], EAST, ALWAYS)
        both = {services[COMMON]: Mode.DIRECT, services[HALLS]: Mode.DIRECT}
        actions.offer(ACTOR, hall[1], both, SINCE)
        actions.offer(ACTOR, clinic[1], {services[COMMON]: Mode.ASSISTED}, SINCE)
    return Town(ids, services, *hall, *clinic)


def make_town() -> Town:
    town = make_empty_town()
    with writing():
        found = population_set(town.regions["371000000000"], 2020, source="人口普查")
        for code, (lat, lon), people, village in PLACES:
            settle(found, town.regions[village], (code, lat, lon, people))
    return town


def _site(
    name: str, kind: Kind, region_id: int, place: tuple[float, float], hours: object
) -> tuple[str, int]:
    position = Position(*place, Datum.WGS84, verified=True)
    site = actions.enter(ACTOR, Entry(name, kind, region_id, position), SINCE)
    actions.set_hours(ACTOR, site.id, hours, SINCE)
    return site.code, site.id


def day_after(days: int) -> date:
    return date.fromordinal(today().toordinal() + days)
