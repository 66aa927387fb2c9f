"""In which outline a cell lies, beside shapely cell by cell."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from stations.coverage.grids.frame import Frame
from stations.coverage.grids.labels import labelled

FRAME = Frame(37.0, 122.0, 0.01, 0.013, 60, 70)


def inside(frame: Frame, outline: shapely.Geometry) -> np.ndarray:
    lon, lat = np.meshgrid(frame.lon, frame.lat)
    return np.asarray(shapely.contains_xy(outline, lon, lat))


@pytest.mark.parametrize("seed", range(12))
def test_no_cell_is_put_otherwise_than_by_shapely(seed: int) -> None:
    random = np.random.default_rng(seed)
    centre = random.uniform([122.0, 36.4], [122.9, 37.0])
    turns = np.sort(random.uniform(0, 2 * np.pi, 40))
    reach = random.uniform(0.05, 0.5, 40)
    star = Polygon(centre + np.column_stack((np.cos(turns), np.sin(turns))) * reach[:, np.newaxis])
    hole = box(*(centre - 0.04), *(centre + 0.03))
    shape = star.difference(hole) if star.is_valid else shapely.make_valid(star)
    assert np.array_equal(labelled(FRAME, [shape]) == 1, inside(FRAME, shape))


def test_neighbours_share_no_cell_and_leave_none_out() -> None:
    """Borders run right through centres."""
    west, east = box(121.9, 36.0, 122.13, 37.5), box(122.13, 36.0, 123.5, 37.5)
    labels = labelled(FRAME, [west, east])
    assert set(np.unique(labels)) == {1, 2}
    north, south = box(121, 36.8, 124, 38), box(121, 35, 124, 36.8)
    assert 0 not in labelled(FRAME, [north, south])


def test_parts_are_one_region_and_what_lies_elsewhere_is_in_none() -> None:
    parts = MultiPolygon([box(122.1, 36.503, 122.2, 36.604), box(122.5, 36.805, 122.6, 36.907)])
    far = box(100, 20, 101, 21)
    labels = labelled(FRAME, [far, parts])
    assert np.array_equal(labels == 2, inside(FRAME, parts))
    assert set(np.unique(labels)) == {0, 2}
    assert not labelled(FRAME, []).any()
