"""What the demonstration shows: how many sites of which sort, their hours, what they offer.

威海 has the numbers of its article (5 halls, 308 stations), 淄博 its city and eight counties with
a hall each and 420 stations.  Names, positions, hours and offerings are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Any, Final

from core.sites.rules import Kind

#: From this number everything that is drawn follows: the day of the article on 威海.
SEED: Final = 20220308

_FRIDAY: Final = 4

#: Today, a station has been closed and others been planned for so many days.
CLOSED_FOR: Final = timedelta(60)
PLANNED_FOR: Final = timedelta(30)

#: The demonstration stands whole from this day on; its sites entered the register before.
FIRST_DAY: Final = date(2022, 5, 1)

#: By this day all is to be offered that so many of a kind do offer; one county expects more.
PLANNED_BY: Final = date(2022, 3, 1)
PLANNED_SHARE: Final = 0.6
PLANNED_SHARE_BEYOND: Final = 0.5

POINT_SOURCES: Final = {
    "geonames": "GeoNames CC BY 4.0",
    "made": "made for demonstration",
}


def stream(*words: object, seed: int = SEED) -> Random:
    """The stream of chance for what *words* name: always the same, and of no use to guess by."""
    return Random(" ".join(map(str, (seed, *words))))  # noqa: S311 - nothing secret


class Sort(StrEnum):
    """What stands behind a site's kind; two sorts of designated provider differ in what they do."""

    CITY_HALL = "city_hall"
    COUNTY_HALL = "county_hall"
    CENTRE = "centre"
    HOSPITAL = "hospital"
    PHARMACY = "pharmacy"
    CLINIC = "clinic"
    COMMUNITY = "community"

    @property
    def kind(self) -> Kind:
        return KINDS_OF[self]


KINDS_OF: Final = {
    Sort.CITY_HALL: Kind.HALL,
    Sort.COUNTY_HALL: Kind.HALL,
    Sort.CENTRE: Kind.CONVENIENCE_CENTRE,
    Sort.HOSPITAL: Kind.DESIGNATED_PROVIDER,
    Sort.PHARMACY: Kind.DESIGNATED_PROVIDER,
    Sort.CLINIC: Kind.VILLAGE_CLINIC,
    Sort.COMMUNITY: Kind.COMMUNITY,
}


class Event(StrEnum):
    """What happens to a region or a site about the day of the demonstration."""

    TRAINING = "training"
    SUSPENDED = "suspended"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Closing:
    """An event: in how many days it begins, how many it lasts (None: nobody knows), its words."""

    begins: int
    lasts: int | None
    words: str
    words_en: str

    def days(self, today: date) -> tuple[date, date | None]:
        """The first day, and the first day after; what is to come begins on a weekday."""
        since = today + timedelta(self.begins)
        if self.begins > 0 and since.weekday() > _FRIDAY:
            since += timedelta(7 - since.weekday())
        return since, None if self.lasts is None else since + timedelta(self.lasts)


CLOSINGS: Final = {
    Event.TRAINING: Closing(
        7,
        1,
        "全镇医保工作站集中业务培训一天，当日不在现场办理，可打电话或网上办。",
        "All stations of the town are at a training for one day; please call or go online.",
    ),
    Event.SUSPENDED: Closing(
        -10,
        None,
        "办公场所维修，暂停现场办理，恢复时间另行通知。请就近到镇（街道）便民服务中心办理。",
        "Closed for repairs until further notice; please use the service centre of the town.",
    ),
    Event.AWAY: Closing(
        0,
        2,
        "卫生室人员外出，今明两天不办理医保业务。",
        "The clinic's staff are away: no medical-insurance services today and tomorrow.",
    ),
}


@dataclass(frozen=True, slots=True)
class City:
    """A city to draw: its stations by sort, and where its county towns lie.

    ``area_code`` begins every (made) telephone number.  ``seats`` are the county towns in degrees
    (latitude, longitude), by six digits of the code, to about a kilometre.
    """

    code: str
    area_code: str
    name_en: str
    stations: Mapping[Sort, int]
    hall_seats: tuple[str, ...]
    seats: Mapping[str, tuple[float, float]]


CITIES: Final = {
    "3710": City(
        code="3710",
        area_code="0631",
        name_en="Weihai",
        stations={
            Sort.CENTRE: 73,
            Sort.HOSPITAL: 36,
            Sort.PHARMACY: 52,
            Sort.CLINIC: 97,
            Sort.COMMUNITY: 50,
        },
        hall_seats=("371000", "371002", "371003", "371082", "371083"),
        seats={
            "371000": (37.51, 122.12),
            "371002": (37.49, 122.12),
            "371003": (37.19, 122.06),
            "371082": (37.16, 122.48),
            "371083": (36.92, 121.54),
        },
    ),
    "3703": City(
        code="3703",
        area_code="0533",
        name_en="Zibo",
        stations={
            Sort.CENTRE: 88,
            Sort.HOSPITAL: 52,
            Sort.PHARMACY: 78,
            Sort.CLINIC: 130,
            Sort.COMMUNITY: 72,
        },
        hall_seats=(
            "370300",
            "370302",
            "370303",
            "370304",
            "370305",
            "370306",
            "370321",
            "370322",
            "370323",
        ),
        seats={
            "370300": (36.81, 118.05),
            "370302": (36.64, 117.97),
            "370303": (36.81, 118.03),
            "370304": (36.49, 117.86),
            "370305": (36.82, 118.31),
            "370306": (36.80, 117.87),
            "370321": (36.96, 118.10),
            "370322": (37.17, 117.83),
            "370323": (36.18, 118.17),
        },
    ),
}


# -- Hours --------------------------------------------------------------------------------------

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri")


def _week(
    weekdays: tuple[str, ...], saturday: tuple[str, ...] = (), sunday: tuple[str, ...] = ()
) -> dict[str, list[str]]:
    week = {day: list(weekdays) for day in _WEEKDAYS}
    return week | {"sat": list(saturday), "sun": list(sunday)}


def _summer(week: dict[str, list[str]]) -> list[dict[str, Any]]:
    return [{"name": "夏季", "from": "06-01", "to": "09-30", "week": week}]


#: Documents of hours (core/calendar/hours.py) by the name that the drawn file uses.
HOURS: Final[Mapping[str, dict[str, Any]]] = {
    "hall": {
        "week": _week(("08:30-12:00", "13:30-17:00"), ("08:30-11:30",)),
        "seasons": _summer(_week(("08:30-12:00", "13:30-17:30"), ("08:30-11:30",))),
    },
    "centre": {
        "week": _week(("08:30-11:30", "13:30-17:00")),
        "seasons": _summer(_week(("08:30-11:30", "14:00-17:30"))),
    },
    "centre_saturday": {"week": _week(("08:30-11:30", "13:30-17:00"), ("09:00-11:00",))},
    "hospital": {
        "week": _week(("08:00-11:30", "13:30-17:00"), ("08:00-11:30",)),
        "holiday": ["08:30-11:00"],
    },
    "hospital_daily": {
        "week": _week(("07:30-17:00",), ("08:00-16:30",), ("08:00-11:30",)),
        "holiday": ["08:00-11:30"],
    },
    "pharmacy": {
        "week": _week(("08:00-21:00",), ("08:00-21:00",), ("08:00-21:00",)),
        "holiday": ["08:00-21:00"],
    },
    "pharmacy_short": {
        "week": _week(("08:00-20:00",), ("08:00-20:00",), ("09:00-18:00",)),
        "holiday": ["09:00-17:00"],
    },
    "clinic": {"week": _week(("07:30-11:30", "14:00-18:00"), ("07:30-11:30", "14:00-18:00"))},
    "clinic_morning": {"week": _week(("07:30-11:30",), ("07:30-11:30",))},
    "community": {"week": _week(("08:30-11:30", "13:30-17:00"))},
    "community_saturday": {"week": _week(("08:30-11:30", "13:30-17:00"), ("08:30-11:30",))},
}

#: The hours that sites of a sort keep: names of HOURS (empty: not known) with their shares.
HOURS_OF: Final[Mapping[Sort, Mapping[str, float]]] = {
    Sort.CITY_HALL: {"hall": 1},
    Sort.COUNTY_HALL: {"hall": 1},
    Sort.CENTRE: {"centre": 0.75, "centre_saturday": 0.25},
    Sort.HOSPITAL: {"hospital": 0.7, "hospital_daily": 0.3},
    Sort.PHARMACY: {"pharmacy": 0.75, "pharmacy_short": 0.2, "": 0.05},
    Sort.CLINIC: {"clinic": 0.75, "clinic_morning": 0.17, "": 0.08},
    Sort.COMMUNITY: {"community": 0.7, "community_saturday": 0.26, "": 0.04},
}


def hours_of(sort: Sort, rng: Random) -> str:
    """The hours of one site, by the shares of its sort."""
    shares = HOURS_OF[sort]
    return rng.choices([*shares], [*shares.values()])[0]
