"""What the map of a region asks for."""

from __future__ import annotations

import json
from dataclasses import replace

from flask import Flask
from flask.testing import FlaskClient

from core.config import Tiles
from core.db import writing
from core.geo import Datum, Point, from_wgs84
from core.regions import boundaries
from core.web import settings
from tests.network.conftest import ACTOR, ENROLMENT, HOSTILE, Announce, Made

COUNTY = "371082000000"
SQUARE = [[[122.0, 37.0], [122.6, 37.0], [122.6, 37.4], [122.0, 37.4], [122.0, 37.0]]]


def outline(datum: Datum) -> None:
    feature = {
        "type": "Feature",
        "properties": {"adcode": 371082},
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    with writing():
        boundaries.load(ACTOR, text, boundaries.Origin(datum, "the tests", "© the tests"))


def test_sites_of_the_list_that_have_a_position(client: FlaskClient, made: Made) -> None:
    answer = client.get("/network/371000000000/sites.geojson")
    assert answer.mimetype == "application/geo+json"
    shown = {one["properties"]["url"]: one for one in json.loads(answer.data)["features"]}
    assert set(shown) == {f"/sites/{made.hall}", f"/sites/{made.clinic}"}
    hall = shown[f"/sites/{made.hall}"]
    assert hall["geometry"]["coordinates"] == [122.48, 37.16]
    assert hall["properties"]["look"] == "hall"
    assert "0631 7560000" in hall["properties"]["notes"]


def test_a_hostile_name_is_data(client: FlaskClient, made: Made) -> None:
    answer = client.get("/network/371082001201/sites.geojson")
    (feature,) = json.loads(answer.data)["features"]
    assert feature["properties"]["name"] == HOSTILE
    script = client.get("/network/371082001201/map.js").get_data(as_text=True)
    assert "alert" not in script


def test_the_map_shows_what_the_list_shows(client: FlaskClient, made: Made) -> None:
    query = f"kind=hall&service={ENROLMENT}"
    (feature,) = json.loads(client.get(f"/network/{COUNTY}/sites.geojson?{query}").data)["features"]
    assert feature["properties"]["url"] == f"/sites/{made.hall}"
    script = client.get(f"/network/{COUNTY}/map.js?{query}").get_data(as_text=True)
    assert "kind=hall" in script
    page = client.get(f"/network/{COUNTY}?{query}").get_data(as_text=True)
    assert f"/network/{COUNTY}/map.js?v=" in page


def test_a_closed_site_looks_closed(client: FlaskClient, made: Made, announce: Announce) -> None:
    announce("停", 0, 2, site=made.hall)
    features = json.loads(client.get(f"/network/{COUNTY}/sites.geojson").data)["features"]
    looks = {one["properties"]["url"]: one["properties"]["look"] for one in features}
    assert looks == {f"/sites/{made.hall}": "closed", f"/sites/{made.clinic}": "station"}


def test_what_has_not_changed_is_not_sent_again(
    client: FlaskClient, made: Made, announce: Announce
) -> None:
    address = f"/network/{COUNTY}/sites.geojson"
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    announce("停", 0, 2, site=made.hall)
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_outlines_come_in_the_datum_of_the_tiles(
    app: Flask, client: FlaskClient, made: Made
) -> None:
    address = "/network/371000000000/boundaries.geojson"
    assert json.loads(client.get(address).data)["features"] == []
    outline(Datum.WGS84)
    (feature,) = json.loads(client.get(address).data)["features"]
    assert feature["properties"]["name"] == "荣成市"
    assert feature["geometry"]["coordinates"] == SQUARE
    assert "© the tests" in client.get(f"/network/{COUNTY}").get_data(as_text=True)
    tiles = Tiles("https://tiles.example/{z}/{x}/{y}", Datum.GCJ02, "", "")
    app.extensions["onekm"] = replace(settings(), tiles=tiles)
    (moved,) = json.loads(client.get(address).data)["features"]
    lat, lon = from_wgs84(Point(37.0, 122.0), Datum.GCJ02)
    assert moved["geometry"]["coordinates"][0][0] == [round(lon, 7), round(lat, 7)]
    hall = next(
        one
        for one in json.loads(client.get(f"/network/{COUNTY}/sites.geojson").data)["features"]
        if one["properties"]["look"] == "hall"
    )
    lat, lon = from_wgs84(Point(37.16, 122.48), Datum.GCJ02)
    assert hall["geometry"]["coordinates"] == [round(lon, 7), round(lat, 7)]


def test_a_region_with_nothing_to_show_has_no_map(client: FlaskClient, made: Made) -> None:
    assert client.get("/network/371071000000/map.js").status_code == 404
    assert "folium-map" not in client.get("/network/371071000000").get_data(as_text=True)
    # The point that stands for a village will do where it has no site.
    assert client.get("/network/371082001202/map.js").status_code == 200
