"""Circles against the geodesic of Karney, corner by corner."""

from __future__ import annotations

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from core import geo

CHANCE = np.random.default_rng(5)
LAT = CHANCE.uniform(geo.SOUTH, geo.NORTH, 40)
LON = CHANCE.uniform(geo.WEST, geo.EAST, 40)


@pytest.mark.parametrize("radius", [50.0, 1000.0, 50_000.0])
def test_every_corner_lies_on_the_geodesic_circle(radius: float) -> None:
    for lat, lon, ring in zip(LAT, LON, geo.circles(LAT, LON, radius, 36), strict=True):
        for corner in ring:
            away = Geodesic.WGS84.Inverse(lat, lon, *corner)["s12"]
            assert abs(away - radius) <= geo.ON_THE_CIRCLE + 1e-5


def test_corners_go_clockwise_from_the_north() -> None:
    north, east, south, west = geo.circles(np.array([37.5]), np.array([122.0]), 1000.0, 4)[0]
    assert north[0] > 37.5 > south[0]
    assert east[1] > 122.0 > west[1]


def test_arcs_are_the_arc_of_each_pair() -> None:
    a = geo.earth_centred(LAT, LON)
    b = geo.earth_centred(LAT + 0.01, LON - 0.02)
    each = [geo.arc(tuple(p), tuple(q)) for p, q in zip(a.tolist(), b.tolist(), strict=True)]
    assert geo.arcs(a, b) == pytest.approx(each, abs=1e-9)
    assert geo.arcs(a, a) == pytest.approx(0)
