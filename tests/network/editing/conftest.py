"""People of a small network, and its sites to keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from tests.core.accounts.made import give_authenticator, make_person, signed_in
from tests.network.conftest import Made

CITY, COUNTY, ELSEWHERE = "371000000000", "371082000000", "371002000000"


@dataclass(frozen=True)
class Staff:
    """A browser of each: who keeps the county, the city, another county, one station."""

    county: FlaskClient
    city: FlaskClient
    other: FlaskClient
    manager: FlaskClient
    colleague: FlaskClient


@pytest.fixture
def person(app: Flask) -> Callable[[str, Role, str], FlaskClient]:
    """Makes somebody with a role, and signs her in."""

    def make(username: str, role: Role, place: str) -> FlaskClient:
        account_id = make_person(username, role, place, name=username)
        if role.second_factor:
            give_authenticator(account_id)
        return signed_in(app, account_id)

    return make


@pytest.fixture
def staff(made: Made, person: Callable[[str, Role, str], FlaskClient]) -> Staff:
    return Staff(
        county=person("county", Role.COUNTY_ADMIN, COUNTY),
        city=person("city", Role.CITY_ADMIN, CITY),
        other=person("other", Role.COUNTY_ADMIN, ELSEWHERE),
        manager=person("manager", Role.STATION_MANAGER, made.clinic),
        colleague=person("colleague", Role.STATION_MANAGER, made.hall),
    )
