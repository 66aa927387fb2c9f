"""The ground that the tests of visits stand on."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.standards.inspections.made import Ground
from tests.standards.inspections.made import ground as make_ground


@pytest.fixture
def ground(app: Flask) -> Ground:
    return make_ground(app)
