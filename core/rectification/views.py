"""One finding: what is to be put right, by whom, by when; the answer, the re-check, the closing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from core.access import Actor, Permission, current_actor, requires, takes
from core.accounts.forms import blame
from core.accounts.views import WRONG
from core.calendar import working
from core.calendar.queries import calendar
from core.clock import today
from core.db import writing
from core.errors import BadInput, Conflict, Forbidden, OneKmError
from core.files import serving
from core.files.actions import put_picture
from core.files.rules import MOST_PHOTO, kept_name
from core.rectification import access, actions, evidence, extending, queries, rules
from core.rectification.forms import MoveForm, needed_day
from core.rectification.importer import periods
from core.rectification.models import Finding
from core.rectification.queries import Standing
from core.rectification.rules import TO_DO, Deadline, Severity, State, find_source
from core.regions.queries import tree
from core.sendings.pages import writing_once
from core.sites.rules import Status

blueprint = Blueprint("rectification", __name__, url_prefix="/findings")

READERS = access.READERS


@blueprint.get("/<code>")
@requires(*READERS)
def finding(code: str) -> AnyResponse:
    """One finding with all that was said and done."""
    return _page(code, MoveForm(formdata=None))


def _page(code: str, form: MoveForm, status: int = 200, **more: Any) -> AnyResponse:
    actor = current_actor()
    found = queries.find(actor, code)
    text = render_template(
        "rectification/finding.html",
        form=form,
        found=found,
        finding=found.finding,
        state=State(found.finding.state),
        severity=Severity(found.finding.severity),
        rules=rules,
        where=tree(today()).path(found.region_id),
        **_shown(found),
        **_allowed(actor, found),
        **more,
    )
    return make_response(text, status)


def _shown(found: Standing) -> dict[str, Any]:
    held, on = found.finding, today()
    source = find_source(held.source)
    photos = queries.photos(held.id)
    return {
        "source": source,
        "source_link": source.link(held.reference) if source else None,
        "answers": queries.answers(held.id),
        "deadlines": [(one, Deadline(one.why)) for one in queries.deadlines(held.id)],
        "climbs": queries.climbs(held.id),
        "notice": queries.notice_of(held),
        "before": queries.same_before(held),
        "photos": photos,
        "waiting_photos": [one for one in photos if one.round == held.round + 1],
        "extension": extending.waiting(held.uuid),
        "late": working.between(calendar(), held.due, on) if held.state in TO_DO else 0,
        "left": working.between(calendar(), on, held.due) if held.state in TO_DO else 0,
        "due_known": working.known(calendar(), held.found_on, held.due),
        "shut": found.status == Status.CLOSED,
        "today": on,
    }


def _allowed(actor: Actor, found: Standing) -> dict[str, Any]:
    held, place = found.finding, (found.site_id, found.region_id)
    rechecks = access.rechecks(actor, held.source, *place)
    leads = access.may_lead(actor, *place)
    unfinished = held.state in rules.UNFINISHED
    again = periods().due_again(calendar(), Severity(held.severity), today())
    return {
        "may_answer": held.state in TO_DO and access.may_answer(actor, *place),
        "may_check": held.state == State.ANSWERED and rechecks,
        "hindered": _hindered(actor, found),
        "may_lead": unfinished and leads,
        "may_issue": (rechecks or leads) and held.notice_id is None and held.state != State.LAPSED,
        "owners": queries.owners(*place) if unfinished and leads else (),
        "again": again,
        "latest": periods().latest_extension(calendar(), held.due, today()),
        "to_tell": len(queries.untold(held)) if rechecks or leads else 0,
    }


def _hindered(actor: Actor, found: Standing) -> LazyString | None:
    """Why the very person who looks may not re-check, though others in her place may."""
    if access.at_home(actor, found.site_id, found.region_id):
        return _l("自己所在网点的整改要由别人复查。")
    if actor.account_id is not None and actor.account_id == found.finding.answered_by_id:
        return _l("自己反馈的整改要由别人复查。")
    return None


def _do(code: str, which: str, act: Callable[[Actor, MoveForm], object]) -> AnyResponse:
    """Make a move; whatever forbids it is told on the page, where one sees how things stand."""
    form = MoveForm()
    try:
        if not form.validate():
            raise BadInput(_l("请改正下面标出的内容。"))
        with writing_once() as sent:
            act(current_actor(), form)
            sent.to = url_for(".finding", code=code)
    except (BadInput, Conflict, Forbidden) as fault:
        blame(form, fault)
        status = WRONG if isinstance(fault, BadInput) else fault.status
        return _page(code, form, status, which=which)
    return sent.onward()


# -- Whoever puts it right ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refused:
    """A photo that was not kept, by the name it came with, and why."""

    name: str
    fault: OneKmError


@blueprint.post("/<code>/answer")
@requires(Permission.RECTIFY)
@takes(rules.MOST_SENT)
def answer(code: str) -> AnyResponse:
    """Send words and photos; a photo that cannot be kept holds the answer up, and is named."""
    found = queries.find(current_actor(), code)
    sent = [file for file in request.files.getlist("photos") if file.filename]
    refused = _keep_all(found.finding.uuid, sent)
    if refused or "only_photos" in request.form:
        status = refused[0].fault.status if refused else 200
        return _page(code, MoveForm(), status, which="answer", refused=refused, kept=len(sent))
    return _do(
        code,
        "answer",
        lambda actor, form: actions.answer(actor, code, form.version, form.said("words")),
    )


def _keep_all(uuid: str, sent: Sequence[FileStorage]) -> list[Refused]:
    refused = []
    for number, file in enumerate(sent):
        try:
            if number >= rules.MOST_AT_ONCE:
                raise BadInput(_l("一次最多 %(most)s 张照片。", most=rules.MOST_AT_ONCE))
            put = put_picture(file.stream.read(MOST_PHOTO + 1))
            with writing():
                evidence.add(current_actor(), uuid, put, file.filename)
        except OneKmError as fault:
            refused.append(Refused(kept_name(file.filename), fault))
    return refused


@blueprint.post("/<code>/photos/<photo>/out")
@requires(Permission.RECTIFY)
def take_out(code: str, photo: str) -> AnyResponse:
    """Let go of a photo that was not sent yet."""
    with writing():
        evidence.take_out(current_actor(), code, photo)
    return redirect(url_for(".finding", code=code, _anchor="answer"), 303)


@blueprint.post("/<code>/extension")
@requires(Permission.RECTIFY)
def extend(code: str) -> AnyResponse:
    """Ask for more time."""
    return _do(
        code,
        "extension",
        lambda actor, form: extending.ask(
            actor, code, form.version, needed_day(form.day), form.said("reason")
        ),
    )


# -- Whoever looks again ------------------------------------------------------------------------


@blueprint.post("/<code>/close")
@requires(Permission.INSPECTIONS_WRITE, Permission.INSPECTIONS_REVIEW)
def close(code: str) -> AnyResponse:
    """Accept the answer: it is put right."""
    return _do(
        code,
        "check",
        lambda actor, form: actions.close(actor, code, form.version, form.said("verdict")),
    )


@blueprint.post("/<code>/return")
@requires(Permission.INSPECTIONS_WRITE, Permission.INSPECTIONS_REVIEW)
def send_back(code: str) -> AnyResponse:
    """Refuse the answer, with a reason and another deadline."""

    def act(actor: Actor, form: MoveForm) -> None:
        try:
            actions.send_back(actor, code, form.version, form.said("verdict"), form.day)
        except BadInput as fault:  # one field holds the words of both
            field = "verdict" if fault.field == "reason" else fault.field
            raise BadInput(fault.message, field=field) from None

    return _do(code, "check", act)


@blueprint.post("/<code>/owner")
@requires(Permission.INSPECTIONS_REVIEW)
def assign(code: str) -> AnyResponse:
    """Say who is to answer."""
    return _do(
        code,
        "owner",
        lambda actor, form: actions.assign(actor, code, form.version, form.said("owner")),
    )


@blueprint.post("/<code>/lapse")
@requires(Permission.INSPECTIONS_REVIEW)
def lapse(code: str) -> AnyResponse:
    """Give it up, with a reason."""
    return _do(
        code,
        "lapse",
        lambda actor, form: actions.lapse(actor, code, form.version, form.said("reason")),
    )


# -- Photos -------------------------------------------------------------------------------------


@blueprint.get("/<code>/photos/<photo>")
@requires(*READERS)
def show(code: str, photo: str) -> Response:
    """A photo, as large as it is kept."""
    return serving.answer(queries.photo_file(_of(code).id, photo))


@blueprint.get("/<code>/photos/<photo>/small")
@requires(*READERS)
def show_small(code: str, photo: str) -> Response:
    """The same, small, for lists."""
    return serving.answer(queries.photo_file(_of(code).id, photo), small=True)


def _of(code: str) -> Finding:
    return queries.find(current_actor(), code).finding
