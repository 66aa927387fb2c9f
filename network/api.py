"""The network for programs: sites, regions, services."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request, url_for

from core import api
from core.access import public
from core.catalogue.queries import SOURCES, catalogue
from core.catalogue.rules import Service, working_days
from core.clock import now, today
from core.geo import Point
from core.regions.queries import find_code
from core.regions.tree import Node, Tree
from core.sites import forms
from core.sites import queries as site_queries
from core.sites.api import describe, describe_opening
from core.sites.network import KINDS, Announced, Network
from core.sites.queries import network
from core.sites.rules import Status
from network import queries, rules

blueprint = Blueprint("network_api", __name__, url_prefix="/api/v1")


# -- Sites --------------------------------------------------------------------------------------


@blueprint.get("/sites")
@public
def sites() -> Response:
    """The sites: ``region``, ``kind``, ``status`` (active if not said), ``service``, ``q``."""
    net = network()
    known = catalogue(net.on)
    wanted = rules.chosen(net, _choice(net))
    text = request.args.get("q", "").strip()
    if text:
        found = site_queries.search(text, net.on, len(net), status=None)
        places = [place for code in found if (place := net.by_code(code)) and wanted[place.index]]
        return api.listing(places, lambda place: describe(net, known, place))
    indexes = rules.in_order(net, wanted)
    return api.listing(indexes, lambda index: describe(net, known, net.place(index)))


def _choice(net: Network) -> rules.Choice:
    args = request.args
    service = args.get("service", "")
    return rules.Choice(
        region=forms.region(args.get("region", ""), net.on),
        kind=forms.kind(args.get("kind", "")),
        status=forms.status(args.get("status", "")),
        service_id=catalogue(net.on).find(service, "service").id if service else None,
    )


@blueprint.get("/sites/<code>")
@public
def site(code: str) -> Response:
    """One site with its hours, whether it is open now, and its closures.

    ``merged_into`` is the code of the site that it was found to be the same place as, else null.
    """
    net, place = queries.find_site(code)
    document = net.rows.hours.get(place.id)
    opening = net.opening(place, now()) if place.status is Status.ACTIVE else None
    confirmed = site_queries.confirmed_on(place.id)
    told = describe(net, catalogue(net.on), place) | {
        "hours": None if document is None else json.loads(document),
        "opening": None if opening is None else describe_opening(opening),
        "closures": [_closure(announced) for announced in place.closures],
        "confirmed_on": None if confirmed is None else confirmed.isoformat(),
        "made": place.made,
        "merged_into": site_queries.heirs(net.on).get(code),
    }
    return api.data(told)


def _closure(announced: Announced) -> dict[str, Any]:
    """``last`` is the last day on which it is shut; null where no end is known.

    ``hours`` is null for whole days, else from when to when it is shut on the day.
    """
    last = rules.last_day(announced.shut)
    minutes = announced.shut.minutes
    return {
        "scope": "site" if announced.site_id is not None else "region",
        "first": announced.shut.since.isoformat(),
        "last": None if last is None else last.isoformat(),
        "hours": None
        if minutes is None
        else "-".join(f"{m // 60:02}:{m % 60:02}" for m in minutes),
        "words": announced.words,
        "words_en": announced.words_en,
    }


# -- Regions ------------------------------------------------------------------------------------


@blueprint.get("/regions/<code>")
@public
def region(code: str) -> Response:
    """A region as it is ``on`` a day (today if not said), and how many sites serve in it."""
    on = forms.day(request.args.get("on", ""), "on") or today()
    found = find_code(code, on)
    net = network(on)
    counts = rules.tally(net, rules.chosen(net, rules.Choice(found.node)))
    told = _region(net.tree, found.node)
    told["counts"] = _counts(counts.get(found.node.id, rules.NOTHING))
    told["children"] = [
        _brief(child) | {"counts": _counts(counts.get(child.id, rules.NOTHING))}
        for child in net.tree.children(found.node.id)
    ]
    return api.data(told, on=on.isoformat(), succeeded=found.succeeded)


def _region(tree: Tree, node: Node) -> dict[str, Any]:
    parent = None if node.parent_id is None else _brief(tree.by_id[node.parent_id])
    return _brief(node) | {
        "full_name": tree.full_name(node.id),
        "parent": parent,
        "statutory": node.statutory,
        "since": node.since.isoformat(),
        "since_assumed": node.assumed,
        "source": node.source,
        "point": None if node.point is None else _point(node.point),
        "url": url_for("network.region", code=node.code),
    }


def _brief(node: Node) -> dict[str, Any]:
    return {
        "code": node.code,
        "name": node.name,
        "name_en": node.name_en,
        "level": node.level,
        "statutory": node.statutory,
    }


def _point(point: Point) -> dict[str, float]:
    return {"lat": point.lat, "lon": point.lon}


def _counts(tally: rules.Tally) -> dict[str, int]:
    return {"total": sum(tally)} | dict(zip(KINDS, tally, strict=True))


# -- Services -----------------------------------------------------------------------------------


@blueprint.get("/services")
@public
def services() -> Response:
    """The catalogue, in its own order; ``q`` narrows it down."""
    known = catalogue(today())
    text = request.args.get("q", "").strip()
    return api.listing(queries.search_services(known, text), _service)


@blueprint.get("/services/<code>")
@public
def service(code: str) -> Response:
    """One service with its six facts, and who says so of each."""
    return api.data(_service(catalogue(today()).find(code, "code")))


def _service(service: Service) -> dict[str, Any]:
    """``limits`` are as published, and in working days (0 at once, null where nobody has said)."""
    facts = service.facts.model_dump(mode="json")
    return {
        "code": service.code,
        "name": service.name,
        "name_en": service.name_en,
        "group": service.group,
        "group_en": service.group_en,
        "devolved": service.devolved,
        "limits": {
            name: {
                "published": facts.pop(name),
                "working_days": working_days(getattr(service.facts, name)),
            }
            for name in ("statutory", "promised")
        },
        **facts,
        "sources": SOURCES.dump_python(service.sources, mode="json"),
        "url": url_for("network.service", code=service.code),
    }
