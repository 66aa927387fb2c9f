"""Outlines as a GeoJSON file gives them, read strictly and brought to WGS-84."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from flask_babel import lazy_gettext as _l
from shapely.geometry.base import BaseGeometry

from core import geo
from core.errors import BadInput
from core.geo import Datum

MOST_FEATURES = 10_000

# Decimals kept of a degree: a centimetre.
_DECIMALS = 7


def features(text: str) -> Sequence[Mapping[str, Any]]:
    """The features of a collection. Raises BadInput."""
    try:
        # Whole numbers are read as floats too: one of 400 digits is then infinite, not a fault.
        collection = json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        raise BadInput(_l("文件不是 JSON。"), field="features") from None
    known = isinstance(collection, dict) and collection.get("type") == "FeatureCollection"
    features = collection.get("features") if known else None
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise BadInput(_l("文件不是 GeoJSON 的 FeatureCollection。"), field="features")
    if len(features) > MOST_FEATURES:
        raise BadInput(_l("要素太多，最多 %(most)s 个。", most=MOST_FEATURES), field="features")
    return features


def geometry(number: int, value: Any, datum: Datum) -> BaseGeometry:
    """The feature's polygon or polygons in WGS-84. Raises BadInput."""
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise wrong(number, _l("应为 Polygon 或 MultiPolygon。"))
    parts = value.get("coordinates")
    polygons = [
        _polygon(number, part, datum)
        for part in _list(number, [parts] if kind == "Polygon" else parts)
    ]
    outline = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    if not outline.is_valid:
        reason = shapely.is_valid_reason(outline)
        raise wrong(number, _l("轮廓不成立：%(reason)s", reason=reason))
    return outline


def _polygon(number: int, value: Any, datum: Datum) -> shapely.Polygon:
    shell, *holes = (_ring(number, ring, datum) for ring in _list(number, value))
    return shapely.Polygon(shell, holes)


def _ring(number: int, value: Any, datum: Datum) -> list[tuple[float, float]]:
    """Longitude and latitude in WGS-84 of each corner of a closed ring."""
    corners = _list(number, value)
    if len(corners) < 4 or corners[0] != corners[-1]:
        raise wrong(number, _l("轮廓没有闭合。"))
    return [_corner(number, corner, datum) for corner in corners]


def _corner(number: int, value: Any, datum: Datum) -> tuple[float, float]:
    pair = _list(number, value)[:2]
    if len(pair) < 2 or not all(isinstance(one, float) for one in pair):
        raise wrong(number, _l("坐标应为经度、纬度两个数。"))
    lon, lat = pair
    try:
        point = geo.check(lat, lon, datum)
    except BadInput as error:
        raise wrong(number, error.message) from None
    return round(point.lon, _DECIMALS), round(point.lat, _DECIMALS)


def _list(number: int, value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise wrong(number, _l("坐标不完整。"))
    return value


def wrong(number: int, what: str) -> BadInput:
    """What to say of a feature, which are counted from 1."""
    message = _l("第 %(number)s 个要素：%(what)s", number=number, what=what)
    return BadInput(message, field="features")
