"""The pages of where people live: the sets, a file sent, what it would change, letting it count."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.access import Permission, current_actor, requires, takes
from core.api import asked_page
from core.imports import pages
from core.pages import asked_order, pages_of
from core.search import sought
from stations.coverage import sets
from stations.coverage.comparing import Sum
from stations.coverage.demand import actions, queries, words
from stations.coverage.demand.jobs import WORKS
from stations.coverage.demand.queries import FILES
from stations.coverage.demand.sheet import COLUMNS, hint
from stations.coverage.sending import SendForm
from stations.coverage.ways import around

blueprint = Blueprint("demand", __name__, url_prefix="/coverage/demand")
words.init(blueprint)


@blueprint.get("")
@requires(Permission.REGISTER_READ)
def index() -> str:
    """The sets that count within reach, and the files that wait."""
    actor, number = current_actor(), asked_page().number
    kept = request.args.get("kept") == "1"
    found, total = sets.listed(actor, kept, number)
    return render_template(
        "stations/coverage/demand/index.html",
        lines=[(one, _census(one)) for one in found],
        files=queries.waiting(actor) if actor.may(Permission.REGISTER_IMPORT) else [],
        may_send=bool(queries.places(actor)),
        all_kept=kept,
        total=total,
        number=number,
        pages=pages_of(total),
        **around(request.args.get("region", "")),
    )


def _census(one: sets.Set) -> Any:
    """The set as a whole beside the census of its region."""
    if one.node is None:
        return None
    whole = {one.node.id: Sum(one.places, one.people)}
    return queries.compared(one.node, one.year, whole)[0]


@blueprint.get("/<uuid>")
@requires(Permission.REGISTER_READ)
def show(uuid: str) -> str:
    """One set: where it is from, its sums beside the census, its settlements."""
    one = sets.find(current_actor(), uuid)
    text, number = sought(request.args), asked_page().number
    order = asked_order(request.args, sets.ORDERS, "people")
    rows, total = sets.settlements(one.id, text, order, number)
    found = [] if one.node is None else queries.compared(one.node, one.year, sets.sums(one.id))
    return render_template(
        "stations/coverage/demand/set.html",
        one=one,
        found=found,
        rows=rows,
        total=total,
        text=text,
        order=order,
        number=number,
        pages=pages_of(total),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_IMPORT)
@takes(pages.MOST_SENT)
def new() -> AnyResponse:
    """Send a file; a worker reads and tries it."""
    form = SendForm(queries.places(current_actor()))
    name = "stations/coverage/demand/new.html"
    return pages.new(form, name, lambda: pages.send(form, WORKS, actions.send))


@blueprint.get("/template.xlsx")
@requires(Permission.REGISTER_IMPORT)
def template() -> Response:
    """The workbook to fill in."""
    return pages.template(_("聚落人口"), COLUMNS, hint, _("聚落人口模板"))


@blueprint.get("/imports/<uuid>")
@requires(Permission.REGISTER_IMPORT)
def run(uuid: str) -> Response:
    """What the file would change, its sums beside the census, and row by row what is wrong."""
    file = queries.find(current_actor(), uuid)
    node, terms = file.node, file.terms
    held = sets.in_use(terms.region_id, terms.year)
    return pages.run(
        "stations/coverage/demand/run.html",
        FILES,
        file,
        held=held,
        same=held is not None and held.digest == file.content,
        found=[] if node is None else queries.compared(node, terms.year, file.sums),
    )


@blueprint.post("/imports/<uuid>/retry")
@requires(Permission.REGISTER_IMPORT)
def retry(uuid: str) -> AnyResponse:
    """Try the file again: what counts, or the regions, have moved."""
    return pages.retry(WORKS, uuid)


@blueprint.post("/imports/<uuid>/apply")
@requires(Permission.REGISTER_IMPORT)
def apply(uuid: str) -> AnyResponse:
    """Let count what was shown: the form carries its digest."""
    return pages.apply(WORKS, uuid)


@blueprint.get("/imports/<uuid>/report.xlsx")
@requires(Permission.REGISTER_IMPORT)
def annotated(uuid: str) -> Response:
    """The file as it was sent, with what is wrong beside it, to send back."""
    return pages.annotated(FILES, queries.find(current_actor(), uuid), _("聚落人口"))
