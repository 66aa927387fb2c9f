"""The pages of the import: send a file, see what it would change, apply it."""

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
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from core.access import Permission, current_actor, requires, takes
from core.api import asked_page
from core.audit import rules as audit
from core.db import db, writing
from core.errors import BadInput, Conflict, OneKmError
from core.files import store
from core.sheets import problems, workbooks
from core.sheets.container import MOST_BYTES, XLSX_TYPE, check
from network.imports import actions, forms, jobs, queries, story
from network.imports.actions import Sent
from network.imports.forms import SendForm, TermsForm
from network.imports.queries import PER_PAGE, File, Shown
from network.imports.rules import State, Verdict
from network.sheets.columns import hint

blueprint = Blueprint("imports", __name__, url_prefix="/imports")


@blueprint.after_request
def keep_nowhere(answer: Response) -> Response:
    """What a county sent and was told stays in no browser and in no cache on the way."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


_FORM = 64 * 1024


@blueprint.get("")
@requires(Permission.REGISTER_IMPORT)
def index() -> str:
    """The files that were sent, the newest first."""
    number = asked_page().number
    files, total = queries.listed(current_actor(), number)
    pages = max(1, -(-total // PER_PAGE))
    return render_template(
        "imports/index.html", files=files, total=total, number=number, pages=pages
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_IMPORT)
@takes(MOST_BYTES + _FORM)
def new() -> AnyResponse:
    """Send a file; a worker reads and tries it."""
    form = SendForm()
    if form.validate_on_submit():
        try:
            return _sent(form)
        except OneKmError as fault:
            form.file.errors = [*form.file.errors, str(fault)]
            return _new(form, fault.status)
    return _new(form, 400 if form.is_submitted() else 200)


def _new(form: SendForm, status: int) -> Response:
    text = render_template("imports/new.html", form=form, most=MOST_BYTES // 1024 // 1024)
    return make_response(text, status)


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
    workbooks.template(file, _("网点"), queries.sheet_columns(), hint)
    file.seek(0)
    name = _("网点导入模板")
    return send_file(file, XLSX_TYPE, as_attachment=True, download_name=f"{name}.xlsx")


@blueprint.get("/<uuid>")
@requires(Permission.REGISTER_IMPORT)
def run(uuid: str) -> AnyResponse:
    """What the file would change, row by row; or which column is which, where that is not clear."""
    file = queries.find(current_actor(), uuid)
    if file.state is State.COLUMNS:
        return redirect(url_for(".columns", uuid=uuid))
    verdict = forms.asked_verdict(request.args.get("verdict", ""))
    text = forms.asked_text(request.args.get("q"))
    warned = request.args.get("warned") == "1"
    number = asked_page().number
    rows, total = queries.rows(file, verdict, warned, text, number)
    return make_response(
        render_template(
            "imports/run.html",
            file=file,
            rows=[_told(row) for row in rows],
            total=total,
            verdict=verdict,
            warned=warned,
            text=text,
            number=number,
            pages=max(1, -(-total // PER_PAGE)),
            verdicts=[each for each in Verdict if file.counts.get(each)],
            sites=queries.offered(rows),
        )
    )


def _told(row: Shown) -> dict[str, Any]:
    """A row with its changes in words."""
    changes = audit.parse(row.changes) if row.changes else {}
    lines = list(audit.change_words(story.IMPORTED.code, changes))
    return {"row": row, "lines": lines}


@blueprint.route("/<uuid>/columns", methods=["GET", "POST"])
@requires(Permission.REGISTER_IMPORT)
def columns(uuid: str) -> AnyResponse:
    """Say which column is which, and the terms anew; then the file is tried again."""
    actor = current_actor()
    file = queries.find(actor, uuid)
    form = TermsForm()
    if form.validate_on_submit():
        try:
            with writing():
                file = queries.find(actor, uuid)
                sheets = [layout.sheet for layout in file.layouts]
                named = forms.named_columns(request.form, sheets, _codes())
                firsts = forms.first_lines(request.form, sheets)
                actions.name_columns(file, named, firsts, form.terms)
                address = jobs.address(jobs.start_reading(actor, uuid, read=False))
            return redirect(address, 303)
        except Conflict:
            raise
        except BadInput as fault:
            form.form_errors.append(str(fault))
    elif not form.is_submitted():
        form.show(file.terms)
    text = render_template(
        "imports/columns.html",
        file=file,
        form=form,
        known=[column for column in queries.sheet_columns() if column.read is not None],
        samples=queries.samples(file),
        letters=problems.letters,
    )
    return make_response(text, 400 if form.errors else 200)


def _codes() -> list[str]:
    return [column.code for column in queries.sheet_columns()]


@blueprint.post("/<uuid>/choices")
@requires(Permission.REGISTER_IMPORT)
def choose(uuid: str) -> AnyResponse:
    """Say which sites rows mean; then the file is tried again."""
    actor = current_actor()
    with writing():
        file = queries.find(actor, uuid)
        actions.choose(file, forms.choices(request.form))
        address = jobs.address(jobs.start_reading(actor, uuid, read=False))
    return redirect(address, 303)


@blueprint.post("/<uuid>/retry")
@requires(Permission.REGISTER_IMPORT)
def retry(uuid: str) -> AnyResponse:
    """Try the file again: the register has moved."""
    actor = current_actor()
    with writing():
        file = queries.find(actor, uuid)
        actions.choose(file, {})
        read = file.state is State.FAILED or not file.layouts
        address = jobs.address(jobs.start_reading(actor, uuid, read=read))
    return redirect(address, 303)


@blueprint.post("/<uuid>/apply")
@requires(Permission.REGISTER_IMPORT)
def apply(uuid: str) -> AnyResponse:
    """Apply what was shown: the form carries its digest."""
    actor = current_actor()
    digest = request.form.get("digest", "")
    with writing():
        file = queries.find(actor, uuid)
        if file.state is State.APPLIED or not digest or file.digest != digest:
            raise Conflict(_l("试运行的结果已经变了，请重新查看后再导入。"))
        if file.open:
            message = _l("还有 %(count)s 行有错或待选择，改好后才能导入。", count=file.open)
            raise BadInput(message)
        address = jobs.address(jobs.start_applying(actor, uuid, digest))
    return redirect(address, 303)


@blueprint.get("/<uuid>/report.xlsx")
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
    workbooks.annotated(kept, queries.raw(file), told, headings, _("网点"))
    db.session.rollback()
