"""Stations with room for so many people, beside every choice tried person by person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stations.coverage.siting import capacity
from stations.coverage.siting.assigning import Limited
from stations.coverage.siting.capacity import Assigned, Short
from stations.coverage.siting.problem import Infeasible, Unwatched
from stations.coverage.siting.rows import Rows
from tests.stations.coverage.siting.instances import greatest_limited, least_limited, limited


def test_two_hundred_small_questions_are_answered_as_by_trying_every_choice() -> None:
    feasible = 0
    for seed in range(200):
        asked = limited(seed)
        expected = greatest_limited(asked)
        if expected is None:
            with pytest.raises(Infeasible):
                capacity.best(asked, Unwatched())
            continue
        feasible += 1
        found = capacity.best(asked, Unwatched())
        assert found.solution.proved, seed
        assert found.solution.value == pytest.approx(expected, abs=1e-5), seed
        _check(asked, found)
        assert found.solution.value == pytest.approx(_worth(asked, found), abs=1e-5)
        quick = capacity.at_once(asked)
        assert quick.solution.value <= expected + 1e-5
        assert quick.solution.bound >= expected - 1e-5
        _check(asked, quick)
    assert feasible > 100


def test_the_smallest_number_with_room_for_everybody() -> None:
    feasible = 0
    for seed in range(200):
        asked = limited(seed)
        expected = least_limited(asked)
        if expected is None:
            with pytest.raises(Infeasible):
                capacity.fewest(asked, Unwatched())
            continue
        feasible += 1
        found = capacity.fewest(asked, Unwatched())
        assert found.solution.proved, seed
        assert len(found.solution.chosen) == expected, seed
        assert found.shares.people.sum() == pytest.approx(asked.people.sum())
        _check(replace(asked, most=len(asked.reach)), found)
        quick = capacity.fewest(asked, Unwatched(), None)
        assert -quick.solution.bound <= expected <= len(quick.solution.chosen)
    assert feasible > 50


def test_how_many_find_no_room_is_told() -> None:
    reach = Rows.of(np.array([0, 1]), np.array([0, 1]), 2)
    asked = Limited(np.array([5.0, 9.0]), np.ones(2), reach, 2, np.zeros(2, bool), 6.0)
    with pytest.raises(Short) as told:
        capacity.fewest(asked, Unwatched())
    assert told.value.people == pytest.approx(3.0)


def test_people_of_one_settlement_may_go_to_several_stations() -> None:
    reach = Rows.of(np.array([0, 1]), np.array([0, 0]), 2)
    asked = Limited(np.array([9.0]), np.ones(1), reach, 2, np.ones(1, bool), 5.0)
    found = capacity.best(asked, Unwatched())
    assert found.solution.value == 9.0
    assert sorted(found.shares.people.tolist()) == [4.0, 5.0]


def _check(asked: Limited, found: Assigned) -> None:
    """Nobody is led out of reach, no station is over-full, and nobody goes twice."""
    shares = found.shares
    assert len(found.solution.chosen) <= asked.most
    assert set(shares.candidates.tolist()) <= set(found.solution.chosen)
    for settlement, candidate in zip(shares.settlements, shares.candidates, strict=True):
        assert settlement in asked.reach.row(int(candidate))
    taken = np.bincount(shares.candidates, shares.people, len(asked.reach))
    gone = np.bincount(shares.settlements, shares.people, len(asked.people))
    assert (taken <= asked.capacity + 1e-6).all()
    assert (gone <= asked.people + 1e-6).all()
    assert (gone[asked.must] >= asked.people[asked.must] - 1e-6).all()


def _worth(asked: Limited, found: Assigned) -> float:
    return float((found.shares.people * asked.worth[found.shares.settlements]).sum())
