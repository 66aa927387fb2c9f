"""The pages of where people live: the sets, a file sent, what it would change, letting it count."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
)
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from core.access import Permission, current_actor, requires, takes
from core.api import asked_page
from core.db import db, writing
from core.errors import OneKmError
from core.files import store
from core.sheets import workbooks
from core.sheets.container import MOST_BYTES, XLSX_TYPE, check
from stations.coverage import sets
from stations.coverage.comparing import Sum
from stations.coverage.demand import actions, forms, jobs, queries, words
from stations.coverage.demand.actions import Sent
from stations.coverage.demand.queries import PER_PAGE, File
from stations.coverage.demand.rules import State, Verdict
from stations.coverage.demand.sheet import COLUMNS, hint
from stations.coverage.sending import SendForm
from stations.coverage.ways import around

blueprint = Blueprint("demand", __name__, url_prefix="/coverage/demand")
words.init(blueprint)

_FORM = 64 * 1024


@blueprint.after_request
def keep_nowhere(answer: Response) -> Response:
    """What a county sent and was told stays in no browser and in no cache on the way."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


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
        pages=max(1, -(-total // sets.PER_PAGE)),
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
    text, order, number = forms.asked_text(), forms.asked_order(), asked_page().number
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
        pages=max(1, -(-total // sets.PER_PAGE)),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_IMPORT)
@takes(MOST_BYTES + _FORM)
def new() -> AnyResponse:
    """Send a file; a worker reads and tries it."""
    form = SendForm(queries.places(current_actor()))
    if form.validate_on_submit():
        try:
            return _sent(form)
        except OneKmError as fault:
            field = getattr(form, fault.field or "file", form.file)
            field.errors = [*field.errors, str(fault)]
            return _new(form, fault.status)
    return _new(form, 400 if form.is_submitted() else 200)


def _new(form: SendForm, status: int) -> Response:
    most = MOST_BYTES // 1024 // 1024
    return make_response(
        render_template("stations/coverage/demand/new.html", form=form, most=most), status
    )


def _sent(form: SendForm) -> AnyResponse:
    actor = current_actor()
    upload: FileStorage = form.file.data
    name = upload.filename or ""
    content = store.put(cast(BinaryIO, upload.stream), MOST_BYTES)
    container = check(store.path(content.sha256), name)
    with writing():
        uuid = actions.send(actor, Sent(content, name, container, form.terms))
        address = jobs.address(jobs.start_reading(actor, uuid, read=True))
    return redirect(address, 303)


@blueprint.get("/template.xlsx")
@requires(Permission.REGISTER_IMPORT)
def template() -> Response:
    """The workbook to fill in."""
    file = BytesIO()
    workbooks.template(file, _("聚落人口"), COLUMNS, hint)
    file.seek(0)
    name = _("聚落人口模板")
    return send_file(file, XLSX_TYPE, as_attachment=True, download_name=f"{name}.xlsx")


@blueprint.get("/imports/<uuid>")
@requires(Permission.REGISTER_IMPORT)
def run(uuid: str) -> str:
    """What the file would change, its sums beside the census, and row by row what is wrong."""
    file = queries.find(current_actor(), uuid)
    verdict, text, number = forms.asked_verdict(), forms.asked_text(), asked_page().number
    warned = request.args.get("warned") == "1"
    rows, total = queries.rows(file, verdict, warned, text, number)
    node, terms = file.node, file.terms
    held = sets.in_use(terms.region_id, terms.year)
    return render_template(
        "stations/coverage/demand/run.html",
        file=file,
        held=held,
        same=held is not None and held.digest == file.content,
        found=[] if node is None else queries.compared(node, terms.year, file.sums),
        rows=rows,
        total=total,
        verdict=verdict,
        verdicts=[each for each in Verdict if file.counts.get(each)],
        warned=warned,
        text=text,
        number=number,
        pages=max(1, -(-total // PER_PAGE)),
    )


@blueprint.post("/imports/<uuid>/retry")
@requires(Permission.REGISTER_IMPORT)
def retry(uuid: str) -> AnyResponse:
    """Try the file again: what counts, or the regions, have moved."""
    actor = current_actor()
    with writing():
        file = queries.find(actor, uuid)
        again = file.state is State.FAILED or not file.layouts
        address = jobs.address(jobs.start_reading(actor, uuid, read=again))
    return redirect(address, 303)


@blueprint.post("/imports/<uuid>/apply")
@requires(Permission.REGISTER_IMPORT)
def apply(uuid: str) -> AnyResponse:
    """Let count what was shown: the form carries its digest."""
    actor = current_actor()
    digest = request.form.get("digest", "")
    with writing():
        actions.check(queries.find(actor, uuid), digest)
        address = jobs.address(jobs.start_applying(actor, uuid, digest))
    return redirect(address, 303)


@blueprint.get("/imports/<uuid>/report.xlsx")
@requires(Permission.REGISTER_IMPORT)
def annotated(uuid: str) -> Response:
    """The file as it was sent, with what is wrong beside it, to send back."""
    file = queries.find(current_actor(), uuid)
    kept = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_report(kept, file)
    kept.seek(0)
    name = f"{Path(file.file_name).stem} {_('问题')}.xlsx"
    return send_file(kept, XLSX_TYPE, as_attachment=True, download_name=name)


def write_report(kept: Any, file: File) -> None:
    """Write the annotated workbook of a file."""
    told = {(row.sheet, row.line): (row.verdict.label, row.problems) for row in queries.told(file)}
    headings = {layout.sheet: layout.line for layout in file.layouts}
    raw = ((sheet, line, cells) for _number, sheet, line, cells in queries.raw(file))
    workbooks.annotated(kept, raw, told, headings, _("聚落人口"))
    db.session.rollback()
