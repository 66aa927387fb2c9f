"""The people in covered cells, by region too, and where those live whom nobody covers.

Everything is added up in bands of rows, so that a whole province needs little memory beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from core.geo import Floats
from stations.coverage.grids.frame import Frame
from stations.coverage.grids.stamping import Counts

#: People in each cell; nobody where it is 0, which no-data holes are made beforehand.
People: TypeAlias = NDArray[np.float32]
#: Of each cell the number of the region that it lies in; 0 is none of them.
Labels: TypeAlias = NDArray[np.unsignedinteger] | NDArray[np.signedinteger]

_CELLS_AT_ONCE: Final = 1 << 18
_TOUCHING: Final = np.ones((3, 3), bool)


@dataclass(frozen=True, slots=True)
class Sums:
    """People and populated cells, in all and covered; one number for each region."""

    people: Floats
    people_covered: Floats
    cells: NDArray[np.int64]
    cells_covered: NDArray[np.int64]


def total(people: People, counts: Counts) -> Sums:
    """The sums of the whole grid, as those of one region."""
    sums = np.zeros((4, 1))
    for band in _bands(people.shape):
        some, covered = people[band], counts[band] > 0
        lived = some > 0
        sums[0] += some.sum(dtype=np.float64)
        sums[1] += np.multiply(some, covered).sum(dtype=np.float64)
        sums[2] += np.count_nonzero(lived)
        sums[3] += np.count_nonzero(lived & covered)
    return _sums(sums)


def by_region(people: People, counts: Counts, labels: Labels, regions: int) -> Sums:
    """The sums of the regions 0 … *regions* - 1 that *labels* tells of."""
    sums = np.zeros((4, regions))
    for band in _bands(people.shape):
        lived = people[band] > 0
        some, where = people[band][lived], labels[band][lived]
        covered = counts[band][lived] > 0
        for index, weights in enumerate((some, some * covered, None, covered)):
            sums[index] += np.bincount(where, weights, minlength=regions)
    return _sums(sums)


def _sums(sums: Floats) -> Sums:
    people, covered = sums[:2]
    cells, cells_covered = sums[2:].astype(np.int64)
    return Sums(people, covered, cells, cells_covered)


def _bands(shape: tuple[int, ...]) -> Iterator[slice]:
    """Stretches of rows, each of as many cells as a processor keeps near."""
    tall = max(1, _CELLS_AT_ONCE // shape[1])
    return (slice(row, row + tall) for row in range(0, shape[0], tall))


# -- Blind spots ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Area:
    """Populated cells that touch one another and that nobody covers; where most of them live."""

    people: float
    cells: int
    lat: float
    lon: float


def blind_spots(frame: Frame, people: People, counts: Counts, most: int = 500) -> list[Area]:
    """The areas without cover, those of most people first, at most *most* of them."""
    blind = people > 0
    blind &= counts == 0
    areas = np.empty(people.shape, np.int32)
    found = int(scipy.ndimage.label(blind, _TOUCHING, output=areas))
    sums = np.zeros((4, found + 1))
    for band in _bands(people.shape):
        row, col = np.nonzero(blind[band])
        where, some = areas[band][row, col], people[band][row, col].astype(np.float64)
        for index, weights in enumerate(
            (some, None, some * frame.lat[band][row], some * frame.lon[col])
        ):
            sums[index] += np.bincount(where, weights, minlength=found + 1)
    lived, cells, lat, lon = sums[:, 1:]
    largest = np.argsort(-lived, kind="stable")[:most]
    return [
        Area(float(lived[i]), int(cells[i]), float(lat[i] / lived[i]), float(lon[i] / lived[i]))
        for i in largest
    ]
