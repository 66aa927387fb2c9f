"""The commands for accounts, and the accounts for trying it out."""

from __future__ import annotations

import re
import stat
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from core.accounts import demo, queries
from core.accounts.models import Account, PastPassword
from core.accounts.rules import Role
from core.config import Config, Mode
from core.db import db
from core.errors import BadInput
from tests.core.accounts.made import ACTOR, World, code_of, give_password, make_person, post

COUNTY = "371082000000"


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["users", *arguments])
    return done.exit_code, done.output


def test_a_person_comes_and_goes(app: Flask, world: World) -> None:
    code, told = run(
        app, "add", "Li.Na", "--name", "李娜", "--role", "county_admin", "--place", COUNTY
    )
    assert code == 0
    password = told.split()[-1]
    assert give_password(app.test_client(), "li.na", password).location == "/signin/password"
    assert run(app, "grant", "li.na", "inspector", "--place", world.own)[0] == 1
    assert run(app, "grant", "li.na", "inspector", "--place", COUNTY)[0] == 0
    assert "inspector 荣成市" in run(app, "list", "lina")[1]
    assert run(app, "revoke", "li.na", "inspector", "--place", COUNTY)[0] == 0
    assert run(app, "revoke", "li.na", "inspector", "--place", COUNTY)[0] == 1
    assert run(app, "disable", "li.na")[0] == 0
    assert "disabled" in run(app, "list")[1]
    assert give_password(app.test_client(), "li.na", password).status_code == 401
    assert run(app, "enable", "li.na")[0] == 0
    code, told = run(app, "reset", "li.na", "--authenticator")
    assert code == 0
    assert give_password(app.test_client(), "li.na", password).status_code == 401
    assert give_password(app.test_client(), "li.na", told.split()[-1]).status_code == 303


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "li", "--name", "李", "--role", "nobody"),
        ("add", "李", "--name", "李", "--role", "auditor"),
        ("add", "li", "--name", "李", "--role", "county_admin"),
        ("add", "li", "--name", "李", "--role", "county_admin", "--place", "x"),
        ("add", "li", "--name", "李", "--role", "auditor", "--password", "x"),
        ("disable", "nobody"),
    ],
)
def test_what_cannot_be_is_said(app: Flask, world: World, arguments: tuple[str, ...]) -> None:
    code, told = run(app, *arguments)
    assert code != 0
    assert "Error" in told
    assert "Traceback" not in told


def test_the_shell_reaches_everybody(app: Flask, world: World) -> None:
    make_person("sys", Role.SYSTEM_ADMIN)
    assert run(app, "disable", "sys")[0] == 0


def test_one_account_for_each_role_to_try_it_out(app: Flask, config: Config, world: World) -> None:
    code, told = run(app, "demo", "--city", "3710")
    assert code == 0
    file = demo.path(config)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = file.read_text("utf-8")
    people = {
        whom.grants[0].role: whom for whom in queries.people(ACTOR, "", 1).people if whom.grants
    }
    assert set(people) == set(Role)
    passwords = re.findall(r"password  (\S+)", written)
    assert len(set(passwords)) == len(Role)
    assert all(password in told for password in passwords)
    assert run(app, "demo", "--city", "3710")[1].startswith("there are accounts already")
    assert file.read_text("utf-8") == written
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(PastPassword))


def test_what_is_written_down_opens_the_account(app: Flask, config: Config, world: World) -> None:
    run(app, "demo", "--city", "3710")
    for block in demo.path(config).read_text("utf-8").split("\n\n")[1:]:
        username, password = re.findall(r"(?:username|password)  (\S+)", block)
        browser = app.test_client()
        answer = give_password(browser, username, password)
        secret = re.search(r"secret=(\w+)", block)
        if secret is None:
            assert username == "inspector"
        else:
            assert answer.location == "/signin/code"
            codes = re.findall(r"(?:[a-z2-7]{4}-){3}[a-z2-7]{4}", block.split("or, each")[1])
            assert len(codes) == 10
            code = code_of(secret[1]) if username != "auditor" else codes[3]
            assert post(browser, "/signin/code", code=code).location == "/me"
        assert browser.get("/me").status_code == 200


def test_nobody_tries_it_out_in_production(app: Flask, config: Config, world: World) -> None:
    with pytest.raises(BadInput):
        demo.make(ACTOR, "3710", replace(config, mode=Mode.PRODUCTION))
    with pytest.raises(BadInput):
        demo.make(ACTOR, "9999", config)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 0
