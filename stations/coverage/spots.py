"""Who is not covered: the settlements, largest first, and the blind spots that they make together.

Uncovered settlements belong to one blind spot where a chain of them leads from one to the other, no
two in a row farther apart than the rule covers: a new site at either would then cover both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.geo import Floats
from stations.coverage.positions import (
    Places,
    Positions,
    Wanted,
    about_so_many,
    pairs,
    pairs_in_parts,
)
from stations.coverage.rules import Cover, Rule, metres_text

#: Of how many neighbours blind spots are made at most.
MOST_LINKS: Final = 20_000_000


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
    """The blind spots of all settlements or of some: most people first, then most settlements.

    Raises BadInput where so many lie so near to one another that spots mean nothing any more.
    """
    missing = uncovered(found, wanted)
    if not len(missing):
        return []
    demand = found.demand
    here, people = demand.positions.only(missing), demand.people[missing]
    labels, won = _linked(here, people, found.rule.straight)
    groups = np.split(np.argsort(labels, kind="stable"), _ends(labels))
    best = np.array([members[np.argmax(won[members])] for members in groups])
    winning = _around(here, best, found.rule.straight)
    spots = [
        _spot(found, missing[members], missing[place], float(won[place]), missing[won_there])
        for members, place, won_there in zip(groups, best, winning, strict=True)
    ]
    return sorted(
        spots,
        key=lambda spot: (-spot.people, -len(spot.settlements), demand.ids[spot.place]),
    )


def _ends(labels: Places) -> Places:
    return np.cumsum(np.bincount(labels))[:-1]


def _linked(here: Positions, people: Floats, metres: float) -> tuple[Places, Floats]:
    """Of each place the number of its spot, and how many people a site there would win."""
    if about_so_many(here, here, metres) > MOST_LINKS:
        raise BadInput(
            _l(
                "这个半径太大：未覆盖的村居几乎连成一片，盲区没有意义（%(metres)s 米以内相邻的超过 "
                "%(most)s 对）。请缩小半径，或到下一级区划看。",
                metres=metres_text(metres),
                most=f"{MOST_LINKS:,}",
            ),
            field="radius",
        )
    labels, won = np.arange(len(here)), np.zeros(len(here))
    for of, to in pairs_in_parts(here, here, metres):
        won += np.bincount(of, people[to], len(here))
        labels = _joined(labels, of, to)
    return labels, won


def _joined(labels: Places, of: Places, to: Places) -> Places:
    """The labels once those that are linked are one; counted from 0."""
    count = int(labels.max()) + 1
    ones = np.ones(len(of))  # of a byte 256 would add up to none
    links = scipy.sparse.csr_array((ones, (labels[of], labels[to])), shape=(count, count))
    return scipy.sparse.csgraph.connected_components(links, directed=False)[1].astype(np.int64)[
        labels
    ]


def _around(here: Positions, places: Places, metres: float) -> list[Places]:
    """Of each of the *places* those that lie within the metres of it, itself among them."""
    of, to = pairs(here.only(places), here, metres)
    order = np.lexsort((to, of))
    return np.split(to[order], np.cumsum(np.bincount(of, minlength=len(places)))[:-1])


def _spot(found: Cover, settlements: Places, place: int, won: float, winning: Places) -> Spot:
    """The spot of these *settlements*, largest first."""
    edge = settlements[np.argmin(found.distance[settlements])]
    return Spot(
        settlements=settlements,
        people=float(found.demand.people[settlements].sum()),
        edge=int(edge),
        nearest=int(found.nearest[edge]),
        distance=float(found.distance[edge]),
        place=int(place),
        won=won,
        winning=winning,
    )
