"""The outlines of regions: taken from GeoJSON, given to maps, asked whether a place is inside.

None is shipped: outlines that may be published are for the operator to bring.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import shapely
import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from shapely.geometry.base import BaseGeometry

from core import clock, geo, snapshot
from core.access import Actor
from core.audit.actions import record
from core.audit.rules import Member
from core.db import db
from core.errors import BadInput
from core.geo import Datum, Point
from core.regions import queries, story
from core.regions.models import Boundary
from core.regions.rules import MOST_SOURCE
from core.regions.tree import Node, Tree

#: Properties in which the makers of outlines write a region's code; six or nine digits will do.
CODE_PROPERTIES = ("adcode", "code")

MOST_FEATURES = 10_000

# Decimals kept of a degree: a centimetre.
_DECIMALS = 7


@dataclass(frozen=True, slots=True)
class Origin:
    """Where outlines are from, and in which datum their coordinates are given."""

    datum: Datum
    source: str = ""
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whose outlines were taken, and the names of features that no region answers to."""

    matched: tuple[Node, ...]
    unmatched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """The outline of a region: a GeoJSON geometry in WGS-84."""

    region_id: int
    geometry: Mapping[str, Any]
    source: str
    attribution: str


# -- Taking them --------------------------------------------------------------------------------


def load(actor: Actor, text: str, origin: Origin) -> Outcome:
    """Take the outlines in a GeoJSON *text*; those a region had before are replaced.

    Raises BadInput, and takes none, where one feature is wrong or no feature is known.
    """
    if max(len(origin.source), len(origin.attribution)) > MOST_SOURCE:
        raise BadInput(_l("来源和署名最多 %(most)s 个字。", most=MOST_SOURCE), field="source")
    tree = queries.load(clock.today())
    found: dict[int, BaseGeometry] = {}
    unmatched: list[str] = []
    for number, feature in enumerate(_features(text), 1):
        geometry = _geometry(number, feature.get("geometry"), origin.datum)
        name, node = _match(feature, tree)
        if node is None:
            unmatched.append(name or f"#{number}")
        elif node.id in found:
            raise _wrong(number, _l("%(name)s 出现了两次。", name=node.name))
        else:
            found[node.id] = geometry
    if not found:
        raise BadInput(_l("文件里没有一个要素能对应到区划。"), field="features")
    _record(actor, {tree.by_id[key].code: key for key in found}, found, origin)
    _store(found, origin)
    return Outcome(tuple(tree.by_id[region_id] for region_id in found), tuple(unmatched))


def _features(text: str) -> Sequence[Mapping[str, Any]]:
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


def _geometry(number: int, value: Any, datum: Datum) -> BaseGeometry:
    """The feature's polygon or polygons in WGS-84. Raises BadInput."""
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise _wrong(number, _l("应为 Polygon 或 MultiPolygon。"))
    parts = value.get("coordinates")
    polygons = [
        _polygon(number, part, datum)
        for part in _list(number, [parts] if kind == "Polygon" else parts)
    ]
    outline = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    if not outline.is_valid:
        reason = shapely.is_valid_reason(outline)
        raise _wrong(number, _l("轮廓不成立：%(reason)s", reason=reason))
    return outline


def _polygon(number: int, value: Any, datum: Datum) -> shapely.Polygon:
    shell, *holes = (_ring(number, ring, datum) for ring in _list(number, value))
    return shapely.Polygon(shell, holes)


def _ring(number: int, value: Any, datum: Datum) -> list[tuple[float, float]]:
    """Longitude and latitude in WGS-84 of each corner of a closed ring."""
    corners = _list(number, value)
    if len(corners) < 4 or corners[0] != corners[-1]:
        raise _wrong(number, _l("轮廓没有闭合。"))
    return [_corner(number, corner, datum) for corner in corners]


def _corner(number: int, value: Any, datum: Datum) -> tuple[float, float]:
    pair = _list(number, value)[:2]
    if len(pair) < 2 or not all(isinstance(one, float) for one in pair):
        raise _wrong(number, _l("坐标应为经度、纬度两个数。"))
    lon, lat = pair
    try:
        point = geo.check(lat, lon, datum)
    except BadInput as error:
        raise _wrong(number, error.message) from None
    return round(point.lon, _DECIMALS), round(point.lat, _DECIMALS)


def _list(number: int, value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise _wrong(number, _l("坐标不完整。"))
    return value


def _wrong(number: int, what: str) -> BadInput:
    message = _l("第 %(number)s 个要素：%(what)s", number=number, what=what)
    return BadInput(message, field="features")


# -- Whose they are -----------------------------------------------------------------------------


def _match(feature: Mapping[str, Any], tree: Tree) -> tuple[str, Node | None]:
    """What the feature calls itself, and the region it means: by code, else by a name only it has.

    A feature with a code that nobody bears is not looked for by name: names recur.
    """
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        return "", None
    name = str(properties.get("name") or "")
    for key in CODE_PROPERTIES:
        if properties.get(key):
            code = _digits(properties[key])
            return f"{code} {name}".strip(), tree.by_code.get(code.ljust(12, "0"))
    bearers = [node for node in tree.by_id.values() if node.name == name]
    return name, bearers[0] if len(bearers) == 1 else None


def _digits(value: Any) -> str:
    return f"{value:.0f}" if isinstance(value, float) else str(value).strip()


def _record(
    actor: Actor, codes: Mapping[str, int], found: Mapping[int, BaseGeometry], origin: Origin
) -> None:
    """Keep whose outlines are taken; of the outlines themselves a hash is enough."""
    held = db.session.execute(
        sa.select(Boundary.region_id, Boundary.geometry).where(Boundary.region_id.in_(found))
    )
    before = {row.region_id: _digest(row.geometry) for row in held}
    members = [
        Member(
            (story.REGION, code),
            {"outline": (before.get(key), _digest(shapely.to_geojson(found[key])))},
        )
        for code, key in sorted(codes.items())
    ]
    facts = {
        "datum": (None, origin.datum),
        "source": (None, origin.source),
        "attribution": (None, origin.attribution),
    }
    record(actor, story.OUTLINED, (story.REGION, ""), facts, members=members)


def _digest(geometry: str) -> str:
    return hashlib.sha256(geometry.encode()).hexdigest()


# -- Keeping and giving them --------------------------------------------------------------------


def _store(outlines: Mapping[int, BaseGeometry], origin: Origin) -> None:
    db.session.execute(sa.delete(Boundary).where(Boundary.region_id.in_(outlines)))
    db.session.add_all(
        Boundary(
            region_id=region_id,
            geometry=shapely.to_geojson(outline),
            datum_given=origin.datum.value,
            source=origin.source,
            attribution=origin.attribution,
            loaded_at=clock.now(),
        )
        for region_id, outline in outlines.items()
    )
    db.session.flush()


def outlines(region_ids: Iterable[int]) -> list[Outline]:
    """The outlines of those regions that have one, in the order of the ids."""
    found = db.session.execute(
        sa.select(Boundary.region_id, Boundary.geometry, Boundary.source, Boundary.attribution)
        .where(Boundary.region_id.in_(list(region_ids)))
        .order_by(Boundary.region_id)
    )
    return [
        Outline(row.region_id, json.loads(row.geometry), row.source, row.attribution)
        for row in found
    ]


def inside(region_id: int, point: Point) -> bool | None:
    """Whether *point* lies in the region or on its edge; None where its outline is not known."""
    outline = _prepared().get(region_id)
    if outline is None:
        return None
    return bool(shapely.intersects_xy(outline, point.lon, point.lat))


def astray(region_id: int, point: Point) -> bool:
    """Whether *point* is known to lie outside the county that the region is or lies in."""
    return judge()(region_id, point)


def judge() -> Callable[[int, Point], bool]:
    """The same as a function that knows the outlines, for asking about many points."""
    known = _prepared()
    county_of = lru_cache(maxsize=None)(queries.county_of)

    def lies_astray(region_id: int, point: Point) -> bool:
        outline = known.get(county_of(region_id) or 0) if known else None
        return outline is not None and not shapely.intersects_xy(outline, point.lon, point.lat)

    return lies_astray


def shapes() -> Mapping[int, BaseGeometry]:
    """Every outline by its region, for those who ask about many places."""
    return _prepared()


@snapshot.of_revision("network")
def _prepared() -> Mapping[int, BaseGeometry]:
    """Every outline, made ready to be asked many times."""
    rows = db.session.execute(sa.select(Boundary.region_id, Boundary.geometry))
    known = {row.region_id: shapely.from_geojson(row.geometry) for row in rows}
    for outline in known.values():
        shapely.prepare(outline)
    return known
