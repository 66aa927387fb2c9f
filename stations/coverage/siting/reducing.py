"""Making a covering problem smaller without changing its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stations.coverage.siting.rows import Bools, Floats, Ints, Rows

SEED: Final = 20260601
#: Bytes at most for a table of which candidate reaches which settlement.
MOST_DENSE: Final = 1 << 27
#: How often at most merging and dropping take turns: each makes room for the other.
MOST_TURNS: Final = 4


@dataclass(frozen=True, slots=True)
class Reduced:
    """What is left: candidates by their numbers in the whole, groups of settlements by weight.

    ``reach`` and ``reached_by`` speak of the candidates and the groups left, both ways.
    """

    candidates: Ints
    weights: Floats
    reach: Rows
    reached_by: Rows


def reduced(weights: Floats, reach: Rows) -> Reduced:
    """Merge settlements that the same candidates reach; drop candidates that another outdoes.

    What weighs nothing or is reached by nobody is left out.
    """
    candidates = np.arange(len(reach))
    for _ in range(MOST_TURNS):
        reached_by, weights = _merged(reach.turned(len(weights)), weights)
        reach = reached_by.turned(len(candidates))
        kept = undominated(reach, reached_by)
        if kept.all():
            break
        candidates = candidates[kept]
        reach = reach.only(np.flatnonzero(kept))
    else:
        reached_by, weights = _merged(reach.turned(len(weights)), weights)
        reach = reached_by.turned(len(candidates))
    return Reduced(candidates, weights, reach, reached_by)


def _merged(reached_by: Rows, weights: Floats) -> tuple[Rows, Floats]:
    """One row for all settlements that the same candidates reach, with the sum of their weights."""
    counting = np.flatnonzero((reached_by.sizes > 0) & (weights > 0))
    if len(counting) < len(reached_by):
        reached_by, weights = reached_by.only(counting), weights[counting]
    first, group = alike(reached_by)
    if len(first) == len(reached_by):
        return reached_by, weights
    return reached_by.only(first), np.bincount(group, weights, len(first)).astype(np.float64)


def alike(rows: Rows) -> tuple[Ints, Ints]:
    """The first of each group of equal rows, and the group of each row.

    Rows are found by a sum of random numbers and then compared, so chance decides nothing.
    """
    width = int(rows.members.max()) + 1 if len(rows.members) else 1
    marks = np.random.default_rng(SEED).integers(2**63, size=width, dtype=np.uint64)
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(marks[rows.members])))
    hashes = sums[rows.starts[1:]] - sums[rows.starts[:-1]]
    _, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    unlike = np.flatnonzero(~_equal(rows, first[group]))
    group = group.copy()
    group[unlike] = len(first) + np.arange(len(unlike))
    return np.concatenate((first, unlike)), group


def _equal(rows: Rows, others: Ints) -> Bools:
    """Whether each row is the same as the other given for it."""
    same: Bools = rows.sizes == rows.sizes[others]
    numbers = np.flatnonzero(same & (others != np.arange(len(rows))))
    ours, sizes = rows.taken(numbers)
    theirs, _ = rows.taken(others[numbers])
    differs = np.repeat(numbers, sizes)[ours != theirs]
    same[differs] = False
    return same


def undominated(reach: Rows, reached_by: Rows) -> Bools:
    """Which candidates reach something that no other reaches all of; of equal ones the first."""
    kept: Bools = reach.sizes > 0
    inner, _outer = contained(reach, reached_by, once=True)
    kept[inner] = False
    return kept


def contained(rows: Rows, turned: Rows, *, once: bool) -> tuple[Ints, Ints]:
    """Pairs of rows of which the first is part of the second; of equal ones the later is the part.

    *once*: one pair at least of each row that is a part, else all.  A row's rarest member names the
    rows that it might be part of; of these remain, member by member, those that have the next too.
    """
    sizes = rows.sizes
    members = _rarest_first(rows, turned.sizes)
    inner = np.flatnonzero(sizes > 0)
    outer, counts = turned.taken(members[rows.starts[inner]])
    inner = np.repeat(inner, counts)
    larger = (sizes[outer] > sizes[inner]) | ((sizes[outer] == sizes[inner]) & (outer < inner))
    inner, outer = inner[larger], outer[larger]
    has = _Membership(rows, len(turned))
    parts: list[tuple[Ints, Ints]] = []
    known = np.zeros(len(rows), bool)
    place = 1
    while len(inner):
        done = sizes[inner] <= place
        parts.append((inner[done], outer[done]))
        known[inner[done]] = once
        left = ~done & ~known[inner]
        inner, outer = inner[left], outer[left]
        held = has(outer, members[rows.starts[inner] + place])
        inner, outer = inner[held], outer[held]
        place += 1
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate([one for one, _ in parts]), np.concatenate([two for _, two in parts])


def _rarest_first(reach: Rows, degrees: Ints) -> Ints:
    """The members of each row, those that the fewest rows have first."""
    order = np.lexsort((degrees[reach.members], reach.owners))
    return reach.members[order]


class _Membership:
    """Whether candidates reach settlements, for many pairs at once."""

    def __init__(self, reach: Rows, width: int) -> None:
        self._width = max(width, 1)
        self._dense: NDArray[np.bool_] | None = None
        keys = reach.owners * self._width + reach.members
        if len(reach) * self._width <= min(64 * len(keys), MOST_DENSE):
            self._dense = np.zeros(len(reach) * self._width, bool)
            self._dense[keys] = True
        self._keys = keys

    def __call__(self, candidates: Ints, settlements: Ints) -> Bools:
        wanted = candidates * self._width + settlements
        if self._dense is not None:
            marked: Bools = self._dense[wanted]
            return marked
        places = np.searchsorted(self._keys, wanted)
        places[places == len(self._keys)] = 0
        found: Bools = self._keys[places] == wanted
        return found
