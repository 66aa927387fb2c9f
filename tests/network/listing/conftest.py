"""The small network of the network's tests, and people who keep it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from core.db import writing
from core.sites import actions
from core.sites.actions import Entry
from core.sites.changes import Position
from core.sites.rules import Kind, Status
from tests.core.accounts.made import browser_of
from tests.network.conftest import ACTOR, SINCE, Made, announce, made

__all__ = ["announce", "made"]

COUNTY = "371082000000"

SignIn = Callable[..., FlaskClient]
AddSite = Callable[..., str]


@pytest.fixture
def sign_in(app: Flask, made: Made) -> SignIn:
    """A browser of somebody in a role over a place; the county's administrator unless told."""

    def do(role: Role = Role.COUNTY_ADMIN, place: str = COUNTY, name: str = "") -> FlaskClient:
        return browser_of(app, role, place, name)

    return do


@pytest.fixture
def add_site(made: Made) -> AddSite:
    """Enter a site; gives its code."""

    def do(
        name: str,
        region: str = "371082001201",
        kind: Kind = Kind.COMMUNITY,
        position: Position | None = None,
        status: Status = Status.ACTIVE,
        since: date = SINCE,
        address: str = "",
    ) -> str:
        entry = Entry(name, kind, made.regions[region], position, status=status, address=address)
        with writing():
            return actions.enter(ACTOR, entry, since).code

    return do
