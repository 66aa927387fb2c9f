"""Sites at random, from a fixed seed, in towns of a box like Shandong's, and points to ask from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.geo import Floats, Point
from core.sites.network import KINDS, STATUSES, Rows
from core.sites.rules import Status

SEED: Final = 20260601
SITES_A_TOWN: Final = 12
#: How far the sites of a town lie about its middle, as a standard deviation in degrees.
SPREAD: Final = 0.02

#: The ids of the services, and of the one that one site in a hundred offers.
SERVICES: Final = tuple(range(1, 22))
RARE: Final = 21
RARE_SHARE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Box:
    """Between two latitudes and two longitudes, in degrees."""

    south: float
    north: float
    west: float
    east: float


SHANDONG: Final = Box(34.4, 38.4, 114.8, 122.7)


@dataclass(frozen=True, slots=True)
class Made:
    """The positions of sites, and which of them offer the rare service."""

    lat: Floats
    lon: Floats
    rare: NDArray[np.bool_]


def made(count: int) -> Made:
    """*count* sites; the same ones every time."""
    random = np.random.default_rng((SEED, count))
    towns = max(1, count // SITES_A_TOWN)
    town = random.integers(towns, size=count)
    middles_lat, middles_lon = _anywhere(random, SHANDONG, towns)
    lat = middles_lat[town] + random.normal(0, SPREAD, count)
    lon = middles_lon[town] + random.normal(0, SPREAD, count)
    rare = np.zeros(count, bool)
    rare[random.choice(count, max(1, round(count * RARE_SHARE)), replace=False)] = True
    return Made(lat, lon, rare)


def points(count: int, box: Box = SHANDONG) -> list[Point]:
    """*count* places anywhere in the box; the same ones every time."""
    lat, lon = _anywhere(np.random.default_rng((SEED, 1)), box, count)
    return list(map(Point, lat.tolist(), lon.tolist()))


def _anywhere(random: np.random.Generator, box: Box, count: int) -> tuple[Floats, Floats]:
    lat = random.uniform(box.south, box.north, count)
    return lat, random.uniform(box.west, box.east, count)


def rows(sites: Made) -> Rows:
    """The sites as the register would give them: active, without hours, closures or names."""
    count = len(sites.lat)
    direct = np.where(sites.rare, 1 << SERVICES.index(RARE), 0).astype(np.uint64)
    return Rows(
        ids=np.arange(1, count + 1),
        region_ids=np.ones(count, np.int64),
        kinds=(np.arange(count) % len(KINDS)).astype(np.int8),
        statuses=np.full(count, STATUSES.index(Status.ACTIVE), np.int8),
        lat=sites.lat,
        lon=sites.lon,
        codes=(),
        names=(),
        names_en=(),
        addresses=(),
        phones=(),
        made=(),
        hours={},
        closures=(),
        services=SERVICES,
        direct=direct[:, np.newaxis],
        assisted=np.zeros((count, 1), np.uint64),
    )
