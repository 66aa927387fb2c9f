"""The demonstration: made people in the villages of a city, who are as many as were counted."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from core.access import Actor, command
from core.db import db, table_of, writing
from core.geo import Datum
from core.regions import census
from core.regions import queries as regions
from core.regions.rules import Level
from core.regions.tree import Node, Tree
from stations.coverage import actions, sets
from stations.coverage.actions import New
from stations.coverage.demand.sharing import shared
from stations.coverage.models import Settlement
from stations.coverage.population import SetKind

YEAR: Final = 2020
SOURCE: Final = "演示：按第七次全国人口普查的区县人口分摊到村居"


def demonstrate(city: str, today: date) -> None:
    """Let made people live in the villages, unless others were loaded already."""
    with writing():
        tree = regions.load(today)
        top = tree.by_code.get(f"{city}00000000")
        if top is not None and sets.in_use(top.id, YEAR) is None:
            _settle(command("coverage demo"), tree, top, today)


def _settle(actor: Actor, tree: Tree, top: Node, today: date) -> None:
    counted = census.of_year([node.id for node in tree.children(top.id)], YEAR, today)
    found: list[dict[str, Any]] = []
    for county in tree.children(top.id):
        villages = _placed(tree, county)
        if county.id in counted and villages:
            people = shared(counted[county.id].people, villages)
            found += [_row(node, people[node.id]) for node in villages]
    if not found:
        return
    new = New(
        region_id=top.id,
        year=YEAR,
        kind=SetKind.POINTS,
        source=SOURCE,
        datum=Datum.WGS84,
        people=float(sum(row["people"] for row in found)),
        places=len(found),
        made=True,
    )
    made = actions.take(actor, new, "")
    rows = [{"set_id": made.id, **row} for row in found]
    db.session.execute(sa.insert(table_of(Settlement)), rows)


def _placed(tree: Tree, county: Node) -> list[Node]:
    """The villages of the county of which a point is known."""
    below = tree.descendants(county.id)
    return [node for node in below if node.level is Level.VILLAGE and node.point is not None]


def _row(node: Node, people: int) -> dict[str, Any]:
    if node.point is None:
        raise ValueError(f"{node.code} has no point")
    place = {"lat": node.point.lat, "lon": node.point.lon}
    return {"region_id": node.id, "code": node.code, "name": node.name, "people": people} | place
