"""The plane: shapes are kept, and what it says of distances can be relied on."""

from __future__ import annotations

import random
from threading import get_ident

import numpy as np
import pytest

from core.geo import Floats
from stations.coverage.plane import project, scale, scales
from stations.coverage.positions import on_plane, pairs
from stations.coverage.squares import Squares, Within
from tests.stations.coverage.points import anywhere, apart, at, positions


def test_lengths_are_stretched_alike_in_all_directions() -> None:
    chance = random.Random(1)
    for _ in range(300):
        middle = anywhere(chance)
        around = [at(middle, 10.0, azimuth) for azimuth in range(0, 360, 30)]
        lat, lon = np.array([middle, *around]).T
        there = project(lat, lon)
        lengths = np.linalg.norm(there[1:] - there[0], axis=1) / 10.0
        assert np.abs(lengths - scale(lat[:1])[0]).max() < 1e-5


def test_it_is_true_on_its_two_parallels() -> None:
    assert np.abs(scale(np.array([25.0, 47.0])) - 1).max() < 1e-12
    least, most = scales(3.0, 54.0)
    assert 0.98 < least < 0.982
    assert 1.14 < most < 1.15


@pytest.mark.parametrize("metres", [50.0, 1000.0, 50_000.0])
def test_whoever_it_says_is_near_is_near_and_nobody_near_is_missed(metres: float) -> None:
    chance = random.Random(2)
    for _ in range(1000):
        middle = anywhere(chance)
        other = at(middle, metres * chance.uniform(0.97, 1.03), chance.uniform(0, 360))
        one, two = positions([middle]), positions([other])
        length = float(np.linalg.norm(one.plane - two.plane))
        least, most = on_plane(one, two, metres)
        near = apart(middle, other) <= metres
        assert near or length > least
        assert not near or length <= most


def test_over_the_whole_country_pairs_are_those_of_the_geodesic() -> None:
    """Where the scale differs most the plane leaves most open."""
    chance = random.Random(3)
    some = [anywhere(chance) for _ in range(400)]
    some[:2] = [(3.0, 73.0), (54.0, 136.0)]
    others = [
        at(one, chance.choice([1.0, 1000.0]) * chance.uniform(0.9, 1.1), chance.uniform(0, 360))
        for one in some
    ]
    others += [at(one, 1000.0, chance.uniform(0, 360)) for one in some[:100]]
    found = pairs(positions(some), positions(others), 1000.0)
    expected = {
        (number % 400 if number < 400 else number - 400, number)
        for number, other in enumerate(others)
        if apart(some[number % 400 if number < 400 else number - 400], other) <= 1000.0 + 1e-6
    }
    told = set(zip(found.of.tolist(), found.to.tolist(), strict=True))
    assert expected <= told
    assert all(apart(some[i], others[j]) <= 1000.0 + 1e-6 for i, j in told)


def test_in_threads_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(4)
    points = [
        at((37.5, 122.1), chance.uniform(0, 5000), chance.uniform(0, 360)) for _ in range(500)
    ]
    whole = pairs(positions(points), positions(points), 700.0)
    monkeypatch.setattr("stations.coverage.positions._MANY", 100)
    monkeypatch.setattr("stations.coverage.positions._AT_ONCE", 60)
    threads = set()

    def noted(squares: Squares, plane: Floats, metres: float) -> Within:
        threads.add(get_ident())
        return within(squares, plane, metres)

    within = Squares.within
    monkeypatch.setattr(Squares, "within", noted)
    told = pairs(positions(points), positions(points), 700.0)
    assert get_ident() not in threads
    assert sorted(zip(*told, strict=True)) == sorted(zip(*whole, strict=True))
