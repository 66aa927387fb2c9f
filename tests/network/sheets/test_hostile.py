"""Files that would harm whoever opens them, sent to the pages that read a file while one waits."""

from __future__ import annotations

import resource
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts.rules import Role
from core.clock import today
from tests.core.accounts.made import browser_of, csrf
from tests.core.sheets.hostile import FILES
from tests.databases import on_sqlite
from tests.network.conftest import Made, made

__all__ = ["made"]

CITY = "371000000000"
#: How much more memory this process may have taken meanwhile, in bytes.
MOST = 48 * 1024 * 1024


@pytest.fixture
def admin(app: Flask, made: Made) -> FlaskClient:
    return browser_of(app, Role.CITY_ADMIN, CITY, "admin")


def send(client: FlaskClient, route: str, name: str, data: bytes) -> TestResponse:
    form = {"csrf_token": csrf(client), "file": (BytesIO(data), name)}
    more = {
        "/matrix/import": {"timing": "from", "on": today().isoformat()},
        "/regions/changes/new": {"on": today().isoformat(), "source": "a document"},
    }
    answer = client.post(route, data=form | more[route], content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # a large one is a file
    return answer


@on_sqlite
@pytest.mark.parametrize("route", ["/matrix/import", "/regions/changes/new"])
@pytest.mark.parametrize("what", FILES)
def test_it_is_refused_in_words_and_no_memory_is_taken(
    admin: FlaskClient, route: str, what: str
) -> None:
    name, make, told = FILES[what]
    data = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = send(admin, route, name, data)
    assert answer.status_code in (400, 422)
    assert told in answer.text
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST // 1024


@pytest.mark.parametrize("route", ["/matrix/import", "/regions/changes/new"])
def test_more_than_a_megabyte_is_not_taken_at_all(admin: FlaskClient, route: str) -> None:
    assert send(admin, route, "a.csv", b"a\n" * (1 << 20)).status_code == 413
