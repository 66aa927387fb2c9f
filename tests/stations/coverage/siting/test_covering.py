"""Maximal covering beside every choice tried."""

from __future__ import annotations

import numpy as np
import pytest

from stations.coverage.siting import covering
from stations.coverage.siting.problem import Infeasible, Problem, Undecided, Watch
from stations.coverage.siting.rows import Rows
from stations.coverage.siting.smallest import Fewest
from tests.stations.coverage.siting.instances import greatest, problem

INSTANCES = 1000


def test_a_thousand_small_questions_are_answered_as_by_trying_every_choice() -> None:
    feasible = 0
    for seed in range(INSTANCES):
        asked = problem(seed)
        expected = greatest(asked)
        if expected is None:
            with pytest.raises(Infeasible):
                covering.best(asked)
            continue
        feasible += 1
        found = covering.best(asked)
        assert found.proved, seed
        assert found.value == pytest.approx(expected, abs=1e-6), seed
        assert found.bound == found.value
        assert len(found.chosen) <= asked.most
        chosen = np.array(found.chosen, np.int64)
        assert asked.value(chosen) == found.value
        assert asked.reached(chosen)[asked.must].all()
    assert 500 < feasible < INSTANCES


def test_what_is_found_at_once_is_never_better_than_the_best_nor_its_bound_below_it() -> None:
    for seed in range(INSTANCES):
        asked = problem(seed)
        expected = greatest(asked)
        if expected is None:
            with pytest.raises(Infeasible):
                covering.at_once(asked)
            continue
        found = covering.at_once(asked)
        assert found.value <= expected + 1e-6, seed
        assert found.bound >= expected - 1e-6, seed
        assert asked.reached(np.array(found.chosen, np.int64))[asked.must].all(), seed


def test_settlements_that_nobody_reaches_and_must_be_are_named() -> None:
    reach = Rows.of(np.array([0, 1]), np.array([0, 1]), 2)
    with pytest.raises(Infeasible) as told:
        covering.best(Problem.of(np.ones(4), reach, 2, [1, 3]))
    assert told.value.unreached.tolist() == [3]


def test_how_many_would_do_is_told_where_fewer_may_be_chosen_than_must_be() -> None:
    reach = Rows.of(np.array([0, 1, 2]), np.array([0, 1, 2]), 3)
    for most in (0, 1, 2):
        with pytest.raises(Infeasible) as told:
            covering.at_once(Problem.of(np.ones(3), reach, most, [0, 1, 2]))
        assert told.value.needed == 3
        assert not len(told.value.unreached)


def test_that_it_was_not_found_out_whether_all_that_must_be_can_be_is_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reach = Rows.of(np.array([0, 1, 2]), np.array([0, 1, 2]), 3)
    unsure = Fewest((0, 1, 2), bound=1)
    monkeypatch.setattr(covering, "smallest", lambda *_args: unsure)
    with pytest.raises(Undecided):
        covering.at_once(Problem.of(np.ones(3), reach, 2, [0, 1, 2]))


def test_no_candidates_no_settlements_or_none_to_choose_give_nothing() -> None:
    none = Rows.of(np.zeros(0, np.int64), np.zeros(0, np.int64), 0)
    some = Rows.of(np.array([0]), np.array([0]), 1)
    for asked in (
        Problem.of(np.ones(3), none, 2),
        Problem.of(np.zeros(0), none, 2),
        Problem.of(np.zeros(1), some, 2),
        Problem.of(np.ones(1), some, 0),
    ):
        found = covering.best(asked)
        assert (found.chosen, found.value, found.bound, found.proved) == ((), 0.0, 0.0, True)


def test_fewer_are_chosen_where_more_would_add_nothing() -> None:
    reach = Rows.of(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), 3)
    assert covering.best(Problem.of(np.ones(2), reach, 3)).chosen == (0,)


def test_the_exact_search_ends_when_it_is_asked_to_with_the_best_so_far() -> None:
    asked = _hard()
    quick = covering.at_once(asked)
    stopped = covering.best(asked, _Impatient())
    assert not stopped.proved
    assert stopped.value <= stopped.bound
    assert stopped.value >= 0.9 * quick.value


def test_an_exact_search_without_time_keeps_its_choice_and_its_bound() -> None:
    asked = _hard()
    found = covering.best(asked, seconds=0.01)
    assert not found.proved
    assert found.value < found.bound
    assert 0 < found.gap < 0.2


def test_the_same_question_has_the_same_answer() -> None:
    asked = problem(16)
    assert covering.best(asked) == covering.best(asked)


class _Impatient(Watch):
    def over(self) -> bool:
        return True

    def tell(self, value: float, bound: float) -> None: ...


def _hard() -> Problem:
    """Dense and all alike, so that bounds are far off."""
    random = np.random.default_rng(5)
    owners, members = np.nonzero(random.random((120, 600)) < 0.06)
    return Problem.of(np.ones(600), Rows.of(owners, members, 120), 15)
