"""What "within one kilometre" means: the rule, who is asked about, and what the answer holds.

People live at settlement points, and a settlement is covered as a whole or not at all.  What counts
people and what counts settlements is never one number: see :class:`Tally`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final

import numpy as np
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.catalogue.rules import Service
from core.errors import BadInput
from core.geo import Floats
from core.regions.ranks import Ranks
from core.regions.tree import Node
from stations.coverage.positions import (
    MOST_PAIRS,
    NONE,
    Near,
    Pairs,
    Places,
    Positions,
    Wanted,
    about_so_many,
    distances,
    nearest,
    nearest_within,
    pairs,
    pairs_in_parts,
)
from stations.coverage.settled import Demand as Demand
from stations.coverage.settled import Source as Source

#: Metres of the radius that the claim is about, and within which people may ask for another.
RADIUS: Final = 1000.0
NARROWEST: Final = 50.0
WIDEST: Final = 50_000.0
#: How much longer than the straight line a walk may be taken for.
MOST_FACTOR: Final = 3.0
#: Metres either side of the limit within which a settlement is listed as on the rim.
RIM: Final = 5.0
#: So many sites to be looked at around each settlement are told sooner than the nearest alone.
A_FEW: Final = 8


@dataclass(frozen=True, slots=True)
class Rule:
    """Covered is who has a site at most ``radius`` metres away, inclusive.

    The distance is the straight line on the WGS-84 ellipsoid times ``factor``: 1 is the straight
    line itself, more an estimate of a walk.
    """

    radius: float = RADIUS
    factor: float = 1.0

    @classmethod
    def asked(cls, radius: float, factor: float = 1.0) -> Rule:
        """The rule that somebody asks for. Raises BadInput out of bounds."""
        if not NARROWEST <= radius <= WIDEST:
            raise BadInput(_l("半径应在 50 米到 50000 米之间。"), field="radius")
        if not 1.0 <= factor <= MOST_FACTOR:
            raise BadInput(_l("步行系数应在 1 到 3 之间（1 为直线距离）。"), field="factor")
        return cls(float(radius), float(factor))

    @property
    def straight(self) -> float:
        """The longest straight line in metres that still covers."""
        return self.radius / self.factor

    @property
    def walking(self) -> bool:
        """Whether the distance is an estimate of a walk and not the straight line."""
        return self.factor != 1.0

    @property
    def key(self) -> str:
        """The same for two rules that may be compared, and only for them."""
        return f"line-1 radius={self.radius!r} factor={self.factor!r}"

    def words(self) -> LazyString:
        """The rule as pages state it."""
        if not self.walking:
            return _l(
                "覆盖：到最近网点的直线距离不超过 %(radius)s 米（正好 %(radius)s 米算覆盖）。"
                "距离沿 WGS-84 椭球面量取，不是步行距离。",
                radius=metres_text(self.radius),
            )
        return _l(
            "覆盖：到最近网点的步行路程估计不超过 %(radius)s 米（正好 %(radius)s 米算覆盖）。"
            "估计方法：椭球面直线距离乘以 %(factor)s，即直线不超过 %(straight)s 米；不是实测路程。",
            radius=metres_text(self.radius),
            factor=f"{self.factor:g}",
            straight=metres_text(self.straight),
        )


def metres_text(metres: float) -> str:
    """Metres with the decimals that they need, at least one."""
    text = f"{metres:.3f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


@dataclass(frozen=True, slots=True)
class Question:
    """Whom the network of a day reaches in a region: for a service or any, at an hour or any.

    Without a region it is about all that is known.
    """

    region: Node | None
    on: date
    service: Service | None = None
    at: datetime | None = None
    rule: Rule = Rule()

    @property
    def service_id(self) -> int | None:
        return None if self.service is None else self.service.id

    def sites_words(self) -> LazyString:
        """Which sites count, as pages state it."""
        if self.at is None:
            return _l(
                "计入的网点：当日在服务、位置可以公开、能办所选事项（不选则不限），且当日没有全天停办。"
            )
        return _l(
            "计入的网点：当日在服务、位置可以公开、能办所选事项（不选则不限），且所选时刻正在办理。"
        )


@dataclass(frozen=True, eq=False)
class Sites:
    """The sites that count: their numbers in the network of the day, and where they are."""

    indexes: Places
    positions: Positions

    def __len__(self) -> int:
        return len(self.indexes)


@dataclass(frozen=True, eq=False)
class Cover:
    """Whom the sites reach by a rule: one entry a settlement in every column.

    What nobody asks for is not worked out.
    """

    rule: Rule
    demand: Demand
    sites: Sites

    @cached_property
    def _near(self) -> Near:
        here, there = self.demand.positions, self.sites.positions
        return nearest_within(here, there, self.rule.straight, RIM)

    @cached_property
    def covered(self) -> Wanted:
        """Which settlements are covered."""
        here, there = self.demand.positions, self.sites.positions
        count = about_so_many(here, there, self.rule.straight)
        if "pairs" not in self.__dict__ and count > A_FEW * len(self.demand):
            return self._near.inside
        found = np.zeros(len(self.demand), bool)
        found[self.pairs.of] = True
        return found

    @property
    def close(self) -> Places:
        """The nearest of the sites (its number among them) up to RIM beyond the limit, else
        NONE."""
        return self._near.nearest

    @cached_property
    def nearest(self) -> Places:
        """The nearest site, however far, by its index in the network; NONE without any."""
        found = self._nearest
        if not len(self.sites):
            return found
        return self.sites.indexes[found]

    @cached_property
    def _nearest(self) -> Places:
        far = np.flatnonzero(self.close == NONE)
        found = self.close.copy()
        found[far] = nearest(self.demand.positions.only(far), self.sites.positions)
        return found

    @cached_property
    def distance(self) -> Floats:
        """Metres of straight line to the nearest site, along the geodesic; inf without any."""
        if not len(self.sites):
            return np.full(len(self.demand), np.inf)
        here = np.arange(len(self.demand))
        return distances(self.demand.positions, here, self.sites.positions, self._nearest)

    @cached_property
    def rim(self) -> Places:
        """The settlements within RIM metres (of straight line) of the limit, either side."""
        here = np.flatnonzero(self.close != NONE)
        metres = distances(self.demand.positions, here, self.sites.positions, self.close[here])
        return here[np.abs(metres - self.rule.straight) <= RIM]

    @cached_property
    def pairs(self) -> Pairs:
        """Every settlement (``of``) with every one of the sites (``to``) that covers it."""
        return pairs(self.demand.positions, self.sites.positions, self.rule.straight)

    def parts(self) -> Iterator[Pairs]:
        """The pairs, some at a time where they are too many to be held together."""
        here, there = self.demand.positions, self.sites.positions
        if "pairs" in self.__dict__ or about_so_many(here, there, self.rule.straight) <= MOST_PAIRS:
            yield self.pairs
        else:
            yield from pairs_in_parts(here, there, self.rule.straight)

    @cached_property
    def choices(self) -> Places:
        """How many sites cover each settlement."""
        found = np.zeros(len(self.demand), np.int64)
        for of, _to in self.parts():
            found += np.bincount(of, minlength=len(found))
        return found

    @cached_property
    def reached(self) -> Floats:
        """The people whom each of the sites covers."""
        return self._by_site(np.ones(len(self.demand), bool))

    @cached_property
    def dependent(self) -> Floats:
        """The people whom each of the sites covers and no other one does."""
        return self._by_site(self.choices == 1)

    def _by_site(self, wanted: Wanted) -> Floats:
        people, found = np.where(wanted, self.demand.people, 0.0), np.zeros(len(self.sites))
        for of, to in self.parts():
            found += np.bincount(to, people[of], len(found))
        return found

    def dependants(self, site: int) -> Places:
        """The settlements that only this one of the sites covers."""
        one = self.sites.positions.only(np.array([site]))
        near = np.sort(pairs(one, self.demand.positions, self.rule.straight).to)
        alone: Places = near[self.choices[near] == 1]
        return alone


def cover(demand: Demand, sites: Sites, rule: Rule) -> Cover:
    """Whom the sites reach."""
    return Cover(rule, demand, sites)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people there are and how many are covered; and, apart, how many settlements."""

    people: float
    people_covered: float
    settlements: int
    settlements_covered: int

    @property
    def people_share(self) -> float | None:
        """None where nobody is known to live."""
        return self.people_covered / self.people if self.people else None

    @property
    def settlement_share(self) -> float | None:
        return self.settlements_covered / self.settlements if self.settlements else None


def tally(found: Cover, wanted: Wanted | None = None) -> Tally:
    """The numbers of all settlements, or of some."""
    people, covered = found.demand.people, found.covered
    if wanted is not None:
        people, covered = people[wanted], covered[wanted]
    return Tally(float(people.sum()), float(people[covered].sum()), len(people), int(covered.sum()))


@dataclass(frozen=True, slots=True)
class Shares:
    """The numbers of every region of a day with all below it, by its place."""

    people: Floats
    people_covered: Floats
    settlements: Floats
    settlements_covered: Floats

    def at(self, place: int) -> Tally:
        return Tally(
            float(self.people[place]),
            float(self.people_covered[place]),
            int(self.settlements[place]),
            int(self.settlements_covered[place]),
        )


def shares(found: Cover, ranks: Ranks) -> Shares:
    """The numbers of every region."""
    places, people, covered = found.demand.places(ranks), found.demand.people, found.covered
    known = places != NONE
    if not known.all():
        places, people, covered = places[known], people[known], covered[known]
    here, count = places[covered], len(ranks)
    own = np.array(
        [
            np.bincount(places, people, count),
            np.bincount(here, people[covered], count),
            np.bincount(places, None, count),
            np.bincount(here, None, count),
        ],
        np.float64,
    )
    return Shares(*ranks.rolled(own))
