"""Guards, headers, error pages, languages and the access log, over the whole app."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from core.access import Permission, public, requires
from core.config import Config, Mode, Tiles
from core.errors import Busy, Conflict
from core.geo import Datum
from core.web import content_security_policy
from tests.databases import on_sqlite

strange = Blueprint("strange", __name__)


@strange.get("/unguarded")
def unguarded() -> str:
    return "seen"


@strange.get("/guarded")
@requires(Permission.REGISTER_WRITE)
def guarded() -> str:
    return "seen"


@strange.get("/broken")
@public
def broken() -> str:
    raise ZeroDivisionError


@strange.get("/api/v1/broken")
@public
def broken_api() -> str:
    raise ZeroDivisionError


@strange.get("/busy")
@public
def taken() -> str:
    raise Busy("busy")


@strange.get("/locked")
@public
def locked() -> str:
    raise sa.exc.OperationalError("SELECT 1", {}, Exception("database is locked"))


@strange.get("/said/<path:words>")
@public
def said(words: str) -> str:
    kind, _slash, text = words.partition("/")
    if kind == "OSError":
        raise OSError(28, text)
    raise getattr(sa.exc, kind)("INSERT INTO secret", {}, Exception(text))


@strange.get("/conflict")
@public
def conflict() -> str:
    raise Conflict("changed")


@pytest.fixture
def client(config: Config, make_app: Callable[[Config], Flask]) -> FlaskClient:
    app = make_app(config)
    app.register_blueprint(strange)
    return app.test_client()


def test_every_view_says_for_whom_it_is(app: Flask) -> None:
    silent = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "guard")
    ]
    assert silent == []


@pytest.mark.parametrize(("path", "status"), [("/unguarded", 403), ("/guarded", 303)])
def test_who_is_not_let_in_sees_nothing(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert "seen" not in answer.text


@on_sqlite
@pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz", "/api/v1/services", "/broken"])
def test_every_answer_has_safe_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Server-Timing" not in headers


def test_only_the_configured_tiles_may_be_shown_from_outside(config: Config) -> None:
    tiles = Tiles("https://tiles.example/{z}/{x}/{y}.png", Datum.WGS84, "", "")
    assert "img-src 'self' data:;" in content_security_policy(config)
    policy = content_security_policy(replace(config, tiles=tiles))
    assert "img-src 'self' data: https://tiles.example;" in policy


def test_production_keeps_to_https(config: Config, make_app: Callable[[Config], Flask]) -> None:
    client = make_app(replace(config, mode=Mode.PRODUCTION)).test_client()
    assert "max-age" in client.get("/healthz").headers["Strict-Transport-Security"]


@on_sqlite
@pytest.mark.parametrize(
    ("path", "status", "chinese", "english"),
    [
        ("/nowhere", 404, "没有这个页面", "There is no such page"),
        ("/broken", 500, "系统出了错", "Something went wrong"),
        ("/busy", 503, "稍等片刻", "Wait a moment"),
        ("/locked", 503, "系统正忙", "busy"),
        ("/conflict", 409, "无法完成", "could not be done"),
        ("/%00", 400, "不可用的字符", "characters"),
        ("/?q=%00", 400, "不可用的字符", "characters"),
        ("/?q=a&q=%00", 400, "不可用的字符", "characters"),
        ("/?a%00=b", 400, "不可用的字符", "characters"),
    ],
)
def test_error_pages_speak_both_languages(
    client: FlaskClient, path: str, status: int, chinese: str, english: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert chinese in answer.text
    client.get("/lang/en")
    assert english in client.get(path).text


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("OperationalError/deadlock detected", 503),
        ("OperationalError/connection failed: Connection refused", 503),
        ("OperationalError/server closed the connection unexpectedly", 503),
        ("OperationalError/database or disk is full", 507),
        ("OperationalError/could not extend file: No space left on device", 507),
        ("OSError/No space left on device", 507),
        ("IntegrityError/UNIQUE constraint failed: account.username", 409),
        ('IntegrityError/duplicate key value violates unique constraint "uq_a"', 409),
        ("IntegrityError/FOREIGN KEY constraint failed", 409),
        ("IntegrityError/CHECK constraint failed: place", 500),
        ("DataError/PostgreSQL text fields cannot contain NUL (0x00) bytes", 400),
        ("OperationalError/no such table: site", 500),
    ],
)
def test_what_the_database_refuses_is_told_as_what_it_is(
    client: FlaskClient, words: str, status: int
) -> None:
    answer = client.get(f"/said/{words}")
    assert answer.status_code == status
    assert "secret" not in answer.text
    assert ("Retry-After" in answer.headers) == (status in (503, 507))


def test_a_busy_answer_says_when_to_come_again(client: FlaskClient) -> None:
    assert client.get("/busy").headers["Retry-After"] == "2"


def test_errors_of_the_api_come_in_its_envelope(client: FlaskClient) -> None:
    missing = client.get("/api/v1/nowhere")
    assert (missing.status_code, missing.get_json()["error"]["code"]) == (404, "not_found")
    internal = client.get("/api/v1/broken")
    assert (internal.status_code, internal.get_json()["error"]["code"]) == (500, "internal")
    assert "ZeroDivision" not in internal.text


def test_the_language_is_kept_in_a_cookie(client: FlaskClient) -> None:
    assert 'lang="zh-CN"' in client.get("/").text
    assert client.get("/lang/en?next=/services").location == "/services"
    assert '<html lang="en">' in client.get("/").text
    assert client.get("/lang/xx").status_code == 404


@on_sqlite
@pytest.mark.parametrize(
    "outside",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""],
)
def test_one_is_never_sent_outside(client: FlaskClient, outside: str) -> None:
    for path in ("/lang/en", "/text/large"):
        assert client.get(path, query_string={"next": outside}).location == "/"


def test_large_print_is_kept_until_put_back(client: FlaskClient) -> None:
    client.get("/text/large")
    assert 'class="large"' in client.get("/").text
    client.get("/text/normal")
    assert 'class="large"' not in client.get("/").text


def test_the_access_log_keeps_no_position(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="onekm.access"):
        client.get("/api/v1/nearest?lat=37.5091&lon=122.1165")
    line = caplog.messages[-1]
    assert "/api/v1/nearest 200" in line
    assert "37.5" not in caplog.text
    assert "lat" not in line


def test_ready_once_the_tables_are_there(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ok"}


def test_not_ready_without_tables(config: Config, make_app: Callable[[Config], Flask]) -> None:
    if not config.database_url.startswith("sqlite"):
        pytest.skip("an empty file is enough to show it")
    empty = replace(config, database_url=f"sqlite:///{config.home}/empty.sqlite3")
    answer = make_app(empty).test_client().get("/readyz")
    assert answer.status_code == 503
