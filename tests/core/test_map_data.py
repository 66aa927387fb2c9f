"""Layers as plain data: geodesic circles, the datum of the map, text that stays text."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel
from geographiclib.geodesic import Geodesic

from core import map_data, maps
from core.geo import Datum, Point, from_wgs84
from core.map_data import Area, Layer, Look, Spot, When

HERE = Point(37.5091, 122.1210)
HOSTILE = "</script><img src=x onerror=alert(1)>${alert(1)}`\u202e村"
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[122.0, 37.4], [122.2, 37.4], [122.2, 37.6], [122.0, 37.6], [122.0, 37.4]]],
}


@pytest.fixture(name="app", autouse=True)
def bare_app() -> Iterator[Flask]:
    app = Flask("maps")
    Babel(app)
    with app.test_request_context("/"):
        yield app


def apart(a: Point, lat: float, lon: float) -> float:
    found: float = Geodesic.WGS84.Inverse(a.lat, a.lon, lat, lon)["s12"]
    return found


def test_a_ring_is_the_geodesic_circle_to_the_decimetre_it_is_written_in() -> None:
    layer = map_data.rings("reach", "1 公里范围", [HERE], 1000.0, Datum.WGS84)
    (ring,) = layer["rings"]
    assert len(ring) == map_data.CORNERS
    assert all(abs(apart(HERE, *corner) - 1000.0) < 0.1 for corner in ring)


def test_on_shifted_tiles_the_circle_moves_with_its_centre() -> None:
    plain = map_data.rings("reach", "", [HERE], 1000.0, Datum.WGS84)["rings"][0]
    moved = map_data.rings("reach", "", [HERE], 1000.0, Datum.GCJ02)["rings"][0]
    for corner, shifted in zip(plain, moved, strict=True):
        assert shifted == pytest.approx(from_wgs84(Point(*corner), Datum.GCJ02), abs=2e-6)
    assert apart(HERE, *moved[0]) > 1200


def test_no_centres_make_no_rings() -> None:
    assert map_data.rings("reach", "", [], 1000.0, Datum.WGS84)["rings"] == []


@pytest.mark.parametrize("datum", Datum)
def test_a_spot_says_where_it_is_in_the_datum_of_the_map(datum: Datum) -> None:
    spot = Spot(HERE, HOSTILE, 812.0, ("812 人",), "/sites/1")
    layer = map_data.spots("covered", "已覆盖", Look.COVERED, [spot], datum, when=When.AFTER)
    lat, lon, *rest = layer["spots"][0]
    assert (lat, lon) == pytest.approx(from_wgs84(HERE, datum), abs=1e-6)
    assert rest == [812.0, HOSTILE, ["812 人"], "/sites/1", ()]
    assert (layer["look"], layer["when"], layer["shown"]) == ("covered", "after", True)
    assert layer["sized"]


def test_sites_are_all_of_one_size() -> None:
    layer = map_data.spots("sites", "网点", Look.SITE, [Spot(HERE, "某站")], Datum.WGS84, on=False)
    assert not layer["sized"]
    assert not layer["shown"]


@pytest.mark.parametrize(
    ("share", "shade"), [(0.0, 0), (0.199, 0), (0.2, 1), (0.71, 3), (0.8, 4), (1.0, 4)]
)
def test_a_share_chooses_one_of_five_shades(share: float, shade: int) -> None:
    layer = map_data.areas(
        "towns", "", [Area("某镇", SQUARE, share=share, words="7%")], Datum.WGS84
    )
    (feature,) = layer["features"]["features"]
    assert feature["properties"] == {"name": "某镇 7%", "number": "7%", "shade": shade}
    assert layer["shaded"]


def test_a_region_without_a_share_has_no_shade_and_without_an_outline_its_name_alone() -> None:
    layer = map_data.areas("towns", "", [Area("某镇", None, HERE)], Datum.WGS84)
    (feature,) = layer["features"]["features"]
    assert feature["geometry"]["type"] == "Point"
    assert feature["properties"] == {"name": "某镇"}
    assert not layer["shaded"]
    with pytest.raises(ValueError, match="某镇"):
        map_data.areas("towns", "", [Area("某镇", None)], Datum.WGS84)


def test_the_answer_is_kept_nowhere(app: Flask) -> None:
    layers: list[Layer] = [
        map_data.spots("covered", "已覆盖", Look.COVERED, [Spot(HERE, HOSTILE, 1.0)], Datum.WGS84)
    ]
    fresh = map_data.answer(layers)
    assert json.loads(fresh.get_data(as_text=True))["layers"][0]["spots"][0][3] == HOSTILE
    assert fresh.headers["Cache-Control"] == "no-store"


def test_a_cover_layer_reads_from_our_own_site_only() -> None:
    with pytest.raises(ValueError, match="not a path of this site"):
        map_data.CoverLayer("https://evil.example/x")
    made = maps.base_map(None, (Point(36.7, 121.2), Point(37.6, 122.7)))
    map_data.CoverLayer("/coverage/371000000000/map.json").add_to(made)
    compiled = maps.compile(made)
    assert "mapLayers.cover(" in compiled.script
    assert compiled.js[1:] == ("map-layers.js", "map-ground.js", "map-marks.js", "map-cover.js")
