"""Settlements and sites around the towns of a country, from a fixed seed, to measure coverage on.

A size has its own box, so that about two thirds of the settlements are within reach of a site.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.made import SEED, SERVICES, Box
from core.calendar.rules import Calendar
from core.geo import Floats
from core.regions.ranks import Ranks
from core.regions.rules import Level
from core.regions.tree import Node, Tree
from core.sites.network import KINDS, STATUSES, Network, Rows
from core.sites.rules import Status
from stations.coverage.positions import Places
from stations.coverage.settled import Demand

ON: Final = date(2026, 6, 1)
TOWNS_A_COUNTY: Final = 10
SITES_A_TOWN: Final = 12
#: How far settlements and sites lie about the middle of their town, in degrees.
SPREAD: Final = 0.02
#: How likely a site is to offer each of the services.
OFFERS: Final = 0.6
COUNTRY: Final = Node(1, "1", "country", "", Level.CITY, None, True, None, "", ON, "")


@dataclass(frozen=True, slots=True)
class Size:
    """How many settlements and sites there are, and between which latitudes and longitudes."""

    settlements: int
    sites: int
    box: Box

    @property
    def towns(self) -> int:
        return max(1, self.sites // SITES_A_TOWN)

    def __str__(self) -> str:
        return f"{self.settlements:,} × {self.sites:,}"


CITY: Final = Size(20_000, 308, Box(36.7, 37.6, 121.2, 122.7))
PROVINCE: Final = Size(200_000, 70_000, Box(34.4, 38.4, 114.8, 122.7))
NATION: Final = Size(1_000_000, 700_000, Box(22.0, 42.0, 100.0, 122.0))


@dataclass(frozen=True, slots=True)
class Made:
    """What is measured on: everything in memory."""

    size: Size
    network: Network
    ranks: Ranks
    demand: Demand


def made(size: Size) -> Made:
    """The settlements and sites of a size; the same ones every time."""
    random = np.random.default_rng((SEED, size.sites))
    box, towns = size.box, size.towns
    middles = np.column_stack(
        (random.uniform(box.south, box.north, towns), random.uniform(box.west, box.east, towns))
    )
    tree = Tree.of(ON, _regions(towns))
    home, place = _around(random, middles, size.sites)
    network = Network(ON, tree, Calendar({}, frozenset()), _rows(random, home, place))
    home, place = _around(random, middles, size.settlements)
    return Made(size, network, Ranks(tree), _demand(random, home, place))


def _around(random: np.random.Generator, middles: Floats, count: int) -> tuple[Places, Floats]:
    home = random.integers(len(middles), size=count)
    return home, middles[home] + random.normal(0, SPREAD, (count, 2))


def _regions(towns: int) -> Iterator[Node]:
    """A country of counties of ten towns each; the towns have the ids from TOWN on."""
    yield COUNTRY
    for number in range(-(-towns // TOWNS_A_COUNTY)):
        code = f"c{number:09}"
        yield Node(2 + number, code, code, "", Level.COUNTY, 1, True, None, "", ON, "")
    for number in range(towns):
        code, county = f"t{number:09}", 2 + number // TOWNS_A_COUNTY
        yield Node(TOWN + number, code, code, "", Level.TOWN, county, True, None, "", ON, "")


TOWN: Final = 10_000_000


def _demand(random: np.random.Generator, home: Places, place: Floats) -> Demand:
    count = len(home)
    blank = [""] * count
    return Demand.of(
        ids=np.arange(1, count + 1),
        region_ids=TOWN + home,
        lat=place[:, 0],
        lon=place[:, 1],
        people=np.floor(random.lognormal(5.5, 1, count)),
        codes=blank,
        names=blank,
    )


def _rows(random: np.random.Generator, home: Places, place: Floats) -> Rows:
    count = len(home)
    offered: NDArray[np.uint64] = np.zeros(count, np.uint64)
    for bit in range(len(SERVICES)):
        offered |= np.where(random.random(count) < OFFERS, 1 << bit, 0).astype(np.uint64)
    blank = [""] * count
    return Rows(
        ids=np.arange(1, count + 1),
        region_ids=TOWN + home,
        kinds=(np.arange(count) % len(KINDS)).astype(np.int8),
        statuses=np.full(count, STATUSES.index(Status.ACTIVE), np.int8),
        lat=place[:, 0],
        lon=place[:, 1],
        codes=blank,
        names=blank,
        names_en=blank,
        addresses=blank,
        phones=blank,
        made=[False] * count,
        hours={},
        closures=(),
        services=SERVICES,
        direct=offered[:, np.newaxis],
        assisted=np.zeros((count, 1), np.uint64),
    )
