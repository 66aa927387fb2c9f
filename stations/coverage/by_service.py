"""All services at once: who lies near whom is found once, what is offered there is bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geo import Floats
from core.regions.ranks import Ranks
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
    """The bits of what is offered within the limit, a row a word of them (see core.sites.network)
    and a column a settlement."""
    bits = (net.rows.direct | net.rows.assisted)[found.sites.indexes]
    columns = np.zeros((bits.shape[1], len(found.demand)), np.uint64)
    for of, to in found.parts():
        for column, offers in zip(columns, bits.T, strict=True):
            np.bitwise_or.at(column, of, offers[to])
    return columns


def by_service(found: Cover, net: Network, ranks: Ranks, services: Sequence[int]) -> ServiceShares:
    """The numbers of each of the services (ids), where *found* is the cover by all that serve."""
    words, people = offered(found, net), found.demand.people
    order, starts, regions = found.demand.by_place(ranks)
    words, people = words[:, order], people[order]
    own = np.zeros((2 * len(services) + 2, len(ranks)))

    def add(row: int, here: NDArray[Any]) -> None:
        own[row, regions] = np.add.reduceat(people * here, starts)
        own[row + len(services) + 1, regions] = np.add.reduceat(here, starts)

    add(0, np.ones(len(order)))
    for row, bit in enumerate(map(net.bit.get, services), 1):
        if bit is not None:
            add(row, (words[bit // 64] >> np.uint64(bit % 64)) & np.uint64(1))
    rolled = ranks.rolled(own)
    return ServiceShares(
        {service_id: row for row, service_id in enumerate(services)},
        people=rolled[0],
        people_covered=rolled[1 : len(services) + 1],
        settlements=rolled[len(services) + 1],
        settlements_covered=rolled[len(services) + 2 :],
    )
