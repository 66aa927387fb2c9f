"""What the map of a coverage draws, and the whole of it as one file."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from core.db import writing
from core.geo import Datum
from core.regions import boundaries
from core.regions.boundaries import Origin
from tests.core.accounts.made import browser_of
from tests.stations.coverage.made import ACTOR, CITY, COUNTY, OTHER
from tests.stations.coverage.page import layers
from tests.stations.coverage.town import HALLS, Town


@pytest.fixture
def client(app: Flask, town: Town) -> FlaskClient:
    return browser_of(app, Role.CITY_ADMIN, CITY)


def test_the_map_shows_what_the_lists_show(client: FlaskClient) -> None:
    drawn = layers(client, f"/coverage/{CITY}/map.json")
    assert {spot[3] for spot in drawn["covered"]["spots"]} == {"甲", "乙", "丙", "己"}
    assert {spot[3] for spot in drawn["uncovered"]["spots"]} == {"丁", "戊", "庚"}
    assert len(drawn["reach"]["rings"]) == 2
    assert {spot[3] for spot in drawn["sites"]["spots"]} == {"大厅", "卫生室"}


def test_sites_that_do_not_count_are_told_apart(client: FlaskClient) -> None:
    drawn = layers(client, f"/coverage/{CITY}/map.json?service={HALLS}")
    assert [spot[3] for spot in drawn["idle"]["spots"]] == ["卫生室"]
    assert [spot[3] for spot in drawn["sites"]["spots"]] == ["大厅"]


def test_the_map_of_a_county_shows_who_serves_it_from_beyond(client: FlaskClient) -> None:
    drawn = layers(client, f"/coverage/{OTHER}/map.json")
    assert {spot[3] for spot in drawn["covered"]["spots"]} == {"己"}
    assert [spot[3] for spot in drawn["sites"]["spots"]] == ["大厅"]


def test_where_outlines_are_known_the_map_shades_regions_by_their_share(
    client: FlaskClient,
) -> None:
    corners = [(122.0, 37.4), (122.2, 37.4), (122.2, 37.6), (122.0, 37.6), (122.0, 37.4)]
    outline = {
        "type": "Feature",
        "properties": {"adcode": COUNTY[:6]},
        "geometry": {"type": "Polygon", "coordinates": [corners]},
    }
    whole = json.dumps({"type": "FeatureCollection", "features": [outline]})
    assert "shares-county" not in layers(client, f"/coverage/{CITY}/map.json")
    with writing():
        boundaries.load(ACTOR, whole, Origin(Datum.WGS84))
    shaded = layers(client, f"/coverage/{CITY}/map.json")["shares-county"]
    (feature,) = shaded["features"]["features"]
    assert feature["properties"] == {"name": "环翠区 89.7%", "number": "89.7%", "shade": 4}
    assert not shaded["shown"]


def test_the_map_of_blind_spots_shows_where_one_more_would_do_most(client: FlaskClient) -> None:
    drawn = layers(client, f"/coverage/{CITY}/map.json?layer=blind-spots")
    assert "covered" not in drawn
    assert len(drawn["would"]["rings"]) == len(drawn["places"]["spots"]) == 1
    script = client.get(f"/coverage/{CITY}/map.js?layer=blind-spots").get_data(as_text=True)
    assert "layer=blind-spots" in script.replace("\\u0026", "&")


def test_the_map_is_taken_away_as_one_file_with_its_numbers(client: FlaskClient) -> None:
    answer = client.get(f"/coverage/{CITY}/map.html")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    file = answer.get_data(as_text=True)
    assert 'content="default-src' in file.replace("&#39;", "'")
    assert "710 / 790 人" in file
    assert "<script src" not in file
    assert "<link" not in file
    assert "/sites/" not in file[file.index('id="map-data"') :].split("</script>")[0]
