"""Who is within the limit: against the geodesic as geographiclib solves it."""

from __future__ import annotations

import random

import numpy as np
import pytest

from stations.coverage.positions import (
    NONE,
    SLACK,
    chords,
    distances,
    nearest,
    nearest_within,
    pairs,
    pairs_in_parts,
    place_order,
)
from tests.stations.coverage.points import anywhere, apart, at, positions


@pytest.mark.parametrize("metres", [50.0, 769.2307692307693, 1000.0, 5000.0, 50_000.0])
def test_a_place_at_the_limit_is_inside_and_one_a_tenth_of_a_metre_farther_is_not(
    metres: float,
) -> None:
    chance = random.Random(int(metres))
    for _ in range(400):
        site = anywhere(chance)
        azimuth = chance.uniform(0, 360)
        asked = [at(site, metres + more, azimuth) for more in (-0.1, 0.0, 0.1)]
        found = nearest_within(positions(asked), positions([site]), metres)
        assert found.inside.tolist() == [True, True, False]


@pytest.mark.parametrize("metres", [1000.0, 50_000.0])
def test_no_place_within_a_millimetre_of_the_limit_is_told_wrong(metres: float) -> None:
    chance = random.Random(7)
    wrong = 0
    for _ in range(1500):
        site = anywhere(chance)
        place = at(site, metres + chance.uniform(-1e-3, 1e-3), chance.uniform(0, 360))
        found = nearest_within(positions([place]), positions([site]), metres)
        wrong += bool(found.inside[0]) != (apart(place, site) <= metres + SLACK)
    assert wrong == 0


@pytest.mark.parametrize("metres", [50.0, 1000.0, 20_000.0, 50_000.0])
def test_chords_that_are_sure_are_sure(metres: float) -> None:
    chance = random.Random(3)
    sure, never = chords(metres)
    for _ in range(1000):
        site = anywhere(chance)
        both = positions([site, at(site, metres, chance.uniform(0, 360))])
        chord = float(np.linalg.norm(both.xyz[0] - both.xyz[1]))
        assert sure <= chord <= never


def test_pairs_are_those_of_every_one_with_every_one() -> None:
    chance = random.Random(11)
    middle = (37.5, 122.1)
    some = [at(middle, chance.uniform(0, 4000), chance.uniform(0, 360)) for _ in range(150)]
    others = [at(middle, chance.uniform(0, 4000), chance.uniform(0, 360)) for _ in range(60)]
    some[0] = others[0]
    others.append(at(some[1], 1000.0, 12.5))
    found = pairs(positions(some), positions(others), 1000.0)
    expected = {
        (i, j)
        for i, a in enumerate(some)
        for j, b in enumerate(others)
        if apart(a, b) <= 1000.0 + SLACK
    }
    assert len(found) == len(expected)
    assert set(zip(found.of.tolist(), found.to.tolist(), strict=True)) == expected
    assert (0, 0) in expected
    assert (1, 60) in expected


def test_of_two_at_the_limit_the_nearer_by_the_geodesic_is_named() -> None:
    place = (20.0, 110.0)
    # By the chord the second of them is nearer, by the geodesic the first.
    for azimuth in range(0, 180, 15):
        there = [at(place, 49_999.9999, azimuth), at(place, 50_000.0, azimuth + 90)]
        found = nearest_within(positions([place]), positions(there), 50_000.0)
        assert found.inside.tolist() == [True]
        assert found.nearest.tolist() == [0]


def test_who_has_just_missed_it_is_known_as_far_as_was_looked() -> None:
    site = (36.0, 120.0)
    asked = [at(site, metres, 40) for metres in (999.0, 1004.9, 1005.2)]
    found = nearest_within(positions(asked), positions([site]), 1000.0, 5.0)
    assert found.inside.tolist() == [True, False, False]
    assert found.nearest.tolist() == [0, 0, NONE]


def test_with_nobody_on_either_side_nobody_is_near() -> None:
    none, one = positions([]), positions([(36.0, 120.0)])
    assert nearest_within(one, none, 1000.0).nearest.tolist() == [NONE]
    assert nearest(one, none).tolist() == [NONE]
    assert len(nearest_within(none, one, 1000.0).inside) == 0
    assert len(nearest(none, one)) == 0
    assert len(pairs(none, one, 1000.0)) == len(pairs(one, none, 1000.0)) == 0


def test_distances_are_those_of_the_geodesic_near_and_far() -> None:
    chance = random.Random(5)
    a = [anywhere(chance) for _ in range(200)]
    b = [at(one, 10 ** chance.uniform(-1, 6.3), chance.uniform(0, 360)) for one in a]
    here = np.arange(200)
    found = distances(positions(a), here, positions(b), here)
    expected = np.array([apart(one, other) for one, other in zip(a, b, strict=True)])
    off = np.abs(found - expected)
    assert off[expected < 200_000].max() < 1e-5
    assert off.max() < 2e-3
    assert (expected > 500_000).sum() > 5
    assert distances(positions(a), here, positions(a), here).max() == 0


def test_places_in_order_lie_nearer_to_one_another() -> None:
    chance = np.random.default_rng(2)
    lat, lon = chance.uniform(36, 37, 4000), chance.uniform(120, 121, 4000)
    order = place_order(lat, lon)
    assert sorted(order.tolist()) == list(range(4000))

    def step(numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
        return float(np.hypot(np.diff(lat[numbers]), np.diff(lon[numbers])).mean())

    assert step(order) < step(np.arange(4000)) / 15


def test_pairs_in_parts_are_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(13)
    some = positions([at((37.5, 122.1), chance.uniform(0, 4000), chance.uniform(0, 360))
                      for _ in range(300)])  # fmt: skip
    whole = pairs(some, some, 1000.0)
    monkeypatch.setattr("stations.coverage.positions.MOST_PAIRS", 500)
    parts = list(pairs_in_parts(some, some, 1000.0))
    assert len(parts) > 10
    found = {(i, j) for of, to in parts for i, j in zip(of.tolist(), to.tolist(), strict=True)}
    assert found == set(zip(whole.of.tolist(), whole.to.tolist(), strict=True))
    assert sum(map(len, parts)) == len(whole)
