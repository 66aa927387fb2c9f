"""Datums against published conversions, distance against geopy's geodesic."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from geopy.distance import geodesic
from hypothesis import example, given
from hypothesis import strategies as st

from core import geo
from core.errors import BadInput
from core.geo import Datum, Point

LATS = st.floats(geo.SOUTH, geo.NORTH)
LONS = st.floats(geo.WEST, geo.EAST)
DATUMS = st.sampled_from(Datum)

# WGS-84, GCJ-02 and BD-09 of city halls' districts as map services give them: five rows from
# gcoord's test data (github.com/hujiulong/gcoord, MIT), each pair lat, lon.
CITIES = [
    ((37.5120328, 122.1153583), (37.5130732, 122.1204275), (37.5188934, 122.1269695)),
    ((36.8129763, 118.0488554), (36.8134923, 118.0549295), (36.8195768, 118.0613825)),
    ((36.6507807, 117.1138727), (36.6512191, 117.1200084), (36.6575731, 117.1264069)),
    ((36.0668365, 120.3774765), (36.0671124, 120.3826123), (36.0732465, 120.3890645)),
    ((37.4628409, 121.442718), (37.4638254, 121.4479424), (37.4701643, 121.4543577)),
]
# WGS-84 and GCJ-02 by the public formula, and how near in degrees: eviltransform (BSD, states its
# own to 1e-6) and coordtransform (MIT).
TO_GCJ02 = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215), 1e-10),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171774808363), 1.1e-6),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657), 1e-10),
    ((39.915, 116.404), (39.91640428150164, 116.41024449916938), 1e-10),
]


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    found: float = geodesic(a, b).meters
    return found


def around(seed: int, count: int, nearest: float, farthest: float) -> list[tuple[Point, Point]]:
    """Pairs all over China, apart by *nearest* to *farthest* metres, every order alike."""
    chance = random.Random(seed)
    pairs = []
    for _ in range(count):
        a = Point(chance.uniform(geo.SOUTH, geo.NORTH), chance.uniform(geo.WEST, geo.EAST))
        apart = math.exp(chance.uniform(math.log(nearest), math.log(farthest)))
        b = Geodesic.WGS84.Direct(a.lat, a.lon, chance.uniform(0, 360), apart)
        pairs.append((a, Point(b["lat2"], b["lon2"])))
    return pairs


@pytest.mark.parametrize(("wgs84", "gcj02", "near"), TO_GCJ02)
def test_gcj02_is_the_public_formula(
    wgs84: tuple[float, float], gcj02: tuple[float, float], near: float
) -> None:
    assert geo.from_wgs84(Point(*wgs84), Datum.GCJ02) == pytest.approx(gcj02, abs=near, rel=0)


def test_bd09_is_the_public_formula() -> None:
    # coordtransform's own example (MIT): this GCJ-02 pair is this BD-09 pair.
    point = geo.to_wgs84(39.915, 116.404, Datum.GCJ02)
    assert geo.from_wgs84(point, Datum.BD09) == pytest.approx(
        (39.92133699351021, 116.41036949371029), abs=1e-9, rel=0
    )


@pytest.mark.parametrize(("wgs84", "gcj02", "bd09"), CITIES)
def test_conversions_agree_with_map_services(
    wgs84: tuple[float, float], gcj02: tuple[float, float], bd09: tuple[float, float]
) -> None:
    given = geo.to_wgs84(*gcj02, Datum.GCJ02)
    # The services' own GCJ-02 lies some 0.7 m beside the public formula, everywhere alike.
    assert metres((given.lat, given.lon), wgs84) < 1
    assert metres(geo.from_wgs84(given, Datum.BD09), bd09) < 0.01
    again = geo.to_wgs84(*bd09, Datum.BD09)
    assert metres((again.lat, again.lon), wgs84) < 1


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.CGCS2000])
def test_cgcs2000_is_wgs84(datum: Datum) -> None:
    assert geo.to_wgs84(37.5, 122.1, datum) == Point(37.5, 122.1)
    assert geo.from_wgs84(Point(37.5, 122.1), datum) == (37.5, 122.1)


@given(LATS, LONS, DATUMS)
def test_there_and_back_is_below_a_millimetre(lat: float, lon: float, datum: Datum) -> None:
    back = geo.to_wgs84(*geo.from_wgs84(Point(lat, lon), datum), datum)
    assert metres((back.lat, back.lon), (lat, lon)) < 0.001
    forth = geo.from_wgs84(geo.to_wgs84(lat, lon, datum), datum)
    assert metres(forth, (lat, lon)) < 0.001


@pytest.mark.parametrize(
    ("datum", "least", "most"), [(Datum.GCJ02, 400, 560), (Datum.BD09, 1100, 1320)]
)
def test_the_shift_over_weihai(datum: Datum, least: float, most: float) -> None:
    for lat in np.arange(36.7, 37.6, 0.05):
        for lon in np.arange(121.2, 122.7, 0.05):
            shifted = geo.from_wgs84(Point(float(lat), float(lon)), datum)
            assert least <= metres(shifted, (lat, lon)) <= most


@pytest.mark.parametrize(
    ("lat", "lon", "field", "said"),
    [
        (122.12, 37.51, "lat", "写反"),
        (0.0, 0.0, "lat", "都是 0"),
        (51.5, -0.1, "lon", "中国以外"),
        (-33.9, 122.0, "lat", "中国以外"),
        (54.001, 122.0, "lat", "中国以外"),
        (37.5, 136.001, "lon", "中国以外"),
        (1e300, 122.0, "lat", "中国以外"),
        (math.nan, 122.0, "lat", "普通的数"),
        (37.5, math.inf, "lon", "普通的数"),
        (37.5, -math.inf, "lon", "普通的数"),
    ],
)
@pytest.mark.parametrize("datum", Datum)
def test_what_is_no_place_is_refused_by_name(
    lat: float, lon: float, field: str, said: str, datum: Datum
) -> None:
    with pytest.raises(BadInput) as caught:
        geo.check(lat, lon, datum)
    assert caught.value.field == field
    assert said in str(caught.value)


@given(LATS, LONS, DATUMS)
@example(geo.SOUTH, geo.WEST, Datum.WGS84)
@example(geo.NORTH, geo.EAST, Datum.BD09)
def test_a_place_in_china_is_taken(lat: float, lon: float, datum: Datum) -> None:
    assert geo.check(lat, lon, datum) == geo.to_wgs84(lat, lon, datum)


def test_earth_centred_of_known_places() -> None:
    found = geo.earth_centred(np.array([0.0, 0.0, 90.0]), np.array([0.0, 90.0, 0.0]))
    a, b = 6378137.0, 6356752.314245179
    np.testing.assert_allclose(found, [[a, 0, 0], [0, a, 0], [0, 0, b]], atol=1e-8)


@given(LATS, LONS)
def test_one_place_and_many_are_the_same(lat: float, lon: float) -> None:
    many = geo.earth_centred(np.array([lat, lat]), np.array([lon, lon]))
    assert many.shape == (2, 3)
    assert geo.xyz(Point(lat, lon)) == pytest.approx(tuple(many[1]), abs=1e-8)


@pytest.mark.parametrize(
    ("nearest", "farthest", "bound"),
    [(1.0, 1e5, 1e-6), (1e5, geo.NEAR, 1e-5), (geo.NEAR, 4e6, 1e-7)],
)
def test_distance_is_the_geodesic(nearest: float, farthest: float, bound: float) -> None:
    for a, b in around(20261122, 1500, nearest, farthest):
        assert abs(geo.distance(a, b) - metres((a.lat, a.lon), (b.lat, b.lon))) <= bound


@pytest.mark.parametrize("azimuth", range(0, 360, 30))
def test_distance_does_not_jump_where_the_method_changes(azimuth: int) -> None:
    a = Point(37.5, 122.1)
    found = []
    for step in range(-60, 61):
        b = Geodesic.WGS84.Direct(a.lat, a.lon, azimuth, geo.NEAR + step)
        found.append(geo.distance(a, Point(b["lat2"], b["lon2"])))
    assert np.diff(found) == pytest.approx(1.0, abs=2e-5)


def test_no_way_is_no_distance() -> None:
    here = Point(37.5, 122.1)
    assert geo.distance(here, here) == 0


@given(LATS, LONS, st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_the_way_back_is_as_long(lat: float, lon: float, north: float, east: float) -> None:
    a, b = Point(lat, lon), Point(lat + north, lon + east)
    assert geo.distance(a, b) == geo.distance(b, a)
