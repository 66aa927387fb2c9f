"""What ends a sign-in, and what its cookie is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.access import SignInNeeded
from core.accounts import actions, own, passwords, places, queries, sign_in
from core.accounts.models import Account, RecoveryCode, SignIn
from core.accounts.passwords import OneTime
from core.accounts.rules import Role
from core.accounts.sign_in import Current
from core.config import Config, Mode
from core.db import aside, db, writing
from tests.core.accounts.made import (
    ACTOR,
    CHEAP,
    COUNTY,
    PASSWORD,
    World,
    code_of,
    give_authenticator,
    give_password,
    later,
    make_person,
    new_sign_in,
    post,
    signed_in,
)


def stolen(app: Flask, cookies: list[str]) -> list[FlaskClient]:
    browsers = []
    for token in cookies:
        browsers.append(app.test_client())
        with browsers[-1].session_transaction() as session:
            session["_user_id"] = token
    return browsers


def current_of(token: str) -> Current:
    found = sign_in.current(token)
    assert found is not None
    return found


def change(account_id: int, tokens: list[str]) -> None:
    own.change_password(current_of(tokens[0]), "Another-Harbour-48")


def disable(account_id: int, tokens: list[str]) -> None:
    with writing():
        actions.disable(ACTOR, queries.person(ACTOR, "inspector"))
        actions.enable(ACTOR, queries.person(ACTOR, "inspector"))


def revoke(account_id: int, tokens: list[str]) -> None:
    with writing():
        whom = queries.person(ACTOR, "inspector")
        actions.revoke(ACTOR, whom, whom.grants[0].id)


def reset(account_id: int, tokens: list[str]) -> None:
    with writing():
        one_time = OneTime("x", CHEAP.hash("x"))
        actions.reset_password(ACTOR, queries.person(ACTOR, "inspector"), one_time)


def reset_authenticator(account_id: int, tokens: list[str]) -> None:
    with writing():
        actions.reset_factor(ACTOR, queries.person(ACTOR, "inspector"))


@pytest.mark.parametrize("event", [change, disable, revoke, reset, reset_authenticator])
def test_every_sign_in_ends_at_once(
    app: Flask, inspector: int, event: Callable[[int, list[str]], None]
) -> None:
    tokens = [new_sign_in(inspector) for _ in range(100)]
    browsers = stolen(app, tokens)
    assert all(browser.get("/me").status_code == 200 for browser in browsers[:3])
    event(inspector, tokens)
    assert {browser.get("/me").status_code for browser in browsers} == {303}
    assert [sign_in.current(token) for token in tokens] == [None] * 100


def test_signing_out_ends_it_for_every_copy_of_the_cookie(app: Flask, inspector: int) -> None:
    token = new_sign_in(inspector)
    browsers = stolen(app, [token] * 100)
    assert post(browsers[0], "/signout").location == "/signin"
    assert {browser.get("/me").status_code for browser in browsers} == {303}


def test_another_sign_in_of_ones_own_is_ended(app: Flask, inspector: int, world: World) -> None:
    mine, other = signed_in(app, inspector), signed_in(app, inspector)
    somebody = signed_in(app, make_person("somebody", Role.INSPECTOR, COUNTY))
    uuids = list(db.session.scalars(sa.select(SignIn.uuid).order_by(SignIn.id)))
    db.session.rollback()
    for uuid in uuids[1:]:
        post(mine, f"/me/signins/{uuid}/end")
    assert [browser.get("/me").status_code for browser in (mine, other, somebody)] == [
        200,
        303,
        200,
    ]


@pytest.mark.parametrize(
    ("passed", "status"),
    [(timedelta(minutes=29), 200), (timedelta(minutes=31), 303)],
)
def test_it_ends_by_itself_when_nobody_is_there(
    app: Flask, inspector: int, monkeypatch: pytest.MonkeyPatch, passed: timedelta, status: int
) -> None:
    browser = signed_in(app, inspector)
    later(monkeypatch, passed)
    assert browser.get("/me").status_code == status


def test_it_ends_after_twelve_hours_though_it_is_used(
    app: Flask, inspector: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(app, inspector)
    statuses = []
    for minutes in range(25, 750, 25):
        later(monkeypatch, timedelta(minutes=minutes))
        statuses.append(browser.get("/me").status_code)
    assert statuses == [200] * 28 + [303]


def test_half_a_sign_in_does_not_wait_for_long(
    app: Flask, admin: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_authenticator(admin)
    token = new_sign_in(admin, second=False)
    assert sign_in.current(token) is not None
    later(monkeypatch, timedelta(minutes=11))
    assert sign_in.current(token) is None


def test_a_role_that_asks_for_more_proof_takes_effect_at_once(app: Flask, inspector: int) -> None:
    browser = signed_in(app, inspector)
    with writing():
        held = actions.Held(Role.COUNTY_ADMIN, places.find_place(COUNTY), clock.today())
        actions.grant(ACTOR, queries.person(ACTOR, "inspector"), held)
    assert browser.get("/people").location == "/signin/enrol"


# -- The cookie ---------------------------------------------------------------------------------


def test_a_cookie_of_before_is_worth_nothing_afterwards(client: FlaskClient, admin: int) -> None:
    """Whoever planted or saw an earlier cookie is not signed in by somebody else's proof."""
    secret = give_authenticator(admin)
    client.get("/signin")
    cookies = [client.get_cookie("session")]
    give_password(client, "admin")
    cookies.append(client.get_cookie("session"))
    post(client, "/signin/code", code=code_of(secret))
    for cookie in cookies:
        assert cookie is not None
        thief = client.application.test_client()
        thief.set_cookie("session", cookie.value)
        assert thief.get("/me").status_code == 303


def test_the_cookie_is_for_the_server_alone(
    config: Config, make_app: Callable[[Config], Flask]
) -> None:
    production = make_app(replace(config, mode=Mode.PRODUCTION)).test_client()
    told = production.get("/signin", base_url="https://localhost").headers["Set-Cookie"]
    assert all(word in told for word in ("__Host-", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"))


def test_who_has_no_cookie_costs_no_look_at_the_accounts(
    app: Flask, client: FlaskClient, inspector: int
) -> None:
    asked: list[str] = []

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    client.get("/signin")
    client.get("/services")
    assert not [statement for statement in asked if "sign_in" in statement]
    browser = signed_in(app, inspector)
    asked.clear()
    browser.get("/services")
    assert len([each for each in asked if "sign_in" in each or "account_grant" in each]) == 1


def test_no_transaction_is_left_open_by_looking_who_it_is(app: Flask, inspector: int) -> None:
    token = new_sign_in(inspector)
    assert sign_in.current(token) is not None
    assert not db.session().in_transaction()
    with aside():
        pass


@pytest.mark.parametrize("forged", ["", "x" * 10_000, "nul\x00", "é"])
def test_a_made_up_token_is_nobody(app: Flask, world: World, forged: str) -> None:
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = forged
    assert browser.get("/me").status_code == 303


def test_who_is_shut_out_while_a_password_is_proven_does_not_slip_in(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes a tenth of a second, in which an administrator acts."""
    account_id = make_person("inspector", Role.INSPECTOR, COUNTY)
    given = OneTime("Another-Harbour-48", CHEAP.hash("Another-Harbour-48"))
    proven = passwords.verify

    def slowly(kept: str, typed: str) -> bool:
        right = proven(kept, typed)
        with writing():
            actions.reset_password(ACTOR, queries.person(ACTOR, "inspector"), given)
        return right

    monkeypatch.setattr(passwords, "verify", slowly)
    assert sign_in.by_password("inspector", PASSWORD, None, "") is None
    assert count_open(account_id) == 0


@pytest.mark.parametrize("act", ["password", "code", "authenticator", "codes"])
def test_a_sign_in_that_is_ended_meanwhile_changes_nothing(
    app: Flask, world: World, act: str
) -> None:
    """Somebody has the cookie and is about to change what opens the account."""
    account_id = make_person("inspector", Role.INSPECTOR, COUNTY)
    secret = give_authenticator(account_id)
    found = current_of(new_sign_in(account_id))
    with writing():
        offered = sign_in.offer(found)
        actions.reset_password(
            ACTOR,
            queries.person(ACTOR, "inspector"),
            OneTime(PASSWORD, CHEAP.hash("Another-Harbour-48")),
        )
    before = opens(account_id)
    acts: dict[str, Callable[[], object]] = {
        "password": lambda: own.change_password(found, "Third-Harbour-49"),
        "code": lambda: sign_in.by_code(found, code_of(secret)),
        "authenticator": lambda: own.enrol(found, code_of(offered)),
        "codes": lambda: own.renew_codes(found),
    }
    with pytest.raises(SignInNeeded):
        acts[act]()
    assert opens(account_id) == before
    assert count_open(account_id) == 0


def opens(account_id: int) -> tuple[object, ...]:
    """What opens an account."""
    account = db.session.get_one(Account, account_id)
    codes = db.session.scalars(
        sa.select(RecoveryCode.code_hash).where(RecoveryCode.account_id == account_id)
    )
    found = (account.password_hash, account.one_time_until, account.totp_secret, *sorted(codes))
    db.session.rollback()
    return found


def count_open(account_id: int) -> int:
    own_ones = sa.and_(SignIn.account_id == account_id, SignIn.ended_at.is_(None))
    found = db.session.scalar(sa.select(sa.func.count()).where(own_ones))
    db.session.rollback()
    return found or 0
