"""Where the cells of a grid lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from core.geo import Floats, earth_centred

#: Degrees beyond which a row may go round the pole within a few kilometres.
POLAR: Final = 85.0


@dataclass(frozen=True)
class Frame:
    """A grid of cells between meridians and parallels, known by their centres.

    ``north`` and ``west`` are the centre of the first cell of the first row, in WGS-84 degrees;
    rows follow one another southwards by ``lat_step``, columns eastwards by ``lon_step``.
    """

    north: float
    west: float
    lat_step: float
    lon_step: float
    rows: int
    cols: int

    def __post_init__(self) -> None:
        if not (self.rows >= 1 and self.cols >= 1 and self.lat_step > 0 and self.lon_step > 0):
            raise ValueError("a grid has cells")
        upright = -POLAR <= self.south <= self.north <= POLAR
        if not (upright and abs(self.west) <= 360 and self.cols * self.lon_step <= 180):
            raise ValueError("a grid lies away from the poles, on half the earth")

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.cols

    @property
    def south(self) -> float:
        """The centres of the last row."""
        return self.north - (self.rows - 1) * self.lat_step

    @property
    def cell_size(self) -> tuple[float, float]:
        """About how high and how wide the cells in the middle are, in metres."""
        middle = self.north - (self.rows - 1) / 2 * self.lat_step
        corners = [(middle, 0.0), (middle + self.lat_step, 0.0), (middle, self.lon_step)]
        here, north, east = earth_centred(*np.array(corners).T)
        return float(np.linalg.norm(north - here)), float(np.linalg.norm(east - here))

    @cached_property
    def lat(self) -> Floats:
        """The latitude of each row's centres."""
        return self.north - np.arange(self.rows, dtype=np.float64) * self.lat_step

    @cached_property
    def lon(self) -> Floats:
        """The longitude of each column's centres."""
        return self.west + np.arange(self.cols, dtype=np.float64) * self.lon_step
