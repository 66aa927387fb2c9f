"""The lists behind the numbers of coverage: their columns, for the page and for the file alike.

A column says what a line holds, and whether what wants looking at first is the most of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.catalogue.rules import Service
from core.labels import Labelled
from core.regions.tree import Node
from core.search import folded
from core.sites.network import Place
from stations.coverage.rules import Tally
from stations.coverage.spots import Spot

T = TypeVar("T")


class State(Labelled):
    """Which settlements a list is of."""

    ALL = "all", _l("全部")
    COVERED = "covered", _l("已覆盖")
    UNCOVERED = "uncovered", _l("未覆盖")
    RIM = "rim", _l("边缘（相差 5 米以内）")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column; ``down``: what wants looking at first is the largest."""

    key: str
    title: LazyString
    value: Callable[[T], Any]
    numeric: bool = False
    down: bool = False


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """Its columns, and by which of them it is sorted unless somebody asks for another."""

    name: str
    title: LazyString
    columns: tuple[Column[T], ...]
    usual: str
    #: By which words a line is found: its codes and names, in both languages.
    names: Callable[[T], Iterable[str]]

    def column(self, key: str) -> Column[T]:
        """The column to sort by: the one asked for, else the usual one."""
        known = {column.key: column for column in self.columns}
        return known.get(key.lstrip("-")) or known[self.usual]

    def in_order(self, lines: Iterable[T], sort: str) -> list[T]:
        """The *lines* by a column, the other way round behind a minus; what has no value last."""
        column = self.column(sort)
        down = column.down != sort.startswith("-")
        found = list(lines)
        valued = [line for line in found if column.value(line) is not None]
        others = [line for line in found if column.value(line) is None]
        return [*sorted(valued, key=column.value, reverse=down), *others]

    def found(self, lines: Iterable[T], text: str) -> list[T]:
        """The *lines* that have the text in a code or a name; all for an empty text."""
        wanted = folded(text)
        return [
            line
            for line in lines
            if not wanted or any(wanted in folded(name) for name in self.names(line))
        ]

    def headings(self) -> list[str]:
        return [str(column.title) for column in self.columns]

    def cells(self, lines: Iterable[T]) -> Iterable[list[object]]:
        return ([_cell(column.value(line)) for column in self.columns] for line in lines)


def _cell(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


def percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


@dataclass(frozen=True, slots=True)
class RegionLine:
    """A region below, or a service, with its numbers."""

    node: Node
    tally: Tally

    @property
    def missing(self) -> float:
        return self.tally.people - self.tally.people_covered


@dataclass(frozen=True, slots=True)
class ServiceLine:
    service: Service
    tally: Tally
    sites: int

    @property
    def missing(self) -> float:
        return self.tally.people - self.tally.people_covered


Lined = TypeVar("Lined", RegionLine, ServiceLine)


def _shares(of: type[Lined]) -> tuple[Column[Lined], ...]:
    """The numbers of a line: people, and settlements apart."""
    return (
        Column("people", _l("居民覆盖率（%）"), lambda one: percent(one.tally.people_share), True),
        Column("covered", _l("已覆盖居民"), lambda one: one.tally.people_covered, True, True),
        Column("missing", _l("未覆盖居民"), lambda one: one.missing, True, True),
        Column("all", _l("居民"), lambda one: one.tally.people, True, True),
        Column(
            "points", _l("村居覆盖率（%）"), lambda one: percent(one.tally.settlement_share), True
        ),
        Column(
            "points_covered",
            _l("已覆盖村居"),
            lambda one: one.tally.settlements_covered,
            True,
            True,
        ),
        Column("points_all", _l("村居"), lambda one: one.tally.settlements, True, True),
    )


REGIONS: Final[Table[RegionLine]] = Table(
    "regions",
    _l("各区划"),
    (
        Column("code", _l("区划代码"), lambda one: one.node.code),
        Column("name", _l("区划"), lambda one: one.node.name),
        *_shares(RegionLine),
    ),
    "people",
    lambda one: (one.node.code, one.node.name, one.node.name_en),
)
SERVICES: Final[Table[ServiceLine]] = Table(
    "services",
    _l("各事项"),
    (
        Column("code", _l("事项编码"), lambda one: one.service.code),
        Column("name", _l("事项"), lambda one: one.service.name),
        Column("sites", _l("能办的网点"), lambda one: one.sites, True, True),
        *_shares(ServiceLine),
    ),
    "people",
    lambda one: (one.service.code, one.service.name, one.service.name_en),
)


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site that counts: whom it reaches, and whom no other one does."""

    place: Place
    reached: float
    alone: float
    settlements: int
    settlements_alone: int


SITES: Final[Table[SiteLine]] = Table(
    "sites",
    _l("各网点"),
    (
        Column("code", _l("网点编号"), lambda one: one.place.code),
        Column("name", _l("网点"), lambda one: one.place.name),
        Column("kind", _l("类型"), lambda one: str(one.place.kind.label)),
        Column("alone", _l("只靠它的居民"), lambda one: one.alone, True, True),
        Column(
            "settlements_alone", _l("只靠它的村居"), lambda one: one.settlements_alone, True, True
        ),
        Column("reached", _l("范围内居民"), lambda one: one.reached, True, True),
        Column("settlements", _l("范围内村居"), lambda one: one.settlements, True, True),
    ),
    "alone",
    lambda one: (one.place.code, one.place.name, one.place.name_en),
)


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """A settlement, whether it is covered, and its nearest site that counts, if there is any."""

    code: str
    name: str
    region: Node
    lat: float
    lon: float
    people: float
    covered: bool
    nearest: Place | None
    distance: float | None


SETTLEMENTS: Final[Table[SettlementLine]] = Table(
    "settlements",
    _l("村居"),
    (
        Column("code", _l("代码"), lambda one: one.code),
        Column("name", _l("村居"), lambda one: one.name),
        Column("region", _l("区划代码"), lambda one: one.region.code),
        Column("lat", _l("纬度"), lambda one: f"{one.lat:.6f}", True),
        Column("lon", _l("经度"), lambda one: f"{one.lon:.6f}", True),
        Column("people", _l("居民"), lambda one: one.people, True, True),
        Column("covered", _l("已覆盖（1 是 0 否）"), lambda one: int(one.covered), True),
        Column(
            "nearest",
            _l("最近网点"),
            lambda one: None if one.nearest is None else one.nearest.code,
        ),
        Column("distance", _l("直线距离（米）"), lambda one: one.distance, True, True),
    ),
    "people",
    lambda one: (one.code, one.name, one.region.name),
)


@dataclass(frozen=True, slots=True)
class SpotLine:
    """A blind spot; ``name`` and ``region`` are of the settlement where a site would do most."""

    number: int
    spot: Spot
    name: str
    region: Node
    nearest: Place | None

    @property
    def distance(self) -> float | None:
        return None if self.nearest is None else self.spot.distance


BLIND_SPOTS: Final[Table[SpotLine]] = Table(
    "blind-spots",
    _l("盲区"),
    (
        Column("number", _l("序号"), lambda one: one.number),
        Column("name", _l("建议点位"), lambda one: one.name),
        Column("region", _l("区划代码"), lambda one: one.region.code),
        Column("people", _l("居民"), lambda one: one.spot.people, True, True),
        Column("settlements", _l("村居"), lambda one: len(one.spot.settlements), True, True),
        Column("won", _l("设点后覆盖居民"), lambda one: one.spot.won, True, True),
        Column(
            "won_settlements", _l("设点后覆盖村居"), lambda one: len(one.spot.winning), True, True
        ),
        Column(
            "nearest",
            _l("最近网点"),
            lambda one: None if one.nearest is None else one.nearest.code,
        ),
        Column("distance", _l("直线距离（米）"), lambda one: one.distance, True, True),
    ),
    "people",
    lambda one: (one.name, one.region.code, one.region.name),
)
