"""What waits for a second person: the list, one proposal, and the word on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response

from core.access import Actor, Permission, current_actor, require_fresh, signed_in
from core.accounts.forms import blame
from core.accounts.views import WRONG
from core.api import asked_page
from core.audit.rules import find_kind as find_subject_kind
from core.audit.rules import subject_name
from core.db import writing
from core.errors import BadInput, Conflict, OneKmError
from core.pages import pages_of
from core.proposals import actions, forms, queries
from core.proposals.forms import DecisionForm
from core.proposals.models import Proposal
from core.proposals.rules import Show, State, find_kind, kinds
from core.web import MenuItem, Panel, fragment

blueprint = Blueprint("proposals", __name__)


@blueprint.get("/proposals")
@signed_in
def index() -> Response:
    """What waits for one's word, what one asked for oneself, what is decided."""
    asked = forms.filters(request.args)
    number = asked_page().number
    found = queries.listing(current_actor(), asked, number)
    return _answer(
        "proposals/index.html",
        asked=asked,
        found=found,
        number=number,
        pages=pages_of(found.total),
        shows=Show,
        states=State,
        kinds=kinds(),
    )


@blueprint.get("/proposals/<uuid>")
@signed_in
def proposal(uuid: str) -> Response:
    """One proposal: the change in words against what holds now."""
    return _page(queries.find(current_actor(), uuid), DecisionForm(formdata=None))


@blueprint.post("/proposals/<uuid>/approve")
@signed_in
def approve(uuid: str) -> Response:
    return _decide(
        uuid, lambda actor, row, form: actions.approve(actor, row, form.version, form.said)
    )


@blueprint.post("/proposals/<uuid>/refuse")
@signed_in
def refuse(uuid: str) -> Response:
    return _decide(uuid, lambda actor, row, form: actions.refuse(actor, row, form.said))


def _decide(uuid: str, act: Callable[[Actor, Proposal, DecisionForm], None]) -> Response:
    """Say yes or no; whatever forbids it is told on the page, where one sees how things stand."""
    actor = current_actor()
    form = DecisionForm()
    if find_kind(queries.find(actor, uuid).kind).grave:
        require_fresh(actor)
    if not form.validate():
        return _page(queries.find(actor, uuid), form, WRONG)
    try:
        with writing():
            row = queries.find(actor, uuid)
            act(actor, row, form)
            others = [other.uuid for other in queries.beside(actor, row)]
    except (BadInput, Conflict) as fault:
        blame(form, fault)
        status = WRONG if isinstance(fault, BadInput) else fault.status
        return _page(queries.find(actor, uuid), form, status)
    if others:  # asked together, decided one after the other
        return redirect(url_for("proposals.proposal", uuid=others[0]), 303)
    return redirect(url_for("proposals.index"), 303)


@blueprint.post("/proposals/<uuid>/withdraw")
@signed_in
def withdraw(uuid: str) -> Response:
    """Take back what one asked for."""
    actor = current_actor()
    try:
        with writing():
            actions.withdraw(actor, queries.find(actor, uuid))
    except Conflict as fault:
        form = DecisionForm(formdata=None)
        blame(form, fault)
        return _page(queries.find(actor, uuid), form, fault.status)
    return redirect(url_for("proposals.proposal", uuid=uuid), 303)


def _page(row: Proposal, form: DecisionForm, status: int = 200) -> Response:
    actor = current_actor()
    kind = find_kind(row.kind)
    asked = queries.asked(row)
    lines, fault = _told(lambda: list(kind.lines(asked)))
    version, _fault = _told(lambda: kind.version(asked))
    # What was shown is what is decided on: the number is of the page that is being sent now.
    form.seen.data = "" if version is None else str(version)
    return _answer(
        "proposals/proposal.html",
        status,
        row=row,
        form=form,
        kind=kind,
        state=State(row.state),
        subject=subject(row),
        lines=lines or (),
        beside=[(other, _lines(other)) for other in queries.beside(actor, row)],
        fault=fault,
        moved=row.base_version is not None and version is not None and version != row.base_version,
        whole=kind.page(asked),
        own=queries.is_own(actor, row),
        may_decide=queries.may_decide(actor, row),
        fresh_needed=kind.grave and not actor.fresh,
    )


def _lines(row: Proposal) -> Sequence[str]:
    """What a proposal would change; nothing where that cannot be said."""
    asked = queries.asked(row)
    lines, _fault = _told(lambda: list(find_kind(row.kind).lines(asked)))
    return lines or ()


def _told(ask: Callable[[], Any]) -> tuple[Any, OneKmError | None]:
    """What the kind says; or what it cannot say because its subject is no more as it was."""
    try:
        return ask(), None
    except OneKmError as fault:
        return None, fault


@blueprint.app_template_global("proposal_subject")
def subject(row: Proposal) -> tuple[str, str | None]:
    """What a proposal is about: its name, and the address of its page."""
    known = find_subject_kind(row.subject_kind)
    name = subject_name(row.subject_kind, row.subject_code)
    address = None
    if name and known is not None and known.endpoint is not None:
        address = url_for(known.endpoint, code=row.subject_code)
    return name or row.subject_code, address


@blueprint.app_template_global("proposal_kind")
def kind_label(row: Proposal) -> str:
    return str(find_kind(row.kind).label)


@blueprint.app_template_global("proposal_state")
def state_of(row: Proposal) -> State:
    return State(row.state)


def _answer(template: str, status: int = 200, **context: object) -> Response:
    return make_response(render_template(template, **context), status)


# -- On other pages -----------------------------------------------------------------------------


def _waiting_on(subject_kind: str) -> Callable[[Any], Markup | None]:
    """The panel on the page of a subject with a ``code``: what waits about it."""

    def render(thing: Any) -> Markup | None:
        actor = current_actor()
        if not any(actor.may(permission) for permission in MENU.permissions):
            return None
        waiting = queries.waiting_for((subject_kind, thing.code))
        rows = [row for row in waiting if queries.may_see(actor, row)]
        return fragment("proposals/panel.html", rows=rows) if rows else None

    return render


PANELS: Final = (
    Panel("site", _l("待审批的申请"), _waiting_on("site"), 10),
    Panel("region", _l("待审批的申请"), _waiting_on("region"), 10),
)
MENU: Final = MenuItem(
    "proposals.index",
    _l("待审批"),
    (Permission.PROPOSALS_DECIDE, Permission.REGISTER_PROPOSE, Permission.REGIONS_CHANGE),
    300,
    lambda: queries.number_to_decide(current_actor()),
)
