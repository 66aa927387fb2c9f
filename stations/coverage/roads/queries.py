"""Reading graphs of roads, and whom the network reaches along one."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import sqlalchemy as sa

from core.db import db
from core.files import store
from core.regions.queries import tree
from core.regions.ranks import Ranks
from core.regions.rules import Level
from core.regions.tree import Node
from stations.coverage.positions import Places, Wanted
from stations.coverage.roads.graph import Graph, Walked, walk
from stations.coverage.roads.models import RoadGraph
from stations.coverage.roads.rules import RoadRule
from stations.coverage.rules import Cover, Tally


def in_use(region_id: int, on: date) -> RoadGraph | None:
    """The graph that counts for the region: its own, else that of the region it lies in."""
    path = tree(on).path(region_id)
    rows = db.session.scalars(
        sa.select(RoadGraph).where(
            RoadGraph.region_id.in_([node.id for node in path]), RoadGraph.replaced_at.is_(None)
        )
    )
    held = {row.region_id: row for row in rows}
    return next((held[node.id] for node in reversed(path) if node.id in held), None)


class _Held:
    """The graph that was asked for last."""

    def __init__(self) -> None:
        self.sha256, self.lock = "", threading.Lock()
        self.graph: Graph | None = None

    def get(self, sha256: str) -> Graph:
        with self.lock:
            if self.graph is None or self.sha256 != sha256:
                with np.load(store.path(sha256), allow_pickle=False) as kept:
                    names = ("lat", "lon", "start", "end", "length")
                    self.graph, self.sha256 = Graph(*(kept[name] for name in names)), sha256
            return self.graph


_held: Final = _Held()


def graph_of(row: RoadGraph) -> Graph:
    return _held.get(row.graph_sha256)


@dataclass(frozen=True, eq=False)
class OnFoot:
    """Whom the sites of a straight-line answer reach along the roads; one entry a settlement of
    those in ``inside``, which are numbers in the demand."""

    rule: RoadRule
    cover: Cover
    inside: Places
    walked: Walked

    @cached_property
    def covered(self) -> Wanted:
        return self.walked.covered(self.rule.rule.radius)

    def tally(self, wanted: Wanted | None = None) -> Tally:
        """The numbers of all settlements inside, or of some of them."""
        mine = np.ones(len(self.inside), bool) if wanted is None else wanted
        people = self.cover.demand.people[self.inside][mine]
        here = self.covered[mine]
        return Tally(
            float(people.sum()), float((people * here).sum()), len(people), int(here.sum())
        )

    @cached_property
    def unled(self) -> Places:
        """The settlements that no road is near, those of most people first."""
        return self._largest(~self.walked.led)

    @cached_property
    def unjoined(self) -> Places:
        """Those on a part of the graph on which no site stands, those of most people first."""
        return self._largest(self.walked.led & ~self.walked.joined)

    def _largest(self, wanted: Wanted) -> Places:
        found = self.inside[wanted]
        return found[np.argsort(-self.cover.demand.people[found], kind="stable")]


def on_foot(row: RoadGraph, found: Cover, inside: Wanted) -> OnFoot:
    """The answer along the roads to the question that *found* answers by the straight line."""
    rule = RoadRule(found.rule, row.snap, row.graph_sha256)
    numbers = np.flatnonzero(inside)
    places = found.demand.positions.only(numbers)
    walked = walk(graph_of(row), places, found.sites.positions, found.rule.radius, row.snap)
    return OnFoot(rule, found, numbers, walked)


def by_region(found: OnFoot, among: Ranks, region: Node) -> list[tuple[Node, Tally]]:
    """The numbers of the regions one level below that have settlements, by code."""
    lower = region.level.depth + 1
    if lower > Level.VILLAGE.depth:
        return []
    places = found.cover.demand.places(among)[found.inside]
    column = among.above[places, lower]
    regions = [(among.nodes[place], place) for place in np.unique(column).tolist() if place >= 0]
    ordered = sorted(regions, key=lambda one: one[0].code)
    return [(node, found.tally(column == place)) for node, place in ordered]
