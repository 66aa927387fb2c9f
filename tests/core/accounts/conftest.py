"""A world of regions."""

from __future__ import annotations

import pytest

from core.accounts.rules import Role
from tests.conftest import Once
from tests.core.accounts.made import COUNTY, World, make_person, make_world


@pytest.fixture
def world(once: Once) -> World:
    return once(make_world)


@pytest.fixture
def inspector(world: World) -> int:
    """Somebody whom a password is enough for."""
    return make_person("inspector", Role.INSPECTOR, COUNTY)


@pytest.fixture
def admin(world: World) -> int:
    return make_person("admin", Role.COUNTY_ADMIN, COUNTY)
