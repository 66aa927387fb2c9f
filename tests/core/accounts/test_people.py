"""The pages on which administrators look after people, and everybody after her tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.accounts import queries
from core.accounts.models import Account, ApiToken
from core.accounts.rules import Role
from core.db import db
from tests.core.accounts.made import (
    ACTOR,
    CITY,
    COUNTY,
    World,
    give_authenticator,
    make_person,
    post,
    signed_in,
)
from tests.databases import on_sqlite

OTHER = "370302000000"


def browser_of(app: Flask, role: Role, place: str = "") -> FlaskClient:
    account_id = make_person(role.value.replace("_", "-"), role, place)
    give_authenticator(account_id)
    return signed_in(app, account_id)


def test_an_administrators_day(app: Flask, world: World) -> None:
    browser = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
    made = post(
        browser,
        "/people/new",
        username="Li.Na",
        name="李娜",
        role="station_manager",
        place=world.own,
    )
    assert made.status_code == 200
    assert "一次性密码" in made.text
    assert "李娜" in browser.get("/people?q=lina").text
    page = browser.get("/people/li.na").text
    assert "站点负责人" in page
    assert "授予角色" in page
    refused = post(browser, "/people/li.na/grants", role="inspector", place=OTHER)
    assert refused.status_code == 422
    assert "没有这个代码" in refused.text
    above = post(browser, "/people/li.na/grants", role="city_admin", place=CITY)
    assert above.status_code == 422
    granted = post(browser, "/people/li.na/grants", role="inspector", place=COUNTY)
    assert granted.status_code == 303
    numbers = [grant.id for grant in queries.person(ACTOR, "li.na").grants]
    assert len(numbers) == 2
    assert post(browser, "/people/li.na/revoke", grant=str(numbers[0])).status_code == 303
    assert post(browser, "/people/li.na/revoke", grant=str(numbers[0])).status_code == 404
    assert post(browser, "/people/li.na/revoke", grant="x").status_code == 400
    assert "一次性密码" in post(browser, "/people/li.na/password").text
    for act in ("disable", "enable", "unlock", "authenticator"):
        assert post(browser, f"/people/li.na/{act}").status_code == 303
    assert post(browser, "/people/county-admin/disable").status_code == 403


def test_what_a_form_did_not_ask_for_is_not_taken(app: Flask, world: World) -> None:
    browser = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
    extra = {"office": "audit", "password_hash": "x", "id": "1", "disabled_at": "x", "since": "x"}
    post(browser, "/people/new", username="li", name="李", role="inspector", place=COUNTY, **extra)
    account = db.session.scalars(sa.select(Account).where(Account.username == "li")).one()
    assert account.office == "business"
    assert account.password_hash.startswith("$argon2id$")


@on_sqlite
@pytest.mark.parametrize(
    "data",
    [
        {"username": "nul\x00", "name": "李", "role": "inspector", "place": COUNTY},
        {"username": "x" * 10_000, "name": "李", "role": "inspector", "place": COUNTY},
        {"username": "li", "name": "x" * 10_000, "role": "inspector", "place": COUNTY},
        {"username": "li", "name": "李\x00", "role": "inspector", "place": COUNTY},
        {"username": "li", "name": "李", "role": "nobody", "place": COUNTY},
        {"username": "li", "name": "李", "role": "inspector", "place": "x" * 10_000},
        {"username": "li", "name": "李", "role": "inspector", "place": "3710\x00"},
        {"username": "li", "name": "李", "role": "inspector", "place": COUNTY, "until": "31.2."},
        {
            "username": "li",
            "name": "李",
            "role": "inspector",
            "place": COUNTY,
            "until": "1999-01-01",
        },
        {},
    ],
)
def test_bad_input_is_told_beside_its_field(app: Flask, world: World, data: dict[str, str]) -> None:
    browser = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
    answer = post(browser, "/people/new", **data)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 1


@pytest.mark.parametrize("query", ["page=0", "page=x", "q=" + "x" * 101, "page=1000001"])
def test_a_list_is_asked_for_sensibly(app: Flask, world: World, query: str) -> None:
    browser = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
    assert browser.get(f"/people?{query}").status_code == 400
    assert browser.get("/people?q=%25").status_code == 200


def test_a_token_is_made_on_its_page(app: Flask, world: World) -> None:
    browser = browser_of(app, Role.CITY_ADMIN, CITY)
    day = (clock.today() + timedelta(days=9)).isoformat()
    made = post(browser, "/me/tokens/new", label="导出", permissions="register.read", expires=day)
    assert "onekm_" in made.text
    assert "onekm_" not in browser.get("/me").text
    for data in (
        {"label": "导出", "permissions": "system.run", "expires": day},
        {"label": "导出", "permissions": "register.read", "expires": "x"},
        {"label": "导出", "expires": day},
    ):
        assert post(browser, "/me/tokens/new", **data).status_code == 422
    prefix = db.session.scalars(sa.select(ApiToken.prefix)).one()
    assert post(browser, f"/me/tokens/{prefix}/revoke").status_code == 303
    assert post(browser, f"/me/tokens/{prefix}/revoke").status_code == 404
