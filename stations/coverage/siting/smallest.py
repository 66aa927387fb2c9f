"""The smallest number of stations that reach everybody (location set covering)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy

from stations.coverage.siting.branching import Program, solved
from stations.coverage.siting.greedy import Choice
from stations.coverage.siting.problem import Infeasible, Stopped, Watch
from stations.coverage.siting.reducing import alike, contained, undominated
from stations.coverage.siting.rows import Ints, Rows

#: Seconds that the exact search may take, unless told otherwise.
SECONDS: Final = 600.0
_MOST_TURNS: Final = 6


@dataclass(frozen=True, slots=True)
class Fewest:
    """Candidates that together reach everybody (ascending), and how many are needed at least."""

    chosen: tuple[int, ...]
    bound: int

    @property
    def proved(self) -> bool:
        return len(self.chosen) <= self.bound


def smallest(
    reach: Rows, settlements: int, watch: Watch, seconds: float | None = SECONDS
) -> Fewest:
    """The fewest candidates that reach all of so many *settlements*.

    With None for *seconds* a good choice at once.  Raises Infeasible naming those out of reach.
    """
    reached_by = reach.turned(settlements)
    lost = np.flatnonzero(reached_by.sizes == 0)
    if len(lost):
        raise Infeasible(lost)
    candidates, rows = _reduced(reach, settlements)
    turned = rows.turned(len(rows) and _width(rows))
    found = Fewest(*_first(rows, turned))
    if not found.proved and seconds is not None and not watch.over():
        watch.tell(-len(found.chosen), -found.bound)
        found = _branched(rows, turned, found, watch, seconds)
    chosen = candidates[np.array(found.chosen, np.int64)]
    return Fewest(tuple(sorted(int(number) for number in chosen)), found.bound)


def _width(rows: Rows) -> int:
    return int(rows.members.max()) + 1 if len(rows.members) else 0


def _reduced(reach: Rows, settlements: int) -> tuple[Ints, Rows]:
    """The candidates and the settlements that matter: of those who reach less than another none,
    of settlements reached by all who reach another none, for they are reached with it."""
    candidates = np.arange(len(reach))
    for _ in range(_MOST_TURNS):
        by = reach.turned(settlements)
        first, _group = alike(by)
        by = by.only(first)
        _inner, outer = contained(by, by.turned(len(reach)), once=False)
        needed = np.ones(len(by), bool)
        needed[outer] = False
        by = by.only(np.flatnonzero(needed))
        before = settlements, len(reach)
        settlements = len(by)
        reach = by.turned(len(reach))
        kept = np.flatnonzero(undominated(reach, by))
        candidates, reach = candidates[kept], reach.only(kept)
        if (settlements, len(reach)) == before:
            break
    return candidates, reach


def _first(reach: Rows, reached_by: Rows) -> tuple[tuple[int, ...], int]:
    """A choice that reaches everybody, and how many of them no candidate has two of."""
    choice = Choice(np.ones(len(reached_by)), reach, reached_by)
    choice.fill(len(reach))
    chosen = choice.chosen
    counts = np.bincount(reach.taken(np.array(chosen, np.int64))[0], minlength=len(reached_by))
    kept = []
    for number in reversed(chosen):
        members = reach.row(number)
        if (counts[members] > 1).all():
            counts[members] -= 1
        else:
            kept.append(number)
    return tuple(sorted(kept)), _apart(reached_by, len(reach))


def _apart(reached_by: Rows, candidates: int) -> int:
    """Of how many settlements no two are reached by one candidate: each needs one of its own."""
    taken = np.zeros(candidates, bool)
    found = 0
    for number in np.argsort(reached_by.sizes, kind="stable"):
        members = reached_by.row(int(number))
        if not taken[members].any():
            taken[members] = True
            found += 1
    return found


def _branched(reach: Rows, reached_by: Rows, found: Fewest, watch: Watch, seconds: float) -> Fewest:
    count = len(reach)
    rows = scipy.sparse.csr_array(
        (np.ones(len(reached_by.members)), reached_by.members, reached_by.starts),
        shape=(len(reached_by), count),
    )
    program = Program(
        costs=np.ones(count),
        rows=rows,
        low=np.ones(len(reached_by)),
        high=np.full(len(reached_by), np.inf),
        upper=np.ones(count),
        whole=np.ones(count, bool),
    )
    try:
        # Less than one less is none less.
        outcome = solved(program, watch, seconds, 0.5 / max(len(found.chosen), 1))
    except Stopped:
        return found
    chosen = found.chosen
    if outcome.x is not None:
        other = tuple(int(number) for number in np.flatnonzero(outcome.x > 0.5))
        chosen = other if len(other) < len(chosen) else chosen
    bound = len(chosen) if outcome.proved else max(found.bound, int(np.ceil(outcome.bound - 1e-6)))
    return Fewest(chosen, min(bound, len(chosen)))
