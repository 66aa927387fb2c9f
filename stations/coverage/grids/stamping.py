"""How many sites cover each cell of a grid, exactly, without asking cell by cell.

A site covers an unbroken stretch of each row that it reaches.  Where the stretch ends follows from
one equation on the ellipsoid; +1 is put where it begins and -1 behind its end, for all sites, and
the running sum of it all is the number of sites that cover each cell.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.geo import Floats, Point, earth_centred
from stations.coverage.grids.frame import Frame
from stations.coverage.positions import SLACK, Places, Positions, chords, within
from stations.coverage.positions import Wanted as Mask

Counts: TypeAlias = NDArray[np.unsignedinteger[Any]]

# The least radius of curvature of the ellipsoid, in metres.
_TIGHTEST: Final = 6_335_439.0
#: How many stretches are computed at once: as many as a processor keeps near.
_AT_ONCE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Stretches:
    """What sites cover of the rows that they reach, both ends included; some may be empty."""

    row: Places
    first: Places
    last: Places


# -- The whole grid ------------------------------------------------------------------------------


def count(frame: Frame, lat: Floats, lon: Floats, radius: float) -> Counts:
    """How many of the sites at *lat*, *lon* (degrees) lie within *radius* metres of each cell.

    Inclusive, along the ellipsoid, from the cell's centre.  The answer has two bytes a cell, four
    where more than 65,535 sites could cover one.
    """
    # One column more, in which every stretch has ended: so one running sum does for all rows.
    wide = frame.cols + 1
    sums = np.zeros(frame.rows * wide, _counter(lat, lon, radius))
    one = sums.dtype.type(1)
    less = np.subtract(sums.dtype.type(0), one)  # wraps round, as does the running sum
    for found in stretches(frame, lat, lon, radius):
        base = found.row * wide
        np.add.at(sums, base + found.first, one)
        np.add.at(sums, base + found.last + 1, less)
    np.cumsum(sums, out=sums, dtype=sums.dtype)
    counts: Counts = sums.reshape(frame.rows, wide)[:, : frame.cols]
    return counts


def _counter(lat: Floats, lon: Floats, radius: float) -> type[np.unsignedinteger[Any]]:
    """The smallest kind of number that no cell's count can pass.

    Sites within *radius* of one cell lie in at most four squares of twice the radius.
    """
    if len(lat) < 1 << 16:
        return np.uint16
    tall = math.degrees(2 * radius / _TIGHTEST)
    wide = tall / np.cos(np.radians(_outer(lat, tall)))
    square = np.floor(lat / tall) * (1 << 26) + np.floor(lon / wide)
    _, crowds = np.unique(square, return_counts=True)
    return np.uint16 if 4 * crowds.max() < 1 << 16 else np.uint32


def _outer(lat: Floats, tall: float) -> Floats:
    """For each row of squares, the latitude in it that is farthest from the equator."""
    row = np.floor(lat / tall)
    outer: Floats = np.minimum(np.maximum(np.abs(row), np.abs(row + 1)) * tall, 89.9)
    return outer


# -- What each site covers of each row -----------------------------------------------------------


def stretches(frame: Frame, lat: Floats, lon: Floats, radius: float) -> Iterator[Stretches]:
    """What each site covers of each row that it reaches, some ten thousand stretches at a time."""
    order = np.argsort(-lat, kind="stable")
    lat, lon = lat[order], _near(frame, lon[order])
    reach = math.degrees((radius + SLACK) / _TIGHTEST)
    top = np.ceil((frame.north - lat - reach) / frame.lat_step)
    bottom = np.floor((frame.north - lat + reach) / frame.lat_step)
    top = np.clip(top, 0, frame.rows).astype(np.int64)
    bottom = np.clip(bottom, -1, frame.rows - 1).astype(np.int64)
    tall = np.maximum(bottom - top + 1, 0)
    ends = np.cumsum(tall)
    solver = _Solver(frame, radius)
    begin = 0
    while begin < len(lat):
        done = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, done + _AT_ONCE, "right")))
        some = slice(begin, end)
        yield solver.solve(lat[some], lon[some], top[some], tall[some])
        begin = end


def _near(frame: Frame, lon: Floats) -> Floats:
    """The longitudes in the turn about the middle of the grid."""
    middle = frame.west + (frame.cols - 1) / 2 * frame.lon_step
    near: Floats = lon - 360 * np.rint((lon - middle) / 360)
    return near


class _Solver:
    """Where a row of the grid is *radius* metres from a site.

    On the meridian of the site let it be at (p, z), p from the axis, and the row at (q, w).  A cell
    of the row by the angle a east of the meridian has the chord c to the site, with
    c² = (p - q)² + (z - w)² + 4 p q sin²(a / 2).  An arc along the ellipsoid has a chord that
    depends very little on its direction: to some nanometres at a kilometre, to a millimetre at
    fifty.  Only ends that lie so near to a cell's centre are settled by the geodesic itself.
    """

    def __init__(self, frame: Frame, radius: float) -> None:
        self.frame, self.radius = frame, radius
        sure, never = chords(radius)
        chord = (sure + never) / 2
        self._chord2 = chord * chord
        # By how much the square of the chord may be off.
        self._slack = chord * (never - sure)
        self._axis, self._height = _meridian(frame.lat)

    def solve(self, lat: Floats, lon: Floats, top: Places, tall: Places) -> Stretches:
        """The *tall* stretches of each site from the row *top* on."""
        frame = self.frame
        site = np.repeat(np.arange(len(lat)), tall)
        row = np.arange(len(site)) + np.repeat(top - (np.cumsum(tall) - tall), tall)
        axis, height = _meridian(lat)
        p, q = axis[site], self._axis[row]
        left = self._chord2 - (p - q) ** 2 - (height[site] - self._height[row]) ** 2
        aside = np.maximum(left, 0.0)
        half = np.degrees(2 * np.arcsin(np.sqrt(aside / (4 * p * q)))) / frame.lon_step
        middle = (lon[site] - frame.west) / frame.lon_step
        begin, end = middle - half, middle + half
        found = _clipped(frame, row, begin, end, left < 0)
        # Metres from an end to the nearest centre, times the half width in metres.
        off = np.minimum(np.abs(begin - np.rint(begin)), np.abs(end - np.rint(end)))
        off *= math.radians(frame.lon_step) * q * np.sqrt(aside)
        near = (off <= 2 * self._slack) & (left > -2 * self._slack)
        for index in np.flatnonzero(near).tolist():
            place = Positions(lat[site[index], np.newaxis], lon[site[index], np.newaxis])
            ends = self._walk(place, int(row[index]), middle[index], half[index])
            found.first[index], found.last[index] = ends
        return found

    def _walk(self, site: Positions, row: int, middle: float, half: float) -> tuple[int, int]:
        """The first and the last cell of the row that are covered, each asked for itself."""
        frame, lat, home = self.frame, self.frame.lat[row : row + 1], round(middle)

        def covered(col: int) -> bool:
            there = Positions(lat, np.array([frame.west + col * frame.lon_step]))
            return within(site, 0, there, 0, self.radius)

        if not covered(home):
            return 0, -1
        ends = []
        for step in (-1, 1):
            col = home + step * max(0, math.floor(step * (middle - home) + half))
            while covered(col + step):
                col += step
            while not covered(col):
                col -= step
            ends.append(col)
        first, last = max(ends[0], 0), min(ends[1], frame.cols - 1)
        return (first, last) if first <= last else (0, -1)


def _meridian(lat: Floats) -> tuple[Floats, Floats]:
    """Metres from the axis and from the equator's plane."""
    there = earth_centred(lat, np.zeros_like(lat))
    return there[:, 0], there[:, 2]


def _clipped(frame: Frame, row: Places, begin: Floats, end: Floats, none: Mask) -> Stretches:
    """The cells between two places of the row, in cells from its first; none is 0 to -1."""
    first = np.clip(np.ceil(begin), 0, frame.cols).astype(np.int64)
    last = np.clip(np.floor(end), -1, frame.cols - 1).astype(np.int64)
    none = none | (last < first)
    first[none], last[none] = 0, -1
    return Stretches(row, first, last)


# -- One site ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stamp:
    """The cells that one site covers, in the window of the grid that holds them all."""

    window: tuple[slice, slice]
    cells: Mask


def stamp(frame: Frame, site: Point, radius: float) -> Stamp:
    """What a site covers by itself."""
    found = next(stretches(frame, np.array([site.lat]), np.array([site.lon]), radius))
    some = found.first <= found.last
    if not some.any():
        return Stamp((slice(0, 0), slice(0, 0)), np.zeros((0, 0), bool))
    row, first, last = found.row[some], found.first[some], found.last[some]
    west, east = int(first.min()), int(last.max()) + 1
    cols = np.arange(west, east)
    cells = (cols >= first[:, np.newaxis]) & (cols <= last[:, np.newaxis])
    return Stamp((slice(int(row[0]), int(row[-1]) + 1), slice(west, east)), cells)


def opened(counts: Counts, site: Stamp) -> Mask:
    """Count one site more, in place; gives which cells of its window only it covers."""
    there = counts[site.window]
    there += site.cells
    changed: Mask = (there == 1) & site.cells
    return changed


def closed(counts: Counts, site: Stamp) -> Mask:
    """Count one site less, in place; gives which cells of its window nobody covers any more.

    Raises ValueError for a site that was not counted.
    """
    there = counts[site.window]
    if (there < site.cells).any():
        raise ValueError("the site was not counted")
    there -= site.cells
    changed: Mask = (there == 0) & site.cells
    return changed
