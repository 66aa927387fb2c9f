"""How far it is along roads, beside a search by hand."""

from __future__ import annotations

import heapq
import math
from itertools import pairwise

import numpy as np
import pytest

from stations.coverage.positions import NONE, Positions
from stations.coverage.roads.graph import Graph, Stand, lengths, stand, walk
from tests.stations.coverage.points import apart, at, positions

MIDDLE = (37.5, 122.1)


def graph(points: list[tuple[float, float]], roads: list[tuple[int, int]]) -> Graph:
    lat, lon = np.array(points).T
    start, end = np.array(roads, np.int64).reshape(-1, 2).T
    return Graph.of(lat, lon, start, end, lengths(lat, lon, start, end))


def straight(metres: float, count: int, azimuth: float = 90.0) -> Graph:
    """A road of equal pieces from the middle on."""
    points = [at(MIDDLE, number * metres, azimuth) for number in range(count + 1)]
    return graph(points, list(pairwise(range(count + 1))))


Ways = dict[object, list[tuple[object, float]]]


def by_hand(
    one: Graph, places: Positions, sites: Positions, limit: float, snap: float
) -> tuple[list[float], list[bool]]:
    """The same by Dijkstra's own search, with a crossing put in wherever somebody is led to."""
    here, there = stand(one, places, snap), stand(one, sites, snap)
    ways = crossed(one, {"place": here, "site": there})
    far = searched(ways, [("site", number) for number in np.flatnonzero(there.known).tolist()])
    metres = [far.get(("place", number), math.inf) for number in range(len(places))]
    joined = [("place", number) in far for number in range(len(places))]
    return [one if one <= limit else math.inf for one in metres], joined


def crossed(one: Graph, stands: dict[str, Stand]) -> Ways:
    """All steps of one crossing to the next, with a crossing wherever somebody is led to."""
    ways: Ways = {}

    def join(a: object, b: object, metres: float) -> None:
        ways.setdefault(a, []).append((b, metres))
        ways.setdefault(b, []).append((a, metres))

    on: dict[int, list[tuple[float, object]]] = {road: [] for road in range(len(one))}
    for kind, found in stands.items():
        for number in np.flatnonzero(found.known).tolist():
            foot = ("foot", kind, number)
            on[int(found.road[number])].append((float(found.along[number]), foot))
            join((kind, number), foot, float(found.beside[number]))
    for road, stops in on.items():
        last = float(one.length[road]), int(one.end[road])
        chain = [(0.0, int(one.start[road])), *sorted(stops, key=lambda stop: stop[0]), last]
        for (a, first), (b, second) in pairwise(chain):
            join(first, second, b - a)
    return ways


def searched(ways: Ways, begin: list[object]) -> dict[object, float]:
    far: dict[object, float] = dict.fromkeys(begin, 0.0)
    queue: list[tuple[float, str, object]] = [(0.0, str(name), name) for name in begin]
    while queue:
        metres, _, name = heapq.heappop(queue)
        for other, step in ways.get(name, []) if metres <= far[name] else ():
            if metres + step < far.get(other, math.inf):
                far[other] = metres + step
                heapq.heappush(queue, (metres + step, str(other), other))
    return far


@pytest.mark.parametrize("seed", range(25))
def test_it_is_as_far_as_a_search_by_hand_says(seed: int) -> None:
    random = np.random.default_rng(seed)
    points = [at(MIDDLE, random.uniform(0, 3000), random.uniform(0, 360)) for _ in range(40)]
    roads = [(int(one), int(other)) for one, other in random.integers(0, 40, (55, 2))]
    one = graph(points, roads)
    around = [at(MIDDLE, random.uniform(0, 3500), random.uniform(0, 360)) for _ in range(60)]
    places, sites = positions(around[:50]), positions(around[50 : 50 + seed % 6])
    limit, snap = float(random.choice([800, 2000, 9000])), float(random.choice([60, 200, 900]))
    told = walk(one, places, sites, limit, snap)
    metres, joined = by_hand(one, places, sites, limit, snap)
    assert told.metres == pytest.approx(metres, abs=1e-6)
    assert told.joined.tolist() == joined
    assert ((told.site == NONE) == np.isinf(told.metres)).all()


def test_exactly_as_far_as_the_limit_is_near_enough_and_a_tenth_of_a_metre_more_is_not() -> None:
    road = straight(250, 5)
    places = positions([at(MIDDLE, metres, 90) for metres in (1000.0, 1000.1, 999.9)])
    told = walk(road, places, positions([MIDDLE]), 1000.5, 50)
    assert told.metres == pytest.approx([1000.0, 1000.1, 999.9], abs=1e-3)
    inside = Positions(road.lat[4:5], road.lon[4:5])
    exactly = float(walk(road, inside, positions([MIDDLE]), 2000, 50).metres[0])
    assert walk(road, inside, positions([MIDDLE]), exactly, 50).covered(exactly)[0]
    assert not walk(road, inside, positions([MIDDLE]), exactly - 0.1, 50).covered(exactly - 0.1)[0]


def test_the_way_to_the_road_counts_and_the_river_between_two_banks_does_too() -> None:
    """Two roads on either bank, and one bridge two kilometres away."""
    south = [at(MIDDLE, metres, 90) for metres in (0, 1000, 2000)]
    north = [at(point, 100, 0) for point in south]
    banks = graph([*south, *north], [(0, 1), (1, 2), (3, 4), (4, 5), (2, 5)])
    beside = at(at(MIDDLE, 30, 180), 0.0, 0)
    told = walk(banks, positions([north[0], beside]), positions([south[0]]), 9000, 150)
    assert apart(north[0], south[0]) == pytest.approx(100)
    assert told.metres == pytest.approx([4100, 30], abs=0.5)


def test_whom_no_road_is_near_and_who_is_on_another_part_is_told_apart() -> None:
    far = at(MIDDLE, 20_000, 0)
    two = graph(
        [MIDDLE, at(MIDDLE, 500, 90), far, at(far, 500, 90)],
        [(0, 1), (2, 3)],
    )
    places = positions([at(MIDDLE, 400, 90), far, at(MIDDLE, 300, 0)])
    told = walk(two, places, positions([MIDDLE, at(MIDDLE, 5000, 0)]), 1000, 200)
    assert told.led.tolist() == [True, True, False]
    assert told.joined.tolist() == [True, False, False]
    assert told.sites_led.tolist() == [True, False]
    assert told.site.tolist() == [0, NONE, NONE]
    assert stand(two, places, 299.0).road[2] == NONE
    assert stand(two, places, 301.0).road[2] != NONE


def test_the_nearest_road_is_the_one_that_is_near_not_the_one_with_a_near_crossing() -> None:
    long = graph(
        [at(MIDDLE, 5000, 270), at(MIDDLE, 5000, 90), at(MIDDLE, 300, 0), at(MIDDLE, 400, 0)],
        [(0, 1), (2, 3)],
    )
    found = stand(long, positions([at(MIDDLE, 40, 0)]), 200)
    assert found.road.tolist() == [0]
    assert found.along[0] == pytest.approx(5000, abs=1)
    assert found.beside[0] == pytest.approx(40, abs=2.5)  # the earth is round between its ends


def test_nobody_no_site_and_no_road_are_nobody_reached() -> None:
    road, none = straight(100, 3), positions([])
    assert not walk(road, none, positions([MIDDLE]), 1000, 100).led.size
    alone = walk(road, positions([MIDDLE]), none, 1000, 100)
    assert (alone.led.tolist(), alone.joined.tolist()) == ([True], [False])
    assert len(graph([MIDDLE, MIDDLE], [(0, 0)])) == 0  # a loop leads nowhere
    nowhere = walk(graph([MIDDLE], []), positions([MIDDLE]), positions([MIDDLE]), 1000, 100)
    assert (nowhere.led.tolist(), nowhere.metres.tolist()) == ([False], [math.inf])


def test_of_two_roads_between_two_crossings_the_shorter_one_is_walked() -> None:
    points = [MIDDLE, at(MIDDLE, 500, 90)]
    lat, lon = np.array(points).T
    ends = np.array([0, 1, 0], np.int64), np.array([1, 0, 0], np.int64)
    both = Graph.of(lat, lon, *ends, np.array([900.0, 700.0, 5.0]))
    assert len(both) == 1
    told = walk(both, positions([points[1]]), positions([MIDDLE]), 1000, 10)
    assert told.metres == pytest.approx([700], abs=1e-6)
