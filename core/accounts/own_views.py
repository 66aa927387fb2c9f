"""One's own account: password, authenticator, where one is signed in, tokens."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.access import current_actor, fresh, signed_in
from core.accounts import guard, own, queries, sign_in, tokens
from core.accounts.forms import ChangePasswordForm, EmptyForm, TokenForm, blame, typed
from core.accounts.rules import tokenable
from core.accounts.views import WRONG, enrolment, keep_nowhere, page, profile, wrong_password
from core.clock import now
from core.db import writing
from core.errors import BadInput
from core.sendings.pages import writing_again

blueprint = Blueprint("own", __name__)
blueprint.after_request(keep_nowhere)


@blueprint.get("/me")
@signed_in
def me() -> AnyResponse:
    """What is known of oneself."""
    found = guard.account()
    return page(
        "me",
        None,
        found=found,
        whom=queries.own(found.account_id),
        codes_left=queries.codes_left(found.account_id),
        sign_ins=queries.sign_ins(found.account_id),
        tokens=queries.tokens(found.account_id),
        tokenable=tokenable(current_actor()),
        now=now(),
    )


@blueprint.route("/me/password", methods=["GET", "POST"])
@signed_in
def change_password() -> AnyResponse:
    """Another password; every other sign-in ends."""
    found = guard.account()
    form = ChangePasswordForm()
    if form.validate_on_submit():
        token = sign_in.by_password_again(found, typed(form.old), request.remote_addr)
        if token is None:
            form.old.errors = [wrong_password()]
        else:
            guard.enter(token)
            try:
                guard.enter(own.change_password(found, typed(form.password)))
            except BadInput as fault:
                blame(form, fault)
            else:
                return redirect(url_for("own.me"), 303)
    return page("new_password", form, WRONG, profile=profile(), username=found.username)


@blueprint.route("/me/authenticator", methods=["GET", "POST"])
@signed_in
@fresh
def authenticator() -> AnyResponse:
    """A first authenticator, or another in place of the one there is."""
    return enrolment(guard.account(), lambda: url_for("own.me"))


@blueprint.post("/me/codes")
@signed_in
@fresh
def renew_codes() -> AnyResponse:
    """New recovery codes, shown this once."""
    found = guard.account()
    if not found.enrolled:
        raise BadInput(_("请先绑定验证器。"))
    codes = own.renew_codes(found)
    return page("codes", EmptyForm(), codes=codes, onward=url_for("own.me"))


@blueprint.post("/me/signins/<uuid>/end")
@signed_in
def end_sign_in(uuid: str) -> AnyResponse:
    """Sign out somewhere else."""
    own.end_sign_in(guard.account(), uuid)
    return redirect(url_for("own.me"), 303)


@blueprint.route("/me/tokens/new", methods=["GET", "POST"])
@signed_in
@fresh
def new_token() -> AnyResponse:
    """A token for a program, shown this once."""
    form = TokenForm()
    form.offer(tokenable(current_actor()))
    if form.validate_on_submit():
        try:
            with writing_again() as sent:
                if sent.to:  # its text was shown on a page that went under in the second one
                    tokens.give_up(current_actor(), sent.to)
                made, text = tokens.make(
                    current_actor(), typed(form.label), form.chosen, form.last_day
                )
                sent.to = made.prefix
            return page("secret", form, token=text, onward=url_for("own.me"))
        except BadInput as fault:
            blame(form, fault)
    return page("new_token", form, WRONG)


@blueprint.post("/me/tokens/<prefix>/revoke")
@signed_in
def revoke_token(prefix: str) -> AnyResponse:
    """Take back one of one's own tokens."""
    with writing():
        tokens.revoke(current_actor(), queries.own(guard.account().account_id), prefix)
    return redirect(url_for("own.me"), 303)
