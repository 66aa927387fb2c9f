"""Where a site goes its findings go: into another region, or into the site that it is part of."""

from __future__ import annotations

import pytest
from flask import Flask

from core.accounts.rules import Role
from core.clock import today
from core.db import writing
from core.errors import NotFound
from core.figures import findings
from core.figures import queries as figures
from core.figures.queries import Scope
from core.rectification import queries
from core.regions import importer
from core.regions.queries import tree
from core.sites import changes
from core.sites.actions import do
from tests.core.accounts.made import ACTOR, CITIES, World
from tests.core.rectification.made import COUNTY, find, person, site_id

SIBLING = "371002000000"


def test_findings_of_a_site_that_moves_are_read_where_it_is(app: Flask, world: World) -> None:
    uuid = find(world.own)
    own = person(Role.COUNTY_ADMIN, COUNTY, "own")
    other = person(Role.COUNTY_ADMIN, SIBLING, "other")
    assert queries.find(own, uuid)
    with writing():
        village = tree(today()).by_code["371002001001"].id
        do(ACTOR, site_id(world.own), None, changes.moved(today(), region_id=village))
    assert queries.find(other, uuid)
    with pytest.raises(NotFound):
        queries.find(own, uuid)
    node = tree(today()).by_code[SIBLING]
    assert figures.value(figures.day(today()), findings.OPEN, Scope(node)).number == 1.0


def test_findings_follow_when_their_region_ends(app: Flask, world: World) -> None:
    """The county's only town goes over to another of the same name and code in the other county."""
    uuid = find(world.own)
    text = CITIES[0].replace("371082001000", "371002009000").replace("371082001001", "371002009001")
    text = text.replace("town,371082000000", "town,371002000000")
    with writing():
        moved = importer.plan(text, today(), "a document")
        importer.apply(ACTOR, moved)
    found = queries.find(ACTOR, uuid)
    path = [node.code for node in tree(today()).path(found.region_id)]
    assert path[:2] == ["371000000000", SIBLING]
