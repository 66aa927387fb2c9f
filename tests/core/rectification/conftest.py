"""Cheap hashing, and a world of regions."""

from __future__ import annotations

import pytest

from core.accounts import passwords
from tests.conftest import Once
from tests.core.accounts.made import CHEAP, World, make_world


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", CHEAP)
    monkeypatch.setattr(passwords, "NOBODY", CHEAP.hash("nobody has it"))


@pytest.fixture
def world(once: Once) -> World:
    return once(make_world)
