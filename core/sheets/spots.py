"""Positions and places of very many rows or sites, in a few bytes each."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from typing import Final

_CELL: Final = 0.0001  # degrees; eleven metres of latitude, nine of longitude
_WIDTH: Final = 1 << 24  # more cells than there are around the earth


class Spots:
    """Numbers of rows or sites by position; those of one cell hang on one another."""

    def __init__(self) -> None:
        self._newest: dict[int, int] = {}
        self._before, self._numbers = array("i"), array("i")
        self._lat, self._lon = array("d"), array("d")

    def add(self, number: int, lat: float, lon: float) -> None:
        cell = _row(lat) * _WIDTH + _row(lon)
        self._before.append(self._newest.get(cell, -1))
        self._newest[cell] = len(self._numbers)
        self._numbers.append(number)
        self._lat.append(lat)
        self._lon.append(lon)

    def near(self, lat: float, lon: float) -> Iterator[tuple[int, float, float]]:
        """All within a cell's width, and some others: number and position."""
        y, x = _row(lat), _row(lon)
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                yield from self._within((y + dy) * _WIDTH + x + dx)

    def _within(self, cell: int) -> Iterator[tuple[int, float, float]]:
        chain = []
        at = self._newest.get(cell, -1)
        while at >= 0:
            chain.append(at)
            at = self._before[at]
        for at in reversed(chain):
            yield self._numbers[at], self._lat[at], self._lon[at]


def apart(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Metres between two places that are near one another; a plane will do for so little."""
    dx = (lon - other_lon) * math.cos(math.radians(other_lat))
    return 111_000 * math.hypot(lat - other_lat, dx)


def _row(degrees: float) -> int:
    return math.floor(degrees / _CELL)


class Lines:
    """In which sheet and line each row of a file stands, by its number."""

    def __init__(self) -> None:
        self._sheets: list[str] = []
        self._lines, self._which = array("i"), array("i")

    def note(self, number: int, sheet: str, line: int) -> None:
        """Note it of a row; rows come in the order of their numbers, not all of them."""
        if sheet not in self._sheets:
            self._sheets.append(sheet)
        missing = number + 1 - len(self._lines)
        if missing > 0:
            self._lines.extend([0] * missing)
            self._which.extend([0] * missing)
        self._lines[number], self._which[number] = line, self._sheets.index(sheet)

    def place(self, number: int) -> str:
        """The line, after the sheet where the file has several."""
        sheet, line = self._sheets[self._which[number]], self._lines[number]
        return f"{sheet}!{line}" if sheet else str(line)
