"""A hall in a small city that is held against a small standard."""

from __future__ import annotations

import pytest
from flask import Flask

from core.sites.rules import Kind
from tests.standards.made import make_city, make_site, publish


@pytest.fixture
def hall(app: Flask) -> int:
    make_city()
    publish()
    return make_site("环翠大厅", Kind.HALL)
