"""What sites are to offer: the plan of a day as bits, one plane, like those of what they do offer.

A line says that sites of a kind in a region, and in all below it, are to offer a service.  There
are few lines, so the bits are set for each region and kind and then handed down the tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from core.regions.ranks import NONE, Ranks
from core.sites.network import KINDS, Bits, Network
from core.sites.rules import Kind


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the plan, holding from ``since`` to before ``until``."""

    region_id: int
    kind: Kind
    service_id: int
    since: date
    until: date | None

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


class Plan:
    """What is planned on the day of a network. Nothing in it is ever changed."""

    def __init__(self, net: Network, ranks: Ranks, lines: Iterable[Line]) -> None:
        self.network = net
        self.ranks = ranks
        #: What holds on the day or later, by region, kind, service, day.
        self.lines = tuple(lines)
        words = net.rows.direct.shape[1]
        own: NDArray[np.uint64] = np.zeros((len(ranks), len(KINDS), words), np.uint64)
        for line in self.lines:
            bit, place = net.bit.get(line.service_id), ranks.place.get(line.region_id)
            if bit is not None and place is not None and line.holds(net.on):
                mask = np.uint64(1 << bit % 64)
                own[place, KINDS.index(line.kind), bit // 64] |= mask
        #: Bits by place of region and by kind: the region's own lines and those of all above it.
        self.of_regions = ranks.inherited(own)
        places = ranks.places(net.rows.region_ids)
        known = places != NONE
        #: Bits by site, whatever its status.
        self.planned: Bits = np.zeros((len(net), words), np.uint64)
        self.planned[known] = self.of_regions[places[known], net.rows.kinds[known]]

    def of(self, region_id: int) -> list[Line]:
        """The lines of the region itself and of those it lies in, those of the day and later."""
        path = [node.id for node in self.network.tree.path(region_id)]
        return [line for line in self.lines if line.region_id in path]
