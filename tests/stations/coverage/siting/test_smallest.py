"""The smallest number beside every choice tried."""

from __future__ import annotations

import numpy as np
import pytest

from stations.coverage.siting.problem import Infeasible, Unwatched
from stations.coverage.siting.rows import Rows
from stations.coverage.siting.smallest import smallest
from tests.stations.coverage.siting.instances import least, problem


def test_a_thousand_small_questions_are_answered_as_by_trying_every_choice() -> None:
    feasible = 0
    for seed in range(1000):
        asked = problem(seed)
        expected = least(asked.reach, len(asked.weights))
        if expected is None:
            with pytest.raises(Infeasible) as told:
                smallest(asked.reach, len(asked.weights), Unwatched())
            reachable = set(asked.reach.members.tolist())
            assert set(told.value.unreached.tolist()) == set(range(len(asked.weights))) - reachable
            continue
        feasible += 1
        found = smallest(asked.reach, len(asked.weights), Unwatched())
        assert found.proved, seed
        assert len(found.chosen) == expected, seed
        assert asked.reached(np.array(found.chosen, np.int64)).all(), seed
        quick = smallest(asked.reach, len(asked.weights), Unwatched(), None)
        assert quick.bound <= expected <= len(quick.chosen), seed
        assert asked.reached(np.array(quick.chosen, np.int64)).all(), seed
    assert feasible > 200


def test_nobody_to_reach_needs_nobody() -> None:
    none = Rows.of(np.zeros(0, np.int64), np.zeros(0, np.int64), 3)
    found = smallest(none, 0, Unwatched())
    assert (found.chosen, found.bound, found.proved) == ((), 0, True)
