"""The page of the tree, and what staff see of it on a region's page."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from markupsafe import Markup

from core.access import Permission, current_actor, require_reach, requires
from core.clock import today
from core.figures import queries as figures
from core.regions.queries import tree
from core.regions.tree import Node
from core.sites import forms
from core.web import fragment
from network.tree import queries

blueprint = Blueprint("tree", __name__)


@blueprint.get("/network/tree")
@requires(Permission.REGISTER_READ)
def show() -> Response:
    """The regions within reach, opened down to ``open``; each number leads to its rows."""
    on = forms.day(request.args.get("on", ""), "on") or today()
    opened = forms.region(request.args.get("open", ""), on)
    reach = current_actor().reach(Permission.REGISTER_READ)
    if opened is not None:
        require_reach(reach.region(tree(on), opened.id))
    told = render_template(
        "network/tree.html",
        made=figures.day(on).ask.network.made,
        lines=queries.lines(reach, opened, on),
        opened=opened,
        figures=queries.SHOWN,
        missing=queries.MISSING,
        on=on,
        today=today(),
        day=None if on == today() else on.isoformat(),
    )
    return make_response(told)


def panel(node: Node) -> Markup | None:
    """On a region's page, for staff: its numbers, and the ways to plan, matrix and tree."""
    reach = current_actor().reach(Permission.REGISTER_READ)
    if not reach or not reach.region(tree(today()), node.id):
        return None
    values = queries.of_region(node, today())
    if values is None:
        return None
    return fragment("network/tree_panel.html", node=node, values=values)
