"""Signing in, what ends it, and what is told to those who guess."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.accounts import actions, attempts, own, passwords, places, queries, rules, sign_in
from core.accounts.models import Account, RecoveryCode, SignIn
from core.accounts.passwords import OneTime
from core.accounts.rules import Role
from core.accounts.sign_in import Current
from core.audit.models import AuditEvent
from core.config import Config, Mode
from core.db import aside, db, writing
from tests.core.accounts.made import (
    ACTOR,
    CHEAP,
    PASSWORD,
    World,
    code_of,
    give_authenticator,
    give_password,
    make_person,
    new_sign_in,
    post,
    signed_in,
)

COUNTY = "371082000000"


@pytest.fixture
def inspector(world: World) -> int:
    """Somebody whom a password is enough for."""
    return make_person("inspector", Role.INSPECTOR, COUNTY)


@pytest.fixture
def admin(world: World) -> int:
    return make_person("admin", Role.COUNTY_ADMIN, COUNTY)


def later(monkeypatch: pytest.MonkeyPatch, passed: timedelta) -> None:
    """Let it be later for sign-ins and for what counts attempts."""
    moment = clock.now() + passed
    for module in (sign_in, attempts):
        monkeypatch.setattr(module, "now", lambda: moment)


def test_a_password_is_enough_for_an_inspector(client: FlaskClient, inspector: int) -> None:
    answer = give_password(client, "Inspector")
    assert (answer.status_code, answer.location) == (303, "/me")
    page = client.get("/me")
    assert page.status_code == 200
    assert "王芳" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "退出" in client.get("/").text


def test_who_must_show_two_proofs_is_nobody_until_then(client: FlaskClient, admin: int) -> None:
    secret = give_authenticator(admin)
    assert give_password(client, "admin").location == "/signin/code"
    assert client.get("/people").location == "/signin/code"
    assert post(client, "/signin/code", code="000000").status_code == 401
    assert (
        post(client, "/signin/code", code=f" {code_of(secret)[:3]} {code_of(secret)[3:]}").location
        == "/me"
    )
    assert client.get("/people").status_code == 200


def test_a_code_works_once(app: Flask, admin: int) -> None:
    secret = give_authenticator(admin)
    first, second = app.test_client(), app.test_client()
    code = code_of(secret)
    for browser in (first, second):
        give_password(browser, "admin")
    assert post(first, "/signin/code", code=code).status_code == 303
    assert post(second, "/signin/code", code=code).status_code == 401
    assert post(second, "/signin/code", code=code_of(secret)).status_code == 401


def test_each_recovery_code_works_once(app: Flask, admin: int) -> None:
    give_authenticator(admin)
    with writing():
        codes = own.new_codes(admin)
    assert len(set(codes)) == 10
    statuses = []
    for code in (codes[0], codes[0], codes[1].upper().replace("-", " ")):
        browser = app.test_client()
        give_password(browser, "admin")
        statuses.append(post(browser, "/signin/code", code=code).status_code)
    assert statuses == [303, 401, 303]
    assert queries.codes_left(admin) == 8
    kept = db.session.scalars(sa.select(RecoveryCode.code_hash)).all()
    assert not set(codes) & set(kept)


def test_codes_are_guessed_five_times_at_most(client: FlaskClient, admin: int) -> None:
    secret = give_authenticator(admin)
    give_password(client, "admin")
    for guess in range(5):
        assert post(client, "/signin/code", code=f"00000{guess}").status_code == 401
    assert post(client, "/signin/code", code=code_of(secret)).status_code == 401


def test_a_given_password_is_changed_and_an_authenticator_bound_before_all_else(
    client: FlaskClient, world: World
) -> None:
    one_time = OneTime.made()
    with writing():
        actions.create(
            ACTOR,
            "new",
            "李娜",
            one_time,
            actions.Held(Role.COUNTY_ADMIN, places.find_place(COUNTY), clock.today()),
        )
    assert give_password(client, "new", one_time.text).location == "/signin/password"
    assert client.get("/me").location == "/signin/password"
    assert client.get("/signin/enrol").location == "/signin/password"
    kept = post(client, "/signin/password", password=one_time.text, repeated=one_time.text)
    assert kept.status_code == 422
    unlike = post(client, "/signin/password", password=PASSWORD, repeated="Quiet")
    assert "不一致" in unlike.text
    changed = post(client, "/signin/password", password=PASSWORD, repeated=PASSWORD)
    assert changed.location == "/signin/enrol"
    page = client.get("/signin/enrol")
    secret = secret_in(page.text)
    assert secret == secret_in(client.get("/signin/enrol").text)
    assert "data:image/svg+xml" in page.text
    assert post(client, "/signin/enrol", code="123").status_code == 422
    codes = post(client, "/signin/enrol", code=code_of(secret))
    assert codes.text.count("<li><code") == 10
    assert client.get("/people").status_code == 200
    stored = db.session.scalars(sa.select(Account.totp_secret)).one()
    assert stored is not None
    assert secret.encode() not in stored


def test_a_given_password_does_not_last(client: FlaskClient, world: World) -> None:
    one_time = OneTime.made()
    with writing():
        made = actions.create(ACTOR, "late", "李娜", one_time)
        made.one_time_until = clock.now() - timedelta(seconds=1)
    assert give_password(client, "late", one_time.text).status_code == 401


@pytest.mark.parametrize(
    ("profile", "days", "step"),
    [("mlps", 91, "/signin/password"), ("mlps", 89, "/me"), ("asvs", 4000, "/me")],
)
def test_by_one_profile_passwords_grow_old(
    app: Flask, inspector: int, profile: str, days: int, step: str
) -> None:
    app.extensions["onekm"] = replace(app.extensions["onekm"], password_profile=profile)
    with writing():
        db.session.get_one(Account, inspector).password_at = clock.now() - timedelta(days=days)
    assert give_password(app.test_client(), "inspector").location == step


# -- Those who guess ----------------------------------------------------------------------------


def test_nobody_learns_which_accounts_exist(
    app: Flask, inspector: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same answer, and the same work, for known and unknown, in use and not."""
    make_person("disabled", Role.INSPECTOR, COUNTY)
    with writing():
        actions.disable(ACTOR, queries.person(ACTOR, "disabled"))
    monkeypatch.setitem(rules.LIMITS, rules.Guess.ADDRESS, rules.Limit(99, timedelta(hours=1)))
    checked: list[str] = []
    verify = passwords.verify

    def counting(kept: str, password: str) -> bool:
        checked.append(kept)
        return verify(kept, password)

    monkeypatch.setattr(passwords, "verify", counting)
    names = [
        "inspector",
        "disabled",
        "nobody",
        "ｎｏｂｏｄｙ２",
        "а-cyrillic",
        "x" * 10_000,
        "nul\x00",
    ]
    told = set()
    for name in names:
        browser = app.test_client()
        answer = give_password(browser, name, "wrong")
        shown = answer.text.replace(csrf_in(answer.text), "")
        told.add((answer.status_code, shown.replace(value_in(shown), "")))
    assert len(told) == 1
    assert len(checked) == len(names)
    assert give_password(app.test_client(), "disabled").status_code == 401


def secret_in(page: str) -> str:
    return page.partition('id="secret">')[2].partition("<")[0].replace(" ", "")


def csrf_in(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def value_in(page: str) -> str:
    return page.partition('type="text" value="')[2].partition('"')[0]


def test_the_stand_in_costs_as_much_as_a_real_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert not passwords.HASHER.check_needs_rehash(passwords.NOBODY)
    assert not passwords.verify(passwords.NOBODY, "")


def test_five_wrong_ones_lock_the_account_for_its_owner_too(
    app: Flask, inspector: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        assert give_password(app.test_client(), "inspector", "wrong").status_code == 401
    assert give_password(app.test_client(), "inspector").status_code == 401
    assert attempts.locked("inspector")
    later(monkeypatch, timedelta(minutes=16))
    assert give_password(app.test_client(), "inspector").status_code == 303


def test_an_administrator_lets_it_be_tried_again(app: Flask, inspector: int) -> None:
    for _ in range(6):
        give_password(app.test_client(), "inspector", "wrong")
    with writing():
        actions.unlock(ACTOR, queries.person(ACTOR, "inspector"))
    assert give_password(app.test_client(), "inspector").status_code == 303


def test_one_address_tries_twenty_passwords_an_hour(
    app: Flask, inspector: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def wrong(kept: str, _password: str) -> bool:
        checked.append(kept)
        return False

    monkeypatch.setattr(passwords, "verify", wrong)
    for number in range(30):
        sign_in.by_password(f"name{number}", "spring2026", "192.0.2.7", "")
    assert len(checked) == 20
    sign_in.by_password("name31", "spring2026", "192.0.2.8", "")
    assert len(checked) == 21


def test_the_right_password_costs_its_address_nothing(app: Flask, inspector: int) -> None:
    for _ in range(25):
        assert sign_in.by_password("inspector", PASSWORD, "192.0.2.7", "") is not None


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        (None, "what", True),
    ],
)
def test_an_address_of_ipv6_is_its_network(one: str | None, two: str, same: bool) -> None:
    assert (attempts.by_address(one) == attempts.by_address(two)) is same


def test_what_was_tried_is_told_to_the_auditor_without_what_was_typed(
    client: FlaskClient, inspector: int
) -> None:
    give_password(client, "inspector", "wrong-secret")
    give_password(client, "typed-password-as-name", "x")
    give_password(client, "inspector")
    events = db.session.execute(
        sa.select(AuditEvent.action, AuditEvent.subject_code, AuditEvent.changes).order_by(
            AuditEvent.id
        )
    ).all()
    told = [(event.action, event.subject_code) for event in events][-3:]
    assert told == [
        ("account.refused", "inspector"),
        ("account.refused", ""),
        ("account.signed_in", "inspector"),
    ]
    assert not any("typed" in str(event) or "wrong-secret" in str(event) for event in events)


# -- What ends a sign-in ------------------------------------------------------------------------


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
    start = clock.now()
    statuses = []
    for minutes in range(25, 750, 25):
        monkeypatch.setattr(sign_in, "now", lambda: start + timedelta(minutes=minutes))  # noqa: B023
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
    assert len([each for each in asked if "sign_in" in each or "account_grant" in each]) == 2


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


# -- Where one is sent --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("/people?q=a", "/people?q=a"),
        ("/network", "/network"),
        ("https://evil.example/", "/me"),
        ("//evil.example/me", "/me"),
        ("/\\evil.example", "/me"),
        ("///evil.example", "/me"),
        ("http:///evil.example", "/me"),
        ("/%09/evil.example", "/me"),
        ("/\t/evil.example", "/me"),
        ("javascript:alert(1)", "/me"),
        ("/nowhere", "/me"),
        ("/signout", "/me"),
    ],
)
def test_one_is_sent_to_our_own_pages_alone(
    client: FlaskClient, inspector: int, asked: str, sent: str
) -> None:
    token = csrf_in(client.get("/signin").text)
    data = {"csrf_token": token, "username": "inspector", "password": PASSWORD}
    assert client.post("/signin", query_string={"next": asked}, data=data).location == sent


def test_who_is_sent_to_sign_in_comes_back(client: FlaskClient, inspector: int) -> None:
    answer = client.get("/me?x=1")
    assert answer.location == "/signin?next=/me?x%3D1"
    token = csrf_in(client.get(answer.location).text)
    data = {"csrf_token": token, "username": "inspector", "password": PASSWORD}
    assert client.post(answer.location, data=data).location == "/me?x=1"


# -- Forms --------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "forged", "x" * 10_000])
def test_a_form_that_is_not_ours_changes_nothing(
    app: Flask, inspector: int, token: str | None
) -> None:
    for browser in (app.test_client(), signed_in(app, inspector)):
        paths = [
            rule.rule.replace("<code>", "inspector")
            for rule in app.url_map.iter_rules()
            if rule.methods and "POST" in rule.methods
        ]
        assert "/signout" in paths
        data = {} if token is None else {"csrf_token": token}
        assert {browser.post(path, data=data).status_code for path in paths} == {400}
    assert browser.get("/me").status_code == 200


def test_a_form_of_somebody_elses_browser_is_not_ours(app: Flask, inspector: int) -> None:
    one, two = signed_in(app, inspector), app.test_client()
    token = csrf_in(two.get("/signin").text)
    assert one.post("/signout", data={"csrf_token": token}).status_code == 400


# -- Proving oneself again ----------------------------------------------------------------------


def test_grave_things_ask_again_who_one_is(app: Flask, admin: int) -> None:
    secret = give_authenticator(admin)
    browser = signed_in(app, admin, fresh=False)
    assert browser.get("/people").status_code == 200
    answer = browser.get("/people/new")
    assert answer.location == "/signin/again?next=/people/new"
    proven = browser.post(
        answer.location,
        data={"csrf_token": csrf_in(browser.get(answer.location).text), "code": code_of(secret)},
    )
    assert proven.location == "/people/new"
    assert browser.get("/people/new").status_code == 200


def test_without_an_authenticator_the_password_proves_again(app: Flask, inspector: int) -> None:
    browser = signed_in(app, inspector, fresh=False)
    assert browser.get("/me/authenticator").location == "/signin/again?next=/me/authenticator"
    assert post(browser, "/signin/again", password="wrong").status_code == 401
    assert post(browser, "/signin/again", password=PASSWORD).location == "/me"
    assert browser.get("/me/authenticator").status_code == 200


# -- Passwords ----------------------------------------------------------------------------------


def test_changing_it_asks_for_the_old_one_and_refuses_the_last_five(
    app: Flask, inspector: int
) -> None:
    browser = signed_in(app, inspector)

    def changed(old: str, new: str) -> int:
        answer = post(browser, "/me/password", old=old, password=new, repeated=new)
        return answer.status_code

    made = [PASSWORD, *(f"Harbour-No-{number}" for number in range(6))]
    assert changed("wrong", made[1]) == 422
    assert changed(PASSWORD, "short") == 422
    for old, new in pairwise(made):
        assert changed(old, new) == 303
    assert [changed(made[-1], past) for past in made[1:]] == [422] * 6
    assert changed(made[-1], made[0]) == 303
    assert give_password(app.test_client(), "inspector", made[0]).status_code == 303
