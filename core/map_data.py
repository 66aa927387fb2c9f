"""What a map of who is within reach draws, as plain data: spots, circles and areas, in layers.

A page makes the layers of its answer, hands them out as JSON at an address of its own, and adds a
:class:`CoverLayer` of that address to its map; core/static/map-cover.js draws them, with a switch
for each and the choice between before and after where a layer belongs to one of them::

    def layers(answer) -> list[Layer]:
        datum = maps.layer_datum(settings().tiles)
        return [
            map_data.areas("towns", _("各镇覆盖率"), answer.areas, datum),
            map_data.rings("reach", _("1 公里范围"), answer.points, 1000.0, datum),
            map_data.spots("covered", _("已覆盖"), Look.COVERED, answer.covered, datum),
            map_data.spots("sites", _("网点"), Look.SITE, answer.sites, datum, when=When.BEFORE),
        ]

    @blueprint.get("/coverage/<code>/map.json")
    def data(code: str) -> Response:
        return map_data.answer(layers(...))

Later layers lie above earlier ones; layers of one title have one switch.  What a province has would
choke a browser: :data:`MOST_SPOTS` and :data:`MOST_RINGS` say up to what a page may draw, and what
is left out the page says in words.  The same document makes the map that is one file
(core/map_file.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

import numpy as np
from flask import Response
from flask_babel import format_decimal
from flask_babel import gettext as _

from core import maps
from core.geo import Datum, Point, circles, from_wgs84

#: A layer as :func:`document` puts it down.
Layer: TypeAlias = dict[str, Any]

#: Corners of a circle: at 1 km a side lies at most a metre inside the circle it is drawn for.
CORNERS: Final = 72
#: How many settlements, and circles, one map draws.
MOST_SPOTS: Final = 20_000
MOST_RINGS: Final = 2_000
#: The people that the key to the sizes shows.
SIZES: Final = (100, 1_000, 10_000)


class Look(StrEnum):
    """How a spot is drawn: a colour and a shape each; sites come in the last three, circles too."""

    COVERED = "covered"
    UNCOVERED = "uncovered"
    WON = "won"
    LOST = "lost"
    SITE = "site"
    ADDED = "added"
    GONE = "gone"


class When(StrEnum):
    """Whether a layer is of what is, or of what would be."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Spot:
    """A settlement or a site on the map; ``people`` is None for a site, which all are of one size.

    ``notes`` are lines of plain text, ``url`` leads to more; ``ways`` are words with an address
    each, of what else can be done with it.
    """

    point: Point
    name: str
    people: float | None = None
    notes: tuple[str, ...] = ()
    url: str = ""
    ways: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """A region with its outline, or with the point that stands for it where it has none.

    ``share`` from 0 to 1 chooses the shade, None: no share; ``words``, a number, stand beside the
    name, and alone where there is no room for both.
    """

    name: str
    geometry: Mapping[str, Any] | None
    point: Point | None = None
    share: float | None = None
    words: str = ""


def spots(
    key: str,
    title: str,
    look: Look,
    shown: Iterable[Spot],
    datum: Datum,
    *,
    when: When | None = None,
    on: bool = True,
) -> Layer:
    """Settlements by their people, or sites; *on*: drawn until somebody switches it off."""
    rows = [
        [*_corner(one.point, datum), one.people, one.name, list(one.notes), one.url, one.ways]
        for one in shown
    ]
    sized = any(row[2] is not None for row in rows)
    return _layer("spots", key, title, when, on, look=look, spots=rows, sized=sized)


def rings(
    key: str,
    title: str,
    centres: Sequence[Point],
    radius: float,
    datum: Datum,
    *,
    look: Look = Look.SITE,
    when: When | None = None,
    on: bool = True,
) -> Layer:
    """Geodesic circles of *radius* metres around the *centres*, each of :data:`CORNERS`."""
    lat = np.array([one.lat for one in centres])
    lon = np.array([one.lon for one in centres])
    rounds = circles(lat, lon, radius, CORNERS)
    if datum.is_wgs84:  # thousands of circles at once, not corner by corner
        shown = np.round(rounds, 6).tolist()
    else:
        shown = [[_corner(Point(*at), datum) for at in ring] for ring in rounds.tolist()]
    return _layer("rings", key, title, when, on, look=look, rings=shown)


def areas(key: str, title: str, shown: Iterable[Area], datum: Datum, *, on: bool = True) -> Layer:
    """Regions with their outlines and names; shaded by their share where they have one."""
    features = [_feature(one, datum) for one in shown]
    shaded = any("shade" in one["properties"] for one in features)
    collection = maps.feature_collection(features)
    return _layer("areas", key, title, None, on, features=collection, shaded=shaded)


def _layer(kind: str, key: str, title: str, when: When | None, on: bool, **more: Any) -> Layer:
    return {"kind": kind, "key": key, "title": title, "when": when, "shown": on, **more}


def _corner(point: Point, datum: Datum) -> list[float]:
    """Latitude and longitude in the datum of the map, to a decimetre."""
    lat, lon = from_wgs84(point, datum)
    return [round(lat, 6), round(lon, 6)]


def _feature(area: Area, datum: Datum) -> dict[str, Any]:
    name = f"{area.name} {area.words}".strip()
    if area.geometry is not None:
        made = maps.boundary_feature(area.geometry, datum, name=name)
    elif area.point is not None:
        made = maps.name_feature(area.point, datum, name=name)
    else:
        raise ValueError(f"{area.name} is nowhere")
    if area.words:
        made["properties"]["number"] = area.words
    if area.share is not None:
        made["properties"]["shade"] = min(4, int(area.share * 5))
    return made


# -- The document --------------------------------------------------------------------------------


def document(layers: Sequence[Layer]) -> dict[str, Any]:
    """All that map-cover.js needs, with its words in the language spoken."""
    words = {
        "layers": _("图层"),
        "when": _("对比"),
        "sides": {When.BEFORE.value: _("现在"), When.AFTER.value: _("之后")},
        "sizes": _("符号大小"),
        "people": [[size, _("%(number)s 人", number=format_decimal(size))] for size in SIZES],
    }
    return {"layers": list(layers), "words": words}


def answer(layers: Sequence[Layer]) -> Response:
    """The document, which no browser keeps: it is for whoever may see the page."""
    body = json.dumps(document(layers), ensure_ascii=False, separators=(",", ":"))
    response = Response(body, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


class CoverLayer(maps.Call):
    """The layers of the document at *url* of our own site."""

    def __init__(self, url: str) -> None:
        super().__init__("cover", {"url": maps.own(url), "failed": maps.no_data()})
        self.default_js = maps.links("map_ground", "map_layers", "map_marks", "map_cover")
