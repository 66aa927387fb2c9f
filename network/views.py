"""The public pages of the network: a site, the services, the notices, a region."""

from __future__ import annotations

from io import BytesIO

import segno
from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from core.access import public
from core.catalogue.queries import Catalogue, catalogue
from core.clock import civil, now, today
from core.pages import Page, page_number, pages_of
from core.regions.queries import find_code
from core.regions.tree import Node
from core.sites import forms as site_forms
from core.sites.directions import directions
from core.sites.network import KINDS, Network
from core.sites.queries import confirmed_on, heirs, network
from core.sites.rules import Status
from core.web import public_address
from network import forms, maps, queries, rules, words
from network.forms import Filters

blueprint = Blueprint("network", __name__)
words.init(blueprint)

#: How many sites a page of a list holds.
PER_PAGE = 20


@blueprint.get("/sites/<code>")
@public
def site(code: str) -> str | AnyResponse:
    """All about one place; printed, a poster for its door.

    The code of one that was merged into another, on many a door, leads to that one.
    """
    net, place = queries.find_site(code)
    heir = heirs(net.on).get(code)
    if heir is not None:
        return redirect(url_for("network.site", code=heir))
    moment = now()
    return render_template(
        "network/site.html",
        made=net.made,
        network=net,
        place=place,
        active=place.status is Status.ACTIVE,
        closures=[one for one in place.closures if not rules.over(one.shut, moment)],
        confirmed_on=confirmed_on(place.id),
        opening=net.opening(place, moment),
        today=civil(moment).date(),
        path=net.tree.path(place.region.id),
        directions=()
        if place.point is None
        else directions(place.point, place.name, place.address),
        offered=queries.offered(net, place),
    )


@blueprint.get("/sites/<code>/qr.svg")
@public
def site_qr(code: str) -> Response:
    """The address of the site's page as a QR code; one of level M still reads when scratched."""
    queries.find_site(code)
    address = public_address(url_for("network.site", code=code))
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=4, omitsize=True, xmldecl=False, svgclass=None, lineclass=None
    )
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


@blueprint.get("/services")
@public
def services() -> str:
    """Every service by group; ``q`` narrows them down."""
    known = catalogue(today())
    text = request.args.get("q", "").strip()
    found = Catalogue(queries.search_services(known, text)) if text else known
    return render_template(
        "network/services.html", made=network().made, known=known, found=found, text=text
    )


@blueprint.get("/services/<code>")
@public
def service(code: str) -> str:
    """What one service asks for, how long it takes, who says so, and where it is done."""
    net = network()
    found = catalogue(net.on).find(code)
    wanted = rules.chosen(net, rules.Choice(service_id=found.id))
    directly = wanted & rules.doing_directly(net, found.id)
    return render_template(
        "network/service.html",
        made=net.made,
        service=found,
        tree=net.tree,
        counts=rules.tally(net, wanted),
        directly=rules.tally(net, directly),
    )


@blueprint.get("/notices")
@public
def notices() -> str:
    """What is closed or will be; ``region`` narrows it down."""
    net = network()
    within = site_forms.region(request.args.get("region", ""), net.on)
    found = rules.notices(net, within, now())
    return render_template(
        "network/notices.html",
        made=net.made,
        tree=net.tree,
        within=within,
        current=[notice for notice in found if notice.announced.shut.since <= net.on],
        coming=[notice for notice in found if notice.announced.shut.since > net.on],
    )


@blueprint.get("/network")
@public
def index() -> str:
    """The cities; where there is but one, what it has."""
    net = network()
    cities = net.tree.top()
    if len(cities) == 1:
        return _region_page(net, cities[0], Filters())
    counts = rules.tally(net, rules.chosen(net, rules.Choice()))
    return render_template(
        "network/index.html", made=net.made, cities=cities, counts=counts, kinds=KINDS
    )


@blueprint.get("/network/<code>")
@public
def region(code: str) -> str:
    """What a region has, level by level; ``on`` asks for another day than today."""
    asked = forms.filters(request.args)
    found = find_code(code, asked.day)
    return _region_page(network(asked.on), found.node, asked, code)


def _region_page(net: Network, node: Node, asked: Filters, code: str = "") -> str:
    choice = asked.choice(node)
    counts = rules.tally(net, rules.chosen(net, choice.of_any_kind))
    having, without = rules.by_having(net.tree.children(node.id), counts)
    listed = rules.in_order(net, rules.chosen(net, choice))
    pages = pages_of(len(listed), PER_PAGE)
    number = page_number(request.args, pages)
    moment = now()
    shown = [net.place(index) for index in listed[Page(number, PER_PAGE).bounds]]
    return render_template(
        "network/region.html",
        made=net.made,
        network=net,
        node=node,
        asked=asked,
        asked_code=code or node.code,
        path=net.tree.path(node.id),
        counts=counts.get(node.id, rules.NOTHING),
        kinds=KINDS,
        services=catalogue(net.on).services,
        children=[(child, counts[child.id]) for child in having],
        childless=without,
        total=len(listed),
        page=number,
        pages=pages,
        shown=[(place, net.opening(place, moment)) for place in shown],
        notices=rules.notices(net, node, now()),
        map=maps.compiled(net, node, asked),
        attributions=queries.attributions(rules.outlined(net.tree, node), net.on),
    )
