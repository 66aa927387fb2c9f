"""At the door of every request: who comes, by cookie or token; whether a form is our own.

Flask-Login is used here alone; what it calls the id of a user is the token of a sign-in.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from core import api
from core.access import (
    ANONYMOUS,
    FreshNeeded,
    SignInNeeded,
    current_actor,
    most_taken,
)
from core.accounts import sign_in, tokens
from core.accounts.rules import Step
from core.accounts.sign_in import Current
from core.config import Config
from core.errors import BadInput, Busy, OneKmError
from core.i18n import place_here

NEXT: Final = "next"

_csrf = CSRFProtect()


class FormExpired(BadInput):
    """A form whose token is none of this sign-in: it was made before, or by somebody else."""

    code = "form_expired"


@dataclass(frozen=True, slots=True)
class _User:
    """What Flask-Login carries about: the token that came, and the sign-in it belongs to."""

    token: str
    found: Current | None = None
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return self.token


def init_app(app: Flask, config: Config) -> None:
    """Stand at the door of *app*; comes before core.web, whose guards ask who it is."""
    if config.production:
        # No other host of the domain can plant a cookie of this name.
        app.config["SESSION_COOKIE_NAME"] = "__Host-session"
    app.config.update(
        # A form lasts as long as the sign-in: an hour is too short for one filled in on the road.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    _csrf.init_app(app)
    login = LoginManager()
    login.session_protection = None
    login.init_app(app, add_context_processor=False)
    login.user_loader(_load)
    app.before_request(_recognise)
    app.after_request(_finish)
    app.register_error_handler(SignInNeeded, _to_sign_in)
    app.register_error_handler(FreshNeeded, _to_prove_again)
    app.jinja_env.globals.update(current_actor=current_actor)


def _load(token: str) -> _User | None:
    found = sign_in.current(token)
    return None if found is None else _User(token, found)


def _recognise() -> None:
    """Find out who comes; nobody who has nothing to show costs a look at the database."""
    if request.endpoint == "static":
        return
    header = request.headers.get("Authorization", "")
    program = header.lower().startswith("bearer ")
    if program:
        g.actor = tokens.actor(header)
    elif current_app.config["SESSION_COOKIE_NAME"] in request.cookies and "_user_id" in session:
        found: Current | None = getattr(current_user, "found", None)
        if found is not None:
            g.sign_in = found
            g.actor = found.actor
    if request.endpoint is not None:
        # The form is read for its token, so how long it may be comes first.
        request.max_content_length = most_taken(current_app.view_functions[request.endpoint])
        if not program and not _nobody_at_the_interface():
            _check_form()


def _nobody_at_the_interface() -> bool:
    """A program without a token is told that it needs one, not that its page has expired."""
    return request.path.startswith("/api/") and current_actor() is ANONYMOUS


def _check_form() -> None:
    """Refuse what another site's page sends in a visitor's name."""
    try:
        _csrf.protect()
    except CSRFError:
        raise FormExpired(_l("页面已经过期，请返回上一页，刷新后再试。")) from None


def _finish(response: Response) -> Response:
    """What somebody who has signed in was shown is kept nowhere: not here, not on the way."""
    found = current()
    if found is not None and found.step is Step.DONE:
        # Whether a sign-in was used a minute later or not is nothing to keep anybody waiting for.
        with suppress(Busy, sa.exc.OperationalError):
            sign_in.seen(found)
    if found is not None or current_actor() is not ANONYMOUS:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def current() -> Current | None:
    """The sign-in that this request comes with, finished or not."""
    found: Current | None = g.get("sign_in")
    return found


def enter(token: str) -> None:
    """Let the visitor be known by *token* from now on; nothing of before is kept but where to."""
    where = session.get(NEXT)
    session.clear()
    if where is not None:
        session[NEXT] = where
    login_user(_User(token))


def forget() -> None:
    """Let the visitor be nobody again."""
    logout_user()
    session.clear()
    g.pop("sign_in", None)
    g.actor = ANONYMOUS


STEPS = {
    Step.CODE: "accounts.code",
    Step.PASSWORD: "accounts.password",
    Step.ENROL: "accounts.enrol",
}


def way_on(step: Step) -> str:
    """Where to go: the next step of signing in, or after the last one what was asked for."""
    if step is not Step.DONE:
        return url_for(STEPS[step])
    return own_page(session.pop(NEXT, ""))


def own_page(target: str) -> str:
    """*target* if it is the address of a page of ours, else that of one's own account."""
    home = url_for("own.me")
    path = place_here(target)
    if path == "/" or not path.isprintable():
        return home
    known = current_app.create_url_adapter(request)
    try:
        # Only what the map of our own addresses knows; it may answer with a redirect to itself.
        if known is not None:
            known.match(urlsplit(path).path, method="GET")
            return path
    except HTTPException:
        pass
    return home


def _to_sign_in(fault: OneKmError) -> ResponseReturnValue:
    """Send a person to sign in, or to her next step; tell a program."""
    if request.path.startswith("/api/"):
        return api.error(fault), fault.status, {"WWW-Authenticate": "Bearer"}
    found = current()
    if found is not None and found.step is not Step.DONE:
        return redirect(url_for(STEPS[found.step]), 303)
    return redirect(url_for("accounts.sign_in", next=_asked()), 303)


def _to_prove_again(fault: OneKmError) -> ResponseReturnValue:
    if request.path.startswith("/api/") or current_actor().by_token:
        return api.error(fault), fault.status
    return redirect(url_for("accounts.again", next=_asked()), 303)


def _asked() -> str:
    """The page to come back to: what was asked for, or where the form stood that was sent."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.referrer or "")
    return came_from.path if came_from.netloc == request.host else "/"


def account() -> Current:
    """The sign-in of the person who asks; views that only people may call use it.

    Raises SignInNeeded.
    """
    found = current()
    if found is None:
        raise SignInNeeded(_l("请先登录。"))
    return found
