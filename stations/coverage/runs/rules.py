"""A run in parts: what all of them rest on, the answer of each, and when runs may be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, Final

import numpy as np
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from numpy.typing import NDArray

from core.calendar.rules import Calendar, DayKind
from core.clock import CITY_TIME
from core.geo import Floats
from core.labels import Labelled
from core.regions.ranks import NONE, Ranks
from core.regions.rules import Level
from core.regions.tree import Node
from stations.coverage.positions import Places, Wanted, nearest_within
from stations.coverage.rules import Question, Sites, Tally
from stations.coverage.settled import Demand, Source

#: Below which level nothing is kept of a run.
LOWEST: Final = Level.TOWN
SATURDAY: Final = 5
NOTHING: Final = Tally(0.0, 0.0, 0, 0)


class Kind(Labelled):
    """Which kind of day it is: an hour says little without it."""

    WORKING = "working", _l("工作日")
    OFF = "off", _l("休息日")


def day_kind(on: date, calendar: Calendar) -> Kind:
    """Whether the day is worked; a year that is not loaded goes by the weekday."""
    special = calendar.kind(on)
    if special is None:
        return Kind.OFF if on.weekday() >= SATURDAY else Kind.WORKING
    return Kind.OFF if special is DayKind.HOLIDAY else Kind.WORKING


def moment(on: date, minute: int | None) -> datetime | None:
    """The hour of a day that is *minute* minutes old."""
    return None if minute is None else datetime.combine(on, time(*divmod(minute, 60)), CITY_TIME)


def minute_of(question: Question) -> int | None:
    return None if question.at is None else question.at.hour * 60 + question.at.minute


# -- What a run rests on, and its parts -----------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Ground:
    """What all parts of a run rest on: one state of the register and of who lives where."""

    question: Question
    region: Node
    ranks: Ranks
    demand: Demand
    sites: Sites
    site_ids: Places

    @cached_property
    def inside(self) -> Places:
        """The settlements of the region, by their numbers in the demand."""
        return np.flatnonzero(self.demand.inside(self.ranks, self.region))

    @cached_property
    def _columns(self) -> tuple[Floats, Floats, Floats]:
        found = self.demand
        return found.lat[self.inside], found.lon[self.inside], found.people[self.inside]

    @cached_property
    def places(self) -> Places:
        """Of each settlement inside, the place of its region."""
        return self.demand.places(self.ranks)[self.inside]

    @cached_property
    def people_key(self) -> str:
        """The same where the same people live at the same points of the region."""
        order = np.lexsort(self._columns)
        return _digest([column[order] for column in self._columns])

    @cached_property
    def state_key(self) -> str:
        """The same where every part of the run comes out the same."""
        ids = np.array([*(node.id for node in self.ranks.nodes), NONE], np.int64)
        regions = ids[self.ranks.above[self.places]]
        positions = self.sites.positions
        sites = [self.site_ids, positions.lat, positions.lon]
        return _digest([*self._columns, regions, *sites], self.question.rule.key)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Where the numbers of the region's people are from."""
        tree = self.ranks.tree
        near = {node.id for node in (*tree.path(self.region.id), *tree.descendants(self.region.id))}
        return tuple(one for one in self.demand.sets if one.region_id in near)

    @cached_property
    def parts(self) -> tuple[Node, ...]:
        """What the run is done in: the counties of a city where anybody lives, by code, and the
        city itself for whoever lives in none of them; any other region as a whole."""
        if self.region.level is not Level.CITY:
            return (self.region,)
        counties = np.unique(self.ranks.above[self.places, Level.COUNTY.depth])
        nodes = [self.region if n == NONE else self.ranks.nodes[n] for n in counties.tolist()]
        return tuple(sorted(nodes, key=lambda node: node.code))


def _digest(columns: Iterable[NDArray[Any]], text: str = "") -> str:
    told = hashlib.sha256(text.encode())
    for column in columns:
        told.update(np.ascontiguousarray(column).tobytes())
    return told.hexdigest()


@dataclass(frozen=True, slots=True)
class Part:
    """The answer for a part: its own numbers, and those of counties and towns in it by id."""

    total: Tally
    rows: Mapping[int, Tally]


def reckon(ground: Ground, part: Node) -> Part:
    """The answer for one of the parts; the same whenever the state is the same."""
    above, depth = ground.ranks.above[ground.places], Level.COUNTY.depth
    if part.level is Level.CITY:
        mine = np.flatnonzero(above[:, depth] == NONE)
    elif part.id == ground.region.id:
        mine = np.arange(len(above))
    else:
        mine = np.flatnonzero(above[:, depth] == ground.ranks.place[part.id])
    positions = ground.demand.positions.only(ground.inside[mine])
    covered = nearest_within(positions, ground.sites.positions, ground.question.rule.straight)
    people = ground.demand.people[ground.inside[mine]]
    rows: dict[int, Tally] = {}
    for level in range(ground.region.level.depth + 1, LOWEST.depth + 1):
        rows.update(_by_region(ground.ranks, above[mine, level], people, covered.inside))
    total = _tally(people, covered.inside)
    return Part(total, rows)


def _by_region(
    ranks: Ranks, column: Places, people: Floats, covered: Wanted
) -> Iterator[tuple[int, Tally]]:
    regions, numbers = np.unique(column, return_inverse=True)
    for number, place in enumerate(regions.tolist()):
        if place != NONE:
            there = numbers == number
            yield ranks.nodes[place].id, _tally(people[there], covered[there])


def _tally(people: Floats, covered: Wanted) -> Tally:
    # Added up in the same steps, what is covered is never more than what there is.
    reached = float((people * covered).sum())
    return Tally(float(people.sum()), reached, len(people), int(covered.sum()))


def same(one: Tally, other: Tally) -> bool:
    """Whether two answers are one, but for how a processor rounds."""
    near = (
        abs(one.people - other.people) + abs(one.people_covered - other.people_covered)
        <= 1e-9 * one.people
    )
    counted = one.settlements, one.settlements_covered
    return near and counted == (other.settlements, other.settlements_covered)


def together(parts: Iterable[Tally]) -> Tally:
    """The numbers of parts that have no settlement in common."""
    found = NOTHING
    for part in parts:
        found = Tally(
            found.people + part.people,
            found.people_covered + part.people_covered,
            found.settlements + part.settlements,
            found.settlements_covered + part.settlements_covered,
        )
    return found


# -- Which runs may be compared -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Terms:
    """What two runs must have in common so that their shares may be compared."""

    region_id: int
    service_id: int | None
    minute: int | None
    day_kind: str | None
    rule_key: str
    people_key: str

    def apart(self, other: Terms) -> tuple[LazyString, ...]:
        """In what they differ, in words; nothing where they may be compared."""
        return tuple(words for name, words in APART.items() if self._differs(other, name))

    def _differs(self, other: Terms, name: str) -> bool:
        mine, others = getattr(self, name), getattr(other, name)
        return bool(mine != others)


APART: Final = {
    "region_id": _l("区划不同"),
    "service_id": _l("事项不同"),
    "minute": _l("时刻不同"),
    "day_kind": _l("工作日与休息日之别"),
    "rule_key": _l("覆盖规则不同"),
    "people_key": _l("人口数据不同"),
}
