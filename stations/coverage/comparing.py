"""The people of a set beside those whom a census counted, county by county."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from core.regions.census import Figure
from core.regions.rules import Level
from core.regions.tree import Node, Tree


class Sum(NamedTuple):
    """How many places there are, and how many people live there."""

    places: int
    people: float


@dataclass(frozen=True, slots=True)
class Compared:
    """A region with its sum; ``census`` is None where no figure of it is known."""

    node: Node
    sum: Sum
    census: Figure | None

    @property
    def difference(self) -> float | None:
        """How many people more than the census counted; fewer are below nothing."""
        return None if self.census is None else self.sum.people - self.census.people

    @property
    def share(self) -> float | None:
        """The same as a share of the census; None where nobody was counted."""
        if self.census is None or not self.census.people:
            return None
        return (self.sum.people - self.census.people) / self.census.people


def compared(
    tree: Tree, region: Node, sums: Mapping[int, Sum], figures: Mapping[int, Figure]
) -> list[Compared]:
    """The region and its counties, each with the sum of what lies in it.

    *sums* are of whatever regions places were put into, by their ids; *figures* the census'.
    """
    counties = [node for node in tree.children(region.id) if node.level is Level.COUNTY]
    within = {node.id: [0, 0.0] for node in (region, *counties)}
    for region_id, (places, people) in sums.items():
        for node in tree.path(region_id) if region_id in tree.by_id else ():
            if node.id in within:
                within[node.id][0] += places
                within[node.id][1] += people
    return [
        Compared(node, Sum(int(within[node.id][0]), within[node.id][1]), figures.get(node.id))
        for node in (region, *counties)
    ]
