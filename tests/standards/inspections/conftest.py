"""The ground that the tests of visits stand on."""

from __future__ import annotations

import pytest
from flask import Flask

from core.accounts import passwords
from tests.core.accounts.made import CHEAP
from tests.standards.inspections.made import Ground
from tests.standards.inspections.made import ground as make_ground


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", CHEAP)
    monkeypatch.setattr(passwords, "NOBODY", CHEAP.hash("nobody has it"))


@pytest.fixture
def ground(app: Flask) -> Ground:
    return make_ground(app)
