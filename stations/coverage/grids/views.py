"""The pages of population grids: those there are, a file sent, whom the network reaches of one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from core import tables
from core.access import Permission, Reach, current_actor, requires, takes
from core.catalogue.queries import catalogue
from core.clock import today
from core.db import writing
from core.errors import BadInput
from core.files import store
from core.imports import pages
from core.jobs.queries import state_of
from core.regions.tree import Node
from core.sendings.pages import writing_once
from stations.coverage import asked
from stations.coverage.grids import actions, jobs, queries, reading
from stations.coverage.grids.actions import Sent
from stations.coverage.grids.forms import SendForm
from stations.coverage.grids.models import PopulationGrid
from stations.coverage.grids.queries import Coverage
from stations.coverage.grids.rules import State
from stations.coverage.rules import Question
from stations.coverage.ways import around

blueprint = Blueprint("coverage_grids", __name__, url_prefix="/coverage/grids")


@blueprint.app_template_filter()
def grid_state(state: str) -> LazyString:
    return State(state).label


@blueprint.app_template_filter()
def cell_size(grid: PopulationGrid) -> tuple[float, float]:
    """How high and wide the cells are in the middle of the grid, in metres."""
    return queries.frame_of(grid).cell_size


def _reach(permission: Permission = Permission.REGISTER_READ) -> Reach:
    return current_actor().reach(permission)


@blueprint.get("")
@requires(Permission.REGISTER_READ)
def index() -> str:
    """The grids of regions within reach."""
    return render_template(
        "stations/coverage/grids/index.html",
        found=queries.listed(_reach()),
        may_send=bool(queries.places(current_actor())),
        **around(request.args.get("region", "")),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_IMPORT)
@takes(reading.MOST_BYTES + pages.FORM)
def new() -> AnyResponse:
    """Send a grid; a worker reads it."""
    form = SendForm(queries.places(current_actor()))
    name = "stations/coverage/grids/new.html"
    return pages.new(form, name, lambda: _sent(form), reading.MOST_BYTES)


def _sent(form: SendForm) -> str:
    actor, (content, name) = current_actor(), pages.put(form, reading.MOST_BYTES)
    container = reading.check(store.path(content.sha256), name)
    with writing_once() as sent:
        grid = actions.send(actor, Sent(content, name, container, form.terms))
        jobs.start_reading(actor, grid)
        sent.to = url_for(".show", uuid=grid.uuid)
    return sent.to


@blueprint.get("/<uuid>")
@requires(Permission.REGISTER_READ)
def show(uuid: str) -> str:
    """A grid: how far it is, what is in it, and, once it counts, whom the network reaches."""
    grid = queries.readable(_reach(), uuid)
    node = _node(grid)
    if grid.state != State.APPLIED:
        return _waiting(grid, node)
    question, fault = _question(node)
    found = queries.coverage(grid, node, question)
    return render_template(
        "stations/coverage/grids/show.html",
        grid=grid,
        node=node,
        question=question,
        given=request.args,
        fault=fault,
        found=found,
        odd=json.loads(grid.odd),
        compared=queries.compared(grid, node),
        services=catalogue(question.on).services,
        today=today(),
    )


def _node(grid: PopulationGrid) -> Node:
    node = queries.node_of(grid)
    if node is None:
        raise LookupError("what is readable has a region")
    return node


def _waiting(grid: PopulationGrid, node: Node) -> str:
    read = grid.state == State.READY
    job = state_of(grid.job_uuid)
    return render_template(
        "stations/coverage/grids/waiting.html",
        grid=grid,
        node=node,
        state=State(grid.state),
        going_on=grid.state == State.READING and job is not None and not job.over,
        mine=grid.account_id is not None and grid.account_id == current_actor().account_id,
        odd=json.loads(grid.odd),
        compared=queries.compared(grid, node) if read else [],
        may_load=_reach(Permission.REGISTER_IMPORT).everywhere
        or node in queries.places(current_actor()),
    )


def _question(node: Node) -> tuple[Question, BadInput | None]:
    """The question of the address about the region; the plain one where it is asked wrongly."""
    given = {name: request.args.get(name, "") for name in ("service", "on", "at", "radius")}
    try:
        given["factor"] = request.args.get("factor", "")
        return asked.read({**given, "region": node.code}, _reach()), None
    except BadInput as fault:
        return Question(node, today()), fault


@blueprint.get("/<uuid>/regions.<any(csv, xlsx):file>")
@requires(Permission.REGISTER_READ)
def export(uuid: str, file: str) -> Response:
    """The numbers by region as a file."""
    grid = queries.readable(_reach(), uuid)
    node = _node(grid)
    question, fault = _question(node)
    if fault is not None:
        raise fault
    if grid.state != State.APPLIED:
        raise BadInput(_l("这个人口网格还没有载入。"))
    headings = [
        *(_l("区划代码"), _l("区划"), _l("人口"), _l("已覆盖人口")),
        *(_l("有人的格"), _l("已覆盖的格"), _l("覆盖规则")),
    ]
    lines = _lines(queries.coverage(grid, node, question), question)
    name = f"coverage-grid-{node.code}-{question.on.isoformat()}"
    return tables.answer(file, name, [str(one) for one in headings], lines)


def _lines(found: Coverage, question: Question) -> Iterator[list[Any]]:
    for line in (found.total, *found.lines):
        numbers = [line.people, line.people_covered, line.cells, line.cells_covered]
        yield [line.node.code, line.node.name, *numbers, question.rule.key]


@blueprint.post("/<uuid>/load")
@requires(Permission.REGISTER_IMPORT)
def load(uuid: str) -> AnyResponse:
    """Let the grid count, as it was shown."""
    with writing():
        queries.readable(_reach(Permission.REGISTER_IMPORT), uuid)
        actions.apply(current_actor(), uuid)
    return redirect(url_for(".show", uuid=uuid), 303)


@blueprint.post("/<uuid>/drop")
@requires(Permission.REGISTER_IMPORT)
def drop(uuid: str) -> AnyResponse:
    """Forget a grid that does not count."""
    with writing():
        queries.readable(_reach(Permission.REGISTER_IMPORT), uuid)
        actions.drop(uuid)
    return redirect(url_for(".index"), 303)
