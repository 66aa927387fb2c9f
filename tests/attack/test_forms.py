"""Forms sent by somebody else's page, with more in them than they ask for, too big."""

from __future__ import annotations

import json
from itertools import count
from typing import Final

import pytest
from flask import Flask

from core.access import MOST_SENT
from core.db import Base
from tests.attack.made import READ, Attacker, addresses, contents
from tests.attack.test_questions import _TEXTS, SCRIPT
from tests.core.accounts.made import World

#: Is in no form, and must be in no table.
MARK: Final = "7340917"


@pytest.mark.parametrize("token", ["", "foreign", "garbage"])
def test_what_another_page_sends_changes_nothing(
    app: Flask, world: World, attackers: list[Attacker], token: str
) -> None:
    """Every form of everybody, without her token or with another's (F48)."""
    tokens = {"": {}, "foreign": {"csrf_token": attackers[0].token}, "garbage": {"csrf_token": "x"}}
    before = contents()
    faults = []
    for _endpoint, path in addresses(app, world, "POST"):
        for attacker in attackers[1:]:
            answer = attacker.ask("POST", path, data=tokens[token])
            if answer.status_code != 400:
                faults.append(f"{attacker.who}: {path}: {answer.status_code}")
    assert faults == []
    assert contents() == before


def test_what_is_sent_in_another_form_changes_nothing(
    app: Flask, world: World, attackers: list[Attacker]
) -> None:
    """JSON as text, which another site's page may send without asking (F48)."""
    before = contents()
    body = json.dumps({"role": "city_admin", "csrf_token": "x"})
    for _endpoint, path in addresses(app, world, "POST"):
        for kind in ("text/plain", "application/json"):
            answer = attackers[1].ask("POST", path, data=body, content_type=kind)
            assert answer.status_code == 400, path
    assert contents() == before


def test_what_no_form_asks_for_is_ignored(
    app: Flask, world: World, attackers: list[Attacker], watched: None
) -> None:
    """Every column of every table is offered to every form; none takes it (F56)."""
    columns = {column.name for table in Base.metadata.sorted_tables for column in table.columns}
    faults = []
    offered = 0
    for _endpoint, path in addresses(app, world, "POST"):
        for attacker in attackers[1:]:
            READ.clear()
            attacker.ask("POST", path, data={"csrf_token": attacker.token})
            extra = columns - READ
            offered += len(extra)
            data = {"csrf_token": attacker.token, **dict.fromkeys(extra, MARK)}
            answer = attacker.ask("POST", path, data=data)
            if answer.status_code >= 500:
                faults.append(f"{attacker.who}: {path}: {answer.status_code}")
    assert faults == []
    assert offered > 1000
    assert all(attacker.is_in() for attacker in attackers)
    marked = {table: [row for row in rows if MARK in row] for table, rows in contents().items()}
    assert {table: rows for table, rows in marked.items() if rows} == {}


#: What stands in a field, besides what a page is asked with: texts that only a form can carry.
TYPED: Final = (*_TEXTS, "9" * 5000, "٣" * 5000, "a\x00b", "\ufeff", "[" * 5000, "村" * 3000)
#: One in so many is tried on each field, always others: together they are all tried.
SHARE: Final = 48


@pytest.mark.long
def test_nothing_that_is_typed_breaks_a_form(
    app: Flask, world: World, attackers: list[Attacker], watched: None
) -> None:
    """Every field that any form reads, a file's among them, is given what nobody should type."""
    faults = []
    asked = count()
    for _endpoint, path in addresses(app, world, "POST"):
        for attacker in attackers[1:3]:
            READ.clear()
            attacker.ask("POST", path, data={"csrf_token": attacker.token})
            names = sorted(READ - {"csrf_token", "lang"})
            for name in names:
                for value in TYPED[next(asked) % SHARE :: SHARE]:
                    data = {**dict.fromkeys(names, "1"), name: value}
                    data["csrf_token"] = attacker.token
                    answer = attacker.ask("POST", path, data=data)
                    if answer.status_code >= 500 or SCRIPT in answer.text:
                        faults.append(f"{attacker.who}: {path}: {name}={value[:30]!r}")
    assert sorted(set(faults)) == []
    assert next(asked) > 100
    assert all(attacker.is_in() for attacker in attackers)


@pytest.mark.filterwarnings("ignore:Passing SelectField choices:DeprecationWarning")
def test_too_much_is_refused(app: Flask, world: World, attackers: list[Attacker]) -> None:
    """More parts than any form has, a body too large, before anything is done (F60)."""
    county = attackers[1]
    many = {"csrf_token": county.token, **{f"part{number}": "1" for number in range(1100)}}
    before = contents()
    for _endpoint, path in addresses(app, world, "POST"):
        answer = county.ask("POST", path, data=many, content_type="multipart/form-data")
        assert answer.status_code in (400, 413), path
        big = {"csrf_token": county.token, "words": "a" * MOST_SENT}
        assert county.ask("POST", path, data=big).status_code in (400, 413, 422), path
    assert contents() == before


def test_the_tables_are_really_looked_at(app: Flask, world: World) -> None:
    assert sum(map(len, contents().values())) > 50
