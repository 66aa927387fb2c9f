"""One cell: how a site has offered a service, what was planned, and the way to set it."""

from __future__ import annotations

import numpy as np
from flask import Blueprint, Response, make_response, render_template

from core.access import Permission, current_actor, require_reach, requires
from core.catalogue.queries import catalogue
from core.clock import today
from core.figures import queries as figures
from network import queries as network_queries
from network.matrix import queries
from network.matrix.rules import Matrix

blueprint = Blueprint("matrix_cell", __name__)


@blueprint.get("/sites/<code>/services/<service>")
@requires(Permission.REGISTER_READ)
def cell(code: str, service: str) -> Response:
    """The story of a cell."""
    net, place = network_queries.find_site(code)
    actor, one = current_actor(), catalogue(net.on).find(service, "service")
    reach = actor.reach(Permission.REGISTER_READ)
    require_reach(reach.site(net.tree, place.id, place.region.id))
    ask = figures.day(net.on).ask
    matrix = Matrix.of(ask, [one], np.array([place.index]))
    writes = actor.reach(Permission.REGISTER_WRITE)
    told = render_template(
        "network/cell.html",
        made=net.made,
        place=place,
        service=one,
        path=net.tree.path(place.region.id),
        sign=matrix.sign(0, 0),
        offerings=queries.offerings(place.id, one.id),
        plans=queries.plans(ask, place.id, one.id),
        writes=one.devolved and writes.site(net.tree, place.id, place.region.id),
        audit=actor.may(Permission.AUDIT_READ),
        today=today(),
        fault=None,
        sent={},
    )
    return make_response(told)
