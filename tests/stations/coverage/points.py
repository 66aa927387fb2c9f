"""Settlements and sites around one another for the tests of coverage, without a database."""

from __future__ import annotations

import random
from dataclasses import fields

import numpy as np
from geographiclib.geodesic import Geodesic

from core.catalogue import importer
from core.catalogue.rules import Service
from core.geo import EAST, NORTH, SOUTH, WEST
from stations.coverage.positions import Positions
from stations.coverage.rules import Sites
from stations.coverage.settled import Demand


def positions(points: list[tuple[float, float]]) -> Positions:
    lat, lon = np.array(points, np.float64).reshape(-1, 2).T
    return Positions(lat, lon)


def sites(points: list[tuple[float, float]]) -> Sites:
    """Sites numbered from 100 on, as if others stood before them in the network."""
    return Sites(np.arange(100, 100 + len(points)), positions(points))


def demand(
    points: list[tuple[float, float]],
    people: list[float] | None = None,
    regions: list[int] | None = None,
) -> Demand:
    """Settlements with ids from 1 on and codes S1, S2 … in the order given."""
    count = len(points)
    lat, lon = np.array(points, np.float64).reshape(-1, 2).T
    return Demand.of(
        np.arange(1, count + 1),
        np.array(regions or [1] * count, np.int64),
        lat,
        lon,
        np.array([1.0] * count if people is None else people, np.float64),
        [f"S{number + 1}" for number in range(count)],
        [f"村{number + 1}" for number in range(count)],
    )


def anywhere(chance: random.Random) -> tuple[float, float]:
    """A place anywhere in the box of China."""
    return chance.uniform(SOUTH, NORTH), chance.uniform(WEST, EAST)


def at(middle: tuple[float, float], metres: float, azimuth: float) -> tuple[float, float]:
    """The place so many metres away along the geodesic."""
    found = Geodesic.WGS84.Direct(*middle, azimuth, metres)
    return found["lat2"], found["lon2"]


def apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres along the geodesic: the oracle."""
    metres: float = Geodesic.WGS84.Inverse(*a, *b, Geodesic.DISTANCE)["s12"]
    return metres


def service(number: int) -> Service:
    """A service of the shipped catalogue that has this id."""
    entry = importer.read().entries[0]
    return Service(id=number, **{one.name: getattr(entry, one.name) for one in fields(entry)})
