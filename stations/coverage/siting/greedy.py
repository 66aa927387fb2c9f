"""A good choice at once: the greatest gain again and again, then each chosen one anew.

Gains are kept exact while candidates come and go: what changes are the settlements whose number of
chosen candidates goes between none and one, and whoever else reaches those.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from stations.coverage.siting.problem import ROUNDING
from stations.coverage.siting.rows import Floats, Ints, Rows

#: How often at most all chosen ones are gone through.
MOST_ROUNDS: Final = 50


class Choice:
    """Candidates chosen so far, and what each candidate would add to, or takes from, them."""

    def __init__(self, weights: Floats, reach: Rows, reached_by: Rows) -> None:
        self._weights, self._reach, self._reached_by = weights, reach, reached_by
        self._counts = np.zeros(len(weights), np.int64)
        self._gains = reach.sums(weights)
        self._slack = ROUNDING * float(weights.sum())
        self.chosen: list[int] = []

    def fill(self, most: int) -> None:
        """Choose the greatest gain until *most* are chosen or nothing is gained."""
        while len(self.chosen) < most and self._add_best(float("-inf"), -1):
            pass

    def swap(self) -> None:
        """Exchange single candidates for better ones until no exchange of one helps."""
        for _ in range(MOST_ROUNDS):
            if not self._swap_round():
                return

    def value(self) -> float:
        return float(self._weights[self._counts > 0].sum())

    def add(self, number: int) -> None:
        members = self._reach.row(number)
        self._shift(members[self._counts[members] == 0], -1)
        self._counts[members] += 1
        self.chosen.append(number)

    def _remove(self, number: int) -> None:
        members = self._reach.row(number)
        self._shift(members[self._counts[members] == 1], 1)
        self._counts[members] -= 1
        self.chosen.remove(number)

    def _shift(self, settlements: Ints, sign: int) -> None:
        """Give what *settlements* weigh to, or take it from, the gains of whoever reaches them."""
        candidates, sizes = self._reached_by.taken(settlements)
        np.add.at(self._gains, candidates, np.repeat(sign * self._weights[settlements], sizes))

    def _swap_round(self) -> bool:
        before = self.value()
        for number in list(self.chosen):
            self._remove(number)
            self._add_best(float(self._gains[number]), number)
        return self.value() > before + self._slack

    def _add_best(self, at_least: float, otherwise: int) -> bool:
        """Add the candidate with the greatest gain if that is more than *at_least*, else the other.

        False where nothing is gained and there is no other.
        """
        best = int(np.argmax(self._gains)) if len(self._gains) else -1
        gain = float(self._gains[best]) if best >= 0 else 0.0
        if otherwise >= 0 and gain <= at_least + self._slack:
            best = otherwise
        elif gain <= self._slack:
            return False
        self.add(best)
        return True


def greedy(weights: Floats, reach: Rows, reached_by: Rows, most: int) -> list[int]:
    """At most *most* candidates by greatest gain, each then exchanged if that helps."""
    choice = Choice(weights, reach, reached_by)
    choice.fill(most)
    choice.swap()
    choice.fill(most)
    return sorted(choice.chosen)


def improved(
    weights: Floats, reach: Rows, reached_by: Rows, start: list[int], most: int
) -> list[int]:
    """*start* filled up to *most* and bettered by exchanges."""
    choice = Choice(weights, reach, reached_by)
    for number in start:
        choice.add(number)
    choice.fill(most)
    choice.swap()
    choice.fill(most)
    return sorted(choice.chosen)
