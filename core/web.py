"""What every answer has: a guard, safe headers, a line in the access log.

Features join the house as :class:`Feature` tuples, collected by wsgi.py; a feature shows itself on
a site's, region's or service's page through a :class:`Panel`, so that the page need not know it.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

import click
import sqlalchemy as sa
from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.json.provider import DefaultJSONProvider
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from core import access, db, faults, i18n
from core.access import Permission, public
from core.config import Config
from core.errors import BadInput

access_log = logging.getLogger("onekm.access")
log = logging.getLogger(__name__)

#: ``site.staff`` is the strip above a site's page, for those who keep it.
Subject = Literal["site", "site.staff", "region", "service"]


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled fragment on the page of a subject; ``render`` gives None where there is nothing."""

    subject: Subject
    title: LazyString
    render: Callable[[Any], Markup | None]
    order: int = 100


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A way from every page to one of the staff's, for those who hold any of ``permissions``.

    ``waiting`` gives how much waits there for the current actor.  ``section`` is the path under
    which its pages lie where that is not its own address.
    """

    endpoint: str
    title: LazyString
    permissions: tuple[Permission, ...]
    order: int = 100
    waiting: Callable[[], int] | None = None
    section: str = ""


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work that comes round by itself, whoever asks; the worker of core.jobs does it once a turn.

    ``run`` is called in an app context, outside any transaction.  A turn begins at every multiple
    of ``every`` since the day began in the city, shifted by ``at``: a day and three hours is every
    night at three.
    """

    name: str
    every: timedelta
    run: Callable[[], None]
    at: timedelta = timedelta()


Demonstrate: TypeAlias = Callable[[str, date], None]


@dataclass(frozen=True, slots=True)
class Feature:
    """What a package brings to the house."""

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    commands: tuple[click.Command, ...] = ()
    panels: tuple[Panel, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    periodic: tuple[Periodic, ...] = ()
    #: Adds what the package shows in a demonstration, once the made city with its accounts is
    #: there: called with the city's four digits and the day, in an app context, outside any
    #: transaction.  Called again, it changes nothing.
    demo: Demonstrate | None = None


blueprint = Blueprint("web", __name__)


def init_app(app: Flask, config: Config, features: Iterable[Feature]) -> None:
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=access.MOST_SENT,
        SEND_FILE_MAX_AGE_DEFAULT=365 * 24 * 3600,
        SESSION_COOKIE_SECURE=config.production,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    if config.address is not None:
        # A forged Host header gets nowhere; health checks come from the machine itself.
        app.config["TRUSTED_HOSTS"] = [urlsplit(config.address).netloc, "127.0.0.1", "localhost"]
    app.extensions["onekm"] = config
    app.json = json = DefaultJSONProvider(app)
    json.ensure_ascii = False
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # how Flask wants a WSGI middleware put before an app
    app.jinja_env.globals.update(
        static_url=static_url,
        panels=panels,
        menu=menu,
        above=above,
        large_text=large_text,
        here=here,
        hotline=config.hotline,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    public(app.view_functions["static"])
    app.before_request(_start)
    app.after_request(_safe_headers(config))
    app.after_request(_write_access_log)
    faults.init_app(app)
    app.register_blueprint(blueprint)
    _join(app, features)


def _join(app: Flask, features: Iterable[Feature]) -> None:
    joined: list[Panel] = []
    items: list[MenuItem] = []
    periodic: list[Periodic] = []
    demos: list[Demonstrate] = []
    for feature in features:
        for part in feature.blueprints:
            app.register_blueprint(part)
        for command in feature.commands:
            app.cli.add_command(command)
        joined.extend(feature.panels)
        items.extend(feature.menu)
        periodic.extend(feature.periodic)
        demos += [feature.demo] if feature.demo is not None else []
    app.extensions["onekm.periodic"] = tuple(periodic)
    app.extensions["onekm.demos"] = tuple(demos)
    app.extensions["onekm.menu"] = sorted(items, key=lambda item: item.order)
    app.extensions["onekm.panels"] = sorted(joined, key=lambda panel: panel.order)


def settings() -> Config:
    """The configuration of the app that answers."""
    config: Config = current_app.extensions["onekm"]
    return config


def panels(subject: Subject, thing: Any) -> list[tuple[LazyString, Markup]]:
    """Title and content of every panel that has something to say about *thing*."""
    shown = (
        (panel.title, panel.render(thing))
        for panel in current_app.extensions["onekm.panels"]
        if panel.subject == subject
    )
    return [(title, content) for title, content in shown if content is not None]


def fragment(template: str, **context: Any) -> Markup:
    """A part of a page, rendered by a template of its own, which escapes what it is given."""
    return Markup(render_template(template, **context))  # noqa: S704 -- escaped by the template


def menu() -> list[MenuItem]:
    """What the current actor may go to."""
    actor = access.current_actor()
    return [
        item
        for item in current_app.extensions["onekm.menu"]
        if any(actor.may(permission) for permission in item.permissions)
    ]


def above(ways: Iterable[MenuItem]) -> str | None:
    """The address of the entry that the page lies under, the nearest if there are several."""
    here = f"{request.path.rstrip('/')}/"
    known = [(way.section or url_for(way.endpoint), way.endpoint) for way in ways]
    under = [one for one in known if here.startswith(f"{one[0].rstrip('/')}/")]
    nearest = max(under, key=lambda one: len(one[0]), default=None)
    return None if nearest is None else url_for(nearest[1])


def public_address(path: str) -> str:
    """The whole address of *path*, for what leaves the site, such as a QR code on a door."""
    return (settings().address or request.host_url.rstrip("/")) + path


def static_url(name: str) -> str:
    """The address of a static file, changing with its content so that it may be kept for a year."""
    folder = current_app.static_folder or ""
    return url_for("static", filename=name, v=_digest(Path(folder) / name))


@lru_cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _start() -> None:
    g.started = time.perf_counter()
    if "\x00" in request.path or b"%00" in request.query_string:
        raise BadInput(_l("地址中有不可用的字符。"))
    if request.endpoint is not None:
        access.check(current_app.view_functions[request.endpoint])


def _safe_headers(config: Config) -> Callable[[Response], Response]:
    headers = {
        "Content-Security-Policy": content_security_policy(config),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
    }
    if config.production:
        headers["Strict-Transport-Security"] = "max-age=31536000"

    def put(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    return put


def content_security_policy(config: Config) -> str:
    """Nothing inline, nothing from outside but the configured base map's pictures."""
    pictures = ["'self'", "data:"]
    if config.tiles is not None:
        pictures += config.tiles.hosts
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {' '.join(pictures)}",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _write_access_log(response: Response) -> Response:
    """One line a request, without the query string: a resident's position is nowhere kept."""
    took = time.perf_counter() - g.get("started", time.perf_counter())
    level = logging.WARNING if took > settings().slow_request else logging.INFO
    access_log.log(
        level, "%s %s %s %.0fms", request.method, request.path, response.status_code, took * 1000
    )
    return response


LARGE_TEXT = "large_text"
LONGEST_QUESTION = 2000


def large_text() -> bool:
    """Whether this visitor reads the large print."""
    return request.cookies.get(LARGE_TEXT) == "1"


def here() -> str:
    """Where the visitor is, for a link that comes back; without a question of unlikely length."""
    asked = request.full_path.rstrip("?")
    return asked if len(asked) <= LONGEST_QUESTION else request.path


@blueprint.get("/text/<any(large, normal):size>")
@public
def choose_text(size: str) -> AnyResponse:
    """Keep the size of the print for a year and go back to where the visitor was."""
    response = redirect(i18n.place_here(request.args.get("next", "")))
    if size == "large":
        response.set_cookie(LARGE_TEXT, "1", max_age=i18n.YEAR, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(LARGE_TEXT)
    return response


@blueprint.get("/healthz")
@public
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@public
def ready() -> tuple[dict[str, str], int]:
    """The database answers and its tables are there."""
    try:
        db.revision("network")
    except sa.exc.SQLAlchemyError as error:
        log.warning("not ready: %s", error)
        return {"status": "database"}, 503
    return {"status": "ok"}, 200
