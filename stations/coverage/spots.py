"""Who is not covered: the settlements, largest first, and the blind spots that they make together.

Uncovered settlements belong to one blind spot where a chain of them leads from one to the other, no
two in a row farther apart than the rule covers: a new site at either would then cover both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.geo import Floats
from stations.coverage.positions import Places, Wanted, pairs
from stations.coverage.rules import Cover, Rule, metres_text


@dataclass(frozen=True, eq=False, slots=True)
class Spot:
    """A blind spot; settlements are numbers in the demand, those with most people first.

    ``nearest`` is the site (by its index in the network) that is nearest to any of it, ``distance``
    its metres from there, both of the settlement ``edge``; NONE and inf where there is no site.
    ``place`` is the settlement at which one new site would cover most people of the spot:
    ``won`` of them, in the settlements ``winning``.
    """

    settlements: Places
    people: float
    edge: int
    nearest: int
    distance: float
    place: int
    won: float
    winning: Places


def words(rule: Rule) -> LazyString:
    """What a blind spot is, as pages state it."""
    return _l(
        "盲区：未覆盖的聚落点，相距不超过 %(metres)s 米的连成一片"
        "（在其中一处设点就能覆盖另一处）；建议点位是能多覆盖人口最多的那个聚落点。",
        metres=metres_text(rule.straight),
    )


def uncovered(found: Cover, wanted: Wanted | None = None) -> Places:
    """The settlements without a site, of all or of some: most people first, then by id."""
    missing = ~found.covered if wanted is None else ~found.covered & wanted
    return _largest_first(found, np.flatnonzero(missing))


def _largest_first(found: Cover, settlements: Places) -> Places:
    demand = found.demand
    return settlements[np.lexsort((demand.ids[settlements], -demand.people[settlements]))]


def blind_spots(found: Cover, wanted: Wanted | None = None) -> list[Spot]:
    """The blind spots of all settlements or of some: most people first, then most settlements."""
    missing = uncovered(found, wanted)
    if not len(missing):
        return []
    labels, won, near = _linked(found, missing)
    spots = [
        _spot(found, missing, of_spot, won, near)
        for of_spot in np.split(np.argsort(labels, kind="stable"), _ends(labels))
    ]
    return sorted(
        spots,
        key=lambda spot: (-spot.people, -len(spot.settlements), found.demand.ids[spot.place]),
    )


def _ends(labels: Places) -> Places:
    return np.cumsum(np.bincount(labels))[:-1]


@dataclass(frozen=True, eq=False, slots=True)
class _Near:
    """Whom a site at each of the uncovered settlements would cover, by rows: a compressed list."""

    starts: Places
    to: Places

    def of(self, number: int) -> Places:
        return self.to[self.starts[number] : self.starts[number + 1]]


def _linked(found: Cover, missing: Places) -> tuple[Places, Floats, _Near]:
    """Of each settlement its spot, how many people a site there would win, and which."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    here = found.demand.positions.only(missing)
    of, to = pairs(here, here, found.rule.straight)
    order = np.argsort(of, kind="stable")
    of, to = of[order], to[order]
    count = len(missing)
    links = csr_array((np.ones(len(of), np.int8), (of, to)), shape=(count, count))
    labels = connected_components(links, directed=False)[1].astype(np.int64)
    won = np.bincount(of, found.demand.people[missing[to]], count).astype(np.float64)
    starts = np.concatenate(([0], np.cumsum(np.bincount(of, minlength=count))))
    return labels, won, _Near(starts, to)


def _spot(found: Cover, missing: Places, members: Places, won: Floats, near: _Near) -> Spot:
    """The spot of these *members*, which are numbers among those *missing*, largest first."""
    settlements = missing[members]
    best = members[np.argmax(won[members])]
    edge = settlements[np.argmin(found.distance[settlements])]
    return Spot(
        settlements=settlements,
        people=float(found.demand.people[settlements].sum()),
        edge=int(edge),
        nearest=int(found.nearest[edge]),
        distance=float(found.distance[edge]),
        place=int(missing[best]),
        won=float(won[best]),
        winning=missing[np.sort(near.of(int(best)))],
    )
