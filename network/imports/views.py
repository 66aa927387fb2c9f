"""The pages of the import: send a file, see what it would change, apply it."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.access import Permission, current_actor, requires, takes
from core.api import asked_page
from core.audit import rules as audit
from core.db import writing
from core.errors import BadInput, Conflict
from core.imports import pages
from core.imports.rules import State
from core.pages import pages_of
from core.sheets import problems
from network.imports import actions, forms, queries, story
from network.imports.forms import SendForm, TermsForm
from network.imports.jobs import WORKS
from network.imports.queries import FILES, Shown
from network.sheets.columns import hint

blueprint = Blueprint("imports", __name__, url_prefix="/imports")


@blueprint.get("")
@requires(Permission.REGISTER_IMPORT)
def index() -> str:
    """The files that were sent, the newest first."""
    number = asked_page().number
    files, total = queries.listed(current_actor(), number)
    shown = {"files": files, "total": total, "number": number, "pages": pages_of(total)}
    return render_template("imports/index.html", **shown)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_IMPORT)
@takes(pages.MOST_SENT)
def new() -> AnyResponse:
    """Send a file; a worker reads and tries it."""
    form = SendForm()
    return pages.new(form, "imports/new.html", lambda: pages.send(form, WORKS, actions.send))


@blueprint.get("/template.xlsx")
@requires(Permission.REGISTER_IMPORT)
def template() -> Response:
    """The workbook to fill in."""
    return pages.template(_("网点"), queries.sheet_columns(), hint, _("网点导入模板"))


@blueprint.get("/<uuid>")
@requires(Permission.REGISTER_IMPORT)
def run(uuid: str) -> AnyResponse:
    """What the file would change, row by row; or which column is which, where that is not clear."""
    file = queries.find(current_actor(), uuid)
    if file.state is State.COLUMNS:
        return redirect(url_for(".columns", uuid=uuid))
    more = {"changes": _changes, "offered": queries.offered}
    return pages.run("imports/run.html", FILES, file, **more)


def _changes(row: Shown) -> list[str]:
    """The changes of a row in words."""
    changes = audit.parse(row.changes) if row.changes else {}
    return list(audit.change_words(story.IMPORTED.code, changes))


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
                address = WORKS.start_reading(actor, uuid, read=False)
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
        address = WORKS.start_reading(actor, uuid, read=False)
    return redirect(address, 303)


@blueprint.post("/<uuid>/retry")
@requires(Permission.REGISTER_IMPORT)
def retry(uuid: str) -> AnyResponse:
    """Try the file again: the register has moved."""
    return pages.retry(WORKS, uuid)


@blueprint.post("/<uuid>/apply")
@requires(Permission.REGISTER_IMPORT)
def apply(uuid: str) -> AnyResponse:
    """Apply what was shown: the form carries its digest."""
    return pages.apply(WORKS, uuid)


@blueprint.get("/<uuid>/report.xlsx")
@requires(Permission.REGISTER_IMPORT)
def annotated(uuid: str) -> Response:
    """The file as it was sent, with what is wrong beside it, to send back."""
    return pages.annotated(FILES, queries.find(current_actor(), uuid), _("网点"))
