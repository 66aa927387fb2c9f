"""One change to many sites: asked for, looked at, confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from core.access import Permission, current_actor, fresh, requires
from core.accounts.forms import blame
from core.audit.rules import canonical, change_words, parse
from core.catalogue.queries import catalogue
from core.clock import today
from core.db import writing
from core.errors import BadInput
from core.forms import whole_number
from core.sites import actions as sites
from core.sites.actions import Outcome
from network.listing import forms as listing
from network.listing.bulk import actions, queries, rules
from network.listing.bulk.forms import FORMS, BulkForm
from network.listing.bulk.rules import Action, Moved, Scope, Stale
from network.listing.queries import Found
from network.listing.rules import Asked

blueprint = Blueprint("register_bulk", __name__, url_prefix="/register/bulk")

#: How many names of sites a page tells of those that would be changed, or would not.
NAMED: Final = 20
WRONG: Final = 422


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done to which sites, as the address or the form says."""

    action: Action
    scope: Scope
    asked: Asked
    codes: tuple[str, ...]
    found: Found

    def fields(self) -> list[tuple[str, str]]:
        """The same as fields of a form."""
        told = [("action", self.action.value), ("scope", self.scope.value)]
        return [*told, *self.asked.query().items(), *(("site", code) for code in self.codes)]


def _task(given: Mapping[str, str], codes: list[str]) -> Task:
    """Raises BadInput where the action is none, or the sites are none or too many."""
    try:
        action, scope = Action(given.get("action", "")), Scope(given.get("scope", ""))
    except ValueError:
        raise BadInput(_l("请先选择要做的操作。"), field="action") from None
    asked, actor = listing.asked(given), current_actor()
    ticked = tuple(codes) if scope is Scope.SOME else ()
    found = queries.ticked(actor, ticked) if ticked else queries.those(actor, asked)
    rules.check_number(len(ticked) if scope is Scope.SOME else len(found))
    rules.check_number(len(found))
    # What is out of reach is not even repeated.
    kept = tuple(place.code for place in found.places(slice(None))) if ticked else ()
    return Task(action, scope, asked, kept, found)


@blueprint.get("")
@requires(Permission.REGISTER_WRITE)
@fresh
def choose() -> AnyResponse:
    """What is to be done, and to how many."""
    try:
        task = _task(request.args, request.args.getlist("site"))
    except BadInput as fault:
        return _page("refused", fault.status, fault=fault)
    return _form(task, _blank(task))


@blueprint.post("")
@requires(Permission.REGISTER_WRITE)
@fresh
def change() -> AnyResponse:
    """Show what would become of it; once the number is repeated, do it."""
    try:
        task = _task(request.form, request.form.getlist("site"))
    except BadInput as fault:
        return _page("refused", fault.status, fault=fault)
    form = _blank(task)
    if not form.validate_on_submit():
        return _form(task, form)
    try:
        wanted = form.change()
    except BadInput as fault:
        blame(form, fault)
        return _form(task, form)
    outcome = sites.tried(current_actor(), task.found.ids, wanted)
    seen = {site.code: site.version for site, _made in outcome.changed}
    if not form.seen.data:
        return _preview(task, form, outcome)
    what = rules.moved(rules.read(form.seen.data), seen)
    if what:
        return _preview(task, form, outcome, moved=what)
    if not _repeated(form, len(seen)):
        return _preview(task, form, outcome, WRONG)
    try:
        with writing():
            done = actions.change_all(current_actor(), seen, wanted)
    except Stale as fault:
        outcome = sites.tried(current_actor(), task.found.ids, wanted)
        return _preview(task, form, outcome, moved=fault.what)
    query: dict[str, Any] = {**task.asked.query(), "done": done}
    return redirect(url_for("register.index", **query), 303)


def _blank(task: Task) -> BulkForm:
    # The filters of the list have fields of the same names.
    form = FORMS[task.action](prefix="do")
    form.offer(catalogue(today()).services)
    return form


def _repeated(form: BulkForm, count: int) -> bool:
    """Whether the number of sites was typed once more."""
    try:
        right = whole_number(form.number.data or "", "number") == count
    except BadInput:
        right = False
    if not right:
        form.number.errors = [_l("个数不符：将要修改的是 %(count)s 个。", count=count)]
    return right


def _form(task: Task, form: BulkForm) -> Response:
    return _page("form", WRONG if form.errors else 200, task=task, form=form)


def _preview(
    task: Task, form: BulkForm, outcome: Outcome, status: int = 200, moved: Moved | None = None
) -> Response:
    seen = {site.code: site.version for site, _made in outcome.changed}
    return _page(
        "preview",
        409 if moved else status,
        task=task,
        form=form,
        outcome=outcome,
        seen=rules.write(seen),
        lines={} if task.action is Action.ANNOUNCE else _lines(form, outcome),
        moved=moved,
        named=NAMED,
    )


def _lines(form: BulkForm, outcome: Outcome) -> dict[str, list[str]]:
    """What would differ of the first few sites, in the words of the audit."""
    event = form.change().event.code
    return {
        site.code: list(change_words(event, parse(canonical(made))))
        for site, made in outcome.changed[:NAMED]
    }


def _page(name: str, status: int, **context: Any) -> Response:
    return make_response(render_template(f"register/bulk_{name}.html", **context), status)
