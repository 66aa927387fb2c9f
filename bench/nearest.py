"""The nearest five in process, beside the query of a k-d tree and nothing else.

The peer is given its positions ready made, earth-centred, and a tree of just the sites that may
answer; ours is given latitude and longitude, and finds out for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import cycle, islice
from typing import Final

import numpy as np
from scipy.spatial import cKDTree

from bench.made import RARE, Made, made, points, rows
from bench.measure import Finding, Promise, Sense, beside
from core.calendar.rules import Calendar
from core.geo import Point, earth_centred, xyz
from core.regions.tree import Tree
from core.sites.network import Network

PROMISE: Final = Promise(Sense.AT_MOST, 1.5)
LIMIT: Final = 5
COUNTS: Final = (308, 70_000, 700_000)
ROUNDS, BATCH = 300, 20
ON: Final = date(2026, 6, 1)


def findings(small: bool) -> Iterator[Finding]:
    for count in COUNTS[:2] if small else COUNTS:
        sites = made(count)
        network = network_of(sites)
        for service in (None, RARE):
            yield _finding(sites, network, service)


def network_of(sites: Made) -> Network:
    """The network that has these sites, all in memory."""
    return Network(ON, Tree.of(ON, ()), Calendar({}, frozenset()), rows(sites))


def _finding(sites: Made, network: Network, service: int | None) -> Finding:
    among = np.ones(len(sites.lat), bool) if service is None else sites.rare
    tree = cKDTree(earth_centred(sites.lat[among], sites.lon[among]))
    k = min(LIMIT, tree.n)
    asked = cycle(points(2000))
    positions = cycle([xyz(point) for point in points(2000)])
    _agree(sites, network, service)

    def ours() -> None:
        for point in islice(asked, BATCH):
            network.nearest(point, LIMIT, service_id=service)

    def peer() -> None:
        for position in islice(positions, BATCH):
            tree.query(position, k)

    took = beside(ours, peer, ROUNDS)
    return took.finding(name_of(len(network), service), "k-d tree", PROMISE, times=BATCH)


def name_of(count: int, service: int | None) -> str:
    offering = "" if service is None else " with a service of 1 %"
    return f"nearest {LIMIT} of {count:,}{offering}"


def _agree(sites: Made, network: Network, service: int | None) -> None:
    """What is fast but wrong is not worth measuring."""
    everything = earth_centred(sites.lat, sites.lon)
    among = np.flatnonzero(sites.rare) if service is not None else np.arange(len(sites.lat))
    for point in points(10):
        chords = np.linalg.norm(everything[among] - np.array(xyz(point)), axis=1)
        expected = among[np.argsort(chords, kind="stable")[:LIMIT]].tolist()
        found = [
            index
            for index, _ in network.nearest(Point(point.lat, point.lon), LIMIT, service_id=service)
        ]
        if found != expected:
            raise AssertionError(f"{name_of(len(network), service)}: {found} is not {expected}")
