"""What a resident may ask for, and how an answer is reckoned; bounds of input live here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask_babel import lazy_gettext as _l

from core.calendar.rules import Opening
from core.clock import CITY_TIME
from core.errors import BadInput
from core.geo import Point
from core.regions.tree import Node
from core.search import MOST_ASKED
from core.sites.network import Place
from core.sites.rules import Kind, Mode

#: How many places are shown at first, how many more at a time, and how many at most.
STEP: Final = 5
MOST: Final = 20

#: Metres, straight, inclusive: what "within one kilometre" means.
NEARBY: Final = 1000.0

# An estimate, and labelled as one: streets are taken for three tenths longer than the straight
# line, and an elderly person for walking 70 m a minute (4.2 km/h).
DETOUR: Final = 1.3
METRES_A_MINUTE: Final = 70.0

#: The longest text in the search field, in characters, and how many suggestions it gets.
MOST_TYPED: Final = MOST_ASKED
SUGGESTED: Final = 8
#: How many places a text may mean before it has to be made more precise.
MATCHED: Final = 30

#: The first day that may be asked about: the shipped regions begin then.
EARLIEST: Final = datetime(2021, 1, 1, tzinfo=CITY_TIME)
AHEAD: Final = timedelta(days=366)

_EARTH_RADIUS = 6_371_000.0


@dataclass(frozen=True, slots=True)
class Ask:
    """What is wanted: places near *point* as they are at *moment*, nearest first.

    ``first`` is the code of a site that goes before others at the same distance.
    """

    point: Point
    moment: datetime
    limit: int = STEP
    service_id: int | None = None
    kind: Kind | None = None
    open_only: bool = False
    first: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A place that answers an Ask: how far along the geodesic, and how it is at the moment.

    ``mode`` is how it offers the service asked for, None where none was asked for.
    """

    place: Place
    metres: float
    opening: Opening
    mode: Mode | None

    @property
    def minutes(self) -> int:
        return walking_minutes(self.metres)


def walking_minutes(metres: float) -> int:
    """The estimate of a walk over a straight distance, in whole minutes, never 0."""
    return max(1, math.ceil(metres * DETOUR / METRES_A_MINUTE))


def uncertainty(chord: float) -> float:
    """Metres by which two chords may differ though their geodesics stand the other way round.

    A geodesic is longer than its chord c by about c³ / 24 R², and R, the radius of curvature along
    it, differs by up to 0.7 % with the direction: taken for 2 %, to be safe.
    """
    return 0.02 * chord**3 / (24 * _EARTH_RADIUS**2) + 1e-6


def check_moment(moment: datetime, now: datetime, field: str) -> datetime:
    """*moment* if the register can speak of it. Raises BadInput."""
    if not EARLIEST <= moment <= now + AHEAD:
        raise BadInput(_l("只能查询 2021 年起至今后一年之内的时间。"), field=field)
    return moment


def check_limit(limit: int, field: str) -> int:
    """*limit* if so many may be asked for. Raises BadInput."""
    if not 1 <= limit <= MOST:
        raise BadInput(_l("一次可查 1 到 %(most)s 个网点。", most=MOST), field=field)
    return limit


@dataclass(frozen=True, slots=True)
class Match:
    """A region or a site that a typed text may mean; ``path`` tells it from others of its name.

    ``kind`` is a site's, None for a region.
    """

    code: str
    name: str
    name_en: str
    path: str
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Where a search begins; ``label`` is what the search field says of it.

    ``point`` is None where neither the region picked nor any above it has one; ``instead`` is the
    region above whose point stands in for the one picked; ``site`` is a site picked by name;
    ``geocoded`` says that a service elsewhere gave the point.
    """

    point: Point | None
    label: str
    region: Node | None = None
    instead: Node | None = None
    site: Place | None = None
    geocoded: bool = False
