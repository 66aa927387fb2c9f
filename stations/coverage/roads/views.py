"""The page of walking: whom the network reaches along the roads that somebody has loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from core.access import Permission, requires
from core.regions.tree import Node
from stations.coverage import forms
from stations.coverage.roads import queries, rules
from stations.coverage.rules import Demand, Rule
from stations.coverage.scene import Scene, scene
from stations.coverage.views import page, reach

blueprint = Blueprint("coverage_roads", __name__, url_prefix="/coverage")

#: How many settlements that are left out are named.
NAMED: Final = 50


@dataclass(frozen=True, slots=True)
class Left:
    """A settlement that no road leads to a site, and what is known of it."""

    name: str
    code: str
    people: float
    where: Node


@blueprint.get("/<code>/roads")
@requires(Permission.REGISTER_READ)
def show(code: str) -> AnyResponse:
    """Whom the network reaches along the roads, beside the straight line."""
    asked = forms.read(request.args, code, reach())
    if asked.fault is not None:
        return page("stations/coverage/fault.html", asked, None, status=asked.fault.status)
    # The way is walked as it is; only the straight line is stretched by a factor.
    there = scene(replace(asked.question, rule=Rule(asked.question.rule.radius)))
    row = queries.in_use(asked.region.id, asked.question.on)
    if row is None:
        return page("stations/coverage/roads/show.html", asked, there, roads=None)
    found = queries.on_foot(row, there.cover, there.inside)
    return page(
        "stations/coverage/roads/show.html",
        asked,
        there,
        roads=row,
        walked=found,
        tally=found.tally(),
        lines=queries.by_region(found, there.ranks, asked.region),
        unled=_left(there, found.unled[:NAMED].tolist()),
        unjoined=_left(there, found.unjoined[:NAMED].tolist()),
        sites_apart=int((~found.walked.sites_led).sum()),
        left_out=rules.LEFT_OUT,
        named=NAMED,
    )


def _left(there: Scene, settlements: list[int]) -> list[Left]:
    demand: Demand = there.demand
    return [
        Left(
            demand.names[one],
            demand.codes[one],
            float(demand.people[one]),
            there.tree.by_id[int(demand.region_ids[one])],
        )
        for one in settlements
    ]
