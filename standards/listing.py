"""Verdicts in lists: by region, by criterion, site by site, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from core.figures.queries import Scope
from core.regions.ranks import NONE, Places
from core.regions.rules import LEVELS, Level
from core.regions.tree import Node
from core.sites.network import KINDS, Place, Wanted
from core.sites.queries import search
from core.sites.rules import Kind
from standards.judging import FAILED, STATES, UNKNOWN, Ints, Judged
from standards.queries import Published
from standards.rules import Band, Criterion, State
from standards.verdicts import Verdicts


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose verdicts, of which day; what the list of sites is narrowed down to."""

    region: Node | None
    on: date
    kind: Kind | None = None
    state: State | None = None
    #: Those that stand so with a criterion.
    criterion: str = ""
    standing: State = State.FAILED
    text: str = ""
    below: Level | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many sites stand how."""

    failed: int
    unknown: int
    met: int
    not_applicable: int

    @classmethod
    def of(cls, numbers: Sequence[int]) -> Counts:
        return cls(*(int(number) for number in numbers))

    @property
    def total(self) -> int:
        return self.failed + self.unknown + self.met + self.not_applicable

    @property
    def known(self) -> int:
        return self.failed + self.met

    @property
    def share(self) -> float | None:
        """The share that meets the standard, of those of which it is known."""
        return self.met / self.known if self.known else None

    def number(self, state: State) -> int:
        return int(getattr(self, state.value))


@dataclass(frozen=True, slots=True)
class Line:
    """One site in the list."""

    place: Place
    state: State
    least: int
    most: int
    of: int
    band: Band | None
    failed: tuple[Criterion, ...]
    unknown: int


@dataclass(frozen=True, slots=True)
class View:
    """The verdicts of one standard in what is looked at."""

    verdicts: Verdicts
    published: Published
    judged: Judged
    #: The columns of ``judged`` that lie in it and are of the kind.
    columns: Ints

    @classmethod
    def of(
        cls,
        verdicts: Verdicts,
        published: Published,
        judged: Judged,
        where: Scope,
        kind: Kind | None = None,
    ) -> View:
        net, ranks = verdicts.day.ask.network, verdicts.day.ask.ranks
        if where.region is None:
            inside: Wanted = np.isin(net.rows.ids[judged.indexes], sorted(where.sites))
        else:
            place = ranks.place[where.region.id]
            places = ranks.places(net.rows.region_ids[judged.indexes])
            depth = int(ranks.depths[place])
            inside = (places != NONE) & (ranks.above[places, depth] == place)
        if kind is not None:
            inside &= net.rows.kinds[judged.indexes] == KINDS.index(kind)
        return cls(verdicts, published, judged, np.flatnonzero(inside))

    @property
    def counts(self) -> Counts:
        """Of all the sites in it."""
        states = self.judged.states[self.columns]
        return Counts.of(np.bincount(states, minlength=len(STATES)).tolist())

    def by_criterion(self) -> list[tuple[Criterion, Counts]]:
        """How the sites stand with each criterion: what fails most comes first."""
        told = []
        for number, criterion in enumerate(self.judged.version.criteria):
            states = self.judged.criteria[number, self.columns]
            counts = np.bincount(states, minlength=len(STATES)).tolist()
            told.append((criterion, Counts.of(counts)))
        return sorted(told, key=lambda pair: (-pair[1].failed, -pair[1].unknown))

    def by_region(self, where: Scope, below: Level | None) -> list[tuple[Node, Counts]]:
        """The regions of a level in what is looked at, the worst first, those without sites left
        out."""
        levels = levels_below(where)
        if where.region is None or not levels:
            return []
        level = below if below in levels else levels[0]
        ranks, net = self.verdicts.day.ask.ranks, self.verdicts.day.ask.network
        places: Places = ranks.places(net.rows.region_ids[self.judged.indexes[self.columns]])
        states = self.judged.states[self.columns]
        totals = [
            ranks.totals(places, (states == number).astype(np.float64))
            for number in range(len(STATES))
        ]
        told = []
        for node in net.tree.descendants(where.region.id):
            if node.level is level:
                place = ranks.place[node.id]
                counts = Counts.of([int(total[place]) for total in totals])
                if counts.total:
                    told.append((node, counts))
        return sorted(told, key=lambda pair: _worst(pair[1]))

    def sites(self, asked: Asked) -> Ints:
        """The columns of the sites that are asked for, the worst first."""
        judged, columns = self.judged, self.columns
        if asked.state is not None:
            columns = columns[judged.states[columns] == STATES.index(asked.state)]
        if asked.criterion in judged.version.by_code:
            number = [one.code for one in judged.version.criteria].index(asked.criterion)
            standing = STATES.index(asked.standing)
            columns = columns[judged.criteria[number, columns] == standing]
        if asked.text:
            columns = columns[self._named(asked, columns)]
        failures = judged.failures()[columns]
        share = np.divide(
            judged.least[columns],
            judged.of[columns],
            out=np.zeros(len(columns)),
            where=judged.of[columns] > 0,
        )
        order = np.lexsort((columns, share, -failures, judged.states[columns]))
        found: Ints = columns[order]
        return found

    def _named(self, asked: Asked, columns: Ints) -> Wanted:
        net = self.verdicts.day.ask.network
        codes = set(search(asked.text, net.on, len(net), status=None))
        named: Wanted = np.array(
            [net.rows.codes[int(index)] in codes for index in self.judged.indexes[columns]], bool
        )
        return named

    def line(self, column: int) -> Line:
        """One site of the list."""
        judged, number = self.judged, int(column)
        least, most, of = (int(a[number]) for a in (judged.least, judged.most, judged.of))
        states = judged.criteria[:, number]
        return Line(
            place=self.verdicts.day.ask.network.place(int(judged.indexes[number])),
            state=STATES[judged.states[number]],
            least=least,
            most=most,
            of=of,
            band=band_of(judged, number),
            failed=tuple(
                judged.version.criteria[row] for row in np.flatnonzero(states == FAILED).tolist()
            ),
            unknown=int((states == UNKNOWN).sum()),
        )


def band_of(judged: Judged, column: int) -> Band | None:
    """The grade of a site; None as long as what is unknown could change it."""
    version = judged.version
    vetoes = [number for number, one in enumerate(version.criteria) if one.veto]
    states = judged.criteria[vetoes, column]
    if (states == FAILED).any():
        return version.lowest
    of = int(judged.of[column])
    least = version.band(int(judged.least[column]), of)
    if (states == UNKNOWN).any() or least != version.band(int(judged.most[column]), of):
        return None
    return least


def _worst(counts: Counts) -> tuple[bool, float, int, int]:
    share = counts.share
    return share is None, share or 0.0, -counts.failed, -counts.unknown


def levels_below(where: Scope) -> tuple[Level, ...]:
    """Which levels the verdicts of a region can be told for."""
    return () if where.region is None else LEVELS[where.region.level.depth + 1 :]
