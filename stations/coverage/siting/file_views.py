"""Proposals as files to take away."""

from __future__ import annotations

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core import tables
from core.access import Permission, current_actor, requires
from core.pages import asked_order
from core.search import sought
from stations.coverage.siting import queries, sheet
from stations.coverage.siting.views import (
    known_question,
    shown,
    within,
)

blueprint = Blueprint("siting_files", __name__, url_prefix="/coverage")


@blueprint.get("/<code>/siting/list.<any(csv, xlsx):file>")
@requires(Permission.REGISTER_READ)
def listed(code: str, file: str) -> AnyResponse:
    """The proposals of the list as a file."""
    region = within(code)
    text, order = sought(request.args), asked_order(request.args, queries.ORDERS, "newest")
    found = queries.listed(region, current_actor().account_id, text, order, None)
    name = f"{_('选址方案')}-{region.code}"
    known = [one for one in found.proposals if known_question(one) is not None]
    return tables.answer(file, name, sheet.list_headings(), sheet.list_cells(known))


@blueprint.get("/siting/<uuid>/<any(points, won):name>.<any(csv, xlsx):file>")
@requires(Permission.REGISTER_READ)
def export(uuid: str, name: str, file: str) -> AnyResponse:
    """The chosen points, or who is won, as a file."""
    one = shown(uuid)
    titles = {sheet.POINTS: _("选址点"), sheet.WON: _("新覆盖村居")}
    titled = f"{one.proposal.name or one.ask.region.name}-{titles[name]}"
    cells = sheet.cells(name, one.answer, one.living)
    return tables.answer(file, titled, sheet.headings(name), cells)


@blueprint.get("/siting/<uuid>/proposal.geojson")
@requires(Permission.REGISTER_READ)
def geojson(uuid: str) -> AnyResponse:
    """The proposal as GeoJSON."""
    one = shown(uuid)
    return sheet.geojson(one.proposal, one.answer, one.living)
