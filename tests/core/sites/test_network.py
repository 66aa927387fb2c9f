"""The network in memory: whom it ranks and in which order, against a search of every geodesic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Final

import numpy as np
import pytest
from geopy.distance import geodesic
from numpy.typing import NDArray

from core.calendar.hours import canonical
from core.calendar.rules import Calendar, Shut
from core.geo import Point
from core.regions.rules import Level
from core.regions.tree import Node, Tree
from core.sites.network import KINDS, STATUSES, Announced, Network, Place, Rows
from core.sites.rules import Kind, Mode, Status

ON: Final = date(2026, 6, 1)
COUNT: Final = 308
ASKED: Final = 200
LIMIT: Final = 5

#: More than the bits of one word; of most of them nothing is offered.
SERVICES: Final = tuple(range(101, 171))
#: Which part of the sites offers a service directly, and by helping.
SHARES: Final = {
    101: (0.01, 0.0),
    102: (0.6, 0.0),
    103: (0.0, 0.9),
    168: (0.02, 0.02),
    170: (0.3, 0.3),
}
NOBODY, UNKNOWN = 150, 999


def region(id: int, level: Level, parent: int | None) -> Node:
    return Node(
        id=id,
        code=f"{id:012}",
        name=f"区划{id}",
        name_en="",
        level=level,
        parent_id=parent,
        statutory=True,
        point=None,
        point_source="",
        since=ON,
        source="test",
    )


TREE: Final = Tree.of(
    ON,
    (
        region(1, Level.CITY, None),
        region(2, Level.COUNTY, 1),
        region(3, Level.TOWN, 2),
        region(4, Level.VILLAGE, 3),
        region(5, Level.COUNTY, 1),
    ),
)


def some_rows(lat: list[float], lon: list[float]) -> Rows:
    """Active halls in the village, that offer nothing."""
    count = len(lat)
    return Rows(
        ids=np.arange(1, count + 1) * 10,
        region_ids=np.full(count, 4, np.int64),
        kinds=np.zeros(count, np.int8),
        statuses=np.full(count, STATUSES.index(Status.ACTIVE), np.int8),
        lat=np.array(lat, np.float64),
        lon=np.array(lon, np.float64),
        codes=[f"code{number}" for number in range(count)],
        names=[f"网点{number}" for number in range(count)],
        names_en=[""] * count,
        addresses=[""] * count,
        phones=[""] * count,
        made=[False] * count,
        hours={},
        closures=(),
        services=SERVICES,
        direct=np.zeros((count, 2), np.uint64),
        assisted=np.zeros((count, 2), np.uint64),
    )


def network_of(rows: Rows) -> Network:
    return Network(ON, TREE, Calendar(), rows)


@cache
def city() -> Network:
    """Sites of every kind and state, some without a position; the same ones every time."""
    random = np.random.default_rng(3710)
    rows = some_rows(
        random.uniform(36.8, 37.5, COUNT).tolist(), random.uniform(121.2, 122.6, COUNT).tolist()
    )
    direct, assisted = rows.direct.copy(), rows.assisted.copy()
    for service, shares in SHARES.items():
        word, bit = divmod(SERVICES.index(service), 64)
        for plane, share in zip((direct, assisted), shares, strict=True):
            chosen = random.random(COUNT) < share
            plane[chosen, word] |= np.uint64(1 << bit)
    return network_of(
        replace(
            rows,
            kinds=random.integers(len(KINDS), size=COUNT).astype(np.int8),
            statuses=random.choice(len(STATUSES), COUNT, p=(0.05, 0.9, 0.05)).astype(np.int8),
            lat=np.where(random.random(COUNT) < 0.05, np.nan, rows.lat),
            region_ids=random.integers(1, 6, COUNT),
            direct=direct,
            assisted=assisted,
        )
    )


@cache
def askers() -> list[Point]:
    random = np.random.default_rng(200)
    lat, lon = random.uniform(36.5, 37.8, ASKED), random.uniform(120.9, 122.9, ASKED)
    return list(map(Point, lat.tolist(), lon.tolist()))


@cache
def distances() -> NDArray[np.float64]:
    """Metres from everybody who asks to every site, by the geodesic; NaN without a position."""
    rows = city().rows
    sites = list(zip(rows.lat.tolist(), rows.lon.tolist(), strict=True))
    return np.array(
        [
            [np.nan if lat != lat else geodesic((a.lat, a.lon), (lat, lon)).m for lat, lon in sites]
            for a in askers()
        ]
    )


def may_be_ranked(place: Place, service: int | None, kind: Kind | None) -> bool:
    """The long way round: through what each place is told to offer."""
    return (
        place.status is Status.ACTIVE
        and place.point is not None
        and kind in (None, place.kind)
        and (service is None or service in dict(city().offerings(place)))
    )


def third(place: Place) -> bool:
    return place.index % 3 == 0


@pytest.mark.parametrize("accept", [None, third])
@pytest.mark.parametrize("kind", [None, *Kind])
@pytest.mark.parametrize("service", [None, *SHARES, NOBODY, UNKNOWN])
def test_nearest_agrees_with_a_search_of_every_geodesic(
    service: int | None, kind: Kind | None, accept: Callable[[Place], bool] | None
) -> None:
    wanted = [
        place.index
        for place in map(city().place, range(COUNT))
        if may_be_ranked(place, service, kind) and (accept is None or accept(place))
    ]
    for asker, metres in zip(askers(), distances(), strict=True):
        found = city().nearest(asker, LIMIT, service_id=service, kind=kind, accept=accept)
        assert [index for index, _ in found] == sorted(wanted, key=metres.__getitem__)[:LIMIT]
        for index, chord in found:
            # A geodesic is longer than its chord c by c³ / 24 R².
            excess = chord**3 / (24 * 6.37e6**2)
            assert metres[index] == pytest.approx(chord + excess, abs=0.01 * excess + 1e-6)


def test_the_searches_are_not_empty() -> None:
    """Each filter leaves somebody, or the comparison above would compare nothing."""
    for service in SHARES:
        assert city().offering(service)[city().ranked].sum() >= 1
    assert {place.kind for place in map(city().place, range(COUNT))} == set(Kind)
    assert not city().offering(NOBODY).any()
    assert not city().offering(UNKNOWN).any()


def test_who_is_not_active_or_has_no_position_is_never_ranked() -> None:
    rows = city().rows
    active = rows.statuses == STATUSES.index(Status.ACTIVE)
    placed = ~np.isnan(rows.lat)
    assert not active.all()
    assert not placed.all()
    found = city().nearest(askers()[0], 10 * COUNT)
    assert sorted(index for index, _ in found) == np.flatnonzero(active & placed).tolist()
    every = city().nearest(askers()[0], 10 * COUNT, accept=lambda place: True)
    assert every == found


def test_without_some_sites_the_others_move_up() -> None:
    rows = city().rows
    for asker, metres in zip(askers()[:20], distances(), strict=False):
        first = [index for index, _ in city().nearest(asker, 2)]
        fewer = city().without(rows.ids[first].tolist())
        left = [index for index in np.flatnonzero(city().ranked) if index not in first]
        found = [index for index, _ in fewer.nearest(asker, LIMIT)]
        assert found == sorted(left, key=metres.__getitem__)[:LIMIT]
        assert [index for index, _ in city().nearest(asker, 2)] == first
        assert fewer.place(first[0]).point is None
    assert city().without([]).nearest(askers()[0], 3) == city().nearest(askers()[0], 3)
    assert city().without([7]).nearest(askers()[0], 3) == city().nearest(askers()[0], 3)


def test_of_no_sites_none_is_nearest() -> None:
    empty = network_of(some_rows([], []))
    assert len(empty) == 0
    assert not empty.made
    assert empty.nearest(Point(37, 122), 5) == []
    assert empty.nearest(Point(37, 122), 5, service_id=101, kind=Kind.HALL) == []
    assert empty.nearest(Point(37, 122), 5, accept=third) == []
    assert empty.by_code("code0") is None


@pytest.mark.parametrize("limit", [1, 2, 3, 20])
def test_no_more_than_asked_for_and_no_more_than_there_are(limit: int) -> None:
    three = network_of(some_rows([37.0, 37.2, 37.1], [122.0, 122.0, 122.0]))
    found = three.nearest(Point(36.9, 122), limit)
    assert [index for index, _ in found] == [0, 2, 1][:limit]
    assert found == three.nearest(Point(36.9, 122), limit, accept=lambda place: True)
    assert all(type(index) is int and type(chord) is float for index, chord in found)


def test_sites_at_one_point_are_all_found() -> None:
    count = 40
    network = network_of(some_rows([37.0] * count + [38.0], [122.0] * count + [122.0]))
    found = network.nearest(Point(37, 122), count + 1)
    assert sorted(index for index, _ in found) == list(range(count + 1))
    assert [chord for _, chord in found[:count]] == [0.0] * count
    assert found[count][1] > 100_000


def test_modes_and_offerings_beyond_one_word_of_bits() -> None:
    rows = some_rows([37.0, 37.1], [122.0, 122.0])
    rows.direct[0] = (1 << 0 | 1 << 63, 1 << 0)
    rows.assisted[0] = (1 << 0, 1 << 5)
    network = network_of(rows)
    first, second = network.place(0), network.place(1)
    assert network.offerings(first) == [
        (101, Mode.DIRECT),
        (164, Mode.DIRECT),
        (165, Mode.DIRECT),
        (170, Mode.ASSISTED),
    ]
    assert network.offerings(second) == []
    assert network.mode(first, UNKNOWN) is None
    assert network.offering(170).tolist() == [True, False]
    assert network.offering(166).tolist() == [False, False]


def test_below_a_region_is_everything_in_it() -> None:
    rows = city().rows
    for node, inside in ((1, {1, 2, 3, 4, 5}), (2, {2, 3, 4}), (4, {4}), (5, {5})):
        expected = [int(id) in inside for id in rows.region_ids]
        assert city().below(TREE.by_id[node]).tolist() == expected
        assert any(expected)


def test_a_place_is_told_as_the_rows_have_it() -> None:
    rows = replace(
        some_rows([37.0, float("nan")], [122.0, 122.0]),
        kinds=np.array([KINDS.index(Kind.COMMUNITY), 0], np.int8),
        names_en=["Hall", ""],
        addresses=["海滨路1号", ""],
        phones=["0631-1", ""],
        made=[False, True],
    )
    network = network_of(rows)
    place = network.by_code("code0")
    assert place is not None
    assert (place.id, place.name, place.name_en) == (10, "网点0", "Hall")
    assert (place.address, place.phone) == ("海滨路1号", "0631-1")
    assert (place.kind, place.status, place.made) == (Kind.COMMUNITY, Status.ACTIVE, False)
    assert place.point == Point(37.0, 122.0)
    assert place.region is TREE.by_id[4]
    assert place.hours is None
    assert network.place(1).point is None
    assert network.made
    assert network.places(network.of_kind(Kind.COMMUNITY)) == [place]


def test_closures_of_the_site_and_of_every_region_above_hold() -> None:
    def announced(day: int, site: int | None, region: int | None) -> Announced:
        shut = Shut(date(2026, 6, day), date(2026, 6, day + 1))
        return Announced("a uuid", shut, "停办", "", site, region, datetime(2026, 5, 1, tzinfo=UTC))

    of_city, of_other = announced(3, None, 1), announced(2, None, 5)
    of_site, of_second = announced(1, 10, None), announced(4, 20, None)
    week = {"week": {"mon": ["00:00-24:00"], "tue": ["00:00-24:00"], "wed": ["00:00-24:00"]}}
    network = network_of(
        replace(
            some_rows([37.0, 37.1], [122.0, 122.0]),
            closures=(of_city, of_other, of_site, of_second),
            hours={10: canonical(week)},
        )
    )
    place = network.place(0)
    assert place.closures == (of_site, of_city)
    noon = [datetime(2026, 6, day, 4, tzinfo=UTC) for day in (1, 2, 3)]
    assert [network.opening(place, moment).open for moment in noon] == [False, True, False]
    assert network.place(1).closures == (of_city, of_second)
    assert not network.opening(network.place(1), noon[1]).open
