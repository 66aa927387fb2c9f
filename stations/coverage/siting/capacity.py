"""Covering where a station takes in only so many people.

The model: everybody of a settlement is led to one or several of the new stations within reach, in
any shares; a station takes in at most ``capacity`` people; whoever finds no room is not served.  A
settlement that must be served is served whole.  Existing stations take in whomever they reach.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from stations.coverage.siting import covering
from stations.coverage.siting.assigning import ROUNDING, Limited, Shares, program, share
from stations.coverage.siting.branching import Outcome, solved
from stations.coverage.siting.covering import SECONDS
from stations.coverage.siting.problem import (
    Infeasible,
    Solution,
    Stopped,
    Undecided,
    Unwatched,
    Watch,
)
from stations.coverage.siting.rows import Floats, Ints

#: Seconds to look for any choice that serves what must be served.
BRIEF: Final = 5.0
#: As a share: what HiGHS may leave open.
GAP: Final = 1e-7


@dataclass(frozen=True, slots=True)
class Assigned:
    """A solution with who goes where."""

    solution: Solution
    shares: Shares


class Short(Infeasible):
    """All candidates together have no room for so many ``people``."""

    def __init__(self, people: float) -> None:
        super().__init__(np.zeros(0, np.int64))
        self.people = people


def at_once(problem: Limited) -> Assigned:
    """A good choice and a bound. Raises Infeasible, Undecided."""
    _require_reachable(problem)
    chosen = _greedy(problem)
    shares = share(problem, chosen)
    if shares is None:
        return best(problem, Unwatched(), BRIEF)
    value = _worth(problem, shares)
    return Assigned(_solution(chosen, value, _bound(problem)), shares)


def best(problem: Limited, watch: Watch, seconds: float = SECONDS) -> Assigned:
    """The best choice with proof, or the best found in time. Raises Infeasible, Undecided."""
    _require_reachable(problem)
    chosen = _greedy(problem)
    shares = share(problem, chosen)
    value = float("-inf") if shares is None else _worth(problem, shares)
    bound = _bound(problem)
    watch.tell(max(value, 0.0), bound)
    if shares is not None and bound <= value + ROUNDING:
        return Assigned(_solution(chosen, value, bound), shares)
    outcome = _search(problem, watch, seconds)
    if outcome.proved and outcome.x is None:
        raise Infeasible(np.zeros(0, np.int64))
    bound = min(bound, -outcome.bound)
    if outcome.x is not None:
        other = _opened(outcome, problem)
        theirs = share(problem, other)
        if theirs is not None and _worth(problem, theirs) > value + ROUNDING:
            chosen, shares, value = other, theirs, _worth(problem, theirs)
    if shares is None:
        raise Undecided
    if outcome.proved:
        bound = min(bound, value)
    return Assigned(_solution(chosen, value, bound), shares)


def fewest(problem: Limited, watch: Watch, seconds: float | None = SECONDS) -> Assigned:
    """The fewest candidates that take in everybody; with None for *seconds* a good choice at once.

    The solution's value and bound are numbers of stations, below zero.  Raises Infeasible, Short.
    """
    whole = replace(problem, must=(problem.people > 0) | problem.must, most=len(problem.reach))
    _require_reachable(whole)
    everything = np.arange(len(problem.reach))
    relaxed = replace(whole, must=np.zeros(len(problem.people), bool))
    served = share(relaxed, everything)
    taken = 0.0 if served is None else float(served.people.sum())
    short = float(problem.people.sum()) - taken
    if short > ROUNDING * max(1.0, taken):
        raise Short(short)
    chosen = _enough(whole)
    least = int(np.ceil(float(problem.people.sum()) / problem.capacity - ROUNDING))
    proved = len(chosen) <= least
    if not proved and seconds is not None and not watch.over():
        chosen, least = _search_fewest(whole, chosen, least, watch, seconds)
    shares = share(whole, chosen)
    if shares is None:
        raise Undecided
    return Assigned(_solution(chosen, -float(len(chosen)), -float(least)), shares)


def _search_fewest(
    whole: Limited, chosen: Ints, least: int, watch: Watch, seconds: float
) -> tuple[Ints, int]:
    try:
        outcome = solved(program(whole, fewest=True), watch, seconds, 0.5 / max(len(chosen), 1))
    except Stopped:
        return chosen, least
    if outcome.x is not None:
        other = _opened(outcome, whole)
        if len(other) < len(chosen) and share(whole, other) is not None:
            chosen = other
    bound = len(chosen) if outcome.proved else int(np.ceil(outcome.bound - ROUNDING))
    return chosen, max(least, min(bound, len(chosen)))


def _solution(chosen: Ints, value: float, bound: float) -> Solution:
    numbers = tuple(sorted(int(number) for number in chosen))
    proved = bound <= value + ROUNDING * max(1.0, abs(value))
    return Solution(numbers, value, value if proved else bound, proved)


def _worth(problem: Limited, shares: Shares) -> float:
    return float((shares.people * problem.worth[shares.settlements]).sum())


def _require_reachable(problem: Limited) -> None:
    reachable = np.zeros(len(problem.people), bool)
    reachable[problem.reach.members] = True
    lost = np.flatnonzero(problem.must & ~reachable)
    if len(lost):
        raise Infeasible(lost)


# -- A choice at once ----------------------------------------------------------------------------


def _greedy(problem: Limited) -> Ints:
    """Again and again the candidate that finds most work among those not served yet."""
    left = problem.people.copy()
    unmet = problem.must.copy()
    heavy = np.where(problem.must, problem.worth + problem.worth.max(initial=1.0), problem.worth)
    classes = np.unique(heavy)[::-1]
    chosen: list[int] = []
    while len(chosen) < problem.most:
        gains = _takings(problem, left, heavy, classes) + problem.reach.sums(unmet.astype(float))
        gains[chosen] = 0.0
        best_one = int(np.argmax(gains)) if len(gains) else 0
        if not len(gains) or gains[best_one] <= ROUNDING:
            break
        chosen.append(best_one)
        _take_in(problem, left, heavy, best_one)
        unmet[problem.reach.row(best_one)] = False
    return np.array(sorted(chosen), np.int64)


def _takings(problem: Limited, left: Floats, worth: Floats, classes: Floats) -> Floats:
    """What each candidate could take in, the dearest first."""
    room = np.full(len(problem.reach), float(problem.capacity))
    taken = np.zeros(len(problem.reach))
    for each in classes:
        amount = np.minimum(room, problem.reach.sums(np.where(worth == each, left, 0.0)))
        room -= amount
        taken += each * amount
    return taken


def _take_in(problem: Limited, left: Floats, worth: Floats, number: int) -> None:
    members = problem.reach.row(number)
    order = members[np.lexsort((members, -worth[members]))]
    filled = np.minimum(np.cumsum(left[order]), problem.capacity)
    left[order] -= np.diff(np.concatenate(([0.0], filled)))
    left[left < 0] = 0.0


def _enough(whole: Limited) -> Ints:
    """Candidates that take in everybody: greedily, with all of them at the latest."""
    chosen = _greedy(whole)
    if share(whole, chosen) is not None:
        return chosen
    return np.arange(len(whole.reach))


def _bound(problem: Limited) -> float:
    """No choice is worth more than without limits, nor than the greatest single takings."""
    takings = _takings(problem, problem.people, problem.worth, np.unique(problem.worth)[::-1])
    most = min(problem.most, len(takings))
    best_ones = np.sort(takings)[len(takings) - most :]
    relaxed = replace(problem.unlimited(), must=np.zeros(len(problem.people), bool))
    return min(float(best_ones.sum()), covering.at_once(relaxed).bound)


# -- The exact search ----------------------------------------------------------------------------


def _search(problem: Limited, watch: Watch, seconds: float) -> Outcome:
    try:
        return solved(program(problem, fewest=False), watch, seconds, GAP)
    except Stopped:
        return Outcome(None, float("-inf"), False)


def _opened(outcome: Outcome, problem: Limited) -> Ints:
    if outcome.x is None:
        raise ValueError("asked for only where something was found")
    return np.flatnonzero(outcome.x[: len(problem.reach)] > 0.5)
