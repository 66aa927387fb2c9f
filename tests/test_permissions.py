"""Every route, asked by everybody about their own, their neighbours' and others' things.

What is to come out stands in TABLE; a route without a row fails.  Nothing that is done is kept.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from core.access import Permission
from core.accounts import queries, tokens
from core.accounts.rules import Role
from core.db import db
from tests.core.accounts.made import (
    ACTOR,
    World,
    csrf,
    give_authenticator,
    make_person,
    signed_in,
)
from tests.permission_rows import (
    CITY,
    COUNTIES,
    EVERYBODY,
    HIDDEN,
    IN,
    OPEN,
    PROGRAM,
    PUBLIC,
    REFUSED,
    SIGN_IN,
    WHERE,
    uuid_of,
)
from tests.permission_table import TABLE, routes
from tests.permission_world import MEMBERS, PAIRS, add_token, world

__all__ = ["world"]


class Asker:
    """Somebody who asks: with a browser, or a program with a token."""

    def __init__(self, client: FlaskClient, header: Mapping[str, str], token: str) -> None:
        self.client = client
        self.header = header
        self.token = token

    def ask(self, method: str, path: str, data: Mapping[str, str]) -> str:
        sent = {"csrf_token": self.token, **data} if method == "POST" else None
        header = {**self.header, "X-CSRFToken": self.token} if method == "PUT" else self.header
        # Each time with the cookies of the beginning: signing out is among what is asked.
        cookie = self.client.get_cookie("session")
        answer = self.client.open(path, method=method, data=sent, headers=header)
        answer.close()
        if cookie is not None:
            self.client.set_cookie("session", cookie.value)
        if answer.status_code == 401 or (answer.location or "").startswith("/signin?next="):
            wrong_proof = method == "POST" and path.startswith("/signin")
            return IN if wrong_proof and answer.status_code == 401 else SIGN_IN
        return {403: REFUSED, 404: HIDDEN}.get(answer.status_code, IN)


@pytest.fixture
def askers(app: Flask, world: World) -> dict[str, Asker]:
    own = COUNTIES["own"]
    places = {
        Role.HOTLINE_AGENT: CITY,
        Role.WINDOW_CLERK: world.own,
        Role.STATION_MANAGER: world.own,
        Role.INSPECTOR: own,
        Role.COUNTY_ADMIN: own,
        Role.CITY_ADMIN: CITY,
        Role.AUDITOR: "",
        Role.SYSTEM_ADMIN: "",
    }
    found = {}
    for role, place in places.items():
        account_id = make_person(role.value.replace("_", "-"), role, place)
        give_authenticator(account_id)
        client = signed_in(app, account_id)
        found[role.value] = Asker(client, {}, csrf(client))
    client = app.test_client()
    found[PUBLIC] = Asker(client, {}, csrf(client))
    found[PROGRAM] = Asker(app.test_client(), {"Authorization": f"Bearer {program()}"}, "")
    return found


def program() -> str:
    """A token of the county administrator's, good for as much as any token can be."""
    whom = queries.person(ACTOR, "county-admin")
    secret = "s" * 43
    permissions = " ".join(sorted(Permission))
    add_token(whom.id, "ffffffff", permissions[:400].rpartition(" ")[0], tokens._hash(secret))
    return f"onekm_ffffffff_{secret}"


def path_of(rule: Rule, where: str, world: World) -> str:
    """The address of a thing that is *where*."""
    room = rule.endpoint.split(".")[0]
    code = {
        "people": f"subject-{where}",
        "audit": f"subject-{where}",
        "staff": MEMBERS[where],
        "i18n": "zh",
        "figures": "plan.gaps",
        "rectification": uuid_of(where),
        "rectification_notices": uuid_of(where),
    }.get(room)
    code = "plan.gaps" if room == "figures_api" else code
    if rule.rule.startswith("/standards/drafts/"):
        code = "guide"
    elif rule.rule.startswith(("/standards/", "/api/v1/standards/")):
        code = "sample"
    code = code or (getattr(world, where) if "/sites/" in rule.rule else COUNTIES[where])
    code = uuid_of(where) if room.startswith("inspection") else code
    if rule.rule.startswith("/duplicates/merged"):
        code = PAIRS["merged", where]
    values = {
        "<code>": code,
        "<a>": getattr(world, where),
        "<b>": PAIRS["duplicate", where],
        "<kind>": "account",
        "<prefix>": f"{WHERE.index(where):08x}",
        "<service>": "002036001002",
        "<sha256>": "0" * 64,
        "<site>": getattr(world, where),
        "<int:number>": "1",
        "<uuid>": uuid_of(where),
        "<photo>": uuid_of(where),
        "<path:filename>": "onekm.css",
        "<any(large, normal):size>": "large",
        "<any(xlsx, csv, geojson):form>": "csv",
        '<any("blind-spots", services, sites, settlements):name>': "sites",
        '<any("blind-spots", regions, services, sites, settlements):name>': "regions",
        "<any(csv, xlsx):file>": "csv",
        "<any(points, won):name>": "points",
    }
    path = rule.rule
    for name, value in values.items():
        path = path.replace(name, value)
    assert "<" not in path, f"say in path_of() what stands for a part of {rule.rule}"
    return path


def test_every_route_has_a_row_and_every_row_a_route(app: Flask) -> None:
    assert {name for name, _method, _rule in routes(app)} == set(TABLE)


@pytest.mark.long
def test_everybody_gets_what_the_table_says(
    app: Flask, world: World, askers: dict[str, Asker], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(askers) == set(EVERYBODY)
    assert len(askers) == 10
    grants = {where: str(queries.person(ACTOR, f"subject-{where}").grants[0].id) for where in WHERE}

    def keep_nothing() -> None:
        db.session.flush()
        db.session.rollback()

    monkeypatch.setattr("core.db.commit", keep_nothing)
    monkeypatch.setattr("core.printing.pdf", lambda _page, _pictures=None: b"%PDF-")
    differences = []
    for name, method, rule in routes(app):
        for where in WHERE:
            path, data = path_of(rule, where, world), {"grant": grants[where]}
            for who, asker in askers.items():
                told, expected = asker.ask(method, path, data), TABLE[name].outcome(who, where)
                # What is open to everybody may still not be there.
                if told != expected and (TABLE[name] is not OPEN or told != HIDDEN):
                    differences.append(f"{name}: {who}, {where}: {told}, not {expected}")
    assert differences == []
