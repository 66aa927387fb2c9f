"""A page of the matrix of a city of 3,080 sites, beside the limit and an empty page of the app."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask import Flask, render_template
from flask.testing import FlaskClient

from bench import planned
from bench.measure import Finding, Promise, Sense, beside, duration
from core.access import signed_in as for_staff
from core.accounts.rules import Role
from tests.core.accounts.made import give_authenticator, make_person, signed_in

#: Seconds of server time that one page may take.
LIMIT: Final = 0.3
PROMISE: Final = Promise(Sense.AT_MOST, 1)
EMPTY: Final = "/bench/empty"
PAGE: Final = f"/matrix?region={planned.CITY_CODE}"


def findings(small: bool) -> Iterator[Finding]:
    with planned.opened() as app:
        app.add_url_rule(EMPTY, view_func=for_staff(empty))
        client = _administrator(app)
        took = beside(lambda: _get(client, PAGE), lambda: _get(client, EMPTY), 10 if small else 40)
    name = f"a page of the matrix at {planned.SITES:,} sites"
    limit = f"limit {duration(LIMIT)}"
    yield Finding(name, duration(took.ours), limit, took.ours / LIMIT, PROMISE)
    yield took.finding(name, "empty page", None)


def empty() -> str:
    return render_template("base.html")


def _administrator(app: Flask) -> FlaskClient:
    account_id = make_person("administrator", Role.CITY_ADMIN, planned.CITY_CODE)
    give_authenticator(account_id)
    return signed_in(app, account_id)


def _get(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answers {answer.status_code}")
