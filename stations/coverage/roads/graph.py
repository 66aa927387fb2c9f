"""A graph of roads, who stands where on it, and how far it is to the nearest site along it.

People and sites stand beside the roads: each is led straight to the nearest point of the nearest
road, at most SNAP metres away, and that way counts.  Roads are straight between their ends and may
be walked both ways.  docs/coverage.md tells what that leaves out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray

from core.geo import Floats, arcs, earth_centred
from stations.coverage.positions import NONE, SLACK, Places, Positions, Wanted

#: The farthest that anybody is led to a road, in metres, unless it is said otherwise.
SNAP: Final = 200.0


@dataclass(frozen=True, eq=False)
class Graph:
    """Crossings in WGS-84 degrees, and the roads between them: their ends and lengths in metres."""

    lat: Floats
    lon: Floats
    start: Places
    end: Places
    length: Floats

    @classmethod
    def of(cls, lat: Floats, lon: Floats, start: Places, end: Places, length: Floats) -> Graph:
        """A graph of the roads that are needed."""
        kept = needed(start, end, length)
        low, high = np.minimum(start, end), np.maximum(start, end)
        return cls(lat, lon, low[kept], high[kept], length[kept])

    @property
    def crossings(self) -> int:
        return len(self.lat)

    def __len__(self) -> int:
        return len(self.start)

    @cached_property
    def parts(self) -> Places:
        """Of each crossing the number of the part of the graph that hangs together."""
        ends = (np.ones(len(self)), (self.start, self.end))
        whole = scipy.sparse.coo_array(ends, shape=(self.crossings, self.crossings))
        return np.asarray(
            scipy.sparse.csgraph.connected_components(whole, directed=False)[1], np.int64
        )

    @cached_property
    def _tree(self) -> shapely.STRtree:
        ends = np.stack(
            [
                np.column_stack((self.lon[self.start], self.lat[self.start])),
                np.column_stack((self.lon[self.end], self.lat[self.end])),
            ],
            axis=1,
        )
        return shapely.STRtree(list(np.atleast_1d(np.asarray(shapely.linestrings(ends)))))

    def near(self, lat: Floats, lon: Floats, metres: float) -> tuple[Places, Places]:
        """Pairs of a place and a road whose box comes near enough, and some more."""
        high = math.degrees(metres / 6.33e6)
        wide = high / np.cos(np.radians(lat))
        boxes = shapely.box(lon - wide, lat - high, lon + wide, lat + high)
        place, road = self._tree.query(boxes)
        return np.asarray(place, np.int64), np.asarray(road, np.int64)


def needed(start: Places, end: Places, length: Floats) -> Places:
    """Which roads anybody would walk: no loops, and between two crossings the shortest one."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    order = np.lexsort((length, high, low))
    low, high = low[order], high[order]
    first = np.ones(len(low), bool)
    first[1:] = (np.diff(low) != 0) | (np.diff(high) != 0)
    return np.asarray(order[first & (low != high)], np.int64)


@dataclass(frozen=True, eq=False)
class Stand:
    """Where places stand on the graph: on which road (NONE: none is near), how far along it from
    its start, and how far beside it, in metres."""

    road: Places
    along: Floats
    beside: Floats

    @property
    def known(self) -> Wanted:
        return np.asarray(self.road != NONE)


def stand(graph: Graph, places: Positions, most: float) -> Stand:
    """Lead each place to the nearest road at most *most* metres away."""
    count = len(places)
    nowhere = Stand(np.full(count, NONE, np.int64), np.zeros(count), np.full(count, np.inf))
    if not count or not len(graph):
        return nowhere
    place, road = graph.near(places.lat, places.lon, most)
    share, beside = _foot(graph, places, place, road)
    order = np.lexsort((road, beside, place))
    place, road, share, beside = place[order], road[order], share[order], beside[order]
    first = np.ones(len(place), bool)
    first[1:] = np.diff(place) != 0
    first &= beside <= most + SLACK
    at = place[first]
    nowhere.road[at] = road[first]
    nowhere.along[at] = share[first] * graph.length[road[first]]
    nowhere.beside[at] = beside[first]
    return nowhere


def _foot(graph: Graph, places: Positions, place: Places, road: Places) -> tuple[Floats, Floats]:
    """Of pairs of a place and a road: at which share of the road its nearest point lies, and the
    metres to there, in the plane that touches the earth at the place."""
    lat, lon = places.lat[place], places.lon[place]
    high, wide = _metres_a_degree(lat)
    ends = []
    for end in (graph.start[road], graph.end[road]):
        ends.append(((graph.lon[end] - lon) * wide, (graph.lat[end] - lat) * high))
    (x1, y1), (x2, y2) = ends
    dx, dy = x2 - x1, y2 - y1
    square = dx * dx + dy * dy
    share = np.divide(-(x1 * dx + y1 * dy), square, out=np.zeros(len(dx)), where=square > 0)
    share = np.clip(share, 0.0, 1.0)
    return share, np.hypot(x1 + share * dx, y1 + share * dy)


def _metres_a_degree(lat: Floats) -> tuple[Floats, Floats]:
    """How many metres a degree is northwards and eastwards on the ellipsoid there."""
    sine2 = np.sin(np.radians(lat)) ** 2
    a, e2 = 6378137.0, 0.0066943799901413165
    bent = 1 - e2 * sine2
    north = np.radians(a * (1 - e2) / (bent * np.sqrt(bent)))
    east = np.radians(a / np.sqrt(bent) * np.cos(np.radians(lat)))
    return north, east


@dataclass(frozen=True, eq=False)
class Walked:
    """How far it is for each place: metres, inf beyond the limit; which site that is, NONE there.

    ``led``: a road is near it at all; ``joined``: and a site stands on the same part of the graph.
    """

    metres: Floats
    site: Places
    led: Wanted
    joined: Wanted
    #: Which sites no road is near; they serve nobody here.
    sites_led: Wanted

    def covered(self, limit: float) -> Wanted:
        return np.asarray(self.metres <= limit + SLACK)


def walk(graph: Graph, places: Positions, sites: Positions, limit: float, snap: float) -> Walked:
    """How far it is from each place to the nearest site along the roads, up to the limit."""
    here, there = stand(graph, places, snap), stand(graph, sites, snap)
    metres = np.full(len(places), np.inf)
    nearest = np.full(len(places), NONE, np.int64)
    led = here.known
    joined = led.copy()
    on = np.flatnonzero(there.known)
    if not len(on) or not led.any():
        return Walked(metres, nearest, led, np.zeros_like(led), there.known)
    reached = np.unique(graph.parts[graph.start[there.road[on]]])
    joined[led] = np.isin(graph.parts[graph.start[here.road[led]]], reached)
    far, source = _from_sites(graph, there, on, limit)
    at = np.flatnonzero(led)
    road, along = here.road[at], here.along[at]
    for end, way in ((graph.start, along), (graph.end, graph.length[road] - along)):
        _shorten(metres, nearest, at, far[end[road]] + way, source[end[road]])
    metres[at] += here.beside[at]
    _along_one_road(metres, nearest, here, there, on)
    nearest[metres > limit + SLACK] = NONE
    metres[metres > limit + SLACK] = np.inf
    return Walked(metres, nearest, led, joined, there.known)


def _from_sites(graph: Graph, there: Stand, on: Places, limit: float) -> tuple[Floats, Places]:
    """Metres from the nearest site to each crossing, up to the limit, and which one that is."""
    count = graph.crossings
    road, along, beside = there.road[on], there.along[on], there.beside[on]
    entries = np.arange(count, count + len(on))
    ends = [
        (graph.start, graph.end, graph.length[:]),
        (graph.end, graph.start, graph.length[:]),
        (entries, graph.start[road], along + beside),
        (entries, graph.end[road], graph.length[road] - along + beside),
    ]
    start, end, length = (np.concatenate(column) for column in zip(*ends, strict=True))
    shape = (count + len(on),) * 2
    whole = scipy.sparse.csr_array(scipy.sparse.coo_array((length, (start, end)), shape=shape))
    found: Any = scipy.sparse.csgraph.dijkstra(
        whole, indices=entries, limit=limit + SLACK, min_only=True, return_predecessors=True
    )
    far, _before, source = found
    of: NDArray[np.int64] = np.full(count, NONE, np.int64)
    some = source[:count] >= count
    of[some] = on[source[:count][some] - count]
    return np.asarray(far[:count], np.float64), of


def _shorten(metres: Floats, nearest: Places, at: Places, way: Floats, source: Places) -> None:
    better = way < metres[at]
    metres[at[better]] = way[better]
    nearest[at[better]] = source[better]


def _along_one_road(metres: Floats, nearest: Places, here: Stand, there: Stand, on: Places) -> None:
    """Who stands on the same road as a site need not go to a crossing."""
    order = on[np.argsort(there.road[on], kind="stable")]
    roads = there.road[order]
    at = np.flatnonzero(here.known & np.isin(here.road, roads))
    first = np.searchsorted(roads, here.road[at], "left")
    last = np.searchsorted(roads, here.road[at], "right")
    for place, low, high in zip(at.tolist(), first.tolist(), last.tolist(), strict=True):
        sites = order[low:high]
        ways = np.abs(there.along[sites] - here.along[place]) + there.beside[sites]
        ways += here.beside[place]
        best = int(np.argmin(ways))
        if ways[best] < metres[place]:
            metres[place], nearest[place] = ways[best], sites[best]


def lengths(lat: Floats, lon: Floats, start: Places, end: Places) -> Floats:
    """The straight lines between the ends of roads, in metres along the ellipsoid."""
    there = earth_centred(lat, lon)
    return arcs(there[start], there[end])
