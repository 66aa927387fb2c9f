"""Maximal covering: a good choice at once with its bound, then the best one with proof.

In this order: merge and drop (reducing), choose and exchange (greedy), bound (lagrange), settle the
candidates that the bound settles, and leave what remains to HiGHS (branching).  Settlements that
have to be reached weigh more than all the others together, so that no step need know of them; the
last one is told in so many words.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy

from stations.coverage.siting.branching import Program, solved
from stations.coverage.siting.greedy import greedy, improved
from stations.coverage.siting.lagrange import Bound, lagrange
from stations.coverage.siting.problem import (
    Infeasible,
    Problem,
    Solution,
    Stopped,
    Undecided,
    Unwatched,
    Watch,
    step,
)
from stations.coverage.siting.reducing import Reduced, reduced
from stations.coverage.siting.rows import Bools, Floats, Ints, Rows
from stations.coverage.siting.smallest import smallest

#: Seconds that the exact search may take, unless told otherwise.
SECONDS: Final = 600.0
#: Seconds for which it is sought at once how few reach all that have to be reached.
BRIEF: Final = 5.0
#: How often at most bounding and settling take turns.
MOST_TURNS: Final = 5
#: Fewer candidates than this left are not worth another turn.
FEW: Final = 12


def at_once(problem: Problem) -> Solution:
    """A good choice and its bound, in milliseconds to a second. Raises Infeasible, Undecided."""
    search = _Search(problem, Unwatched(), BRIEF)
    search.bound_it()
    return search.solution()


def best(problem: Problem, watch: Watch | None = None, seconds: float = SECONDS) -> Solution:
    """The best choice with proof, or what was found when time or patience ended.

    Raises Infeasible, and Undecided where not even that was found out.  What is proved is the same
    every time; of choices equally good it is always the same one.
    """
    search = _Search(problem, watch or Unwatched(), seconds)
    search.settle()
    search.branch(seconds)
    return search.solution()


class _Search:
    """The best choice so far, what cannot be exceeded, and the candidates still open."""

    def __init__(self, problem: Problem, watch: Watch, seconds: float) -> None:
        self._problem, self._watch, self._seconds = problem, watch, seconds
        self._weights = _heavy(problem)
        self._step = step(self._weights)
        self._rest = reduced(self._weights, problem.reach)
        self._most = min(problem.most, len(self._rest.candidates))
        #: Chosen for good, and what they reach weighs.
        self._fixed: Ints = np.zeros(0, np.int64)
        self._base = 0.0
        self._chosen = self._begin()
        self._value = self._worth(self._chosen)
        self._bound = float(self._rest.weights.sum())
        self._prices: Floats | None = None

    def solution(self) -> Solution:
        chosen = tuple(sorted(int(number) for number in self._chosen))
        value = self._problem.value(np.array(chosen, np.int64))
        if self._done():
            return Solution(chosen, value, value, True)
        added = self._weights.sum() - self._problem.weights.sum()
        return Solution(chosen, value, max(value, self._bound - float(added)), False)

    # -- The first choice ------------------------------------------------------------------------

    def _begin(self) -> Ints:
        rest = self._rest
        chosen = greedy(rest.weights, rest.reach, rest.reached_by, self._most)
        found = rest.candidates[np.array(chosen, np.int64)]
        if not self._problem.must.any() or self._serves_all(found):
            return found
        return self._begin_with_must()

    def _begin_with_must(self) -> Ints:
        """A choice that reaches all that has to be reached. Raises Infeasible, Undecided."""
        count = int(self._problem.must.sum())
        needed = smallest(_of_must(self._problem), count, self._watch, self._seconds)
        if needed.bound > self._problem.most:
            raise Infeasible(np.zeros(0, np.int64), needed.bound)
        if len(needed.chosen) > self._problem.most:
            raise Undecided
        rest = self._rest
        marked = np.zeros(len(self._problem.must), bool)
        start: list[int] = []
        # Whoever was chosen may have been dropped for one that reaches as much and more.
        for number in needed.chosen:
            marked[:] = False
            marked[self._problem.reach.row(number)] = True
            start.append(self._heir(marked & self._problem.must))
        chosen = improved(rest.weights, rest.reach, rest.reached_by, sorted(set(start)), self._most)
        return rest.candidates[np.array(chosen, np.int64)]

    def _heir(self, wanted: Bools) -> int:
        """A candidate left that reaches all *wanted*."""
        reach = self._problem.reach.only(self._rest.candidates)
        held = reach.sums(wanted.astype(float))
        return int(np.argmax(held))

    def _serves_all(self, chosen: Ints) -> bool:
        return bool(self._problem.reached(chosen)[self._problem.must].all())

    # -- Bounding and settling -------------------------------------------------------------------

    def settle(self) -> None:
        """Bound, and settle what the bound settles, as long as that leaves fewer open."""
        for _ in range(MOST_TURNS):
            if self._watch.over() or self._done() or not len(self._rest.candidates):
                return
            before = len(self._rest.candidates)
            self._fix(self.bound_it())
            if before - len(self._rest.candidates) < 0.1 * before or before < FEW:
                return

    def bound_it(self) -> Bound:
        rest = self._rest
        prices = self._prices if self._prices is not None else self._first_prices()
        bound = lagrange(
            rest.weights,
            rest.reach,
            self._most,
            self._value - self._base,
            prices,
            lambda: self._value - self._base + self._step,
            self._try,
        )
        self._bound = max(self._value, min(self._bound, self._base + bound.value))
        self._watch.tell(self._told(self._value), self._told(self._bound))
        return bound

    def _told(self, value: float) -> float:
        return value - float(self._weights.sum() - self._problem.weights.sum())

    def _first_prices(self) -> Floats:
        """What is not reached is worth its weight, what is reached once or more nothing."""
        rest = self._rest
        covered = np.zeros(len(rest.weights), bool)
        covered[rest.reach.taken(self._places())[0]] = True
        return np.where(covered, 0.0, rest.weights)

    def _places(self) -> Ints:
        """Where among the candidates left those of the best choice are."""
        return np.flatnonzero(np.isin(self._rest.candidates, self._chosen))

    def _try(self, top: Ints) -> float:
        """Better the choice that the bound points to; gives the best value so far less the base."""
        rest = self._rest
        places = improved(rest.weights, rest.reach, rest.reached_by, top.tolist(), self._most)
        chosen = np.concatenate((self._fixed, rest.candidates[np.array(places, np.int64)]))
        self._take(chosen)
        return self._value - self._base

    def _take(self, chosen: Ints) -> None:
        value = self._worth(chosen)
        if value > self._value + self._step / 2:
            self._value, self._chosen = value, chosen

    def _worth(self, chosen: Ints) -> float:
        return float(self._weights[self._problem.reached(chosen)].sum())

    def _done(self) -> bool:
        return self._bound < self._value + self._step

    def _fix(self, bound: Bound) -> None:
        """Settle each candidate without which, or with which, nothing better can be found."""
        rest, scores = self._rest, bound.scores
        top = np.zeros(len(scores), bool)
        top[bound.top] = True
        enough = self._value - self._base + self._step
        lowest = scores[top].min() if top.any() else 0.0
        next_ = scores[~top].max() if not top.all() else 0.0
        out = ~top & (bound.value - lowest + scores < enough)
        in_ = top & (bound.value - scores + next_ < enough)
        self._fixed = np.concatenate((self._fixed, rest.candidates[in_]))
        self._most -= int(in_.sum())
        reached = np.zeros(len(rest.weights), bool)
        reached[rest.reach.taken(np.flatnonzero(in_))[0]] = True
        self._base += float(rest.weights[reached].sum())
        left = np.flatnonzero(~out & ~in_)
        reach = rest.reach.only(left).among(~reached)
        weights = rest.weights[~reached]
        self._prices = bound.prices[~reached]
        turned = reach.turned(len(weights))
        self._rest = Reduced(rest.candidates[left], weights, reach, turned)

    # -- What is left ----------------------------------------------------------------------------

    def branch(self, seconds: float) -> None:
        """Let HiGHS find the best of what is open."""
        if self._done() or self._watch.over():
            return
        if not len(self._rest.candidates) or self._most <= 0:
            self._bound = self._value
            return
        smaller = reduced(self._rest.weights, self._rest.reach)
        candidates = self._rest.candidates[smaller.candidates]
        heavy = float(self._problem.weights.sum()) + 1 if self._problem.must.any() else np.inf
        program, known = _program(smaller, self._most, heavy)
        try:
            found = solved(program, self._watch, seconds, self._allowed(known))
        except Stopped:
            return
        if found.x is not None:
            chosen = candidates[found.x[: len(candidates)] > 0.5]
            self._take(np.concatenate((self._fixed, chosen)))
        reachable = self._base + known - found.bound
        self._bound = self._value if found.proved else max(self._value, min(self._bound, reachable))
        self._watch.tell(self._told(self._value), self._told(self._bound))

    def _allowed(self, known: float) -> float:
        """What HiGHS may leave open of its own objective, so that nothing better is left."""
        worth = max(self._value - self._base - known, self._step)
        return min(1e-6, 0.5 * self._step / worth) if self._step < 0.5 else 0.5 / max(worth, 1.0)


def _heavy(problem: Problem) -> Floats:
    """The weights, with what has to be reached above all others. Raises Infeasible."""
    if not problem.must.any():
        return problem.weights
    reachable = np.zeros(len(problem.weights), bool)
    reachable[problem.reach.members] = True
    lost = np.flatnonzero(problem.must & ~reachable)
    if len(lost):
        raise Infeasible(lost)
    if problem.most <= 0:
        needed = smallest(_of_must(problem), int(problem.must.sum()), Unwatched(), BRIEF)
        raise Infeasible(np.zeros(0, np.int64), max(needed.bound, 1))
    return np.where(problem.must, problem.weights + problem.weights.sum() + 1, problem.weights)


def _of_must(problem: Problem) -> Rows:
    must = np.flatnonzero(problem.must)
    return problem.reach.turned(len(problem.must)).only(must).turned(problem.candidates)


def _program(rest: Reduced, most: int, heavy: float) -> tuple[Program, float]:
    """Choose at most *most* of the candidates left, and what is reached in any case.

    A settlement that one candidate alone reaches counts with that candidate; one that weighs
    *heavy* or more has to be reached; each other has a share of its own, at most the number of
    chosen candidates that reach it.
    """
    count = len(rest.candidates)
    degrees = rest.reached_by.sizes
    must = rest.weights >= heavy
    known = float(rest.weights[must].sum())
    alone = (degrees == 1) & ~must
    own = np.bincount(
        rest.reached_by.only(np.flatnonzero(alone)).members,
        rest.weights[alone],
        minlength=count,
    )
    shared = np.flatnonzero((degrees > 1) & ~must)
    bound_to = np.flatnonzero(must)
    listed = rest.reached_by.only(np.concatenate((shared, bound_to)))
    members = scipy.sparse.csr_array(
        (np.ones(len(listed.members)), listed.members, listed.starts), shape=(len(listed), count)
    )
    shares = scipy.sparse.csr_array(
        (np.ones(len(shared)), (np.arange(len(shared)), np.arange(len(shared)))),
        shape=(len(listed), len(shared)),
    )
    chosen = scipy.sparse.csr_array(
        np.concatenate((np.ones(count), np.zeros(len(shared))))[None, :]
    )
    rows = scipy.sparse.csr_array(
        scipy.sparse.vstack((scipy.sparse.hstack((members, -shares)), chosen))
    )
    low = np.concatenate((np.zeros(len(shared)), np.ones(len(bound_to)), [0.0]))
    high = np.full(len(low), np.inf)
    high[-1] = most
    return (
        Program(
            costs=-np.concatenate((own.astype(np.float64), rest.weights[shared])),
            rows=rows,
            low=low,
            high=high,
            upper=np.ones(count + len(shared)),
            whole=np.concatenate((np.ones(count, bool), np.zeros(len(shared), bool))),
        ),
        known,
    )
