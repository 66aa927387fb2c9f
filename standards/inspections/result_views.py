"""What is done with a visit that is filed: read, signed, answered, reviewed, printed."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core import printing
from core.access import Actor, current_actor, requires
from core.accounts.views import WRONG
from core.errors import BadInput, OneKmError
from core.files import serving
from core.forms import whole_number
from core.sendings.pages import writing_once
from standards.inspections import actions, asking, closing, queries, results
from standards.inspections.access import COMMENT, READ, REVIEW, WRITE
from standards.inspections.models import Inspection
from standards.inspections.views import answer

blueprint = Blueprint("inspection_results", __name__, url_prefix="/inspections")


@blueprint.get("/<code>/photos/<sha256>")
@requires(READ, WRITE)
def photo(code: str, sha256: str) -> Response:
    """A photo of the visit, as large as it is kept."""
    row = queries.find(current_actor(), code)
    return serving.answer(queries.photo_file(row.id, sha256))


@blueprint.get("/<code>/photos/<sha256>/small")
@requires(READ, WRITE)
def small(code: str, sha256: str) -> Response:
    """The same, small."""
    row = queries.find(current_actor(), code)
    return serving.answer(queries.photo_file(row.id, sha256), small=True)


@blueprint.get("/<code>/report")
@requires(READ, WRITE)
def report(code: str) -> Response:
    """The report as it is printed."""
    one = queries.line(current_actor(), code)
    return answer("report", **results.told(one))


@blueprint.get("/<code>/report.pdf")
@requires(READ, WRITE)
def report_pdf(code: str) -> Response:
    """The same as a file."""
    one = queries.line(current_actor(), code)
    page = render_template("inspections/report.html", **results.told(one))
    name = _("检查报告 %(name)s %(day)s", name=one.name, day=one.row.day.isoformat())
    return printing.answer(page, name, results.pictures(one))


@blueprint.post("/<code>/sign")
@requires(WRITE, COMMENT)
def sign(code: str) -> AnyResponse:
    """Sign for one of the two sides, with one's name and the time."""

    def act(actor: Actor, row: Inspection) -> None:
        actions.sign(actor, row, asking.side(request.form), request.form.get("name", ""))

    return _do(code, act, "signatures")


@blueprint.post("/<code>/comment")
@requires(COMMENT)
def comment(code: str) -> AnyResponse:
    """Say what the site has to say to it."""
    words = request.form.get("words", "")
    return _do(code, lambda actor, row: actions.comment(actor, row, words), "comments")


@blueprint.post("/<code>/sign-off")
@requires(REVIEW)
def sign_off(code: str) -> AnyResponse:
    """Say that the visit stands."""
    words = request.form.get("words", "")
    return _do(code, lambda actor, row: actions.sign_off(actor, row, words), "review")


@blueprint.post("/<code>/send-back")
@requires(REVIEW)
def send_back(code: str) -> AnyResponse:
    """Say that it has to be made again."""
    words = request.form.get("words", "")
    return _do(code, lambda actor, row: actions.send_back(actor, row, words), "review")


@blueprint.post("/<code>/photos/<sha256>/lost")
@requires(REVIEW)
def give_up(code: str, sha256: str) -> AnyResponse:
    """Let the visit be complete without a photo that cannot be had any more."""
    words = request.form.get("words", "")
    ready = closing.ready_for(code)

    def act(actor: Actor, row: Inspection) -> None:
        actions.give_up_photo(actor, row.uuid, sha256, words, ready)

    return _do(code, act, "photos")


@blueprint.post("/<code>/copies/<uuid>")
@requires(REVIEW)
def settle(code: str, uuid: str) -> AnyResponse:
    """Say what became of another record of the visit."""
    words = request.form.get("words", "")
    return _do(code, lambda actor, row: actions.settle_copy(actor, row, uuid, words), "copies")


@blueprint.post("/<code>/follow-up")
@requires(REVIEW)
def follow_up(code: str) -> AnyResponse:
    """Send somebody to see whether what was found has been put right."""
    actor = current_actor()
    queries.find(actor, code)
    try:
        day, inspector = asking.needed_day(request.form), _number("inspector")
        with writing_once() as sent:
            uuid = actions.follow_up(actor, queries.find(actor, code), day, inspector).uuid
            sent.to = url_for("inspections.show", code=uuid)
    except OneKmError as fault:
        return _again(code, fault)
    return sent.onward()


@blueprint.post("/<code>/assign")
@requires(REVIEW)
def assign(code: str) -> AnyResponse:
    """Send somebody else, or on another day."""

    def act(actor: Actor, row: Inspection) -> None:
        companion = _number("companion") if request.form.get("companion") else None
        day = asking.needed_day(request.form) if request.form.get("day") else None
        actions.assign(actor, row, _number("inspector"), companion, day)

    return _do(code, act, "visit")


@blueprint.post("/<code>/cancel")
@requires(REVIEW, WRITE)
def cancel(code: str) -> AnyResponse:
    """Let it not be made."""
    words = request.form.get("words", "")
    return _do(code, lambda actor, row: actions.cancel(actor, row, words), "visit")


def _number(name: str) -> int:
    return whole_number(request.form.get(name, ""), name)


def _do(code: str, act: Callable[[Actor, Inspection], None], anchor: str) -> AnyResponse:
    """Do something with the visit, read in the transaction that changes it."""
    actor = current_actor()
    queries.find(actor, code)
    try:
        with writing_once() as sent:
            act(actor, queries.find(actor, code))
            sent.to = url_for("inspections.show", code=code, _anchor=anchor)
    except OneKmError as fault:
        if fault.status in (403, 404):
            raise
        return _again(code, fault)
    return sent.onward()


def _again(code: str, fault: OneKmError) -> AnyResponse:
    actor = current_actor()
    one = queries.line(actor, code)
    status = WRONG if isinstance(fault, BadInput) else fault.status
    context = results.page(actor, one, fault=fault, given=request.form)
    return answer("result", status, **context)
