"""What a figure is: one definition, the rows behind it, and how rows become a number.

Rows are columns of arrays, one row a site or a region.  Numbers of all regions come from adding the
rows up over the tree once; a number of some rows, from the same rules over just those.  Where there
is nothing to measure a number is nan, which pages show as 无 and never as 0.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
from flask_babel import LazyString
from numpy.typing import NDArray

from core.regions.ranks import NONE, Places, Ranks
from core.sites.network import KINDS, Network, Wanted
from core.sites.plan import Plan
from core.sites.rules import Kind

Floats = NDArray[np.float64]

#: The subject whose revision every write of what is recorded of sites raises.
FACTS: Final = "facts"


class Reduce(StrEnum):
    """How rows become one number: their parts added up, part of base, the middle part."""

    SUM = "sum"
    SHARE = "share"
    MEDIAN = "median"


class Subject(StrEnum):
    """Whether a row is a site or a region."""

    SITE = "site"
    REGION = "region"


class Worse(StrEnum):
    """Which end of a list wants looking at first."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Ask:
    """What a figure is asked of: a day, and what is held in memory of it.

    ``devolved`` are the bits of the services that are to be offered near to people.
    """

    on: date
    network: Network
    plan: Plan
    ranks: Ranks
    devolved: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows behind a figure: which sites (indexes) or regions (places), where, part and base."""

    entities: Places
    places: Places
    part: Floats
    base: Floats

    def __len__(self) -> int:
        return len(self.entities)

    def only(self, wanted: Wanted | Places) -> Rows:
        """Some of the rows: by a mask, or by their numbers and in that order."""
        return Rows(
            self.entities[wanted], self.places[wanted], self.part[wanted], self.base[wanted]
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """One named number. ``code`` and ``version`` stand for the definition in ``rule``.

    ``part`` and ``base`` say what a row's columns hold (``base`` only of a share); ``nothing`` is
    the number where there is not a row, if that is a number at all.
    """

    code: str
    version: int
    title: LazyString
    unit: LazyString | str
    rule: LazyString
    subject: Subject
    reduce: Reduce
    rows: Callable[[Ask], Rows]
    part: LazyString
    base: LazyString | None = None
    kinds: frozenset[Kind] = frozenset(Kind)
    worse: Worse | None = None
    nothing: float = float("nan")
    #: Whether the rows follow from what is held in memory, and may be held with it.
    kept: bool = True
    #: The subject (core.snapshot) of what the rows follow from besides the network.
    follows: str = ""
    #: What its numbers of a day are from, to be said beside them, a line each.
    sources: Callable[[Ask], Sequence[str]] | None = None


_figures: Final[dict[str, Figure]] = {}
_followed: Final[set[str]] = set()


def define(figure: Figure) -> Figure:
    """Add a figure to the registry; a code is defined once."""
    if figure.code in _figures:
        raise ValueError(f"{figure.code} is defined already")
    _figures[figure.code] = figure
    if figure.follows:
        _followed.add(figure.follows)
    return figure


#: Figures that come with what is kept, such as one a standard; asked for anew each time.
Family = Callable[[], Sequence[Figure]]
_families: Final[list[Family]] = []


def family(members: Family) -> Family:
    """Add figures that are not known before the register is read; their codes are nobody else's."""
    _families.append(members)
    return members


def figures() -> tuple[Figure, ...]:
    """Every figure, in the order of definition, those of families last."""
    members = (member for members in _families for member in members())
    return (*defined(), *members)


def defined() -> tuple[Figure, ...]:
    """The figures that are always there."""
    return tuple(_figures.values())


def followed() -> tuple[str, ...]:
    """What figures follow from besides the network, by its subjects."""
    return tuple(sorted(_followed))


def find(code: str) -> Figure | None:
    found = find_defined(code)
    if found is not None:
        return found
    return next((one for one in figures() if one.code == code), None)


def find_defined(code: str) -> Figure | None:
    """The figure with this code, if it is always there."""
    return _figures.get(code)


# -- Rows become numbers ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Value:
    """A number with what it was made of; ``number`` is None where there is nothing to measure."""

    number: float | None
    part: float
    base: float
    rows: int


def value(figure: Figure, rows: Rows) -> Value:
    """The number that the rows give."""
    part, base = float(rows.part.sum()), float(rows.base.sum())
    number = figure.nothing
    if len(rows):
        match figure.reduce:
            case Reduce.SUM:
                number = part
            case Reduce.SHARE:
                number = part / base if base else number
            case Reduce.MEDIAN:
                number = float(np.median(rows.part))
    return Value(None if np.isnan(number) else number, part, base, len(rows))


def each(figure: Figure, rows: Rows) -> Floats:
    """The number of each row by itself."""
    if figure.reduce is not Reduce.SHARE:
        return rows.part
    found: Floats = np.full(len(rows), figure.nothing)
    np.divide(rows.part, rows.base, out=found, where=rows.base > 0)
    return found


@dataclass(frozen=True, slots=True)
class Rolled:
    """The numbers of all regions of a day, by place; nan where there is nothing to measure."""

    number: Floats
    part: Floats
    base: Floats
    rows: Floats

    def at(self, place: int) -> Value:
        number = float(self.number[place])
        return Value(
            None if np.isnan(number) else number,
            float(self.part[place]),
            float(self.base[place]),
            int(self.rows[place]),
        )


def roll(figure: Figure, rows: Rows, ranks: Ranks) -> Rolled:
    """The numbers that the rows give of each region with all below it."""
    part, base = ranks.totals(rows.places, rows.part), ranks.totals(rows.places, rows.base)
    count = ranks.totals(rows.places, np.ones(len(rows)))
    match figure.reduce:
        case Reduce.SUM:
            number = part
        case Reduce.SHARE:
            number = np.divide(part, base, out=np.full(len(ranks), np.nan), where=base > 0)
        case Reduce.MEDIAN:
            number = _medians(rows, ranks)
    return Rolled(np.where(count > 0, number, figure.nothing), part, base, count)


def _medians(rows: Rows, ranks: Ranks) -> Floats:
    found = np.full(len(ranks), np.nan)
    known = rows.places != NONE
    for column in ranks.above[rows.places[known]].T:
        there = column != NONE
        regions, parts = column[there], rows.part[known][there]
        order = np.lexsort((parts, regions))
        regions, parts = regions[order], parts[order]
        starts = np.flatnonzero(np.diff(regions, prepend=NONE))
        sizes = np.diff(starts, append=len(regions))
        middles = parts[starts + (sizes - 1) // 2] + parts[starts + sizes // 2]
        found[regions[starts]] = middles / 2
    return found


# -- Which rows, in which order -----------------------------------------------------------------


def of_kinds(ask: Ask, figure: Figure, rows: Rows, kinds: Collection[Kind]) -> Rows:
    """The rows of sites of these kinds; all where none is named, and where rows are regions."""
    if not kinds or figure.subject is Subject.REGION:
        return rows
    numbers = [KINDS.index(kind) for kind in kinds]
    return rows.only(np.isin(ask.network.rows.kinds[rows.entities], numbers))


def within(ask: Ask, rows: Rows, region_id: int) -> Rows:
    """The rows that stand in the region or below it."""
    place = ask.ranks.place[region_id]
    depth = int(ask.ranks.depths[place])
    inside: Wanted = (rows.places != NONE) & (ask.ranks.above[rows.places, depth] == place)
    return rows.only(inside)


def of_sites(ask: Ask, figure: Figure, rows: Rows, site_ids: Collection[int]) -> Rows:
    """The rows of these sites."""
    if figure.subject is Subject.REGION:
        return rows.only(np.zeros(len(rows), bool))
    return rows.only(np.isin(ask.network.rows.ids[rows.entities], sorted(site_ids)))


def in_order(figure: Figure, rows: Rows) -> Rows:
    """What wants looking at first; rows that say the same stay in the order they came in."""
    if figure.worse is None:
        return rows
    key = rows.part
    if figure.reduce is Reduce.SHARE:
        key = np.divide(rows.part, rows.base, out=np.ones(len(rows)), where=rows.base > 0)
    return rows.only(np.argsort(-key if figure.worse is Worse.HIGH else key, kind="stable"))
