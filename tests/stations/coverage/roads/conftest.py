"""The small town with people, and no waiting for passwords."""

from __future__ import annotations

import pytest

from core.accounts import passwords
from tests.conftest import Once
from tests.core.accounts.made import CHEAP
from tests.stations.coverage.town import Town, make_town


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", CHEAP)
    monkeypatch.setattr(passwords, "NOBODY", CHEAP.hash("nobody has it"))


@pytest.fixture
def town(once: Once) -> Town:
    return once(make_town)
