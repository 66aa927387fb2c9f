"""Signing in and out: name and password, then whatever else is still to be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, session
from flask import url_for as address_of
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.access import public, signed_in
from core.accounts import guard, own, passwords, second_factor, sign_in
from core.accounts.forms import AgainForm, CodeForm, NewPasswordForm, SignInForm, blame, typed
from core.accounts.rules import ONE_DAY, Step
from core.accounts.sign_in import Current
from core.clock import civil
from core.db import writing
from core.errors import BadInput
from core.web import settings

blueprint = Blueprint("accounts", __name__)

#: What is said of a form that was not accepted, as HTTP has it.
REFUSED: Final = 401
WRONG: Final = 422


@blueprint.app_template_filter()
def civil_time(moment: datetime) -> str:
    """A moment as the city's clocks show it: 2026-11-22 07:41."""
    return civil(moment).strftime("%Y-%m-%d %H:%M")


@blueprint.app_template_filter()
def last_day(until: date) -> date:
    """The last day of what holds until a day, exclusive."""
    return until - ONE_DAY


@blueprint.after_request
def keep_nowhere(response: Response) -> Response:
    """Nothing about accounts is left in the browser, not even the form."""
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/signin", methods=["GET", "POST"], endpoint="sign_in")
@public
def come_in() -> AnyResponse:
    """Name and password; the same answer whatever is wrong with them."""
    found = guard.current()
    if request.method == "GET" and found is not None:
        return redirect(guard.way_on(found.step), 303)
    form = SignInForm()
    if form.validate_on_submit():
        token = sign_in.by_password(
            typed(form.username), typed(form.password), request.remote_addr, _agent()
        )
        if token is not None:
            if found is not None:
                _leave(found)
            session[guard.NEXT] = guard.own_page(request.args.get(guard.NEXT, ""))
            return _on(token)
        form.form_errors.append(
            _("用户名或密码不对，或者尝试次数过多。多次失败须等 15 分钟，或请管理员解除。")
        )
    return page("signin", form, REFUSED)


@blueprint.route("/signin/code", methods=["GET", "POST"])
@public
def code() -> AnyResponse:
    """The second proof."""
    found = guard.current()
    if found is None or found.step is not Step.CODE:
        return _elsewhere(found)
    form = CodeForm()
    if form.validate_on_submit():
        token = sign_in.by_code(found, typed(form.code))
        if token is not None:
            return _on(token)
        form.code.errors = [wrong_code()]
    return page("code", form, REFUSED)


def wrong_code() -> str:
    return str(_("验证码不对、已经用过，或者尝试次数过多。请等下一个验证码再试。"))


@blueprint.route("/signin/password", methods=["GET", "POST"])
@public
def password() -> AnyResponse:
    """A password of one's own in place of one that was given, or has become too old."""
    found = guard.current()
    if found is None or found.step is not Step.PASSWORD:
        return _elsewhere(found)
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            return _on(own.change_password(found, typed(form.password)))
        except BadInput as fault:
            blame(form, fault)
    return page("new_password", form, WRONG, profile=profile(), username=found.username)


@blueprint.route("/signin/enrol", methods=["GET", "POST"])
@public
def enrol() -> AnyResponse:
    """An authenticator, for those whose role asks for one."""
    found = guard.current()
    if found is None or found.step is not Step.ENROL:
        return _elsewhere(found)
    return enrolment(found, lambda: guard.way_on(Step.DONE))


def enrolment(found: Current, onward: Callable[[], str]) -> AnyResponse:
    """The page of enrolment; once it is done the recovery codes, with a link *onward*."""
    form = CodeForm()
    if form.validate_on_submit():
        done = own.enrol(found, typed(form.code))
        if done is not None:
            token, codes = done
            guard.enter(token)
            return page("codes", form, codes=codes, onward=onward())
        form.code.errors = [wrong_code()]
    secret = own.offered(found)
    picture = second_factor.qr(secret, found.username)
    return page("enrol", form, WRONG, secret=secret, picture=picture)


@blueprint.route("/signin/again", methods=["GET", "POST"])
@signed_in
def again() -> AnyResponse:
    """Who one is, once more, before something grave: by authenticator where there is one."""
    found = guard.account()
    form = CodeForm() if found.enrolled else AgainForm()
    if form.validate_on_submit():
        token = _proof(found, form)
        if token is not None:
            guard.enter(token)
            return redirect(guard.own_page(request.args.get(guard.NEXT, "")), 303)
        form.form_errors.append(wrong_code() if found.enrolled else wrong_password())
    return page("again", form, REFUSED)


def _proof(found: Current, form: CodeForm | AgainForm) -> str | None:
    if isinstance(form, CodeForm):
        return sign_in.by_code(found, typed(form.code))
    return sign_in.by_password_again(found, typed(form.password), request.remote_addr)


def wrong_password() -> str:
    return str(_("密码不对，或者尝试次数过多。"))


@blueprint.post("/signout")
@public
def sign_out() -> AnyResponse:
    """End this sign-in, wherever its cookie may have got to."""
    found = guard.current()
    if found is not None:
        _leave(found)
    guard.forget()
    return redirect(address_of("accounts.sign_in"), 303)


def _leave(found: Current) -> None:
    with writing():
        sign_in.leave(found)


def _on(token: str) -> AnyResponse:
    """Know the visitor by the new token, and send her on."""
    guard.enter(token)
    found = sign_in.current(token)
    return _elsewhere(found)


def _elsewhere(found: Current | None) -> AnyResponse:
    if found is None:
        return redirect(address_of("accounts.sign_in"), 303)
    return redirect(guard.way_on(found.step), 303)


def _agent() -> str:
    return request.headers.get("User-Agent", "")


def profile() -> passwords.Profile:
    """What a password has to be like here."""
    return passwords.PROFILES[settings().password_profile]


def page(name: str, form: object, status: int = 200, **context: object) -> Response:
    """A page of accounts; *status* where the form on it was not accepted."""
    faulty = bool(getattr(form, "errors", None))
    text = render_template(f"accounts/{name}.html", form=form, **context)
    return make_response(text, status if faulty else 200)
