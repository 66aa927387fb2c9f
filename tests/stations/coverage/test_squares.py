"""Squares on the plane: whoever is close is found, and nobody else."""

from __future__ import annotations

import numpy as np
import pytest

from core.geo import Floats
from stations.coverage.squares import Squares

CHANCE = np.random.default_rng(17)


def around(count: int, width: float, height: float) -> Floats:
    return CHANCE.uniform((-3e5, 2e6), (-3e5 + width, 2e6 + height), (count, 2))


def check(asked: Floats, held: Floats, metres: float) -> int:
    """How many pairs there are, once they are the right ones."""
    squared = ((asked[:, np.newaxis] - held) ** 2).sum(axis=2)
    of, to = np.nonzero(squared <= metres**2)
    squares = Squares(held)
    found = squares.within(asked, metres)
    assert sorted(zip(found.of.tolist(), found.to.tolist(), strict=True)) == sorted(
        zip(of.tolist(), to.tolist(), strict=True)
    )
    assert np.array_equal(found.squared, squared[found.of, found.to])
    assert (squares.count(asked, metres) >= np.bincount(of, minlength=len(asked))).all()
    return len(of)


@pytest.mark.parametrize("metres", [0.0, 50.0, 1000.0, 1050.0, 2100.1, 20_000.0, 1e7])
def test_pairs_are_those_of_every_one_with_every_one(metres: float) -> None:
    held = around(300, 30_000, 12_000)
    asked = np.concatenate((around(400, 30_000, 12_000), held[:50]))
    assert check(asked, held, metres) >= 50


def test_whoever_stands_outside_finds_those_at_the_border_only() -> None:
    held = around(200, 5000, 5000)
    middle, reach = held.mean(axis=0), np.array([9000.0, 9000.0])
    asked = CHANCE.uniform(middle - reach, middle + reach, (600, 2))
    assert check(asked, held, 900.0) > 100
    assert check(held + 1e6, held, 900.0) == 0
    assert check(held - 1e6, held, 900.0) == 0


@pytest.mark.parametrize("metres", [400.0, 300_000.0])
def test_places_that_lie_far_apart_have_larger_squares(metres: float) -> None:
    held = around(40, 4e6, 3e6)
    asked = np.concatenate((held + 282.8, around(300, 4e6, 3e6)))
    assert check(asked, held, metres) >= 40


def test_they_may_lie_in_one_line_or_at_one_point() -> None:
    for held in (around(60, 9e6, 0), around(60, 0, 9000), around(1, 1, 1).repeat(9, axis=0)):
        assert check(held, held, 800.0) >= len(held)


def test_some_at_a_time_they_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stations.coverage.squares._AT_A_TIME", 7)
    held = around(150, 4000, 4000)
    assert check(around(150, 4000, 4000), held, 1000.0) > 1500
