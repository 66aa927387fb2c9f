"""The outlines of regions: taken from GeoJSON, given to maps, asked whether a place is inside.

None is shipped: outlines that may be published are for the operator to bring.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import shapely
import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from shapely.geometry.base import BaseGeometry

from core import clock, snapshot
from core.access import Actor
from core.audit.actions import record
from core.audit.rules import Member
from core.dated import on_day
from core.db import db
from core.errors import BadInput
from core.geo import Datum, Point
from core.regions import geojson, queries, story
from core.regions.following import Ended, Follower, cease, counted_in, lying_in
from core.regions.models import Boundary, RegionPeriod
from core.regions.rules import MOST_SOURCE
from core.regions.tree import Node, Tree

#: Properties in which the makers of outlines write a region's code; six or nine digits will do.
CODE_PROPERTIES = ("adcode", "code")


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
    """Take the outlines in a GeoJSON *text*; those of today are replaced.

    Raises BadInput, and takes none, where one feature is wrong or no feature is known.
    """
    if max(len(origin.source), len(origin.attribution)) > MOST_SOURCE:
        raise BadInput(_l("来源和署名最多 %(most)s 个字。", most=MOST_SOURCE), field="source")
    tree = queries.load(clock.today())
    found: dict[int, BaseGeometry] = {}
    unmatched: list[str] = []
    for number, feature in enumerate(geojson.features(text), 1):
        geometry = geojson.geometry(number, feature.get("geometry"), origin.datum)
        name, node = _match(feature, tree)
        if node is None:
            unmatched.append(name or f"#{number}")
        elif node.id in found:
            raise geojson.wrong(number, _l("%(name)s 出现了两次。", name=node.name))
        else:
            found[node.id] = geometry
    if not found:
        raise BadInput(_l("文件里没有一个要素能对应到区划。"), field="features")
    _record(actor, {tree.by_id[key].code: key for key in found}, found, origin)
    _store(found, origin, tree.on)
    return Outcome(tuple(tree.by_id[region_id] for region_id in found), tuple(unmatched))


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
        sa.select(Boundary.region_id, Boundary.geometry).where(
            Boundary.region_id.in_(found), on_day(Boundary, clock.today())
        )
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


def _store(found: Mapping[int, BaseGeometry], origin: Origin, on: date) -> None:
    """Let these be the outlines of the day, in the place of what was known: a correction.

    Where none was known they hold since the region began, or since its last one ended.
    """
    known: dict[int, list[Boundary]] = {}
    rows = db.session.scalars(sa.select(Boundary).where(Boundary.region_id.in_(found)))
    for row in rows.all():
        known.setdefault(row.region_id, []).append(row)
    first = dict(_first_days(found))
    for region_id, outline in found.items():
        rows_of = known.get(region_id, [])
        held = next((one for one in rows_of if one.holds(on)), None)
        row = held or _between(region_id, rows_of, first[region_id], on)
        db.session.add(row)
        _write(row, outline, (origin.datum.value, origin.source, origin.attribution))
    db.session.flush()


def _between(region_id: int, others: Sequence[Boundary], first: date, on: date) -> Boundary:
    """A row that holds on the day, on which none of *others* does."""
    ended = (one.until for one in others if one.until is not None and one.until <= on)
    later = (one.since for one in others if one.since > on)
    since, until = max((first, *ended)), min(later, default=None)
    return Boundary(region_id=region_id, since=since, until=until)


def _first_days(region_ids: Iterable[int]) -> Sequence[sa.Row[int, date]]:
    """Each region with the day from which on it is known."""
    return db.session.execute(
        sa.select(RegionPeriod.region_id, sa.func.min(RegionPeriod.since))
        .where(RegionPeriod.region_id.in_(list(region_ids)))
        .group_by(RegionPeriod.region_id)
    ).all()


def _write(row: Boundary, outline: BaseGeometry, origin: tuple[str, str, str]) -> None:
    row.geometry = shapely.to_geojson(outline)
    row.datum_given, row.source, row.attribution = origin
    row.loaded_at = clock.now()


def outlines(region_ids: Iterable[int], on: date) -> list[Outline]:
    """The outlines of the day of those regions that have one, in the order of the ids."""
    found = db.session.execute(
        sa.select(Boundary.region_id, Boundary.geometry, Boundary.source, Boundary.attribution)
        .where(Boundary.region_id.in_(list(region_ids)), on_day(Boundary, on))
        .order_by(Boundary.region_id)
    )
    return [
        Outline(row.region_id, json.loads(row.geometry), row.source, row.attribution)
        for row in found
    ]


def inside(region_id: int, point: Point) -> bool | None:
    """Whether *point* lies in the region or on its edge; None where its outline is not known."""
    outline = shapes(clock.today()).get(region_id)
    if outline is None:
        return None
    return bool(shapely.intersects_xy(outline, point.lon, point.lat))


def astray(region_id: int, point: Point) -> bool:
    """Whether *point* is known to lie outside the county that the region is or lies in."""
    return judge()(region_id, point)


def judge() -> Callable[[int, Point], bool]:
    """The same as a function that knows the outlines, for asking about many points."""
    known = shapes(clock.today())
    county_of = lru_cache(maxsize=None)(queries.county_of)

    def lies_astray(region_id: int, point: Point) -> bool:
        outline = known.get(county_of(region_id) or 0) if known else None
        return outline is not None and not shapely.intersects_xy(outline, point.lon, point.lat)

    return lies_astray


@snapshot.of_revision("network")
def shapes(on: date) -> Mapping[int, BaseGeometry]:
    """Every outline of the day by its region, made ready to be asked about many places."""
    rows = db.session.execute(
        sa.select(Boundary.region_id, Boundary.geometry).where(on_day(Boundary, on))
    )
    known = {row.region_id: shapely.from_geojson(row.geometry) for row in rows}
    for outline in known.values():
        shapely.prepare(outline)
    return known


# -- Regions that are merged --------------------------------------------------------------------


def _follow(actor: Actor, ended: Mapping[int, Ended], on: date) -> None:
    """From the day on what took regions in has the outline of all its parts together.

    Where the outline of a part is not known, or a part was split, it is not known either.
    """
    heirs = {heir: code for one in ended.values() for code, heir in one.heirs.items()}
    concerned = ended.keys() | heirs.keys()
    rows = list(db.session.scalars(sa.select(Boundary).where(lying_in(Boundary, concerned, on))))
    held = {row.region_id: row for row in rows if row.holds(on)}
    parts = _parts(ended.values(), heirs, on)
    united = {heir: _united(heir, parts[heir], held, on) for heir in heirs}
    members = [
        Member((story.REGION, code), {"outline": (_told(held.get(heir)), _told(united[heir]))})
        for heir, code in sorted(heirs.items(), key=lambda one: one[1])
        if heir in held or united[heir] is not None
    ]
    for row in rows:
        cease(row, on)
    db.session.flush()
    db.session.add_all(row for row in united.values() if row is not None)
    db.session.flush()
    if members:
        shared = next(iter(heirs)) if len(heirs) == 1 else None
        since = {"since": (None, on)}
        subject = (story.REGION, "")
        record(actor, story.OUTLINES_FOLLOWED, subject, since, region_id=shared, members=members)


def _parts(
    ended: Collection[Ended], heirs: Collection[int], on: date
) -> dict[int, list[int] | None]:
    """What each heir is made of, itself if it was there before; None where that is not known."""
    begun = {region_id for region_id, day in _first_days(heirs) if day >= on}
    found: dict[int, list[int] | None] = {}
    for heir in heirs:
        into = [one for one in ended if heir in one.heirs.values()]
        own = [] if heir in begun else [heir]
        whole = all(len(one.heirs) == 1 for one in into)
        found[heir] = [*own, *(one.region_id for one in into)] if whole else None
    return found


def _told(row: Boundary | None) -> str | None:
    return None if row is None else _digest(row.geometry)


def _united(
    heir: int, parts: Sequence[int] | None, held: Mapping[int, Boundary], on: date
) -> Boundary | None:
    """The outline of all *parts* together from the day on; None where one is not known."""
    if parts is None or not all(part in held for part in parts):
        return None
    rows = [held[part] for part in parts]
    outline = shapely.union_all([shapely.from_geojson(row.geometry) for row in rows])
    if outline.geom_type not in ("Polygon", "MultiPolygon") or not outline.is_valid:
        return None
    datums = {row.datum_given for row in rows}
    made = Boundary(region_id=heir, since=on, until=None)
    origin = (
        datums.pop() if len(datums) == 1 else Datum.WGS84.value,
        _joined(row.source for row in rows),
        _joined(row.attribution for row in rows),
    )
    _write(made, outline, origin)
    return made


def _joined(texts: Iterable[str]) -> str:
    """Each text once."""
    return "; ".join(dict.fromkeys(text for text in texts if text))[:MOST_SOURCE]


OUTLINES: Final = Follower(
    Boundary.__tablename__,
    _l("轮廓"),
    counted_in(Boundary, of=Boundary.region_id),
    _follow,
    needs_heir=False,
)
