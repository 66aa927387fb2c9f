"""A question of covering, and its answer, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from stations.coverage.siting.rows import Bools, Floats, Ints, Rows

#: What may be lost to rounding in sums of weights, as a share of them.
ROUNDING: Final = 1e-11


@dataclass(frozen=True, slots=True)
class Problem:
    """Choose at most ``most`` candidates, so that the weight of what they reach is greatest.

    ``reach`` has a row for each candidate: the settlements it reaches.  ``weights``: of each
    settlement, not negative.  ``must``: settlements that have to be reached.
    """

    weights: Floats
    reach: Rows
    most: int
    must: Bools

    @classmethod
    def of(
        cls, weights: Floats, reach: Rows, most: int, must: Ints | list[int] | None = None
    ) -> Problem:
        """The same, with the settlements that have to be reached given by their numbers."""
        marked = np.zeros(len(weights), bool)
        if must is not None and len(must):
            marked[np.asarray(must)] = True
        return cls(np.asarray(weights, float), reach, most, marked)

    @property
    def candidates(self) -> int:
        return len(self.reach)

    def reached(self, chosen: Ints) -> Bools:
        """Which settlements *chosen* candidates reach."""
        found = np.zeros(len(self.weights), bool)
        found[self.reach.taken(chosen)[0]] = True
        return found

    def value(self, chosen: Ints) -> float:
        """The weight of what *chosen* candidates reach."""
        return float(self.weights[self.reached(chosen)].sum())


@dataclass(frozen=True, slots=True)
class Solution:
    """Candidates chosen (ascending), the weight they reach, and what no choice can exceed.

    ``proved``: none is better; ``value`` and ``bound`` are then the same.
    """

    chosen: tuple[int, ...]
    value: float
    bound: float
    proved: bool

    @property
    def gap(self) -> float:
        """How much more might be reached, as a share of the bound."""
        return 0.0 if self.proved or self.bound <= 0 else (self.bound - self.value) / self.bound


class Infeasible(Exception):
    """No choice does what has to be done.

    ``unreached``: settlements (by number) that no candidate reaches at all; where there are none,
    ``needed`` says how few candidates would do, and None where not even all would.
    """

    def __init__(self, unreached: Ints, needed: int | None = None) -> None:
        super().__init__(f"{len(unreached)} out of reach, {needed} needed")
        self.unreached = unreached
        self.needed = needed


class Undecided(Exception):
    """In the time given it was not found out whether any choice serves what must be served."""


class Stopped(Exception):
    """Somebody asked for the search to end."""


class Watch(Protocol):
    """Who waits for an answer that takes long."""

    def tell(self, value: float, bound: float) -> None:
        """The best so far, and what cannot be exceeded; as often as there is something new."""

    def over(self) -> bool:
        """Whether to end now with the best so far; asked several times a second."""


class Unwatched:
    """Nobody waits: the search goes on until it is done."""

    def tell(self, value: float, bound: float) -> None: ...

    def over(self) -> bool:
        return False


def step(weights: Floats) -> float:
    """By how much at least a sum of weights differs from another that is greater.

    One where all are whole numbers, for then nothing lies between; else next to nothing.
    """
    total = float(weights.sum())
    whole = bool((weights == np.floor(weights)).all()) and total < 2**52
    return 1.0 - ROUNDING * total if whole and total * ROUNDING < 1 else ROUNDING * total
