"""What a program may do for somebody, with a token of hers."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from core import clock
from core.access import (
    ANONYMOUS,
    Actor,
    Permission,
    current_actor,
    fresh,
    requires,
)
from core.accounts import actions, queries, tokens
from core.accounts.models import ApiToken
from core.accounts.rules import Role
from core.db import db, writing
from core.errors import BadInput, Forbidden, NotFound
from tests.core.accounts.made import (
    ACTOR,
    COUNTY,
    World,
    as_actor,
    city_admin,
    county_admin,
    give_authenticator,
    make_person,
    post,
    signed_in,
)

P = Permission


trial = Blueprint("trial", __name__)


@trial.post("/api/v1/trial/read")
@requires(P.REGISTER_READ)
def may_read() -> str:
    return current_actor().name


@trial.post("/api/v1/trial/import")
@requires(P.REGISTER_IMPORT)
def may_import() -> str:
    return "done"


@trial.post("/api/v1/trial/grave")
@requires(P.REGISTER_READ)
@fresh
def grave() -> str:
    return "done"


@pytest.fixture
def trial_client(app: Flask, world: World) -> FlaskClient:
    app.register_blueprint(trial)
    return app.test_client()


def token_for(actor: Actor, *permissions: Permission, days: int = 30) -> str:
    with writing():
        day = clock.today() + timedelta(days=days)
        return tokens.make(actor, "每日导出", permissions, day)[1]


def status(client: FlaskClient, path: str, token: str, scheme: str = "Bearer") -> int:
    headers = {"Authorization": f"{scheme} {token}"}
    return client.post(f"/api/v1/trial/{path}", headers=headers).status_code


def test_a_program_does_what_its_token_says_and_no_more(trial_client: FlaskClient) -> None:
    token = token_for(city_admin(), P.REGISTER_READ)
    assert status(trial_client, "read", token) == 200
    assert status(trial_client, "read", token, "bearer") == 200
    assert status(trial_client, "import", token) == 403
    assert status(trial_client, "grave", token) == 403
    headers = {"Authorization": f"Bearer {token}"}
    assert trial_client.get("/me", headers=headers).status_code == 403
    assert trial_client.get("/people", headers=headers).status_code == 403


def test_a_token_is_worth_nothing_once_it_should_not_be(
    trial_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = city_admin()
    token = token_for(actor, P.REGISTER_READ)
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    for worthless in (altered, "", "onekm_", "x" * 10_000, token + "x", "nul\x00"):
        with_header = status(trial_client, "read", worthless.replace("\x00", "0"))
        assert with_header == 401
    assert trial_client.post(f"/api/v1/trial/read?token={token}").status_code == 401
    with writing():
        actions.disable(ACTOR, queries.person(ACTOR, "city"))
    assert status(trial_client, "read", token) == 401
    with writing():
        actions.enable(ACTOR, queries.person(ACTOR, "city"))
    assert status(trial_client, "read", token) == 200
    with writing():
        whom = queries.person(ACTOR, "city")
        actions.revoke(ACTOR, whom, whom.grants[0].id)
    assert status(trial_client, "read", token) == 403
    moment = clock.now() + timedelta(days=31)
    monkeypatch.setattr(tokens, "now", lambda: moment)
    assert status(trial_client, "read", token) == 401


def test_a_token_is_taken_back(app: Flask, trial_client: FlaskClient) -> None:
    actor = city_admin()
    token = token_for(actor, P.REGISTER_READ)
    prefix = db.session.scalars(sa.select(ApiToken.prefix)).one()
    assert token.split("_")[1] == prefix
    other = make_person("other-city", Role.CITY_ADMIN, "370300000000")
    with pytest.raises(NotFound):
        queries.person(as_actor(other), "city")
    with pytest.raises(NotFound), writing():
        tokens.revoke(as_actor(other), queries.own(other), prefix)
    give_authenticator(other)
    system = make_person("sys", Role.SYSTEM_ADMIN)
    give_authenticator(system)
    browser = signed_in(app, system)
    assert post(browser, f"/people/city/tokens/{prefix}/revoke").status_code == 303
    assert status(trial_client, "read", token) == 401


@pytest.mark.parametrize(
    ("permissions", "days", "label"),
    [
        ({P.REGISTER_WRITE}, 30, "x"),
        ({P.ACCOUNTS_READ}, 30, "x"),
        (set(), 30, "x"),
        ({P.REGISTER_READ}, 366, "x"),
        ({P.REGISTER_READ}, -1, "x"),
        ({P.REGISTER_READ}, 30, ""),
        ({P.REGISTER_READ}, 30, "x" * 41),
        ({P.REGISTER_READ}, 30, "a\x00"),
    ],
)
def test_a_county_makes_no_other_tokens(
    world: World, permissions: set[Permission], days: int, label: str
) -> None:
    actor = county_admin()
    day = clock.today() + timedelta(days=days)
    with pytest.raises(BadInput), writing():
        tokens.make(actor, label, permissions, day)


def test_who_may_make_none_is_refused(world: World) -> None:
    for actor in (ANONYMOUS, as_actor(make_person("inspector", Role.INSPECTOR, COUNTY))):
        with pytest.raises(Forbidden), writing():
            tokens.make(actor, "x", {P.REGISTER_READ}, clock.today())


def test_no_secret_of_a_token_is_kept(world: World) -> None:
    token = token_for(city_admin(), P.REGISTER_READ)
    kept = db.session.execute(sa.select(*ApiToken.__table__.c)).one()
    assert token.split("_", 2)[2] not in repr(kept)
