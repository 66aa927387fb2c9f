"""A small town with people."""

from __future__ import annotations

import pytest

from tests.conftest import Once
from tests.stations.coverage.town import Town, make_town


@pytest.fixture
def town(once: Once) -> Town:
    return once(make_town)
