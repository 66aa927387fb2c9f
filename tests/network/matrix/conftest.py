"""A county with a plan, and people who may look at it or change it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from core.db import writing
from core.sites import plans
from core.sites.rules import Kind
from tests.core.accounts.made import browser_of
from tests.network.conftest import ACTOR, ENROLMENT, RESIDENTS, SINCE, Made, catalogue_ids

COUNTY = "371082000000"

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def planned(made: Made) -> Made:
    """Halls and clinics are to offer both services; the clinic lacks one of them."""
    ids = catalogue_ids()
    cells = {
        (kind, ids[code]): True
        for kind in (Kind.HALL, Kind.VILLAGE_CLINIC)
        for code in (ENROLMENT, RESIDENTS)
    }
    with writing():
        plans.set_plan(ACTOR, made.regions[COUNTY], cells, SINCE)
    return made


@pytest.fixture
def enter(app: Flask) -> SignIn:
    """Gives a browser in which somebody of a role has signed in."""

    def come(role: Role = Role.COUNTY_ADMIN, place: str = COUNTY) -> FlaskClient:
        return browser_of(app, role, place, f"{role.value.replace('_', '-')}-{place}")

    return come
