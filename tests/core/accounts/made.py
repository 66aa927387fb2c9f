"""Two cities with people in every role, for the tests of who may do what."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import uuid4

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.access import Actor, command
from core.accounts import actions, attempts, places, queries, sign_in
from core.accounts.actions import Held
from core.accounts.models import Account, SignIn
from core.accounts.passwords import OneTime
from core.accounts.rules import Place, Role
from core.clock import now, today
from core.db import db, writing
from core.geo import Datum
from core.regions import importer
from core.regions.queries import tree
from core.sites.actions import Entry, enter
from core.sites.changes import Position
from core.sites.rules import Kind

SINCE: Final = date(2026, 1, 1)
#: Takes no time: what is tested is not how slow guessing is.
CHEAP: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD: Final = "Quiet-Harbour-47"
ACTOR: Final = command("test")
CITY: Final = "371000000000"
COUNTY: Final = "371082000000"

CITIES: Final = (
    """\
code,name,level,parent
371000000000,威海市,city,
371002000000,环翠区,county,371000000000
371002001000,环翠楼街道,town,371002000000
371002001001,花园社区,village,371002001000
371082000000,荣成市,county,371000000000
371082001000,崖头街道,town,371082000000
371082001001,东荣成村,village,371082001000
""",
    """\
code,name,level,parent
370300000000,淄博市,city,
370302000000,淄川区,county,370300000000
370302001000,般阳路街道,town,370302000000
370302001001,东关社区,village,370302001000
""",
)


@dataclass(frozen=True)
class World:
    """The code of the site in each village, by where it is from Rongcheng's point of view."""

    own: str
    sibling: str
    other: str

    def place(self, code: str) -> Place:
        return places.find_place(code)


def make_world() -> World:
    with writing():
        for text in CITIES:
            importer.apply(ACTOR, importer.plan(text, SINCE, "a document"))
    living = tree(today())
    codes = []
    for village in ("371082001001", "371002001001", "370302001001"):
        position = Position(37.16, 122.48, Datum.WGS84, verified=True)
        entry = Entry(f"{village}工作站", Kind.COMMUNITY, living.by_code[village].id, position)
        with writing():
            codes.append(enter(ACTOR, entry, SINCE).code)
    return World(*codes)


def make_person(username: str, role: Role | None, place: str = "", name: str = "王芳") -> int:
    """An account whose password is PASSWORD and its own; gives its id."""
    one_time = OneTime(PASSWORD, CHEAP.hash(PASSWORD))
    with writing():
        held = None if role is None else Held(role, places.find_place(place), today())
        account = actions.create(ACTOR, username, name, one_time, held)
        account.one_time_until = None
        return account.id


def as_actor(account_id: int) -> Actor:
    with db.engine.connect() as connection:
        held = queries.held(connection, account_id, today())
    return Actor("somebody", held, account_id, fresh=True)


def county_admin() -> Actor:
    return as_actor(make_person("county", Role.COUNTY_ADMIN, COUNTY))


def city_admin() -> Actor:
    return as_actor(make_person("city", Role.CITY_ADMIN, CITY))


def give_authenticator(account_id: int) -> str:
    """Let the account have an authenticator; gives its secret."""
    secret = pyotp.random_base32()
    with writing():
        account = db.session.get_one(Account, account_id)
        account.totp_secret = queries.seal_totp(secret, account_id)
    return secret


def code_of(secret: str) -> str:
    return pyotp.TOTP(secret).now()


def signed_in(app: Flask, account_id: int, *, fresh: bool = True) -> FlaskClient:
    """A browser in which the account is signed in, both proofs shown."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = new_sign_in(account_id, fresh=fresh)
    return client


def browser_of(
    app: Flask, role: Role, place: str, name: str = "", *, fresh: bool = True
) -> FlaskClient:
    """A browser of somebody new in a role over a place, called like it unless told."""
    account_id = make_person(name or role.value.replace("_", "-"), role, place)
    give_authenticator(account_id)
    return signed_in(app, account_id, fresh=fresh)


def new_sign_in(account_id: int, *, fresh: bool = True, second: bool = True) -> str:
    """The token of a new sign-in."""
    token = secrets.token_urlsafe(32)
    moment = now()
    shown = moment if fresh else moment - timedelta(minutes=20)
    with writing():
        db.session.add(
            SignIn(
                uuid=str(uuid4()),
                account_id=account_id,
                token_hash=sign_in._hash(token),
                created_at=shown,
                seen_at=moment,
                fresh_at=shown,
                second_at=shown if second else None,
                agent="",
            )
        )
    return token


def csrf(client: FlaskClient) -> str:
    """The token that a form of this browser's carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/signin/code").text)
    found = found or re.search(r'name="csrf_token" value="([^"]+)"', client.get("/signin").text)
    found = found or re.search(r'name="csrf_token" value="([^"]+)"', client.get("/me").text)
    found = found or re.search(
        r'name="csrf_token" value="([^"]+)"',
        client.get("/signin", follow_redirects=True).text,
    )
    assert found is not None
    return found[1]


def post(client: FlaskClient, path: str, **data: str) -> TestResponse:
    """Send a form as the browser would."""
    return client.post(path, data={"csrf_token": csrf(client), **data})


def give_password(client: FlaskClient, username: str, password: str = PASSWORD) -> TestResponse:
    return post(client, "/signin", username=username, password=password)


def later(monkeypatch: pytest.MonkeyPatch, passed: timedelta) -> None:
    """Let it be later for sign-ins and for what counts attempts."""
    moment = now() + passed
    for module in (sign_in, attempts):
        monkeypatch.setattr(module, "now", lambda: moment)


def csrf_in(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]
