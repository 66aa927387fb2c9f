"""All services at once: who lies near whom is found once, what is offered there is bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geo import Floats
from core.regions.ranks import NONE, Ranks
from core.sites.network import Network
from stations.coverage.rules import Cover, Tally

Words = NDArray[np.uint64]


@dataclass(frozen=True, eq=False, slots=True)
class ServiceShares:
    """The numbers of each service (by rows) in every region of a day (by columns, its places)."""

    services: dict[int, int]
    people: Floats
    settlements: Floats
    people_covered: Floats
    settlements_covered: Floats

    def at(self, service_id: int, place: int) -> Tally:
        """The numbers of a service in a region. Raises KeyError if it was not asked about."""
        row = self.services[service_id]
        return Tally(
            float(self.people[place]),
            float(self.people_covered[row, place]),
            int(self.settlements[place]),
            int(self.settlements_covered[row, place]),
        )


def offered(found: Cover, net: Network) -> Words:
    """Per settlement the bits of what is offered within the limit (see core.sites.network)."""
    of, to = found.pairs
    bits = (net.rows.direct | net.rows.assisted)[found.sites.indexes]
    words = np.zeros((len(found.demand), bits.shape[1]), np.uint64)
    for number in range(bits.shape[1]):
        column = np.zeros(len(words), np.uint64)
        np.bitwise_or.at(column, of, bits[to, number])
        words[:, number] = column
    return words


def by_service(found: Cover, net: Network, ranks: Ranks, services: Sequence[int]) -> ServiceShares:
    """The numbers of each of the services (ids), where *found* is the cover by all that serve."""
    words, people = offered(found, net), found.demand.people
    places = found.demand.places(ranks)
    known = places != NONE
    words, people, places = words[known], people[known], places[known]
    own = np.zeros((2 * len(services) + 2, len(ranks)))
    own[0], own[1] = np.bincount(places, people, len(ranks)), np.bincount(places, None, len(ranks))
    for row, service_id in enumerate(services):
        bit = net.bit.get(service_id)
        if bit is not None:
            here = np.flatnonzero(words[:, bit // 64] & np.uint64(1 << bit % 64))
            own[2 + row] = np.bincount(places[here], people[here], len(ranks))
            own[2 + len(services) + row] = np.bincount(places[here], None, len(ranks))
    rolled = ranks.rolled(own)
    return ServiceShares(
        {service_id: row for row, service_id in enumerate(services)},
        people=rolled[0],
        settlements=rolled[1],
        people_covered=rolled[2 : 2 + len(services)],
        settlements_covered=rolled[2 + len(services) :],
    )
