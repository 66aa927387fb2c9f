"""A village to put sites in, and services for them to offer."""

from __future__ import annotations

import pytest
from flask import Flask

from core.access import command
from core.catalogue.models import Service
from core.db import db, writing
from core.regions import importer
from core.regions.queries import tree
from core.sites.actions import enter
from tests.core.sites.made import ACTOR, SINCE, entry

LIST = """\
code,name,level,parent
371000000000,威海市,city,
371082000000,荣成市,county,371000000000
371082001000,崖头街道,town,371082000000
371082001001,东荣成村委会,village,371082001000
"""


@pytest.fixture
def village(app: Flask) -> int:
    """The id of a village that has been there since SINCE."""
    with writing():
        importer.apply(command("test"), importer.plan(LIST, SINCE, "a document"))
    return tree(SINCE).by_code["371082001001"].id


@pytest.fixture
def services(app: Flask) -> list[int]:
    """The ids of more services than one word has bits."""
    with writing():
        made = [Service(code=f"{number:012}") for number in range(70)]
        db.session.add_all(made)
        db.session.flush()
        return [service.id for service in made]


@pytest.fixture
def site(village: int) -> int:
    """The id of a site that has been there since SINCE, of which nothing is recorded yet."""
    with writing():
        return enter(ACTOR, entry(village), SINCE).id
