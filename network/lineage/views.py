"""Lists of regions under review, and what a region was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response

from core.access import Permission, current_actor, fresh, requires
from core.accounts.forms import blame
from core.accounts.views import WRONG
from core.api import asked_page
from core.db import writing
from core.errors import BadInput, Conflict, OneKmError
from core.pages import Page, pages_of
from core.proposals.queries import asked
from core.regions.rules import ChangeKind
from core.regions.tree import Node
from core.sendings.pages import writing_once
from core.web import MenuItem, Panel, fragment
from network.lineage import actions, forms, importer, queries
from network.lineage.forms import NewForm, SendForm
from network.lineage.queries import Kept
from network.lineage.rules import CHANGE_LABELS, Entry, lines

blueprint = Blueprint("lineage", __name__, url_prefix="/regions/changes")


@blueprint.get("")
@requires(Permission.REGIONS_CHANGE)
def index() -> Response:
    """The lists that were reviewed or are, newest first."""
    number = asked_page().number
    rows, total = queries.listing(current_actor(), number)
    pages = pages_of(total)
    return _answer("lineage/index.html", rows=rows, total=total, number=number, pages=pages)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.REGIONS_CHANGE)
@fresh
def new() -> Response:
    """A list to review: a file, the day from which it holds, and who says so."""
    form = NewForm()
    if form.validate_on_submit():
        try:
            rows = importer.read(*form.sent)
            with writing_once() as sent:
                made = actions.draft(current_actor(), rows, form.day, form.said)
                sent.to = url_for("lineage.change_set", uuid=made.uuid)
            return sent.onward()
        except BadInput as fault:
            field = fault.field if fault.field in ("on", "source") else "file"
            blame(form, BadInput(fault.message, field=field))
    return _answer("lineage/new.html", WRONG if form.errors else 200, form=form)


@blueprint.get("/<uuid>")
@requires(Permission.REGIONS_CHANGE)
def change_set(uuid: str) -> Response:
    """One list: every change, what comes after what ends, what is still to be decided."""
    return _page(queries.find(current_actor(), uuid))


@blueprint.post("/<uuid>/heirs")
@requires(Permission.REGIONS_CHANGE)
def choose(uuid: str) -> Response:
    """Say what comes after the regions of the page, and what new ones take over."""
    actor = current_actor()
    try:
        said, shares = forms.heirs(request.form), forms.shares(request.form)
        seen = forms.seen(request.form)
        with writing():
            actions.choose(actor, queries.find(actor, uuid), seen, said, shares)
    except (BadInput, Conflict) as fault:
        return _page(queries.find(actor, uuid), fault)
    again = forms.filters(request.args).query() | {"page": request.args.get("page")}
    return redirect(url_for("lineage.change_set", uuid=uuid, **again), 303)


@blueprint.post("/<uuid>/propose")
@requires(Permission.REGIONS_CHANGE)
@fresh
def send(uuid: str) -> Response:
    """Ask a second person to let it hold."""
    actor = current_actor()
    form = SendForm()
    kept = queries.find(actor, uuid)
    if not form.validate():
        return _page(kept, form=form)
    try:
        seen = forms.seen(request.form)
        with writing_once() as sent:
            words = (form.words.data or "").strip()
            made = actions.send(actor, queries.find(actor, uuid), seen, words)
            sent.to = url_for("proposals.proposal", uuid=made.uuid)
        return sent.onward()
    except (BadInput, Conflict) as fault:
        return _page(queries.find(actor, uuid), fault, form)


@blueprint.post("/<uuid>/drop")
@requires(Permission.REGIONS_CHANGE)
def drop(uuid: str) -> Response:
    """Throw it away."""
    actor = current_actor()
    try:
        with writing():
            actions.drop(actor, queries.find(actor, uuid))
    except Conflict as fault:
        return _page(queries.find(actor, uuid), fault)
    return redirect(url_for("lineage.index"), 303)


def _page(kept: Kept, fault: OneKmError | None = None, form: SendForm | None = None) -> Response:
    status = 200 if fault is None else WRONG if isinstance(fault, BadInput) else fault.status
    form = form or SendForm(formdata=None)
    context: dict[str, Any] = {
        "kept": kept,
        "row": kept.row,
        "fault": fault,
        "form": form,
        "labels": CHANGE_LABELS,
        "kinds": ChangeKind,
    }
    if kept.proposal is not None and kept.frozen:
        context["told"] = lines(asked(kept.proposal).payload)
    try:
        review = None if kept.state == "approved" else queries.review(kept.row)
    except BadInput as stale:  # the regions have changed since, and the list comes too late
        review, context["stale"] = None, stale
    if review is not None:
        context |= _shown(review.entries) | {"review": review}
    return _answer("lineage/change_set.html", WRONG if form.errors else status, **context)


def _shown(entries: Sequence[Entry]) -> dict[str, Any]:
    """The entries that are asked for, a page of them."""
    wanted = forms.filters(request.args)
    found = [
        entry
        for entry in entries
        if (wanted.kind is None or wanted.kind in entry.kinds)
        and wanted.text in entry.text
        and (entry.problem is not None or not wanted.undecided)
    ]
    number = asked_page().number
    return {
        "asked": wanted,
        "total": len(found),
        "entries": found[Page(number).bounds],
        "number": number,
        "pages": pages_of(len(found)),
    }


def _answer(template: str, status: int = 200, **context: object) -> Response:
    return make_response(render_template(template, **context), status)


# -- On other pages -----------------------------------------------------------------------------


def _history(node: Node) -> Markup | None:
    """What the region was called, what it came from and became: for who works with the register."""
    if not current_actor().may(Permission.REGISTER_READ):
        return None
    past, kin = queries.history(node.id)
    return fragment("lineage/history.html", node=node, past=past, kin=kin, labels=CHANGE_LABELS)


PANELS: Final = (Panel("region", _l("沿革"), _history, 200),)
MENU: Final = MenuItem("lineage.index", _l("区划调整"), (Permission.REGIONS_CHANGE,), 400)
