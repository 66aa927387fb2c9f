"""How a claim is measured: ours and a peer in turns, so that a busy machine slows both alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

Work = Callable[[], object]


class Sense(StrEnum):
    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclass(frozen=True, slots=True)
class Promise:
    """What the ratio of ours to the peer's is to be."""

    sense: Sense
    ratio: float

    def __str__(self) -> str:
        return f"{self.sense} {self.ratio:g}"

    def held_by(self, ratio: float) -> bool:
        return ratio <= self.ratio if self.sense is Sense.AT_MOST else ratio >= self.ratio


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table; ``promise`` is None for what is told without having been promised.

    Where nothing could be measured ``ratio`` is None, and ``ours`` says why.
    """

    name: str
    ours: str
    peer: str
    ratio: float | None
    promise: Promise | None

    @classmethod
    def skipped(cls, name: str, promise: Promise, why: str) -> Finding:
        return cls(name, f"skipped: {why}", "", None, promise)

    @property
    def holds(self) -> bool | None:
        if self.ratio is None or self.promise is None:
            return None
        return self.promise.held_by(self.ratio)


@dataclass(frozen=True, slots=True)
class Beside:
    """Medians of many rounds: seconds a round of each, and of the rounds' own ratios."""

    ours: float
    peer: float
    ratio: float

    def finding(
        self, name: str, peer: str, promise: Promise | None, *, times: int = 1, more: str = ""
    ) -> Finding:
        """The line of the table; a round does the work so many *times*."""
        told = f"{peer} {duration(self.peer / times)}{more}"
        return Finding(name, duration(self.ours / times), told, self.ratio, promise)


def beside(ours: Work, peer: Work, rounds: int, before: Work | None = None) -> Beside:
    """Time *ours* and *peer* in turns, each first every other time, after one unmeasured round.

    *before* is called before each measurement of either and is not measured.
    """
    ours(), peer()
    pairs = [_pair(ours, peer, before, swapped=number % 2 == 1) for number in range(rounds)]
    return Beside(
        ours=median(own for own, _ in pairs),
        peer=median(other for _, other in pairs),
        ratio=median(own / other for own, other in pairs),
    )


def _pair(ours: Work, peer: Work, before: Work | None, *, swapped: bool) -> tuple[float, float]:
    if swapped:
        other = seconds(peer, before)
        return seconds(ours, before), other
    return seconds(ours, before), seconds(peer, before)


def seconds(work: Work, before: Work | None = None) -> float:
    """How long *work* takes; what it leaves behind is thrown away afterwards."""
    if before is not None:
        before()
    began = time.perf_counter()
    left = work()
    took = time.perf_counter() - began
    del left
    return took


def duration(value: float) -> str:
    """Seconds as people read them."""
    for unit, factor in (("s", 1), ("ms", 1e3)):
        if value * factor >= 1:
            return f"{value * factor:.2f} {unit}"
    return f"{value * 1e6:.1f} µs"
