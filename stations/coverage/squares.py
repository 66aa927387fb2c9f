"""Places on a plane, sorted into squares: who lies within so many metres of whom.

Around a place only the squares that a circle can touch are looked into.  Those of one column stand
side by side in memory, so a column is one stretch of places, and all is told by whole arrays at a
time: in half the time that two search trees take side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.geo import Floats

Numbers = NDArray[np.int64]
#: Of places or squares in memory: half as long, for there are many.
Short = NDArray[np.int32]

#: Metres along the side of a square: a circle of a kilometre, as far as the plane may stretch it,
#: then touches three squares by three.
_SIDE: Final = 1050.0
#: How many squares there may be, and how many to each place where those are many: places that lie
#: far apart have larger ones.
_MOST: Final = 1 << 16
_MOST_A_PLACE: Final = 8
#: How many may be compared at a time: what the processor's cache holds.
_AT_A_TIME: Final = 1 << 17


class Within(NamedTuple):
    """Who (``of``) lies near whom (``to``), and how many metres there are between them, squared."""

    of: Numbers
    to: Numbers
    squared: Floats


class Squares:
    """Places on a plane (metres, one row each; at least one), to be looked for."""

    def __init__(self, plane: Floats) -> None:
        extent = plane.max(axis=0) - plane.min(axis=0)
        most = max(_MOST, _MOST_A_PLACE * len(plane))
        self._side = max(_SIDE, float(np.sqrt(extent.prod() / most)), float(extent.max() / most))
        # One empty column either side, whatever the last digits: who lies farther out finds nobody.
        self._corner = plane.min(axis=0) - 1.5 * self._side
        column, row = self._square(plane)
        self._columns, self._rows = int(column.max()) + 2, int(row.max()) + 1
        square = column * self._rows + row
        self._order = np.argsort(square, kind="stable")
        held = np.bincount(square, minlength=self._columns * self._rows)
        self._starts: Short = np.concatenate(([0], np.cumsum(held))).astype(np.int32)
        self._x, self._y = (np.ascontiguousarray(axis[self._order]) for axis in plane.T)

    def _square(self, plane: Floats) -> tuple[Numbers, Numbers]:
        """Column and row of each place, outside too."""
        column, row = (
            ((plane[:, axis] - self._corner[axis]) / self._side).astype(np.int64) for axis in (0, 1)
        )
        return column, row

    def within(self, plane: Floats, metres: float) -> Within:
        """Every place asked about with each that is at most *metres* away on the plane."""
        found = list(self._some(plane, metres))
        if not found:
            return Within(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
        return Within(*(np.concatenate(column) for column in zip(*found, strict=True)))

    def count(self, plane: Floats, metres: float) -> Numbers:
        """How many have to be looked at for each place asked about: no fewer than are close."""
        found = np.zeros(len(plane), np.int64)
        for _starts, counts in self._stretches(plane, metres):
            found += counts
        return found

    def _stretches(self, plane: Floats, metres: float) -> Iterator[tuple[Short, Short]]:
        """Column by column where those to be looked at begin and how many they are, per place."""
        column, row = self._square(plane)
        column *= self._rows
        last = (self._columns - 1) * self._rows
        for aside in range(int(metres / self._side) + 2):
            away = max(aside - 1, 0) * self._side
            along = int(np.sqrt(metres**2 - away**2) / self._side) + 1
            low, high = (np.clip(row + end, 0, self._rows) for end in (-along, along + 1))
            for step in {-aside, aside}:
                first = np.clip(column + step * self._rows, 0, last)
                starts = self._starts.take(first + low)
                yield starts, self._starts.take(first + high) - starts

    def _some(self, plane: Floats, metres: float) -> Iterator[Within]:
        x, y = np.ascontiguousarray(plane.T)
        for starts, counts in self._stretches(plane, metres):
            asked = np.flatnonzero(counts)
            starts, counts = starts.take(asked), counts.take(asked)
            ends = np.cumsum(counts)
            if not len(ends):
                continue
            cuts = np.searchsorted(ends, np.arange(_AT_A_TIME, ends[-1], _AT_A_TIME)) + 1
            for part in pairwise(sorted({0, *cuts.tolist(), len(asked)})):
                some = slice(*part)
                yield self._compared(x, y, asked[some], starts[some], counts[some], metres)

    def _compared(
        self, x: Floats, y: Floats, asked: Numbers, starts: Short, counts: Short, metres: float
    ) -> Within:
        # What np.repeat gives, in a third of the time and without keeping other threads waiting.
        ends = np.cumsum(counts)
        of, to = np.zeros(ends[-1], np.int64), np.ones(ends[-1], np.int64)
        of[ends[:-1]] = 1
        of.cumsum(out=of)
        to[0] = starts[0]
        to[ends[:-1]] = starts[1:] - starts[:-1] - counts[:-1] + 1
        to.cumsum(out=to)
        squared = x.take(asked).take(of) - self._x.take(to)
        squared *= squared
        north = y.take(asked).take(of) - self._y.take(to)
        north *= north
        squared += north
        near = np.flatnonzero(squared <= metres**2)
        return Within(
            asked.take(of.take(near)), self._order.take(to.take(near)), squared.take(near)
        )
