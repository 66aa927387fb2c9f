"""Who is within one kilometre, beside the bare k-d tree, PostGIS and GeoPandas; all services at
once beside one; and what if.

The trees are there on both sides: ours holds them with the network and with the settlements.  The
settlements near the limit are all compared with the geodesic, before anything is measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from statistics import median
from typing import Final

import numpy as np
from scipy.spatial import cKDTree

from bench import coverage_peers as peers
from bench.made import SERVICES
from bench.measure import Finding, Promise, Sense, Work, beside, duration, seconds
from bench.postgis import MissingError
from bench.settlements import CITY, NATION, ON, PROVINCE, Made, Size, made
from stations.coverage.by_service import by_service
from stations.coverage.positions import SLACK, geodesic
from stations.coverage.queries import sites_for
from stations.coverage.rules import RADIUS, Cover, Question, Rule, Tally, cover, shares, tally
from stations.coverage.whatif.queries import reckoning
from stations.coverage.whatif.reckoning import Outcome
from stations.coverage.whatif.rules import Close, WhatIf

BARE: Final = Promise(Sense.AT_MOST, 1.5)
#: How many times as soon as PostGIS and as GeoPandas.
POSTGIS: Final = {CITY: 20.0, PROVINCE: 50.0, NATION: 100.0}
GEOPANDAS: Final = {CITY: 8.0, PROVINCE: 100.0}
SERVICES_AT_ONCE: Final = {CITY: 2.5, NATION: 15.0}
#: Seconds that what-if of one site may take.
WHAT_IF: Final = 0.005
ROUNDS: Final = {CITY: 60, PROVINCE: 15, NATION: 7}
#: A peer that takes half a minute is asked three times.
PEER_ROUNDS: Final = {CITY: 9, PROVINCE: 3, NATION: 1}
#: Metres either side of the limit within which every settlement is compared with the geodesic.
RIM: Final = 5.0


def findings(small: bool) -> Iterator[Finding]:
    for size in (CITY, PROVINCE) if small else (CITY, PROVINCE, NATION):
        ground = made(size)
        found = one_service(ground)
        _agree(found)
        yield _bare(ground)
        yield _services(ground)
        if size == CITY:
            yield _what_if(ground)
        yield from _peers(ground, found)


def one_service(ground: Made) -> Cover:
    """Who is covered by those who offer the first service; the tree of the sites is held."""
    question = Question(None, ON)
    return cover(ground.demand, sites_for(ground.network, question), Rule())


def _agree(found: Cover) -> None:
    """What is fast but wrong is not worth measuring."""
    near = np.flatnonzero(np.abs(found.distance - RADIUS) <= RIM)
    here, there = found.demand.positions, found.sites.positions
    numbers = np.searchsorted(found.sites.indexes, found.nearest)
    wrong = sum(
        (geodesic(here, one, there, int(numbers[one])) <= RADIUS + SLACK)
        != bool(found.covered[one])
        for one in near.tolist()
    )
    others = np.abs(found.distance - RADIUS) > RIM
    wrong += int((found.covered != (found.distance <= RADIUS))[others].sum())
    if wrong or not len(near):
        raise AssertionError(f"{wrong} of {len(near)} settlements near the limit are wrong")


def _bare(ground: Made) -> Finding:
    """One service, beside the query of the tree and nothing else."""
    tree = cKDTree(one_service(ground).sites.positions.xyz)
    positions, size = ground.demand.xyz, ground.size

    def ours() -> Tally:
        return tally(one_service(ground))

    def peer() -> object:
        return tree.query(positions, distance_upper_bound=RADIUS, workers=_threads(size))

    took = beside(ours, peer, ROUNDS[size])
    told = tally(one_service(ground))
    share = f"{told.settlement_share or 0:.0%} covered"
    return took.finding(f"{size}, one service ({share})", "k-d tree", BARE)


def _threads(size: Size) -> int:
    """What the bare query is soonest with: threads are not worth their while for few questions."""
    return 1 if size == CITY else 2


def _services(ground: Made) -> Finding:
    """All services by town, beside one by town."""

    def ours() -> object:
        return by_service(one_service(ground), ground.network, ground.ranks, SERVICES)

    def peer() -> object:
        return shares(one_service(ground), ground.ranks)

    _agree_services(ground)
    took = beside(ours, peer, ROUNDS[ground.size])
    limit = SERVICES_AT_ONCE.get(ground.size)
    promise = None if limit is None else Promise(Sense.AT_MOST, limit)
    name = f"{ground.size}, {len(SERVICES)} services by town"
    return took.finding(name, "one service", promise)


def _agree_services(ground: Made) -> None:
    """Each service by itself says the same."""
    together = by_service(one_service(ground), ground.network, ground.ranks, SERVICES)
    last = SERVICES[-1]
    wanted = ground.network.ranked & ground.network.offering(last)
    alone = shares(peers.cover_by(ground, wanted), ground.ranks)
    if not np.array_equal(together.people_covered[len(SERVICES) - 1], alone.people_covered):
        raise AssertionError("all services at once say something else than one by itself")


def _what_if(ground: Made) -> Finding:
    """One site closes, on a city that is worked out already."""
    question = Question(ground.network.tree.by_id[2], ON)
    inside = ground.demand.inside(ground.ranks, question.region)
    every = cycle(ground.network.rows.ids.tolist())

    def ask() -> Outcome:
        what = WhatIf((Close(next(every)),))
        return reckoning(ground.network, ground.demand, question, what).outcome(inside)

    ask()
    took = [seconds(ask) for _ in range(len(ground.network))]
    slowest = sorted(took)[int(len(took) * 0.99)]
    return Finding(
        f"{ground.size}, what if one site closes",
        f"{duration(median(took))}, 1 in 100 {duration(slowest)}",
        f"limit {duration(WHAT_IF)}",
        median(took) / WHAT_IF,
        Promise(Sense.AT_MOST, 1),
    )


# -- Beside other software -----------------------------------------------------------------------


def _peers(ground: Made, found: Cover) -> Iterator[Finding]:
    size = ground.size
    name = f"{size}, beside PostGIS ST_DWithin"
    try:
        with peers.postgis(ground) as ask:
            yield _beside(ground, found, name, ask, POSTGIS[size])
    except MissingError as missing:
        yield Finding.skipped(name, Promise(Sense.AT_LEAST, POSTGIS[size]), str(missing))
    if size in GEOPANDAS:
        name = f"{size}, beside GeoPandas buffer–union–contains"
        try:
            yield _beside(ground, found, name, peers.geopandas(ground), GEOPANDAS[size])
        except MissingError as missing:
            yield Finding.skipped(name, Promise(Sense.AT_LEAST, GEOPANDAS[size]), str(missing))


def _beside(ground: Made, found: Cover, name: str, ask: peers.Ask, times: float) -> Finding:
    told = ask()
    wrong = int((told != found.covered).sum())

    def ours() -> Tally:
        return tally(one_service(ground))

    peer: Work = ask
    took = [
        (_soonest(ours, ROUNDS[ground.size]), seconds(peer))
        for _ in range(PEER_ROUNDS[ground.size])
    ]
    return Finding(
        name,
        duration(median(own for own, _ in took)),
        f"{duration(median(other for _, other in took))}, {wrong} told otherwise",
        median(other / own for own, other in took),
        Promise(Sense.AT_LEAST, times),
    )


def _soonest(work: Work, rounds: int) -> float:
    """The median of some rounds: of what takes milliseconds one alone says little."""
    return median(seconds(work) for _ in range(max(3, rounds // 3)))
