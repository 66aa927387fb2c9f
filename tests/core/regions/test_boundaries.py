"""Outlines: read strictly, brought to WGS-84, matched by code, asked about places."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import command
from core.clock import today
from core.db import db, writing
from core.errors import BadInput
from core.geo import Datum, Point, distance, from_wgs84
from core.regions import boundaries, cli, importer, queries
from core.regions.boundaries import Origin, Outcome
from core.regions.models import Boundary
from tests.databases import on_sqlite

ACTOR = command("test")
LIST = """\
code,name,level,parent
371000000000,威海市,city,
371002000000,环翠区,county,371000000000
371082000000,荣成市,county,371000000000
371002001000,中心街道,town,371002000000
371082001000,中心街道,town,371082000000
"""
DAY = date(2021, 1, 1)
SQUARE = [[122.0, 37.0], [122.5, 37.0], [122.5, 37.5], [122.0, 37.5], [122.0, 37.0]]
HOLE = [[122.2, 37.2], [122.3, 37.2], [122.3, 37.3], [122.2, 37.3], [122.2, 37.2]]
PLAIN = Origin(Datum.WGS84, "a survey", "© somebody")


@pytest.fixture
def ids(app: Flask) -> dict[str, int]:
    """The id of each region by its code."""
    with writing():
        importer.apply(ACTOR, importer.plan(LIST, DAY, "a document"))
    return {code: node.id for code, node in queries.tree(DAY).by_code.items()}


def feature(rings: Any, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": rings}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def file(*features: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def take(text: str, origin: Origin = PLAIN) -> Outcome:
    with writing():
        return boundaries.load(ACTOR, text, origin)


def stored() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Boundary)) or 0


@pytest.mark.parametrize(
    "properties",
    [
        {"adcode": 371082},
        {"adcode": "371082"},
        {"adcode": 371082000000},
        {"code": "371082000000", "name": "another name"},
        {"name": "荣成市"},
    ],
)
def test_a_feature_is_matched_by_code_or_by_a_name_alone(
    ids: dict[str, int], properties: dict[str, Any]
) -> None:
    outcome = take(file(feature([SQUARE], **properties)))
    assert [node.code for node in outcome.matched] == ["371082000000"]
    assert outcome.unmatched == ()
    (outline,) = boundaries.outlines([*ids.values()], today())
    assert outline.region_id == ids["371082000000"]
    assert outline.geometry["type"] == "Polygon"
    assert outline.geometry["coordinates"][0] == SQUARE
    assert (outline.source, outline.attribution) == ("a survey", "© somebody")


def test_what_no_region_answers_to_is_named(ids: dict[str, int]) -> None:
    outcome = take(
        file(
            feature([SQUARE], adcode=371082),
            feature([SQUARE], adcode=999999, name="荣成市"),
            feature([SQUARE], name="中心街道"),
            feature([SQUARE]),
        )
    )
    assert len(outcome.matched) == 1
    assert outcome.unmatched == ("999999 荣成市", "中心街道", "#4")


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_shifted_outlines_are_brought_back(ids: dict[str, int], datum: Datum) -> None:
    ring = [list(reversed(from_wgs84(Point(lat, lon), datum))) for lon, lat in SQUARE]
    take(file(feature([ring], adcode=371082)), Origin(datum))
    (outline,) = boundaries.outlines([ids["371082000000"]], today())
    for (lon, lat), (was_lon, was_lat) in zip(
        outline.geometry["coordinates"][0], SQUARE, strict=True
    ):
        assert distance(Point(lat, lon), Point(was_lat, was_lon)) < 0.02
    assert db.session.scalar(sa.select(Boundary.datum_given)) == datum.value


def test_inside_knows_holes_edges_parts_and_ignorance(ids: dict[str, int]) -> None:
    far = [[lon + 1, lat] for lon, lat in SQUARE]
    take(
        file(
            feature([SQUARE, HOLE], adcode=371002),
            feature([[SQUARE], [far]], "MultiPolygon", adcode=371082),
        )
    )
    holed, parted = ids["371002000000"], ids["371082000000"]
    assert boundaries.inside(holed, Point(37.1, 122.1)) is True
    assert boundaries.inside(holed, Point(37.25, 122.25)) is False
    assert boundaries.inside(holed, Point(37.0, 122.25)) is True
    assert boundaries.inside(holed, Point(37.1, 123.1)) is False
    assert boundaries.inside(parted, Point(37.1, 123.1)) is True
    assert boundaries.inside(ids["371000000000"], Point(37.1, 122.1)) is None


def test_a_second_outline_replaces_the_first_at_once(ids: dict[str, int]) -> None:
    region = ids["371082000000"]
    take(file(feature([SQUARE], adcode=371082)))
    assert boundaries.inside(region, Point(37.25, 122.25)) is True
    take(file(feature([SQUARE, HOLE], adcode=371082)))
    assert boundaries.inside(region, Point(37.25, 122.25)) is False
    assert stored() == 1


BOW = [[122.0, 37.0], [122.5, 37.5], [122.5, 37.0], [122.0, 37.5], [122.0, 37.0]]
SWAPPED = [[lat, lon] for lon, lat in SQUARE]
ABROAD = [[lon - 120, lat] for lon, lat in SQUARE]
WRONG = {
    "open": feature([SQUARE[:-1]], adcode=371082),
    "three corners": feature([[*SQUARE[:2], SQUARE[0]]], adcode=371082),
    "crossing itself": feature([BOW], adcode=371082),
    "hole outside": feature([HOLE, SQUARE], adcode=371082),
    "swapped": feature([SWAPPED], adcode=371082),
    "abroad": feature([ABROAD], adcode=371082),
    "no ring": feature([], adcode=371082),
    "one number": feature([[[122.0]] * 4], adcode=371082),
    "text": feature([[["122", "37"]] * 4], adcode=371082),
    "not a number": feature([[[float("nan"), 37.0]] * 4], adcode=371082),
    "endless": feature([[[10**400, 37]] * 4], adcode=371082),
    "point": feature([122.0, 37.0], "Point", adcode=371082),
    "no geometry": {"type": "Feature", "geometry": None, "properties": {"adcode": 371082}},
    "twice": feature([SQUARE], adcode=371002),
}


@on_sqlite
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_one_wrong_feature_refuses_the_file(ids: dict[str, int], wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as refused:
        take(file(feature([SQUARE], adcode=371002), wrong))
    assert refused.value.field == "features"
    assert "第 2 个要素" in str(refused.value)
    assert stored() == 0


@on_sqlite
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"type": "Feature"}',
        '{"type": "FeatureCollection"}',
        '{"type": "FeatureCollection", "features": {}}',
        '{"type": "FeatureCollection", "features": [7]}',
        '{"type": "FeatureCollection", "features": []}',
        "[" * 200_000,
        file(feature([SQUARE], name="nowhere")),
    ],
    ids=range(11),
)
def test_what_is_no_collection_is_refused(ids: dict[str, int], text: str) -> None:
    with pytest.raises(BadInput) as refused:
        take(text)
    assert refused.value.field == "features"


def test_the_command(app: Flask, ids: dict[str, int], tmp_path: Path) -> None:
    path = tmp_path / "outlines.geojson"
    path.write_text(file(feature([SQUARE], adcode=371082), feature([SQUARE], name="nowhere")))
    runner = app.test_cli_runner()
    words = ["boundaries", "import", str(path)]
    refused = runner.invoke(cli.commands, words)
    assert refused.exit_code == 2
    assert "--datum" in refused.output
    assert stored() == 0
    told = runner.invoke(cli.commands, [*words, "--datum", "cgcs2000"])
    assert told.exit_code == 0
    assert told.output == "no such region: nowhere\n1 outlines loaded, 1 unmatched\n"
    assert stored() == 1
    path.write_text("[]")
    assert runner.invoke(cli.commands, [*words, "--datum", "wgs84"]).exit_code == 1
