"""The ground on which positions are drawn: outlines in metres, and room between the points.

Only the drawing needs it.  Distances are measured on a plane that touches the city: over a city
they are right to one in a hundred, and the spacing allows for that.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

XY: TypeAlias = tuple[float, float]

#: How far from the shore or the border of its county a made position stays, in metres.
MARGIN: Final = 200.0

_METRES_A_DEGREE: Final = 111_195.0
_CELL: Final = 400.0


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east and north of a place; degrees are WGS-84."""

    lat: float
    lon: float

    @property
    def _shrink(self) -> float:
        return math.cos(math.radians(self.lat))

    def metres(self, lat: float, lon: float) -> XY:
        east = (lon - self.lon) * self._shrink * _METRES_A_DEGREE
        return east, (lat - self.lat) * _METRES_A_DEGREE

    def degrees(self, at: XY) -> tuple[float, float]:
        """Latitude and longitude, rounded to six decimals (11 cm)."""
        lon = self.lon + at[0] / _METRES_A_DEGREE / self._shrink
        return round(self.lat + at[1] / _METRES_A_DEGREE, 6), round(lon, 6)

    def flat(self, outline: BaseGeometry) -> BaseGeometry:
        """An outline in degrees (x is the longitude), in metres."""

        def moved(corners: NDArray[np.float64]) -> NDArray[np.float64]:
            east = (corners[:, 0] - self.lon) * self._shrink * _METRES_A_DEGREE
            north = (corners[:, 1] - self.lat) * _METRES_A_DEGREE
            return np.column_stack((east, north))

        return shapely.transform(outline, moved)


class Territory:
    """The land of a county without its islands, a margin inside its outline."""

    def __init__(self, outline: BaseGeometry) -> None:
        parts = getattr(outline, "geoms", [outline])
        self.land = max(parts, key=lambda part: float(part.area))
        inner = self.land.buffer(-MARGIN)
        self.inner = self.land if inner.is_empty else inner
        shapely.prepare(self.inner)

    def holds(self, at: XY) -> bool:
        return bool(shapely.contains_xy(self.inner, *at))

    def from_edge(self, at: XY) -> float:
        return float(self.land.boundary.distance(shapely.Point(at)))

    def middle(self) -> XY:
        """A point well inside."""
        point = self.inner.representative_point()
        return point.x, point.y

    def anywhere(self, rng: Random) -> XY:
        west, south, east, north = self.inner.bounds
        while True:
            at = (rng.uniform(west, east), rng.uniform(south, north))
            if self.holds(at):
                return at


@dataclass
class Crowd:
    """Points that keep their distance; found by the cell they lie in."""

    cells: dict[tuple[int, int], list[XY]] = field(default_factory=lambda: defaultdict(list))

    def add(self, at: XY) -> None:
        self.cells[_cell(at)].append(at)

    def clear(self, at: XY, metres: float) -> bool:
        """Whether nobody is within *metres*."""
        return all(math.dist(at, other) >= metres for other in self._around(at, metres))

    def _around(self, at: XY, metres: float) -> Iterator[XY]:
        column, row = _cell(at)
        reach = math.ceil(metres / _CELL)
        for x in range(column - reach, column + reach + 1):
            for y in range(row - reach, row + reach + 1):
                yield from self.cells.get((x, y), ())


def _cell(at: XY) -> tuple[int, int]:
    return math.floor(at[0] / _CELL), math.floor(at[1] / _CELL)


def around(rng: Random, centre: XY, nearest: float, farthest: float) -> XY:
    """A point between two distances from *centre*, every piece of ground as likely."""
    radius = math.sqrt(rng.uniform(nearest**2, farthest**2))
    turn = rng.uniform(0, math.tau)
    return centre[0] + radius * math.cos(turn), centre[1] + radius * math.sin(turn)


def nearest(at: XY, points: Mapping[str, XY]) -> str:
    """The key of the point that lies nearest."""
    return min(points, key=lambda key: math.dist(at, points[key]))


def distance_to_any(at: XY, points: Sequence[XY]) -> float:
    return min((math.dist(at, point) for point in points), default=math.inf)
