"""The map of a region: its script, and the sites and outlines that the script asks for."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import lazy_gettext as _l

from core import maps
from core.access import public
from core.errors import NotFound
from core.geo import Datum, Point
from core.i18n import named
from core.maps import CompiledMap, Look
from core.regions import boundaries
from core.regions.queries import find_code
from core.regions.tree import Node
from core.sites.network import Network, Place
from core.sites.queries import network
from core.sites.rules import Kind
from core.web import settings
from network import forms, rules
from network.forms import Filters
from network.words import shut_days

blueprint = Blueprint("network_map", __name__)


def compiled(net: Network, node: Node, asked: Filters) -> CompiledMap | None:
    """The map of what *asked* lets through in *node*; None where there is nothing to show."""
    corners = rules.extent(net, node)
    if corners is None:
        return None
    made = maps.base_map(settings().tiles, corners)
    query = asked.query()
    drawn = url_for("network_map.outlines", code=node.code, on=query["on"])
    maps.BoundaryLayer(drawn).add_to(made)
    maps.SiteLayer(url_for("network_map.sites", code=node.code, **query)).add_to(made)
    return maps.compile(made)


@blueprint.get("/network/<code>/map.js")
@public
def script(code: str) -> Response:
    """The script of the map on the region's page of the same arguments."""
    net, node, asked = _asked(code)
    made = compiled(net, node, asked)
    if made is None:
        raise NotFound(_l("这里还没有可以画在地图上的内容。"))
    return maps.answer(made)


@blueprint.get("/network/<code>/sites.geojson")
@public
def sites(code: str) -> Response:
    """The sites of the list that have a position for the public, in the datum of the map."""
    net, node, asked = _asked(code)
    wanted = rules.chosen(net, asked.choice(node)) & net.ranked
    datum = maps.layer_datum(settings().tiles)
    features = (
        _feature(net, place, place.point, datum)
        for place in net.places(wanted)
        if place.point is not None
    )
    return _layer(list(features))


@blueprint.get("/network/<code>/boundaries.geojson")
@public
def outlines(code: str) -> Response:
    """The outline of the region and of those one level below it, or else where they are."""
    net, node, _asked_for = _asked(code)
    datum = maps.layer_datum(settings().tiles)
    shown = rules.outlined(net.tree, node)
    known = boundaries.outlines(shown, net.on)
    drawn = [
        maps.boundary_feature(outline.geometry, datum, name=_name(net, outline.region_id))
        for outline in known
    ]
    named_only = rules.unoutlined(net.tree, shown[1:], {outline.region_id for outline in known})
    return _layer(
        drawn
        + [
            maps.name_feature(point, datum, name=_name(net, region_id))
            for region_id, point in named_only
        ]
    )


def _asked(code: str) -> tuple[Network, Node, Filters]:
    asked = forms.filters(request.args)
    node = find_code(code, asked.day).node
    return network(asked.day), node, asked


def _name(net: Network, region_id: int) -> str:
    node = net.tree.by_id[region_id]
    return named(node.name, node.name_en)


def _feature(net: Network, place: Place, point: Point, datum: Datum) -> dict[str, Any]:
    """What the map shows of *place*, the same as the list beside it does."""
    shut = next((one.shut for one in place.closures if one.shut.covers(net.on)), None)
    station = Look.HALL if place.kind is Kind.HALL else Look.STATION
    notes = (
        str(place.kind.label),
        place.address,
        place.phone,
        "" if shut is None else shut_days(shut),
    )
    return maps.site_feature(
        point,
        datum,
        name=named(place.name, place.name_en),
        look=station if shut is None else Look.CLOSED,
        notes=tuple(note for note in notes if note),
        url=url_for("network.site", code=place.code),
    )


def _layer(features: list[dict[str, Any]]) -> Response:
    """GeoJSON that the browser asks for again each time, and mostly is told that nothing moved."""
    body = json.dumps(maps.feature_collection(features), ensure_ascii=False, separators=(",", ":"))
    response = Response(body, mimetype="application/geo+json")
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
