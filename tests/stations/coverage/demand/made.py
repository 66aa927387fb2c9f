"""Files of settlements of the small city, and the way from a file to its trial."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from shapely import box, to_geojson

from core.access import Actor
from core.db import writing
from core.files import store
from core.geo import Datum
from core.imports import queries as imports
from core.imports.actions import Sent
from core.imports.rules import Asked
from core.regions import boundaries, census, queries
from core.regions.boundaries import Origin
from core.sheets.container import check
from stations.coverage.demand import actions
from stations.coverage.demand import queries as files
from stations.coverage.demand.jobs import WORKS
from stations.coverage.demand.queries import FILES, File, Shown
from stations.coverage.population import Terms
from tests.core.imports.made import nothing
from tests.core.sheets.made import csv_file
from tests.stations.coverage.made import (
    ACTOR,
    CITY,
    COUNTY,
    ELSEWHERE,
    OTHER,
    SECOND,
    SINCE,
    VILLAGE,
    regions,
)

HEADINGS: Final = ("区划代码", "名称", "纬度", "经度", "人口")
GOOD: Final = (
    (VILLAGE, "甲子村", "37.5012", "122.1034", "1200"),
    (SECOND, "乙丑村", "37.5113", "122.1135", "300"),
    (ELSEWHERE, "丙寅村", "37.0213", "122.5235", "500"),
)
#: West and east of the small city; both reach the sea in the north.
COUNTIES: Final = {COUNTY: box(122.0, 37.3, 122.3, 37.6), OTHER: box(122.4, 36.9, 122.7, 37.2)}


def city(outlines: bool = True) -> dict[str, int]:
    """Let the small city be there, with a census and the outlines of its counties."""
    with writing():
        found = regions()
        census.load(ACTOR, {CITY: 2100, COUNTY: 1500, OTHER: 600}, 2020, "a census")
        if outlines:
            load_outlines()
    return found


def load_outlines() -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"adcode": code},
            "geometry": json.loads(to_geojson(shape)),
        }
        for code, shape in COUNTIES.items()
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    boundaries.load(ACTOR, text, Origin(Datum.WGS84, "drawn"))


def region(code: str) -> int:
    return queries.load(SINCE).by_code[code].id


def sent(
    path: Path, code: str = CITY, actor: Actor = ACTOR, datum: Datum = Datum.WGS84, **more: Any
) -> str:
    """Send the file; gives the UUID of the import."""
    container = check(path, path.name)
    content = store.put_bytes(path.read_bytes())
    terms = Terms(region(code), more.get("year", 2020), more.get("source", "年报"), datum)
    with writing():
        return actions.send(actor, Sent(content, path.name, container, terms))


def tried(path: Path, code: str = CITY, actor: Actor = ACTOR, **more: Any) -> File:
    """Send the file, read it and try it."""
    uuid = sent(path, code, actor, **more)
    WORKS.read_and_try(actor, uuid, nothing, nothing)
    return files.find(actor, uuid)


def of_rows(folder: Path, *rows: Sequence[object], **more: Any) -> File:
    """Try a file of these rows."""
    return tried(csv_file(folder / "a.csv", HEADINGS, *rows), **more)


def rows(file: File) -> list[Shown]:
    return imports.rows(FILES, file, Asked())[0]


def problems(file: File) -> list[tuple[str, str, str]]:
    """Where, how grave and what, of every problem."""
    return [
        (one.at(row.line), one.level.value, one.told)
        for row in imports.told(FILES, file)
        for one in row.problems
    ]
