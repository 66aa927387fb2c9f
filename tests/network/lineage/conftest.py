"""The town of the tests."""

from __future__ import annotations

import pytest
from flask import Flask

from core.db import writing
from core.regions import importer
from tests.core.accounts.made import ACTOR
from tests.network.lineage.made import LIST, SINCE


@pytest.fixture
def town(app: Flask) -> None:
    """The town with its three villages, known since SINCE."""
    with writing():
        importer.apply(ACTOR, importer.plan(LIST, SINCE, "a document"))
