"""Who would drop out of reach or be won.

Only the sites that something happens to are looked at, and the settlements near them: all others
are reached as before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.geo import Floats
from core.sites.network import Network
from stations.coverage.positions import (
    NONE,
    Places,
    Positions,
    Wanted,
    distances,
    pairs,
)
from stations.coverage.rules import Cover, Question, Sites, Tally, tally
from stations.coverage.serving import serving
from stations.coverage.whatif.rules import WhatIf, changed, part

Words = NDArray[np.uint64]


@dataclass(frozen=True, eq=False, slots=True)
class Touched:
    """A settlement (its number in the demand) that is reached otherwise than before.

    ``services`` lost and won are ids.  ``nearest`` is, after all of it, the nearest site that
    counts (its index in the network of the day), ``distance`` its metres; NONE and inf if none.
    """

    settlement: int
    people: float
    before: bool
    after: bool
    lost: tuple[int, ...]
    won: tuple[int, ...]
    nearest: int
    distance: float


@dataclass(frozen=True, slots=True)
class Balance:
    """People and settlements that drop out and that are won."""

    people_lost: float
    settlements_lost: int
    people_won: float
    settlements_won: int


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """What would come of it, in the region that was asked about; most people first.

    ``dropped``: covered before and not after; ``won``: the other way round; ``poorer``: still
    covered, for fewer services.  ``beyond`` is what happens outside the region, ``services`` the
    balance of each service that anything happens to.  ``idle`` are sites (ids) that did not count
    before and do not after, so that nothing follows from what happens to them.
    """

    what: WhatIf
    question: Question
    before: Tally
    after: Tally
    touched: tuple[Touched, ...]
    beyond: Balance
    services: dict[int, Balance]
    idle: tuple[int, ...]

    @property
    def dropped(self) -> list[Touched]:
        return [one for one in self.touched if one.before and not one.after]

    @property
    def won(self) -> list[Touched]:
        return [one for one in self.touched if one.after and not one.before]

    @property
    def poorer(self) -> list[Touched]:
        return [one for one in self.touched if one.before and one.after and one.lost]


@dataclass(frozen=True, eq=False, slots=True)
class Side:
    """The sites in question on one side of the question: whether each counts, where, with what."""

    counts: Wanted
    open: Wanted
    positions: Positions
    words: Words

    @classmethod
    def of(cls, net: Network, question: Question) -> Side:
        """``open`` is whether it counts for whatever service it offers."""
        whatever = serving(net, None, question.at)
        counts = whatever
        if question.service_id is not None:
            counts = whatever & net.offering(question.service_id)
        words = np.where(whatever[:, np.newaxis], net.rows.direct | net.rows.assisted, 0)
        lat, lon = (np.where(whatever, degrees, 0.0) for degrees in (net.rows.lat, net.rows.lon))
        return cls(counts, whatever, Positions(lat, lon), words.astype(np.uint64))


@dataclass(frozen=True, eq=False, slots=True)
class _Reached:
    """Which settlements (of a few) are covered, and the bits of what is offered to them."""

    covered: Wanted
    words: Words


class Reckoning:
    """One question about a few sites; *everybody* are all that serve anything."""

    def __init__(
        self, net: Network, found: Cover, everybody: Sites, question: Question, what: WhatIf
    ) -> None:
        self.net, self.found, self.everybody = net, found, everybody
        self.question, self.what = question, what
        ids = np.array(what.site_ids, np.int64)
        self.indexes = np.searchsorted(net.rows.ids, ids)
        few = part(net, self.indexes)
        self.before = Side.of(few, question)
        self.after = Side.of(changed(few, what.changes), question)
        self.near = self._near()

    def _near(self) -> Places:
        """The settlements that any of the sites covers, before or after."""
        there, straight = self.found.demand.positions, self.question.rule.straight
        reached = [
            pairs(side.positions.only(side.open), there, straight).to
            for side in (self.before, self.after)
        ]
        return np.unique(np.concatenate(reached))

    def outcome(self, inside: Wanted | None) -> Outcome:
        """What comes of it within the settlements that are looked at, all if None."""
        others = self._by_others()
        before, after = (self._with(others, side) for side in (self.before, self.after))
        different = (before.covered != after.covered) | (before.words != after.words).any(axis=1)
        near = self.near
        within = np.ones(len(near), bool) if inside is None else inside[near]
        total = tally(self.found, inside)
        balance = _balance(self, before.covered, after.covered, within)
        return Outcome(
            what=self.what,
            question=self.question,
            before=total,
            after=replace(
                total,
                people_covered=total.people_covered - balance.people_lost + balance.people_won,
                settlements_covered=total.settlements_covered
                - balance.settlements_lost
                + balance.settlements_won,
            ),
            touched=self._touched(before, after, np.flatnonzero(different & within)),
            beyond=_balance(self, before.covered, after.covered, ~within),
            services=self._services(before.words, after.words, within),
            idle=tuple(
                site_id
                for site_id, was, will in zip(
                    self.what.site_ids, self.before.counts, self.after.counts, strict=True
                )
                if not was and not will
            ),
        )

    def _by_others(self) -> _Reached:
        """What reaches the settlements besides the sites in question."""
        here = self.found.demand.positions.only(self.near)
        sites = self.everybody
        of, to = pairs(here, sites.positions, self.question.rule.straight)
        other = ~np.isin(sites.indexes[to], self.indexes)
        of, index = of[other], sites.indexes[to[other]]
        rows = self.net.rows
        return self._reached(of, rows.direct[index] | rows.assisted[index])

    def _reached(self, of: Places, words: Words) -> _Reached:
        found = np.zeros((len(self.near), self.net.rows.direct.shape[1]), np.uint64)
        np.bitwise_or.at(found, of, words)
        covered = np.zeros(len(self.near), bool)
        service_id = self.question.service_id
        if service_id is None:
            covered[of] = True
        elif service_id in self.net.bit:
            covered = _has(found, self.net.bit[service_id])
        return _Reached(covered, found)

    def _with(self, others: _Reached, side: Side) -> _Reached:
        """What reaches the settlements on one side."""
        here = self.found.demand.positions.only(self.near)
        open_ = np.flatnonzero(side.open)
        of, to = pairs(here, side.positions.only(open_), self.question.rule.straight)
        own = self._reached(of, side.words[open_[to]])
        return _Reached(others.covered | own.covered, others.words | own.words)

    def _touched(self, before: _Reached, after: _Reached, which: Places) -> tuple[Touched, ...]:
        settlements = self.near[which]
        here = self.found.demand.positions.only(settlements)
        nearest, metres = alternatives(here, self.found.sites, self.indexes, self.after)
        people, ids = self.found.demand.people[settlements], self.found.demand.ids[settlements]
        lost, won = before.words & ~after.words, after.words & ~before.words
        return tuple(
            Touched(
                settlement=int(settlements[row]),
                people=float(people[row]),
                before=bool(before.covered[which[row]]),
                after=bool(after.covered[which[row]]),
                lost=self._named(lost[which[row]]),
                won=self._named(won[which[row]]),
                nearest=int(nearest[row]),
                distance=float(metres[row]),
            )
            for row in np.lexsort((ids, -people)).tolist()
        )

    def _named(self, words: Words) -> tuple[int, ...]:
        """The services (ids) whose bits are set."""
        services = self.net.rows.services
        found = []
        for number, word in enumerate(words.tolist()):
            while word:
                bit = word & -word
                found.append(services[number * 64 + bit.bit_length() - 1])
                word ^= bit
        return tuple(found)

    def _services(self, before: Words, after: Words, within: Wanted) -> dict[int, Balance]:
        differing = np.bitwise_or.reduce((before ^ after)[within], axis=0, initial=0)
        return {
            service_id: _balance(self, _has(before, bit), _has(after, bit), within)
            for service_id in self._named(np.atleast_1d(differing))
            for bit in (self.net.bit[service_id],)
        }


def _has(words: Words, bit: int) -> Wanted:
    return np.asarray((words[:, bit // 64] & np.uint64(1 << bit % 64)) != 0)


def _balance(one: Reckoning, before: Wanted, after: Wanted, within: Wanted) -> Balance:
    people = one.found.demand.people[one.near]
    lost, won = before & ~after & within, after & ~before & within
    return Balance(
        float(people[lost].sum()), int(lost.sum()), float(people[won].sum()), int(won.sum())
    )


def alternatives(here: Positions, sites: Sites, gone: Places, after: Side) -> tuple[Places, Floats]:
    """The nearest of the sites but those *gone* (indexes), or of the same where they then are:
    indexes and metres, NONE and inf where there is no site at all."""
    nearest, metres = _nearest_but(here, sites, gone)
    for number in np.flatnonzero(after.counts).tolist():
        there = np.full(len(here), number)
        away = distances(here, np.arange(len(here)), after.positions, there)
        nearest = np.where(away < metres, gone[number], nearest)
        metres = np.minimum(away, metres)
    return nearest, metres


def _nearest_but(here: Positions, sites: Sites, gone: Places) -> tuple[Places, Floats]:
    """The nearest of the sites that is none of those *gone*."""
    count, away = len(here), np.isin(sites.indexes, gone)
    if not count or away.all():
        return np.full(count, NONE, np.int64), np.full(count, np.inf)
    many = min(len(sites), 1 + int(away.sum()))
    ranked = np.asarray(sites.positions.tree.query(here.xyz, k=range(1, many + 1))[1], np.int64)
    first = ranked[np.arange(count), np.argmin(away[ranked], axis=1)]
    metres = distances(here, np.arange(count), sites.positions, first)
    return sites.indexes[first], metres
