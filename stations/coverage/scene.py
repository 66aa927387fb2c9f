"""What a page of coverage looks at: a question about a region, with all that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.regions.ranks import Ranks, ranks
from core.regions.rules import LEVELS, Level
from core.regions.tree import Node, Tree
from core.sites.network import Network, Place
from core.sites.queries import network
from stations.coverage import queries, rules, spots
from stations.coverage.positions import Places, Wanted
from stations.coverage.rules import Cover, Question, Tally
from stations.coverage.settled import Demand, Source


@dataclass(frozen=True, eq=False)
class Scene:
    """A question about a region with all that answers it.

    ``only``: the settlements to look at where somebody may not look at the whole region.
    """

    question: Question
    region: Node
    net: Network
    ranks: Ranks
    cover: Cover
    only: Wanted | None = None

    @property
    def demand(self) -> Demand:
        return self.cover.demand

    @property
    def tree(self) -> Tree:
        return self.net.tree

    @cached_property
    def inside(self) -> Wanted:
        """Which settlements lie in the region, or are looked at alone."""
        if self.only is not None:
            return self.only
        return self.demand.inside(self.ranks, self.region)

    @cached_property
    def tally(self) -> Tally:
        return rules.tally(self.cover, self.inside)

    @cached_property
    def rim(self) -> Places:
        """The settlements of the region on the rim."""
        return self.cover.rim[self.inside[self.cover.rim]]

    @cached_property
    def here(self) -> Places:
        """The sites that count and stand in the region, by their numbers among all that count."""
        return np.flatnonzero(self.net.below(self.region)[self.cover.sites.indexes])

    @cached_property
    def around(self) -> Places:
        """The same with those outside it that cover somebody in it; of settlements that are looked
        at alone, just those that cover them."""
        of, to = self.cover.pairs
        here = self.here if self.only is None else self.here[:0]
        return np.union1d(here, to[self.inside[of]])

    @property
    def peopled(self) -> bool:
        """Whether anybody is known to live in the region, whoever may look at it."""
        return bool(self.demand.inside(self.ranks, self.region).any())

    @property
    def offered(self) -> bool:
        """Whether any site at all offers the service asked about."""
        service_id = self.question.service_id
        return service_id is None or bool(self.net.offering(service_id).any())

    @cached_property
    def idle(self) -> list[Place]:
        """Sites of the region that serve on some day and place, and are not counted."""
        wanted = self.net.ranked & self.net.below(self.region)
        wanted[self.cover.sites.indexes] = False
        return self.net.places(wanted)

    @cached_property
    def blind_spots(self) -> list[spots.Spot]:
        return spots.blind_spots(self.cover, self.inside)

    @property
    def sources(self) -> list[Source]:
        """Where the numbers of people in the region are from."""
        living = self.tree
        above = {node.id for node in living.path(self.region.id)}
        below = {node.id for node in living.descendants(self.region.id)}
        return [one for one in self.demand.sets if one.region_id in above | below]

    @property
    def made(self) -> bool:
        """Whether anything of it is made up for demonstration."""
        return self.net.made or self.people_made

    @property
    def people_made(self) -> bool:
        return any(one.made for one in self.sources)

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels below the region."""
        return LEVELS[self.region.level.depth + 1 :]

    def where(self, region: Node, name: str) -> str:
        """Where a settlement of that name lies: in its region, or above one of the same name."""
        own = region.name == name and region.parent_id is not None
        return self.tree.full_name(region.parent_id if own and region.parent_id else region.id)

    def site(self, number: int) -> Place:
        """One of the sites that count, by its number among them."""
        return self.net.place(int(self.cover.sites.indexes[number]))


def scene(question: Question) -> Scene:
    """All that answers a question about a region. Raises ValueError without a region."""
    if question.region is None:
        raise ValueError("a page is about a region")
    net, demand = network(question.on), queries.demand(question.on)
    found = queries.cover_of(net, demand, question)
    return Scene(question, question.region, net, ranks(question.on), found)
