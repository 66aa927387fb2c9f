"""Compiled maps: the same in every process, nothing from outside, text never code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import folium
import pytest
from flask import Flask, Response
from flask_babel import Babel
from folium.plugins import Fullscreen, MarkerCluster

from core import geo, maps
from core.config import Tiles
from core.geo import Datum, Point

WEIHAI = (Point(36.7, 121.2), Point(37.6, 122.7))
GCJ02 = Tiles(
    "https://tiles.example.cn/{z}/{x}/{y}.png?key=1", Datum.GCJ02, "某图", "审图号 GS(2024)0568号"
)
HOSTILE = [
    "<script>alert(1)</script>",
    "${alert(1)}",
    "`+alert(1)+`",
    "\\`${alert(1)}",
    "</script><img src=x onerror=alert(1)>",
    "'+alert(1)+'",
    "\u202edlrow",
    "line\u2028break",
]
STATIC = Path(maps.__file__).parent / "static"


@pytest.fixture(name="app")
def bare_app() -> Iterator[Flask]:
    """An app with languages only: a map needs no database."""
    app = Flask("maps")
    Babel(app)
    with app.test_request_context("/"):
        yield app


pytestmark = pytest.mark.usefixtures("app")


def network(tiles: Tiles | None = None, url: str = "/sites.json") -> folium.Map:
    made = maps.base_map(tiles, WEIHAI)
    maps.BoundaryLayer("/boundaries.json").add_to(made)
    maps.SiteLayer(url).add_to(made)
    return made


def in_another_process(seed: str) -> str:
    program = (
        "import folium, flask, flask_babel\n"
        "from core import maps\n"
        "from core.geo import Point\n"
        "app = flask.Flask('maps'); flask_babel.Babel(app)\n"
        "with app.app_context():\n"
        "    made = maps.base_map(None, (Point(36.7, 121.2), Point(37.6, 122.7)))\n"
        "    maps.BoundaryLayer('/boundaries.json').add_to(made)\n"
        "    maps.SiteLayer('/sites.json').add_to(made)\n"
        "    print(maps.compile(made).digest)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": seed},
        cwd=STATIC.parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_every_process_makes_the_same_script() -> None:
    here = maps.compile(network())
    assert {in_another_process("1"), in_another_process("2")} == {here.digest}
    assert re.search(r"[0-9a-f]{32}", here.script) is None


def test_compiling_twice_changes_nothing() -> None:
    made = network()
    assert maps.compile(made) == maps.compile(made)


def test_another_map_has_another_digest() -> None:
    assert maps.compile(network()).digest != maps.compile(network(url="/other.json")).digest


def test_only_random_names_are_numbered() -> None:
    address = "/sites_" + "0123456789abcdef" * 2
    assert address in maps.compile(network(url=address)).script


def test_the_div_is_the_one_the_script_draws_in() -> None:
    compiled = maps.compile(network())
    assert f'L.map(\n                "{compiled.div_id}"' in compiled.script


def test_the_page_is_told_which_files_to_link_and_they_exist() -> None:
    compiled = maps.compile(network())
    assert compiled.js[0] == "vendor/leaflet/leaflet.js"
    assert set(compiled.js) == {
        "vendor/leaflet/leaflet.js",
        "vendor/leaflet.markercluster/leaflet.markercluster.js",
        "map-ground.js",
        "map-layers.js",
    }
    assert compiled.css[0] == "vendor/leaflet/leaflet.css"
    assert all((STATIC / name).is_file() for name in compiled.css + compiled.js)
    assert all((STATIC / name).is_file() for name in maps.LOCAL.values())


def test_a_file_we_do_not_serve_is_refused() -> None:
    with pytest.raises(KeyError, match="bootstrap"):
        maps.compile(folium.Map(tiles=None))


def test_a_base_map_leaves_the_lists_of_folium_alone() -> None:
    before = list(folium.Map.default_js), list(folium.Map.default_css)
    maps.compile(network())
    assert (folium.Map.default_js, folium.Map.default_css) == before


@pytest.mark.parametrize("tiles", [None, GCJ02])
def test_no_address_elsewhere_but_the_tiles(tiles: Tiles | None) -> None:
    found = re.findall(r"(?:https?:)?//[^\s\"']*", maps.compile(network(tiles)).script)
    assert found == ([] if tiles is None else [tiles.url])


# -- Text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_text_given_to_a_layer_is_inert_and_whole(text: str) -> None:
    encoded = maps.encode({"name": text})
    assert encoded.isascii()
    assert not set(encoded) & set("<>&'`$")
    assert json.loads(encoded) == {"name": text}
    script = maps.compile(network(url="/sites.json?q=" + text.replace("\\", ""))).script
    assert script.isascii()
    assert not set(script) & set("<>&'`$")


@pytest.mark.parametrize("text", HOSTILE)
def test_attribution_is_shown_as_text(text: str) -> None:
    tiles = Tiles("https://tiles.example.cn/{z}/{x}/{y}.png", Datum.WGS84, text, "GS(2024)0568号")
    script = maps.compile(maps.base_map(tiles, WEIHAI)).script
    found = re.search(r'"attribution": (".*"),', script)
    assert found is not None
    shown = json.loads(found.group(1))
    assert not set(shown) & set("<>'")
    assert shown.endswith("GS(2024)0568号")
    assert script.isascii()


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", [folium.Popup, folium.Tooltip])
def test_elements_that_run_their_text_are_refused(
    kind: type[folium.Popup] | type[folium.Tooltip], text: str
) -> None:
    made = network()
    circle = folium.Circle(location=(37.5, 122.1), radius=1000).add_to(made)
    kind(text).add_to(circle)
    with pytest.raises(TypeError, match=kind.__name__):
        maps.compile(made)


@pytest.mark.parametrize("plugin", [folium.LayerControl, Fullscreen, MarkerCluster])
def test_elements_nobody_has_looked_at_are_refused(plugin: type[folium.LayerControl]) -> None:
    made = network()
    plugin().add_to(made)
    with pytest.raises(TypeError, match=plugin.__name__):
        maps.compile(made)


def test_plain_shapes_compile() -> None:
    made = network()
    group = folium.FeatureGroup(name="一公里").add_to(made)
    folium.Circle(location=(37.5, 122.1), radius=1000).add_to(group)
    script = maps.compile(made).script
    assert "L.circle(" in script
    assert "feature_group_" in script


def test_the_script_of_the_layers_knows_no_way_to_run_or_parse_text() -> None:
    source = (STATIC / "map-layers.js").read_text(encoding="utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function("):
        assert way not in source
    assert "`" not in source


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "//evil.example/x", "/\\evil.example/x", "x.json", ""]
)
@pytest.mark.parametrize("layer", [maps.SiteLayer, maps.BoundaryLayer])
def test_a_layer_reads_from_our_own_site_only(
    layer: type[maps.SiteLayer] | type[maps.BoundaryLayer], url: str
) -> None:
    with pytest.raises(ValueError, match="not a path of this site"):
        layer(url)


# -- The datum of the layer -----------------------------------------------------------------------


def test_without_tiles_a_map_draws_in_wgs84_on_a_grid() -> None:
    script = maps.compile(maps.base_map(None, WEIHAI)).script
    assert maps.layer_datum(None) is Datum.WGS84
    assert '"bounds": [[36.7, 121.2], [37.6, 122.7]]' in script
    assert '"grid": true' in script
    assert "L.tileLayer" not in script


def test_over_tiles_everything_is_in_the_datum_of_the_tiles() -> None:
    script = maps.compile(maps.base_map(GCJ02, WEIHAI)).script
    corners = [list(geo.from_wgs84(corner, Datum.GCJ02)) for corner in WEIHAI]
    assert f'"bounds": {json.dumps(corners)}' in script
    assert '"grid": false' in script
    assert maps.layer_datum(GCJ02) is Datum.GCJ02


@pytest.mark.parametrize("datum", Datum)
def test_features_are_in_the_datum_asked_for(datum: Datum) -> None:
    here = Point(37.5091, 122.1210)
    lat, lon = geo.from_wgs84(here, datum)
    site = maps.site_feature(here, datum, name="某站", look=maps.Look.STATION)
    assert site["geometry"]["coordinates"] == pytest.approx([lon, lat], abs=1e-7)
    ring = [[here.lon, here.lat], [122.5, 37.5], [122.5, 37.1], [here.lon, here.lat]]
    outline = maps.boundary_feature(
        {"type": "MultiPolygon", "coordinates": [[ring]]}, datum, name="某区"
    )
    moved = outline["geometry"]["coordinates"][0][0]
    assert moved[0] == moved[-1] == site["geometry"]["coordinates"]
    assert len(moved) == len(ring)
    assert ring[0] == [here.lon, here.lat]


def test_a_collection_is_geojson() -> None:
    point = Point(37.5, 122.1)
    site = maps.site_feature(
        point,
        Datum.WGS84,
        name=HOSTILE[0],
        look=maps.Look.HALL,
        notes=("开放",),
        url="/sites/1",
    )
    assert json.loads(json.dumps(maps.feature_collection([site]))) == {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [122.1, 37.5]},
                "properties": {
                    "name": HOSTILE[0],
                    "look": "hall",
                    "notes": ["开放"],
                    "url": "/sites/1",
                },
            }
        ],
    }


# -- The answer -----------------------------------------------------------------------------------


def asked(app: Flask, address: str, **headers: str) -> Response:
    with app.test_request_context(address, headers=headers):
        return maps.answer(maps.compile(network()))


def test_the_script_is_kept_for_a_year_under_its_digest(app: Flask) -> None:
    digest = maps.compile(network()).digest
    kept = asked(app, f"/map.js?v={digest}")
    assert kept.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert kept.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert kept.get_data(as_text=True) == maps.compile(network()).script


@pytest.mark.parametrize("address", ["/map.js", "/map.js?v=0123456789abcdef"])
def test_under_another_digest_it_is_asked_anew(app: Flask, address: str) -> None:
    fresh = asked(app, address)
    assert fresh.status_code == 200
    assert fresh.headers["Cache-Control"] == "no-cache"
    again = asked(app, address, **{"If-None-Match": fresh.headers["ETag"]})
    assert again.status_code == 304
