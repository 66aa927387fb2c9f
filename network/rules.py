"""What a region has: which sites are meant, in what order, and how many of each kind."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.calendar.rules import Shut
from core.clock import civil
from core.geo import Point
from core.regions.tree import Node, Tree
from core.sites.network import KINDS, STATUSES, Announced, Network, Place, Wanted
from core.sites.rules import Kind, Status

#: How many sites of each kind, in the order of KINDS.
Tally: TypeAlias = tuple[int, ...]

NOTHING: Tally = (0,) * len(KINDS)

# Degrees left free around what a map shows, at least: some hundred metres.
_MARGIN = 0.004


# -- Which sites --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """Which sites are asked for; None asks for any. ``region`` means all that lies in it."""

    region: Node | None = None
    kind: Kind | None = None
    status: Status | None = Status.ACTIVE
    service_id: int | None = None

    @property
    def of_any_kind(self) -> Choice:
        return replace(self, kind=None)


def chosen(network: Network, choice: Choice) -> Wanted:
    """Which sites of the day *choice* means."""
    wanted: Wanted = np.ones(len(network), dtype=bool)
    if choice.region is not None:
        wanted &= network.below(choice.region)
    if choice.kind is not None:
        wanted &= network.of_kind(choice.kind)
    if choice.status is not None:
        wanted &= network.rows.statuses == STATUSES.index(choice.status)
    if choice.service_id is not None:
        wanted &= network.offering(choice.service_id)
    return wanted


def in_order(network: Network, wanted: Wanted) -> list[int]:
    """The indexes of *wanted* as lists show them: halls first, then by region, then by entry."""
    indexes = np.flatnonzero(wanted)
    codes = np.array(
        [network.tree.by_id[region].code for region in network.rows.region_ids[indexes]]
    )
    stations = network.rows.kinds[indexes] != KINDS.index(Kind.HALL)
    ordered: list[int] = indexes[np.lexsort((indexes, codes, stations))].tolist()
    return ordered


def tally(network: Network, wanted: Wanted) -> dict[int, Tally]:
    """How many of *wanted* there are in each region and below it; regions without any are left out.

    The tree is rolled up once, so that a page of children costs no more than one of them.
    """
    regions, place = np.unique(network.rows.region_ids[wanted], return_inverse=True)
    here = np.zeros((len(regions), len(KINDS)), dtype=np.int64)
    np.add.at(here, (place, network.rows.kinds[wanted]), 1)
    found: dict[int, NDArray[np.int64]] = {}
    for region, counts in zip(regions.tolist(), here, strict=True):
        for above in network.tree.path(region):
            found[above.id] = found.get(above.id, 0) + counts
    return {region: tuple(counts.tolist()) for region, counts in found.items()}


def doing_directly(network: Network, service_id: int) -> Wanted:
    """Which sites do the service themselves."""
    bit = network.bit[service_id]
    mask = np.uint64(1 << bit % 64)
    directly: Wanted = (network.rows.direct[:, bit // 64] & mask) != 0
    return directly


def extent(network: Network, region: Node) -> tuple[Point, Point] | None:
    """The south-west and north-east corner of what a map of *region* shows.

    Those are its sites, else the points that stand for it and for what is below; None without any.
    """
    shown = network.ranked & network.below(region)
    lat, lon = network.rows.lat[shown], network.rows.lon[shown]
    if not len(lat):
        nodes = (region, *network.tree.descendants(region.id))
        points = [node.point for node in nodes if node.point is not None]
        lat = np.array([point.lat for point in points])
        lon = np.array([point.lon for point in points])
    if not len(lat):
        return None
    (south, north), (west, east) = _widened(lat), _widened(lon)
    return Point(south, west), Point(north, east)


def outlined(tree: Tree, region: Node) -> list[int]:
    """The ids of the regions whose outlines a map of *region* shows: its own, and one below."""
    return [region.id, *(node.id for node in tree.children(region.id))]


def unoutlined(
    tree: Tree, shown: Iterable[int], outlined: Container[int]
) -> list[tuple[int, Point]]:
    """Regions without an outline and the points that stand for them, by which to name them."""
    points = ((region_id, tree.by_id[region_id].point) for region_id in shown)
    return [
        (region_id, point)
        for region_id, point in points
        if point is not None and region_id not in outlined
    ]


def _widened(degrees: NDArray[np.float64]) -> tuple[float, float]:
    low, high = float(degrees.min()), float(degrees.max())
    margin = max(_MARGIN, (high - low) / 50)
    return low - margin, high + margin


def by_having(nodes: Iterable[Node], counts: Mapping[int, Tally]) -> tuple[list[Node], list[Node]]:
    """*nodes* that have sites, and those that have none."""
    ordered = list(nodes)
    having = [node for node in ordered if node.id in counts]
    return having, [node for node in ordered if node.id not in counts]


# -- Closures -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notice:
    """A closure with what it is of: one site, or a region with ``sites`` active sites in it."""

    announced: Announced
    region: Node
    place: Place | None
    sites: int


def over(shut: Shut, moment: datetime) -> bool:
    """Whether an absence of some hours has passed at *moment*."""
    local = civil(moment)
    if shut.minutes is None or shut.since > local.date():
        return False
    return not shut.touches(local.date()) or shut.minutes[1] <= local.hour * 60 + local.minute


def notices(
    network: Network, within: Node | None, moment: datetime | None = None
) -> tuple[Notice, ...]:
    """What is announced for the day or later: what touches *within*, whole regions around it too.

    Without what is over at *moment*.  Nearest in time first: what holds already, the latest first;
    then what is to come.
    """
    found = [
        notice
        for announced in network.rows.closures
        if (notice := _notice(network, announced)) is not None
        and (within is None or _touches(network.tree, notice, within))
        and not (moment is not None and over(announced.shut, moment))
    ]
    return tuple(sorted(found, key=lambda notice: _days_away(notice.announced, network.on)))


def _notice(network: Network, announced: Announced) -> Notice | None:
    """The closure with its subject; None where that is not serving or not of this day."""
    if announced.site_id is not None:
        place = by_id(network, announced.site_id)
        if place is None or place.status is not Status.ACTIVE:
            return None
        return Notice(announced, place.region, place, 1)
    region = network.tree.by_id.get(announced.region_id or 0)
    if region is None:
        return None
    sites = int(np.count_nonzero(chosen(network, Choice(region))))
    return Notice(announced, region, None, sites)


def by_id(network: Network, site_id: int) -> Place | None:
    """The site with this id, if it is of the day."""
    index = int(np.searchsorted(network.rows.ids, site_id))
    found = index < len(network) and int(network.rows.ids[index]) == site_id
    return network.place(index) if found else None


def _touches(tree: Tree, notice: Notice, within: Node) -> bool:
    if within in tree.path(notice.region.id):
        return True
    return notice.place is None and notice.region in tree.path(within.id)


def last_day(shut: Shut) -> date | None:
    """The last day of a closure; None where no end is known."""
    return None if shut.until is None else shut.until - timedelta(days=1)


def _days_away(announced: Announced, on: date) -> tuple[bool, int]:
    days = (announced.shut.since - on).days
    return days > 0, abs(days)
