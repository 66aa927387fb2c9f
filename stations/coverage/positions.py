"""Who is within so many metres of whom: a plane tells most, near the limit the geodesic.

A chord of c metres lies under a geodesic that is longer by about c³ / 24 R², where R, the radius of
curvature of the ellipsoid, depends on the place and the direction.  Between the shortest and the
longest chord that can belong to a limit the geodesic itself is worked out; elsewhere the chord has
decided already.  docs/decisions/0011 tells how far that was checked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import scipy
from geographiclib.geodesic import Geodesic
from numpy.typing import NDArray

from core.geo import Floats, arcs, earth_centred
from stations.coverage.plane import project, scales
from stations.coverage.squares import Squares

Places = NDArray[np.int64]
Wanted = NDArray[np.bool_]

#: In the place of a position that there is not.
NONE: Final = -1
#: Metres below which two distances are one: no position given in degrees can tell a micrometre.
SLACK: Final = 1e-6
#: Metres from which on the geodesic between two places is solved for one by one.
FAR: Final = 500_000.0
#: The shortest and the longest radius of curvature of the ellipsoid in metres (b²/a and a²/b).
_TIGHTEST, _FLATTEST = 6_335_439.0, 6_399_594.0
#: Metres by which a chord reckoned in floating numbers may be off.
_NOISE: Final = 1e-6
#: The same of the plane, whose coordinates are larger; and metres that are less than any degree.
_PLANE_NOISE: Final = 1e-5
_DEGREE: Final = 100_000.0
#: How many pairs are in hand at a time.
MOST_PAIRS: Final = 5_000_000
#: From so many questions on it pays to ask in several threads, and how many each asks at once.
_MANY: Final = 50_000
_AT_ONCE: Final = 1 << 16
_THREADS: Final = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


class Positions:
    """Places on the ellipsoid, in WGS-84 degrees, with a search tree made when first needed."""

    def __init__(self, lat: Floats, lon: Floats) -> None:
        self.lat, self.lon = lat, lon

    def __len__(self) -> int:
        return len(self.lat)

    @cached_property
    def xyz(self) -> Floats:
        """Earth-centred, in metres, one row a position."""
        return earth_centred(self.lat, self.lon)

    @cached_property
    def tree(self) -> scipy.spatial.cKDTree:
        return scipy.spatial.cKDTree(self.xyz, balanced_tree=False, copy_data=False)

    @cached_property
    def plane(self) -> Floats:
        """On a plane that keeps shapes, in metres, one row a position."""
        return project(self.lat, self.lon)

    @cached_property
    def squares(self) -> Squares:
        """Sorted into the squares of that plane. There must be positions."""
        return Squares(self.plane)

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """The southernmost and the northernmost latitude. There must be positions."""
        return float(self.lat.min()), float(self.lat.max())

    def only(self, wanted: Wanted | Places) -> Positions:
        """Some of them: by a mask, or by their numbers and in that order."""
        some = Positions(self.lat[wanted], self.lon[wanted])
        for known in ("xyz", "plane"):
            if known in self.__dict__:
                setattr(some, known, getattr(self, known)[wanted])
        return some


class Chords(NamedTuple):
    """Which chords certainly lie within a limit: up to ``sure``; and beyond: from ``never`` on."""

    sure: float
    never: float


def chords(metres: float) -> Chords:
    """The chords that settle whether a geodesic is at most *metres* long."""
    sure = 2 * _TIGHTEST * np.sin(metres / 2 / _TIGHTEST) - _NOISE
    never = 2 * _FLATTEST * np.sin((metres + SLACK) / 2 / _FLATTEST) + _NOISE
    return Chords(max(0.0, float(sure)), float(never))


def geodesic(of: Positions, i: int, to: Positions, j: int) -> float:
    """Metres along the geodesic, solved for: the word that counts near a limit."""
    lat, lon, lat2, lon2 = of.lat[i], of.lon[i], to.lat[j], to.lon[j]
    solved: float = Geodesic.WGS84.Inverse(lat, lon, lat2, lon2, Geodesic.DISTANCE)["s12"]
    return solved


def within(of: Positions, i: int, to: Positions, j: int, metres: float) -> bool:
    """Whether two places are at most *metres* apart, inclusive."""
    return geodesic(of, i, to, j) <= metres + SLACK


def distances(of: Positions, i: Places, to: Positions, j: Places) -> Floats:
    """Metres along the geodesic between pairs of places: to a hundredth of a millimetre up to
    200 km, to two millimetres up to FAR, beyond which the geodesic is solved for."""
    found = arcs(of.xyz[i], to.xyz[j])
    for far in np.flatnonzero(found > FAR):
        found[far] = geodesic(of, int(i[far]), to, int(j[far]))
    return found


class Near(NamedTuple):
    """Per place whether something lies within the limit; the nearest, NONE where it is farther
    away than was looked."""

    inside: Wanted
    nearest: Places


def nearest_within(of: Positions, to: Positions, metres: float, beyond: float = 0.0) -> Near:
    """Which of the places have one of *to* at most *metres* away, and which that is.

    It is looked *beyond* metres farther, so that who has just missed it is known too.
    """
    if not len(to) or not len(of):
        return Near(np.zeros(len(of), bool), np.full(len(of), NONE, np.int64))
    sure, never = chords(metres)
    threads = _THREADS if len(of) >= _MANY else 1
    bound = np.nextafter(never, np.inf) + beyond
    chord, found = to.tree.query(of.xyz, distance_upper_bound=bound, workers=threads)
    inside = np.asarray(chord <= sure)
    nearest: Places = np.where(found < len(to), found, NONE)
    for i in np.flatnonzero(inside != (chord <= never)).tolist():
        among = to.tree.query_ball_point(of.xyz[i], np.nextafter(never, np.inf))
        best, j = min((geodesic(of, i, to, j), j) for j in among)
        inside[i], nearest[i] = best <= metres + SLACK, j
    return Near(inside, nearest)


def nearest(of: Positions, to: Positions) -> Places:
    """The nearest of *to* to each place, however far; NONE where there is none at all."""
    if not len(to) or not len(of):
        return np.full(len(of), NONE, np.int64)
    threads = _THREADS if len(of) >= _MANY else 1
    return np.asarray(to.tree.query(of.xyz, workers=threads)[1], np.int64)


class Pairs(NamedTuple):
    """Who lies within the limit of whom: numbers on either side, in no promised order."""

    of: Places
    to: Places

    def __len__(self) -> int:  # the number of pairs, not of columns
        return len(self.of)


def pairs(of: Positions, to: Positions, metres: float) -> Pairs:
    """Every pair of places at most *metres* apart, inclusive; of a place with itself too.

    Most are told by the plane, the few that it leaves open by the chord, the rest by the geodesic.
    """
    if not len(to) or not len(of):
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64))
    least, most = on_plane(of, to, metres)

    def some(part: tuple[int, int]) -> Pairs:
        found = to.squares.within(of.plane[slice(*part)], most)
        told = Pairs(found.of + part[0], found.to)
        return _decided(of, to, metres, told, np.flatnonzero(found.squared > max(least, 0.0) ** 2))

    parts = _parts(len(of))
    if len(parts) == 1:
        return some(parts[0])
    _ = of.xyz, to.xyz, of.plane, to.squares  # made once, not in each thread
    with ThreadPoolExecutor(_THREADS) as threads:
        found = list(threads.map(some, parts))
    return Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _parts(count: int) -> list[tuple[int, int]]:
    """Where parts begin and end: as many for each thread, none too long for the cache."""
    number = _THREADS * -(-count // (_THREADS * _AT_ONCE)) if count >= _MANY else 1
    return list(pairwise(np.linspace(0, count, number + 1).astype(int).tolist()))


def on_plane(of: Positions, to: Positions, metres: float) -> tuple[float, float]:
    """Up to how many metres on the plane two places are certainly within the limit, and up to how
    many they may be."""
    around = metres / _DEGREE
    south, north = (end(of.bounds[n], to.bounds[n]) for n, end in ((0, min), (1, max)))
    least, most = scales(south - around, north + around)
    return least * metres - _PLANE_NOISE, most * (metres + SLACK) + _PLANE_NOISE


def _decided(of: Positions, to: Positions, metres: float, found: Pairs, open_: Places) -> Pairs:
    """The pairs without those of the *open* ones (their numbers) that are too far apart."""
    if not len(open_):
        return found
    i, j = found.of[open_], found.to[open_]
    step = of.xyz[i] - to.xyz[j]
    chord = np.sqrt(np.einsum("ij,ij->i", step, step))
    sure, never = chords(metres)
    inside = chord <= sure
    for n in np.flatnonzero((chord <= never) & ~inside).tolist():
        inside[n] = within(of, int(i[n]), to, int(j[n]), metres)
    kept = np.ones(len(found), bool)
    kept[open_] = inside
    return Pairs(found.of[kept], found.to[kept])


def about_so_many(of: Positions, to: Positions, metres: float) -> float:
    """How many have to be looked at to find all pairs, from a sample; there are no more pairs."""
    if not len(to) or not len(of):
        return 0.0
    sample = np.linspace(0, len(of) - 1, min(len(of), 400)).astype(np.int64)
    looked_at = to.squares.count(of.plane[sample], on_plane(of, to, metres)[1])
    return float(looked_at.mean()) * len(of)


def pairs_in_parts(of: Positions, to: Positions, metres: float) -> Iterator[Pairs]:
    """The same as :func:`pairs`, some at a time where they are too many to be held together."""
    count = int(about_so_many(of, to, metres) / MOST_PAIRS) + 1
    if count == 1:
        yield pairs(of, to, metres)
        return
    for some in np.array_split(np.arange(len(of)), min(count, len(of))):
        part = pairs(of.only(some), to, metres)
        yield Pairs(some[part.of], part.to)


def place_order(lat: Floats, lon: Floats) -> Places:
    """The order in which neighbours come near one another: along a Z-shaped curve through all.

    A tree asked in this order finds what it needs in the processor's cache.
    """
    return np.argsort(_spread(lat, 90.0) | _spread(lon, 180.0) << np.uint64(1), kind="stable")


def _spread(degrees: Floats, most: float) -> NDArray[np.uint64]:
    """The bits of an angle (31 of them, from -most on), each followed by a zero."""
    bits = ((degrees + most) / (2 * most) * (2**31 - 1)).astype(np.uint64)
    for shift, mask in _STEPS:
        bits = (bits | bits << np.uint64(shift)) & np.uint64(mask)
    return bits


_STEPS: Final = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)
