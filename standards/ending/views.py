"""The page on which the end of a standard is asked for."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, url_for
from werkzeug.wrappers import Response

from core.access import Permission, current_actor, fresh, requires
from core.accounts.forms import blame
from core.accounts.views import WRONG
from core.clock import today
from core.errors import BadInput, Conflict
from core.sendings.pages import writing_once
from standards import queries, verdicts
from standards.ending import actions
from standards.ending.forms import EndForm
from standards.words import standing

blueprint = Blueprint("endings", __name__, url_prefix="/standards")


@blueprint.get("/<code>/end")
@requires(Permission.STANDARDS_PUBLISH)
def show(code: str) -> Response:
    """Which standard it is, who is judged by it today, and the form."""
    return _page(code, EndForm(formdata=None, data={"until": today()}))


@blueprint.post("/<code>/end")
@requires(Permission.STANDARDS_PUBLISH)
@fresh
def ask(code: str) -> Response:
    """Ask a second person to end it."""
    queries.versions(code)
    form = EndForm()
    if not form.validate() or form.until.data is None:
        return _page(code, form)
    try:
        with writing_once() as sent:
            made = actions.ask(current_actor(), code, form.until.data, form.words.data or "")
            sent.to = url_for("proposals.proposal", uuid=made.uuid)
    except (BadInput, Conflict) as fault:
        blame(form, fault)
        return _page(code, form)
    return sent.onward()


def _page(code: str, form: EndForm) -> Response:
    shown = queries.shown(code)
    found = verdicts.verdicts().of(code)
    stands = None if found is None else standing(found[1])
    page = render_template("standards/end.html", shown=shown, form=form, stands=stands)
    return make_response(page, WRONG if form.errors or form.form_errors else 200)
