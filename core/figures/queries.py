"""What figures are asked of, their rows, and their numbers for sites and regions.

The rows of a day are computed once and held until the register is written; nothing is computed
that nobody asks for.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from flask_babel import lazy_gettext as _l

from core import snapshot
from core.access import Reach, require_reach
from core.catalogue.queries import catalogue
from core.errors import NotFound
from core.figures import rules
from core.figures.rules import Ask, Figure, Floats, Rolled, Rows, Subject, Value
from core.regions.queries import tree
from core.regions.ranks import ranks
from core.regions.tree import Node, Tree
from core.sites.queries import network, plan
from core.sites.rules import Kind
from core.snapshot import of_revision

Kinds = frozenset[Kind]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was computed already."""

    rows: dict[str, Rows] = field(default_factory=dict)
    rolled: dict[tuple[str, Kinds], Rolled] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """The figures of one day, as far as anybody has asked for them.

    Once anything is written that a figure may follow from there is another one; what does not
    follow from what was written is shared by them.
    """

    ask: Ask
    #: By the subject that it follows besides the network.
    _parts: dict[str, _Kept] = field(default_factory=dict)

    def rows(self, figure: Figure, kinds: Kinds = frozenset()) -> Rows:
        """The rows of all sites, or regions, of the day."""
        kept = self._kept(figure)
        found = kept.rows.get(figure.code)
        if found is None:
            found = figure.rows(self.ask)
            if figure.kept:
                kept.rows[figure.code] = found
        return rules.of_kinds(self.ask, figure, found, kinds)

    def rolled(self, figure: Figure, kinds: Kinds = frozenset()) -> Rolled:
        """The numbers of all regions of the day."""
        kept, key = self._kept(figure), (figure.code, kinds)
        found = kept.rolled.get(key)
        if found is None:
            found = rules.roll(figure, self.rows(figure, kinds), self.ask.ranks)
            if figure.kept:
                kept.rolled[key] = found
        return found

    def _kept(self, figure: Figure) -> _Kept:
        return self._parts.setdefault(figure.follows, _Kept())

    def renewed(self, written: Collection[str]) -> Day:
        """The same after these subjects were written."""
        kept = {one: part for one, part in self._parts.items() if one not in written}
        return Day(self.ask, kept)


@dataclass(slots=True)
class _Ground:
    """The day as long as the network stands, with the revisions of what else it follows."""

    day: Day
    revisions: dict[str, int] = field(default_factory=dict)


def day(on: date) -> Day:
    """The figures of a day."""
    ground = _ground(on)
    current = {one: snapshot.revision(one) for one in rules.followed()}  # before any row
    written = [one for one in current if ground.revisions.get(one, -1) < current[one]]
    if written:
        ground.day = ground.day.renewed(written)
        ground.revisions = ground.revisions | {one: current[one] for one in written}
    return ground.day


@of_revision("network")
def _ground(on: date) -> _Ground:
    net = network(on)
    devolved = np.zeros(net.rows.direct.shape[1], np.uint64)
    for service in catalogue(on).services:
        bit = net.bit.get(service.id)
        if service.devolved and bit is not None:
            devolved[bit // 64] |= np.uint64(1 << bit % 64)
    return _Ground(Day(Ask(on, net, plan(on), ranks(on), devolved)))


# -- Whose figures ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: a region with all below it, else these sites and nothing around them."""

    region: Node | None
    sites: frozenset[int] = frozenset()

    def of(self, ask: Ask, figure: Figure, rows: Rows) -> Rows:
        """The rows that lie in it."""
        if self.region is None:
            return rules.of_sites(ask, figure, rows, self.sites)
        return rules.within(ask, rows, self.region.id)


def scope(reach: Reach, region: Node | None, on: date) -> Scope:
    """The region asked for; where none is, all that is within reach. Raises NotFound out of it."""
    living = tree(on)
    if region is not None:
        require_reach(reach.region(living, region.id))
        return Scope(region)
    own = tops(reach, living)
    if own:
        return Scope(own[0])
    if not reach.sites:
        raise NotFound(_l("这一天还没有您负责的区划或网点。"))
    return Scope(None, reach.sites)


def tops(reach: Reach, living: Tree) -> list[Node]:
    """The highest regions within reach on the day of the tree, by code."""
    if reach.everywhere:
        return list(living.top())
    found = [living.by_id[region] for region in reach.regions if region in living.by_id]
    return sorted(found, key=lambda node: (node.level.depth, node.code))


def value(found: Day, figure: Figure, where: Scope, kinds: Kinds = frozenset()) -> Value:
    """The number of what is looked at."""
    if where.region is not None:
        return found.rolled(figure, kinds).at(found.ask.ranks.place[where.region.id])
    return rules.value(figure, where.of(found.ask, figure, found.rows(figure, kinds)))


def find(code: str) -> Figure:
    """The figure with this code. Raises NotFound."""
    figure = rules.find(code)
    if figure is None:
        raise NotFound(_l("没有这个指标。"), field="code")
    return figure


def numbers(found: Day, figure: Figure) -> Floats:
    """The number of each site, in the order of the network; of one that has no row what the figure
    says of nothing: 0 where it counts, else nan."""
    told = np.full(len(found.ask.network), figure.nothing)
    if figure.subject is Subject.SITE:
        rows = found.rows(figure)
        told[rows.entities] = rules.each(figure, rows)
    return told
