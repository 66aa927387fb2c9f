"""A world to be attacked, people with every power in it, and an eye on what is read of requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import ImmutableMultiDict

from core.accounts.rules import Role
from core.db import db
from tests.attack.made import READ, Attacker
from tests.core.accounts.made import csrf, give_authenticator, make_person, signed_in
from tests.permission_rows import CITY
from tests.permission_world import world

__all__ = ["world"]


class Watched(ImmutableMultiDict[str, Any]):
    """What was sent, noting by which names it is asked for."""

    def get(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        READ.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        READ.add(key)
        return super().getlist(key, *args, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        READ.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: Any) -> bool:
        READ.add(key)
        return super().__contains__(key)


@pytest.fixture
def watched(app: Flask) -> Iterator[None]:
    """Note which names are asked for, in :data:`tests.attack.made.READ`."""
    before = app.request_class

    app.request_class = type("Request", (before,), {"parameter_storage_class": Watched})
    yield
    app.request_class = before


@pytest.fixture
def attackers(app: Flask, world: Any) -> list[Attacker]:
    """Those who may do the most, each in her own way, and somebody who has not signed in."""
    found = [Attacker("public", app.test_client(), csrf(app.test_client()))]
    for role, place in (
        (Role.COUNTY_ADMIN, "371082000000"),
        (Role.CITY_ADMIN, CITY),
        (Role.AUDITOR, ""),
        (Role.SYSTEM_ADMIN, ""),
    ):
        account = make_person(f"attacking-{role.value.replace('_', '-')}", role, place)
        give_authenticator(account)
        client: FlaskClient = signed_in(app, account)
        found.append(Attacker(role.value, client, csrf(client), account))
    db.session.remove()
    return found
