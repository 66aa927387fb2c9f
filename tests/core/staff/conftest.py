"""A village with a site in it, of which nothing is recorded yet."""

from __future__ import annotations

import pytest
from flask import Flask

from core.access import command
from core.db import writing
from core.regions import importer
from core.regions.queries import tree
from core.sites.actions import enter
from tests.core.sites.conftest import LIST
from tests.core.sites.made import ACTOR, SINCE, entry


@pytest.fixture
def village(app: Flask) -> int:
    """The id of a village that has been there since SINCE."""
    with writing():
        importer.apply(command("test"), importer.plan(LIST, SINCE, "a document"))
    return tree(SINCE).by_code["371082001001"].id


@pytest.fixture
def site(village: int) -> int:
    """The id of a site that has been there since SINCE."""
    with writing():
        return enter(ACTOR, entry(village), SINCE).id
