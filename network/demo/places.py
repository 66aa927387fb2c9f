"""Where regions are put: county towns and known towns as given, the rest around them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

from shapely.geometry.base import BaseGeometry

from core.regions.rules import Level, Row
from network.demo.ground import XY, Crowd, Plane, Territory, around, distance_to_any, nearest

#: Villages are drawn no nearer to one another than this, in metres: 300 and what the plane errs.
APART: Final = 310.0

# How many places are tried for a town before the best is taken.
_TRIES: Final = 80
# After so many tries a village may lie nearer to another town than to its own.
_LOYAL: Final = 200


def urban(town: Row) -> bool:
    """Whether the town is part of its county town."""
    return town.name.endswith(("街道", "办事处"))


def county_of(code: str) -> str:
    """The six digits of the county, or of the city itself, in which the region of *code* lies."""
    return code[:6]


class Places:
    """The points of a city's regions, in metres on ``plane``, by the regions' codes.

    ``rows`` are the regions, parents first; ``outlines`` are in degrees (WGS-84) by six digits of
    the county's code, ``known`` and ``seats`` latitude and longitude of towns by their code and of
    county towns by six digits.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        outlines: Mapping[str, BaseGeometry],
        known: Mapping[str, tuple[float, float]],
        seats: Mapping[str, tuple[float, float]],
        rng: Random,
    ) -> None:
        self.rng = rng
        middle = next(iter(outlines.values())).centroid
        self.plane = Plane(round(middle.y, 2), round(middle.x, 2))
        self.land = {
            county: Territory(self.plane.flat(outline)) for county, outline in outlines.items()
        }
        towns = [row for row in rows if row.level is Level.TOWN]
        self.points: dict[str, XY] = {
            row.code: self.plane.metres(*known[row.code]) for row in towns if row.code in known
        }
        self.known = frozenset(self.points)
        self.towns = dict(self.points)
        #: Counties without an outline of their own: development zones.
        self.zones: set[str] = set()
        self._settle_counties([row for row in rows if row.level is Level.COUNTY], seats)
        self._settle_city(rows[0], seats)
        self._settle_towns([row for row in towns if row.code not in self.known])
        self._settle_villages(towns, rows)

    def territory(self, code: str) -> Territory:
        """The land on which the region of *code* lies: its county's, or what surrounds that."""
        return self.land[county_of(code)]

    def _settle_counties(
        self, counties: Sequence[Row], seats: Mapping[str, tuple[float, float]]
    ) -> None:
        for row in counties:
            county = county_of(row.code)
            towns = [at for code, at in self.points.items() if county_of(code) == county]
            if county not in self.land:
                self.zones.add(county)
                self.land[county] = self._surrounding(towns)
            if county in seats:
                self.points[row.code] = self.plane.metres(*seats[county])
            else:
                self.points[row.code] = towns[0] if towns else self.land[county].middle()

    def _surrounding(self, towns: Sequence[XY]) -> Territory:
        """The land that holds most of *towns*: a development zone has no outline of its own."""
        return max(self.land.values(), key=lambda land: sum(map(land.holds, towns)))

    def _settle_city(self, city: Row, seats: Mapping[str, tuple[float, float]]) -> None:
        seat = seats.get(county_of(city.code))
        at = next(iter(self.land.values())).middle() if seat is None else self.plane.metres(*seat)
        self.points[city.code] = at
        self.land[county_of(city.code)] = self._surrounding([at])

    # -- Towns --------------------------------------------------------------------------------

    def _settle_towns(self, towns: Sequence[Row]) -> None:
        for row in sorted(towns, key=lambda row: (not urban(row), row.code)):
            others = list(self.towns.values())
            tried = [self._town(row) for _ in range(_TRIES)]
            land = self.territory(row.code)
            best = max(
                tried, key=lambda at: min(distance_to_any(at, others), 1.5 * land.from_edge(at))
            )
            self.points[row.code] = self.towns[row.code] = best

    def _town(self, row: Row) -> XY:
        """A place where the town might be."""
        land = self.territory(row.code)
        seat = self.points[f"{county_of(row.code)}000000"]
        if urban(row):
            return self._inside(land, seat, 300, 3500)
        if county_of(row.code) in self.zones:
            return self._inside(land, seat, 2000, 9000)
        return land.anywhere(self.rng)

    def _inside(self, land: Territory, centre: XY, near: float, far: float) -> XY:
        reach = far
        while True:
            at = around(self.rng, centre, near, reach)
            if land.holds(at):
                return at
            reach *= 1.02

    # -- Villages -----------------------------------------------------------------------------

    def _settle_villages(self, towns: Sequence[Row], rows: Sequence[Row]) -> None:
        below: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row.level is Level.VILLAGE:
                below[row.parent].append(row)
        crowd = Crowd()
        for town in towns:
            count = len(below[town.code])
            for row in below[town.code]:
                self.points[row.code] = self._village(town, count, crowd)
                crowd.add(self.points[row.code])

    def _village(self, town: Row, count: int, crowd: Crowd) -> XY:
        """A place for one of the *count* villages of *town*: first with room, then where it can."""
        centre, land = self.towns[town.code], self.territory(town.code)
        room, reach = self._room(town, count)
        tries = 0
        while True:
            at = around(self.rng, centre, 0, reach * 1.01 ** max(0, tries - 40))
            wanted = max(APART, room * 0.985**tries)
            loyal = tries > _LOYAL or nearest(at, self.towns) == town.code
            if loyal and land.holds(at) and crowd.clear(at, wanted):
                return at
            tries += 1

    def _room(self, town: Row, count: int) -> tuple[float, float]:
        """How far apart the villages of *town* are to lie if they can, and how far from it."""
        if urban(town):
            return 420.0, 330.0 * math.sqrt(count) + 150.0
        centre = self.towns[town.code]
        others = [at for code, at in self.towns.items() if code != town.code]
        apart = min(distance_to_any(centre, others), 12_000.0)
        return 800.0, max(420.0 * math.sqrt(count), 0.7 * apart)
