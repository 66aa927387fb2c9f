"""Signing in: two proofs, where it leads, its forms, and proving oneself again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.accounts import actions, own, places, queries
from core.accounts.models import Account, RecoveryCode
from core.accounts.passwords import OneTime
from core.accounts.rules import Role
from core.db import db, writing
from tests.core.accounts.made import (
    ACTOR,
    COUNTY,
    PASSWORD,
    World,
    code_of,
    csrf_in,
    give_authenticator,
    give_password,
    post,
    signed_in,
)
from tests.databases import on_sqlite


def secret_in(page: str) -> str:
    return page.partition('id="secret">')[2].partition("<")[0].replace(" ", "")


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


# -- Where one is sent --------------------------------------------------------------------------


@on_sqlite
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
        told = {path: browser.post(path, data=data).status_code for path in paths}
        refused = {path for path, status in told.items() if status == 400}
        # What programs ask tells whoever brings neither a cookie nor a token to bring one.
        assert all(told[path] == 401 and path.startswith("/api/") for path in told.keys() - refused)
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
