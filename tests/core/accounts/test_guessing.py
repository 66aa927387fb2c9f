"""Those who guess passwords: what they learn, and how often they may try."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core.accounts import actions, attempts, passwords, queries, rules, sign_in
from core.accounts.passwords import HASHER, NOBODY
from core.accounts.rules import Role
from core.audit.models import AuditEvent
from core.db import db, writing
from tests.core.accounts.made import (
    ACTOR,
    COUNTY,
    PASSWORD,
    csrf_in,
    give_password,
    later,
    make_person,
)


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


def value_in(page: str) -> str:
    return page.partition('type="text" value="')[2].partition('"')[0]


def test_the_stand_in_costs_as_much_as_a_real_password() -> None:
    assert HASHER.memory_cost >= 65536
    assert not HASHER.check_needs_rehash(NOBODY)
    assert not passwords.verify(NOBODY, "")


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
