"""Other people's accounts, as far as one's reach goes."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from core.access import Actor, Permission, current_actor, fresh, requires
from core.accounts import actions, attempts, queries, tokens
from core.accounts.forms import GrantForm, NewPersonForm, blame, typed
from core.accounts.passwords import OneTime
from core.accounts.queries import Person
from core.accounts.views import WRONG, keep_nowhere, page
from core.api import asked_page
from core.db import writing
from core.errors import BadInput
from core.forms import whole_number
from core.pages import pages_of
from core.sendings.pages import writing_again

blueprint = Blueprint("people", __name__, url_prefix="/people")
blueprint.after_request(keep_nowhere)


@blueprint.get("")
@requires(Permission.ACCOUNTS_READ)
def index() -> AnyResponse:
    """The accounts within reach; ``q`` narrows them down, and ``stranded`` to those with a role
    over a region that is no more."""
    actor, text = current_actor(), request.args.get("q", "")
    only, number = request.args.get("stranded") == "1", asked_page().number
    found = queries.people(actor, text, number, stranded=only)
    pages = pages_of(found.total)
    return page(
        *("people", None),
        found=found,
        text=text,
        only=only,
        stranded=queries.stranded(actor),
        number=number,
        pages=pages,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_CREATE)
@fresh
def new() -> AnyResponse:
    """An account for somebody, with a password for one use, shown this once."""
    actor = current_actor()
    form = NewPersonForm()
    form.offer(actor, none=actor.reach(Permission.ACCOUNTS_CREATE).everywhere)
    if form.validate_on_submit():
        one_time = OneTime.made()
        try:
            with writing_again() as sent:
                if sent.to:  # her password was shown on a page that went under in the second one
                    actions.renew_password(actor, queries.person(actor, sent.to), one_time)
                else:
                    held = form.held() if form.role.data else None
                    name = typed(form.name)
                    made = actions.create(actor, typed(form.username), name, one_time, held)
                    sent.to = made.username
                username = sent.to
            return _secret(username, one_time)
        except BadInput as fault:
            blame(form, fault)
    return page("new_person", form, WRONG)


def _secret(username: str, one_time: OneTime) -> AnyResponse:
    onward = url_for("people.person", code=username)
    return page("secret", None, username=username, one_time=one_time.text, onward=onward)


@blueprint.get("/<code>")
@requires(Permission.ACCOUNTS_READ)
def person(code: str) -> AnyResponse:
    """One account: what it holds, and what may be done with it."""
    return _person(queries.person(current_actor(), code))


def _person(whom: Person, form: GrantForm | None = None) -> AnyResponse:
    actor = current_actor()
    form = form or GrantForm(formdata=None)
    form.offer(actor)
    return page(
        "person",
        form,
        WRONG,
        whom=whom,
        manageable=queries.may_manage(actor, whom),
        grantable=bool(form.role.choices) and actor.account_id != whom.id,
        locked=attempts.locked(whom.username),
        tokens=queries.tokens(whom.id) if actor.may(Permission.TOKENS_REVOKE) else (),
        may_read_audit=actor.may(Permission.AUDIT_READ),
    )


@blueprint.post("/<code>/grants")
@requires(Permission.ACCOUNTS_MANAGE)
@fresh
def grant(code: str) -> AnyResponse:
    """Let somebody hold a role."""
    actor = current_actor()
    whom = queries.person(actor, code)
    form = GrantForm()
    form.offer(actor)
    if form.validate_on_submit():
        try:
            with writing():
                actions.grant(actor, queries.person(actor, code), form.held())
            return _back(code)
        except BadInput as fault:
            blame(form, fault)
    return _person(whom, form)


@blueprint.post("/<code>/revoke")
@requires(Permission.ACCOUNTS_MANAGE)
@fresh
def revoke(code: str) -> AnyResponse:
    """Take a role from somebody."""
    number = whole_number(request.form.get("grant", ""), "grant")
    return _do(code, lambda actor, whom: actions.revoke(actor, whom, number))


@blueprint.post("/<code>/hand-on")
@requires(Permission.ACCOUNTS_MANAGE)
@fresh
def hand_on(code: str) -> AnyResponse:
    """Let a role over a region that is no more hold over what came after it."""
    number = whole_number(request.form.get("grant", ""), "grant")
    return _do(code, lambda actor, whom: actions.hand_on(actor, whom, number))


@blueprint.post("/<code>/disable")
@requires(Permission.ACCOUNTS_MANAGE)
@fresh
def disable(code: str) -> AnyResponse:
    return _do(code, actions.disable)


@blueprint.post("/<code>/enable")
@requires(Permission.ACCOUNTS_MANAGE)
@fresh
def enable(code: str) -> AnyResponse:
    return _do(code, actions.enable)


@blueprint.post("/<code>/unlock")
@requires(Permission.ACCOUNTS_MANAGE)
@fresh
def unlock(code: str) -> AnyResponse:
    return _do(code, actions.unlock)


@blueprint.post("/<code>/authenticator")
@requires(Permission.ACCOUNTS_MANAGE)
@fresh
def reset_factor(code: str) -> AnyResponse:
    """For somebody who has lost her telephone."""
    return _do(code, actions.reset_factor)


@blueprint.post("/<code>/password")
@requires(Permission.ACCOUNTS_MANAGE)
@fresh
def reset_password(code: str) -> AnyResponse:
    """A password for one use, shown this once."""
    one_time = OneTime.made()
    _do(code, lambda actor, whom: actions.reset_password(actor, whom, one_time))
    return _secret(code, one_time)


@blueprint.post("/<code>/tokens/<prefix>/revoke")
@requires(Permission.TOKENS_REVOKE)
@fresh
def revoke_token(code: str, prefix: str) -> AnyResponse:
    return _do(code, lambda actor, whom: tokens.revoke(actor, whom, prefix))


def _do(code: str, act: Callable[[Actor, Person], None]) -> AnyResponse:
    """Do something to an account within reach, read in the transaction that changes it."""
    actor = current_actor()
    with writing():
        act(actor, queries.person(actor, code))
    return _back(code)


def _back(code: str) -> AnyResponse:
    return redirect(url_for("people.person", code=code), 303)
