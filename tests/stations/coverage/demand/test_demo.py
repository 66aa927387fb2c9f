"""The made people of the demonstration: exactly as many as were counted, and said to be made."""

from __future__ import annotations

import statistics

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import command
from core.clock import today
from core.db import db, writing
from core.geo import Point
from core.regions import census, importer, queries
from core.regions.actions import place
from core.regions.rules import ASSUMED_SINCE, Level
from core.regions.tree import Node, Tree
from core.textfile import read_text
from network.demo import rows as drawn
from stations.coverage import sets
from stations.coverage.demand import demo
from stations.coverage.demand.sharing import shared, urban
from stations.coverage.models import PopulationSet, Settlement

ACTOR = command("tests")


def load(city: str) -> Tree:
    """The regions of a city with the points that the demonstration gives them, and its census."""
    with writing():
        plan = importer.plan(importer.shipped_text(city), ASSUMED_SINCE, "a list")
        importer.apply(ACTOR, plan)
        tree = queries.load(today())
        known = drawn.read(read_text(drawn.shipped(city))).regions
        points = {tree.by_code[row.region].id: Point(row.lat, row.lon) for row in known}
        place(ACTOR, points, "drawn")
        census.load_shipped(ACTOR, city)
    db.session.rollback()
    return queries.tree(today())


@pytest.mark.parametrize("city", ["3710", "3703"])
def test_the_people_of_each_county_are_those_that_were_counted(app: Flask, city: str) -> None:
    tree = load(city)
    demo.demonstrate(city, today())
    row = db.session.scalars(sa.select(PopulationSet)).one()
    assert row.made
    assert "演示" in row.source
    found = sets.sums(row.id)
    for county in tree.children(tree.top()[0].id):
        within = {node.id for node in tree.descendants(county.id)}
        people = sum(each.people for id, each in found.items() if id in within)
        counted = census.of_year([county.id], 2020, today())[county.id].people
        assert people == counted, county.name
    villages = [node for node in tree.by_id.values() if node.level is Level.VILLAGE]
    assert row.places == sum(node.point is not None for node in villages) > 2700
    # Again, it changes nothing.
    places = row.places
    db.session.rollback()
    demo.demonstrate(city, today())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Settlement)) == places


def test_where_others_were_loaded_nothing_is_made(app: Flask) -> None:
    tree = load("3710")
    db.session.rollback()
    with writing():
        given = {"year": 2020, "kind": "points", "datum": "wgs84", "people": 0.0, "places": 0}
        db.session.add(
            PopulationSet(
                uuid="1",
                region_id=tree.top()[0].id,
                source="real",
                entered_by="tests",
                entered_at=sa.func.now(),
                **given,
            )
        )
    demo.demonstrate("3710", today())
    assert [row.source for row in db.session.scalars(sa.select(PopulationSet))] == ["real"]


def village(number: int, name: str) -> Node:
    code = f"371002001{number:03}"
    level = Level.VILLAGE
    return Node(number, code, name, "", level, None, True, None, "", ASSUMED_SINCE, "")


PLACES = [village(n, f"{n}村委会" if n % 4 else f"{n}社区居委会") for n in range(1, 401)]


@pytest.mark.parametrize("people", [0, 1, 399, 714_211, 2_906_548])
def test_all_are_shared_out_and_always_alike(people: int) -> None:
    found = shared(people, PLACES)
    assert sum(found.values()) == people
    assert min(found.values()) >= 0
    assert found == shared(people, list(reversed(PLACES)))


def test_communities_are_larger_than_villages() -> None:
    found = shared(714_211, PLACES)
    of: dict[bool, list[int]] = {True: [], False: []}
    for place_ in PLACES:
        of[urban(place_)].append(found[place_.id])
    assert statistics.median(of[True]) > 5 * statistics.median(of[False])
    assert len(set(of[False])) > 100  # no two alike, as villages are
