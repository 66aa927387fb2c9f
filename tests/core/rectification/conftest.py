"""A world of regions, who looks after a site in it and who inspects it."""

from __future__ import annotations

import pytest

from core.access import Actor
from core.accounts.rules import Role
from tests.core.accounts import conftest as accounts
from tests.core.accounts.made import World
from tests.core.rectification.made import COUNTY, person

world = accounts.world


@pytest.fixture
def manager(world: World) -> Actor:
    return person(Role.STATION_MANAGER, world.own, name="站长")


@pytest.fixture
def inspector(world: World) -> Actor:
    return person(Role.INSPECTOR, COUNTY, name="检查员")
