"""The cells that sites cover, beside the geodesic cell by cell, with nothing left out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from numpy.typing import NDArray

from core.geo import Floats, Point, earth_centred
from stations.coverage.grids import stamping
from stations.coverage.grids.frame import Frame

METRES_A_DEGREE = 111_320.0
SOMEWHERE = (0.003, 3.2, 18.2, 37.0, 53.5, -33.9, 79.0, 84.9)


def within(frame: Frame, site: Point, radius: float) -> NDArray[np.bool_]:
    """Which cells are covered: by the chord where that is plain, else by the geodesic itself."""
    lat, lon = (plane.ravel() for plane in np.meshgrid(frame.lat, frame.lon, indexing="ij"))
    here = earth_centred(np.array([site.lat]), np.array([site.lon]))
    chord = np.linalg.norm(earth_centred(lat, lon) - here, axis=1)
    covered = chord <= radius
    for index in np.flatnonzero(np.abs(chord - radius) < 1):
        arc = Geodesic.WGS84.Inverse(site.lat, site.lon, lat[index], lon[index])["s12"]
        assert abs(arc - radius) > 2e-5, "too near to tell"
        covered[index] = arc <= radius
    found: NDArray[np.bool_] = covered.reshape(frame.shape)
    return found


def some_frame(random: np.random.Generator, lat: float, radius: float) -> Frame:
    """About four radii high and wide, of cells of some size, perhaps larger than the radius."""
    cell = radius * random.uniform(0.04, 1.5) / METRES_A_DEGREE
    rows, cols = (max(1, int(4 * radius / METRES_A_DEGREE / cell * r)) for r in random.random(2))
    # Cells need not be square, least of all on the ground.
    lon_cell = cell * random.uniform(0.5, 1.5) / math.cos(math.radians(min(abs(lat), 84)))
    north = min(lat + rows / 2 * cell, 85.0)
    return Frame(north, random.uniform(-179, 179), cell, lon_cell, rows, cols)


def sites_about(random: np.random.Generator, frame: Frame, count: int) -> tuple[Floats, Floats]:
    """Sites in the grid and around it, half of them on the centres of cells."""
    rows = random.integers(-9, frame.rows + 9, count).astype(np.float64)
    cols = random.integers(-9, frame.cols + 9, count).astype(np.float64)
    lat, lon = frame.north - rows * frame.lat_step, frame.west + cols * frame.lon_step
    off = random.random(count) < 0.5
    lat[off] += random.uniform(-1, 1, off.sum()) * frame.lat_step
    lon[off] += random.uniform(-1, 1, off.sum()) * frame.lon_step
    return lat, lon


@pytest.mark.parametrize("lat", SOMEWHERE)
@pytest.mark.parametrize("radius", [50.0, 333.3, 1000.0, 5000.0, 50_000.0])
def test_no_cell_is_counted_otherwise_than_by_the_geodesic(lat: float, radius: float) -> None:
    random = np.random.default_rng([int(lat * 1000 + 1e6), int(radius * 10)])
    for _ in range(6):
        frame = some_frame(random, lat, radius)
        lats, lons = sites_about(random, frame, 12)
        expected = np.zeros(frame.shape, int)
        for place in map(Point, lats.tolist(), lons.tolist()):
            expected += within(frame, place, radius)
        counts = stamping.count(frame, lats, lons, radius)
        assert np.array_equal(counts, expected)


@pytest.mark.parametrize("lat", [0.0, 18.2, 37.0, 53.5])
@pytest.mark.parametrize("radius", [70.0, 1000.0, 50_000.0])
def test_a_cell_at_exactly_the_radius_is_covered_and_one_a_hair_beyond_is_not(
    lat: float, radius: float
) -> None:
    random = np.random.default_rng([int(lat * 10), int(radius)])
    frame = Frame(lat + radius / METRES_A_DEGREE, 120.0, radius / 1.2e6, radius / 1e6, 24, 30)
    for _ in range(60):
        site = Point(
            float(frame.lat[random.integers(24)] + random.uniform(-1, 1) * 1e-3),
            float(frame.lon[random.integers(30)]),
        )
        row, col = int(random.integers(24)), int(random.integers(30))
        cell = float(frame.lat[row]), float(frame.lon[col])
        exactly = Geodesic.WGS84.Inverse(site.lat, site.lon, *cell)["s12"]
        if exactly < 1:
            continue
        one = np.array([site.lat]), np.array([site.lon])
        assert stamping.count(frame, *one, exactly)[row, col] == 1
        assert stamping.count(frame, *one, exactly - 2e-6)[row, col] == 0


def test_sites_just_north_east_south_and_west_reach_the_cell_at_the_edge() -> None:
    frame = Frame(37.0, 120.0, 0.01, 0.01, 3, 3)
    for north, east, cell in ((1, 0, (0, 1)), (-1, 0, (2, 1)), (0, 1, (1, 2)), (0, -1, (1, 0))):
        lat = frame.lat[1] + north * (0.01 + 900 / METRES_A_DEGREE)
        lon = frame.lon[1] + east * (0.01 + 900 / 88_900)
        counts = stamping.count(frame, np.array([lat]), np.array([lon]), 1000.0)
        assert list(zip(*np.nonzero(counts), strict=True)) == [cell]


def test_a_site_on_the_other_side_of_the_date_line_is_as_near_as_it_is() -> None:
    frame = Frame(10.0, 179.99, 0.005, 0.005, 5, 5)
    inside = stamping.count(frame, np.array([9.99]), np.array([-179.995]), 1000.0)
    same = stamping.count(frame, np.array([9.99]), np.array([180.005]), 1000.0)
    assert inside.sum() > 0
    assert np.array_equal(inside, same)


def test_no_site_and_sites_far_away_cover_nothing() -> None:
    frame = Frame(37.0, 120.0, 0.01, 0.01, 20, 30)
    nothing = np.zeros(0)
    assert not stamping.count(frame, nothing, nothing, 1000.0).any()
    assert not stamping.count(frame, np.array([40.0, 36.9]), np.array([120.1, 90.0]), 1000.0).any()


def test_counts_are_right_where_more_sites_cover_a_cell_than_two_bytes_can_tell() -> None:
    frame = Frame(37.0, 120.0, 0.005, 0.005, 9, 9)
    many = 70_000
    counts = stamping.count(frame, np.full(many, 36.98), np.full(many, 120.02), 1000.0)
    assert counts.max() == many
    spread = stamping.count(frame, np.linspace(30, 40, many), np.linspace(110, 130, many), 1000.0)
    assert spread.dtype == np.uint16


@pytest.mark.parametrize("radius", [300.0, 1000.0, 20_000.0])
def test_opening_and_closing_one_site_after_another_gives_what_counting_anew_does(
    radius: float,
) -> None:
    random = np.random.default_rng(int(radius))
    frame = some_frame(random, 37.0, radius)
    lat, lon = sites_about(random, frame, 30)
    counts = stamping.count(frame, lat[:15], lon[:15], radius)
    for index in range(15, 30):
        before = counts > 0
        site = stamping.stamp(frame, Point(float(lat[index]), float(lon[index])), radius)
        won = stamping.opened(counts, site)
        assert np.array_equal((counts > 0)[site.window] & ~before[site.window], won)
        assert np.array_equal(
            counts, stamping.count(frame, lat[: index + 1], lon[: index + 1], radius)
        )
    for index in range(15):
        before = counts > 0
        site = stamping.stamp(frame, Point(float(lat[index]), float(lon[index])), radius)
        lost = stamping.closed(counts, site)
        assert np.array_equal(before[site.window] & ~(counts > 0)[site.window], lost)
        assert np.array_equal(
            counts, stamping.count(frame, lat[index + 1 :], lon[index + 1 :], radius)
        )


def test_a_site_that_was_not_counted_cannot_be_closed() -> None:
    frame = Frame(37.0, 120.0, 0.005, 0.005, 9, 9)
    counts = stamping.count(frame, np.zeros(0), np.zeros(0), 1000.0)
    site = stamping.stamp(frame, Point(36.98, 120.02), 1000.0)
    with pytest.raises(ValueError, match="not counted"):
        stamping.closed(counts, site)
    assert not counts.any()


@pytest.mark.parametrize(
    "bounds",
    [
        (37.0, 120.0, 0.0, 0.1, 3, 3),
        (37.0, 120.0, 0.1, math.nan, 3, 3),
        (37.0, 120.0, 0.1, 0.1, 0, 3),
        (89.0, 120.0, 0.1, 0.1, 3, 3),
        (-84.0, 120.0, 0.5, 0.1, 9, 3),
        (37.0, 120.0, 0.1, 1.0, 3, 181),
        (math.nan, 120.0, 0.1, 0.1, 3, 3),
    ],
)
def test_what_is_no_grid_of_cells_is_refused(
    bounds: tuple[float, float, float, float, int, int],
) -> None:
    with pytest.raises(ValueError, match="a grid"):
        Frame(*bounds)
