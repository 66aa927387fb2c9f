"""In which region each cell lies: outlines filled row by row, without asking cell by cell."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from core.geo import Floats
from stations.coverage.grids.frame import Frame

#: What lies in none of the regions.
NOWHERE = 0


def labelled(frame: Frame, outlines: list[BaseGeometry]) -> NDArray[np.uint16]:
    """The number of the outline, from 1 on, in which each cell's centre lies; 0 for none.

    A centre on a border belongs to the one east or south of it; where outlines overlap the later
    one counts.
    """
    if len(outlines) >= 1 << 16:
        raise ValueError("too many outlines")
    labels = np.zeros(frame.shape, np.uint16)
    for number, outline in enumerate(outlines, 1):
        _fill(frame, labels, outline, number)
    return labels


def _fill(frame: Frame, labels: NDArray[np.uint16], outline: BaseGeometry, number: int) -> None:
    """Write the number into the cells inside: those with an odd number of borders west of them."""
    crossing = _crossings(frame, outline)
    if crossing is None:
        return
    row, col = crossing
    top, bottom = int(row.min()), int(row.max()) + 1
    west, east = int(col.min()), int(col.max())
    if west >= frame.cols or east <= 0 or west == east:
        return
    borders = np.zeros((bottom - top, east - west + 1), np.uint8)
    np.add.at(borders, (row - top, col - west), 1)
    np.cumsum(borders, axis=1, out=borders, dtype=np.uint8)
    inside = (borders[:, : frame.cols - west] & 1).astype(bool)
    labels[top:bottom, west : west + inside.shape[1]][inside] = number


def _crossings(
    frame: Frame, outline: BaseGeometry
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Where rows of centres cross the outline: the row, and the first column east of there."""
    x1, y1, x2, y2 = _edges(outline)
    north, south = np.maximum(y1, y2), np.minimum(y1, y2)
    # A row belongs to the edge where it lies above its southern end, up to its northern one.
    first = np.ceil((frame.north - north) / frame.lat_step)
    last = np.ceil((frame.north - south) / frame.lat_step) - 1
    first = np.clip(first, 0, frame.rows).astype(np.int64)
    last = np.clip(last, -1, frame.rows - 1).astype(np.int64)
    tall = np.maximum(last - first + 1, 0)
    if not tall.any():
        return None
    edge = np.repeat(np.arange(len(tall)), tall)
    row = np.arange(len(edge)) + np.repeat(first - (np.cumsum(tall) - tall), tall)
    along = (frame.lat[row] - y1[edge]) / (y2[edge] - y1[edge])
    lon = x1[edge] + along * (x2[edge] - x1[edge])
    col = np.clip(np.ceil((lon - frame.west) / frame.lon_step), 0, frame.cols).astype(np.int64)
    return row, col


def _edges(outline: BaseGeometry) -> tuple[Floats, Floats, Floats, Floats]:
    """The ends of all edges that are not level, of every ring of every part."""
    parts = []
    for ring in shapely.get_rings(shapely.get_parts(outline)):
        points = shapely.get_coordinates(ring)
        parts.append(np.column_stack((points[:-1], points[1:])))
    edges = np.concatenate(parts) if parts else np.zeros((0, 4))
    edges = edges[edges[:, 1] != edges[:, 3]]
    x1, y1, x2, y2 = edges.T
    return x1, y1, x2, y2
