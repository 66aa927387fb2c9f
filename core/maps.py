"""Maps: folium builds them, :func:`compile` turns one into a script of our own site.

A folium page is one file full of inline code and addresses elsewhere; here it becomes a ``div``, a
script at an address of ours and the names of static files, so that it shows under
``script-src 'self'; style-src 'self'`` and nothing leaves the site.  A view that has a map has a
route beside it for the script, guarded as the page is; both build the map anew from the address,
so it does not matter which process answers::

    compiled = maps.compile(network_map(region))
    script_url = url_for(".script", code=region.code, v=compiled.digest)

    @blueprint.get("/network/<code>/map.js")
    @public
    def script(code: str) -> Response:
        return maps.answer(maps.compile(network_map(load(code))))

and the page links ``compiled.css``, holds ``<div class="folium-map" id="{{ compiled.div_id }}">``
and loads ``compiled.js`` and then the script, all with ``defer``.  One map a page.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias, cast

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from flask import Response, request
from flask_babel import gettext as _
from folium.elements import ElementAddToElement, JSCSSMixin
from folium.template import Template
from markupsafe import escape

from core.config import Tiles
from core.geo import Datum, Point, from_wgs84

CLOSEST_ZOOM = 18
YEAR = 365 * 24 * 3600

# Every file a map may ask for, by the name folium or a layer of ours gives it.
LOCAL = {
    "leaflet": "vendor/leaflet/leaflet.js",
    "leaflet_css": "vendor/leaflet/leaflet.css",
    "markerclusterjs": "vendor/leaflet.markercluster/leaflet.markercluster.js",
    "markerclustercss": "vendor/leaflet.markercluster/MarkerCluster.css",
    "map_ground": "map-ground.js",
    "map_layers": "map-layers.js",
    "map_marks": "map-marks.js",
    "map_cover": "map-cover.js",
    "map_layers_css": "map-layers.css",
}

Bounds: TypeAlias = tuple[Point, Point]


# -- The coordinates of the layer ----------------------------------------------------------------


def layer_datum(tiles: Tiles | None) -> Datum:
    """The datum in which a map over *tiles* draws: what lies on them must be in theirs."""
    return Datum.WGS84 if tiles is None else tiles.datum


def position(point: Point, datum: Datum) -> list[float]:
    """GeoJSON's longitude, latitude of *point* in *datum*, to the centimetre."""
    lat, lon = from_wgs84(point, datum)
    return [round(lon, 7), round(lat, 7)]


class Look(StrEnum):
    """How a place is drawn."""

    HALL = "hall"
    STATION = "station"
    CLOSED = "closed"


def site_feature(
    point: Point, datum: Datum, *, name: str, look: Look, notes: tuple[str, ...] = (), url: str = ""
) -> dict[str, Any]:
    """The GeoJSON feature :class:`SiteLayer` draws; *notes* are lines of plain text."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": position(point, datum)},
        "properties": {"name": name, "look": look, "notes": list(notes), "url": url},
    }


def boundary_feature(geometry: Mapping[str, Any], datum: Datum, *, name: str) -> dict[str, Any]:
    """The GeoJSON feature :class:`BoundaryLayer` draws, of a WGS-84 *geometry* with coordinates."""
    moved = {"type": geometry["type"], "coordinates": _moved(geometry["coordinates"], datum)}
    return {"type": "Feature", "geometry": moved, "properties": {"name": name}}


def name_feature(point: Point, datum: Datum, *, name: str) -> dict[str, Any]:
    """The GeoJSON feature by which :class:`BoundaryLayer` names a region without an outline."""
    geometry = {"type": "Point", "coordinates": position(point, datum)}
    return {"type": "Feature", "geometry": geometry, "properties": {"name": name}}


def _moved(coordinates: Any, datum: Datum) -> Any:
    if isinstance(coordinates[0], int | float):
        return position(Point(coordinates[1], coordinates[0]), datum)
    return [_moved(part, datum) for part in coordinates]


def feature_collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    """What the address of a layer answers with."""
    return {"type": "FeatureCollection", "features": features}


# -- The map and its layers ----------------------------------------------------------------------


class Call(JSCSSMixin):
    """A call of *function* in map-layers.js with the map it is added to and JSON *options*."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "mapLayers.{{ this.function }}({{ this._parent.get_name() }}, {{ this.options }});"
        "{% endmacro %}"
    )

    def __init__(self, function: str, options: Mapping[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # folium has no types
        self._name = "Call"
        self.function = function
        self.options = encode(options)
        self.default_js = links("map_layers")
        self.default_css = links("map_layers_css")


class SiteLayer(Call):
    """The places at *url* of our own site, :func:`site_feature` each, clustered but for halls."""

    def __init__(self, url: str) -> None:
        names = {Look.HALL: _("服务大厅"), Look.STATION: _("工作站"), Look.CLOSED: _("暂停服务")}
        super().__init__("sites", {"url": own(url), "failed": no_data(), "legend": names})
        self.default_js = links("markerclusterjs", "map_layers")
        self.default_css = links("markerclustercss", "map_layers_css")


class BoundaryLayer(Call):
    """Regions at *url* of our own site: a :func:`boundary_feature` or :func:`name_feature` each.

    Where names would stand in one another's way, the earlier feature keeps its own.
    """

    def __init__(self, url: str) -> None:
        super().__init__("boundaries", {"url": own(url), "failed": no_data()})
        self.default_js = links("map_ground", "map_layers")


def links(*names: str) -> list[tuple[str, str]]:
    """The files of :data:`LOCAL` as folium wants them. Raises KeyError."""
    return [(name, LOCAL[name]) for name in names]


def own(url: str) -> str:
    """*url* if it is a path of this site, so that no map reads elsewhere. Raises ValueError."""
    if not url.startswith("/") or url.startswith("//") or "\\" in url:
        raise ValueError(f"{url!r} is not a path of this site")
    return url


def no_data() -> str:
    """What a map says where its data did not come."""
    return str(_("地图上的内容没有取到，请看旁边的列表。"))


def encode(value: object) -> str:
    """*value* as JSON that is inert in a script, in HTML and in a template literal alike."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, allow_nan=False)
    for sign in "<>&'`$":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def base_map(tiles: Tiles | None, bounds: Bounds) -> folium.Map:
    """An empty map showing *bounds* (south-west, north-east), over *tiles* or a plain grid."""
    datum = layer_datum(tiles)
    corners = [from_wgs84(corner, datum) for corner in bounds]
    (south, west), (north, east) = corners
    made = folium.Map(
        location=((south + north) / 2, (west + east) / 2),
        tiles=None if tiles is None else _tile_layer(tiles),
        zoom_control=False,
        prefer_canvas=True,
        maxZoom=CLOSEST_ZOOM,
        zoomSnap=0.25,
    )
    # On this map alone: folium's own lists, which name other sites, belong to the class.
    made.default_js, made.default_css = links("leaflet"), links("leaflet_css")
    options = {
        "bounds": corners,
        "grid": tiles is None,
        "label": _("地图"),
        "zoomIn": _("放大"),
        "zoomOut": _("缩小"),
        "close": _("关闭"),
    }
    Call("frame", options).add_to(made)
    return made


def _tile_layer(tiles: Tiles) -> folium.TileLayer:
    """The base map; Leaflet takes the attribution for HTML, so it is escaped."""
    words = " · ".join(part for part in (tiles.attribution, tiles.approval) if part)
    return folium.TileLayer(
        tiles.url,
        attr=str(escape(words or "—")),
        name="base",
        max_zoom=CLOSEST_ZOOM,
        subdomains=tiles.subdomains,
    )


# -- The compiler --------------------------------------------------------------------------------

# Elements whose text reaches the script as JSON alone.  Not among them: folium's Popup and Tooltip,
# which put theirs into a template literal, where ``${…}`` runs and a backtick ends it, and
# LayerControl, which Leaflet shows as HTML.
HARMLESS: frozenset[type[Element]] = frozenset(
    {
        folium.Map,
        folium.TileLayer,
        folium.Circle,
        folium.CircleMarker,
        folium.Polygon,
        folium.PolyLine,
        folium.Rectangle,
        folium.FeatureGroup,
        folium.FitBounds,
        ElementAddToElement,
    }
)

# The random name branca gives an element, behind what the element is: ``tile_layer_0123…``.
_IDENTITY = re.compile(r"(?<=_)[0-9a-f]{32}(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class CompiledMap:
    """A map as files: ``css`` and ``js`` name static files, in the order in which to load them."""

    script: str
    digest: str
    div_id: str
    css: tuple[str, ...]
    js: tuple[str, ...]


def compile(source: folium.Map) -> CompiledMap:
    """The *source* as a script; the same map gives the same script in every process.

    Raises KeyError for a file that is not served here, TypeError for an element that may run or
    show its text as code.
    """
    figure = cast(Figure, source.get_root())
    elements = list(_tree(source))
    for element in elements:
        if not isinstance(element, Call) and type(element) not in HARMLESS:
            raise TypeError(f"{type(element).__name__} may run or show its text as code")
    for child in figure._children.values():
        child.render()
    body, numbers = _numbered(figure.script.render(), {element._id for element in elements})
    script = f'(function () {{\n"use strict";\n{body}\n}})();\n'
    return CompiledMap(
        script=script,
        digest=hashlib.sha256(script.encode()).hexdigest()[:16],
        div_id=source.get_name().replace(source._id, numbers[source._id]),
        css=_files(figure, CssLink),
        js=_files(figure, JavascriptLink),
    )


def _tree(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():
        yield from _tree(child)


def _numbered(script: str, identities: set[str]) -> tuple[str, dict[str, str]]:
    """*script* with the random *identities* numbered as they appear, and the numbers."""
    numbers: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        identity = found.group()
        if identity not in identities:
            return identity
        return numbers.setdefault(identity, str(len(numbers) + 1))

    return _IDENTITY.sub(number, script), numbers


def _files(figure: Figure, kind: type[Element]) -> tuple[str, ...]:
    """The static files for the links of *kind* that rendering left in the figure's header."""
    links = figure.header._children.items()
    return tuple(LOCAL[name] for name, link in links if isinstance(link, kind))


def answer(compiled: CompiledMap) -> Response:
    """The response with the script: kept for a year under its digest as ``v``, else asked anew."""
    response = Response(compiled.script, mimetype="text/javascript")
    response.set_etag(compiled.digest)
    if request.args.get("v") == compiled.digest:
        response.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
