"""The page of a region's plan, to look at and to change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import Permission, current_actor, require_reach, requires
from core.catalogue.queries import catalogue
from core.catalogue.rules import Service
from core.clock import today
from core.errors import BadInput, Conflict, OneKmError
from core.regions.queries import find_code, tree
from core.regions.tree import Node
from core.sendings.pages import writing_once
from core.sites import forms as sites
from core.sites import plans, queries
from core.sites.network import KINDS
from core.sites.plan import Line, Plan
from core.sites.rules import Kind
from network.plan import forms

blueprint = Blueprint("plan", __name__)


@dataclass(frozen=True, slots=True)
class Cell:
    """What is planned of a kind and a service in a region: ``own``, or ``above`` it already.

    ``coming`` is the own line that begins later, ``last`` the last day of the one that ends.
    """

    own: Line | None
    above: Node | None
    coming: Line | None

    @property
    def last(self) -> date | None:
        """The last day of the own line; None where no end is known."""
        if self.own is None or self.own.until is None:
            return None
        return self.own.until - timedelta(days=1)


@blueprint.get("/network/<code>/plan")
@requires(Permission.REGISTER_READ)
def show(code: str) -> Response:
    """What is planned in a region, on a day."""
    on = sites.day(request.args.get("on", ""), "on") or today()
    node = find_code(code, on).node
    require_reach(current_actor().reach(Permission.REGISTER_READ).region(tree(on), node.id))
    return _page(node, on)


@blueprint.post("/network/<code>/plan")
@requires(Permission.REGISTER_WRITE)
def change(code: str) -> Response:
    """Change the region's own plan."""
    actor, on = current_actor(), today()
    node = find_code(code, on).node
    require_reach(actor.reach(Permission.REGISTER_WRITE).region(tree(on), node.id))
    try:
        asked = forms.read(request.form, _services(on))
        # Only what was changed on the page: another day may have other lines. That these are the
        # lines that were shown, the action makes sure of by *seen*.
        shown = {key for key, cell in _cells(queries.plan(on), node).items() if cell.own}
        wanted = {key: holds for key, holds in asked.wanted.items() if holds != (key in shown)}
        with writing_once() as sent:
            changed = plans.set_plan(actor, node.id, wanted, asked.on, asked.seen)
            sent.to = url_for("plan.show", code=node.code, changed=changed)
    except (BadInput, Conflict) as fault:
        return _page(node, on, fault)
    return sent.onward()


def _services(on: date) -> list[Service]:
    return [service for service in catalogue(on).services if service.devolved]


def _page(node: Node, on: date, fault: OneKmError | None = None) -> Response:
    actor, found = current_actor(), queries.plan(on)
    services = _services(on)
    writes = actor.reach(Permission.REGISTER_WRITE).region(found.network.tree, node.id)
    ticked = set(request.form.getlist("cell")) if fault is not None else None
    return make_response(
        render_template(
            "network/plan.html",
            made=found.network.made,
            node=node,
            on=on,
            path=found.network.tree.path(node.id),
            kinds=KINDS,
            services=services,
            cells=_cells(found, node),
            nothing=Cell(None, None, None),
            name=forms.name,
            writes=writes and on == today(),
            seen=queries.plan_digest(node.id),
            fault=fault,
            ticked=ticked,
            sent=request.form,
            changed=request.args.get("changed", ""),
        ),
        200 if fault is None else fault.status,
    )


def _cells(found: Plan, node: Node) -> dict[tuple[Kind, int], Cell]:
    """What there is to say of each kind and service; what nobody plans is left out."""
    by_id, on = found.network.tree.by_id, found.network.on
    cells: dict[tuple[Kind, int], Cell] = {}
    for line in found.of(node.id):
        key = (line.kind, line.service_id)
        was = cells.get(key, Cell(None, None, None))
        if line.region_id != node.id:
            above = by_id[line.region_id] if line.holds(on) else was.above
            cells[key] = Cell(was.own, above, was.coming)
        elif line.holds(on):
            cells[key] = Cell(line, was.above, was.coming)
        else:
            cells[key] = Cell(was.own, was.above, was.coming or line)
    return cells
