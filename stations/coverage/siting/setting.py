"""The ground of a question: who lacks what, where stations may go, and whom they would reach."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.regions.ranks import Ranks
from core.sites.network import Network
from core.sites.rules import Kind
from stations.coverage.positions import NONE, Places, Positions, Wanted, nearest, pairs
from stations.coverage.rules import Cover, Tally
from stations.coverage.settled import Demand
from stations.coverage.siting.rows import Floats, Rows
from stations.coverage.siting.rules import MOST_CANDIDATES, Ask, Candidates

#: Metres of one degree of latitude, about.
_DEGREE: Final = 111_320.0
#: How many points of a grid are looked at for one that is of use, at most.
_SPARE: Final = 100
#: How many points about settlements there may be for one that reaches somebody, at most.
_FEW: Final = 2
#: How many points are held at once, each by one number: all together take too much room.
_AT_ONCE: Final = 2_000_000
#: More than a row of a grid about the earth has points.
_COLUMNS: Final = 1 << 24


@dataclass(frozen=True, eq=False)
class Spots:
    """Where a station may stand.  ``near``: the settlement that it is, or the nearest to it;
    ``sites``: the site that stands there by its index in the network, else NONE."""

    positions: Positions
    near: Places
    sites: Places

    def __len__(self) -> int:
        return len(self.near)


@dataclass(frozen=True, eq=False)
class Setting:
    """A question with all that its answer follows from."""

    ask: Ask
    net: Network
    ranks: Ranks
    demand: Demand
    covers: tuple[Cover, ...]

    @cached_property
    def inside(self) -> Wanted:
        """Which settlements lie in the region."""
        return self.demand.inside(self.ranks, self.ask.region)

    @cached_property
    def lacking(self) -> Places:
        """How many of the services each settlement of the region lacks; 0 outside it."""
        missing = np.zeros(len(self.demand), np.int64)
        for cover in self.covers:
            missing += ~cover.covered
        missing[~self.inside] = 0
        return missing

    @cached_property
    def open(self) -> Places:
        """The settlements that lack something, by number."""
        return np.flatnonzero(self.lacking)

    @cached_property
    def must(self) -> Wanted:
        """Which of the open settlements have to be reached. Raises BadInput for unknown ones."""
        chosen = settlements_named(self, self.ask.must)
        return np.isin(self.open, chosen)

    @cached_property
    def spots(self) -> Spots:
        """The candidates. Raises BadInput where they are too many."""
        return _SOURCES[self.ask.candidates](self)

    @cached_property
    def reach(self) -> Rows:
        """For each candidate the open settlements (numbers among these) that it reaches."""
        of, to = pairs(
            self.demand.positions.only(self.open), self.spots.positions, self.ask.rule.straight
        )
        return Rows.of(to, of, len(self.spots))

    @property
    def people(self) -> Floats:
        """The people of each open settlement."""
        return self.demand.people[self.open]

    @property
    def worth(self) -> Floats:
        """What a person of each open settlement counts: the services that are lacking."""
        return self.lacking[self.open].astype(np.float64)

    def tally(self, won: Places) -> Tally:
        """The numbers of the region if *won* settlements (by number) lacked nothing any more."""
        lacking = self.lacking.copy()
        lacking[won] = 0
        here = self.inside
        people, covered = self.demand.people[here], lacking[here] == 0
        return Tally(
            float(people.sum()), float(people[covered].sum()), len(people), int(covered.sum())
        )

    def key(self) -> tuple[str, str]:
        """What tells whether who lives where, and what the network reaches, is the same still."""
        here = np.flatnonzero(self.inside)
        found = self.demand
        lived = _digest(found.lat[here], found.lon[here], found.people[here])
        reached = [cover.covered[here] for cover in self.covers]
        spots = self.spots if self.ask.candidates.standing else None
        standing = (spots.positions.lat, spots.positions.lon) if spots is not None else ()
        return lived, _digest(*reached, *standing)


def _digest(*columns: Floats | Wanted) -> str:
    made = hashlib.sha256()
    for column in columns:
        made.update(np.ascontiguousarray(column).tobytes())
        made.update(b"|")
    return made.hexdigest()[:32]


def settlements_named(setting: Setting, names: Sequence[str]) -> Places:
    """The settlements of the region by code or by name. Raises BadInput naming what is unclear."""
    here = np.flatnonzero(setting.inside).tolist()
    by_code: dict[str, list[int]] = {}
    by_name: dict[str, list[int]] = {}
    for number in here if names else ():
        by_code.setdefault(setting.demand.codes[number], []).append(number)
        by_name.setdefault(setting.demand.names[number], []).append(number)
    found = []
    for name in names:
        known = by_code.get(name) or by_name.get(name) or []
        if not known:
            raise BadInput(_l("本区划没有村居“%(name)s”。", name=name), field="must")
        if len(known) > 1:
            codes = "、".join(setting.demand.codes[number] or "—" for number in known[:5])
            raise BadInput(
                _l(
                    "叫“%(name)s”的村居有 %(count)s 个，请写代码：%(codes)s。",
                    name=name,
                    count=len(known),
                    codes=codes,
                ),
                field="must",
            )
        found.append(known[0])
    return np.array(sorted(set(found)), np.int64)


# -- Candidates ----------------------------------------------------------------------------------


def _villages(setting: Setting) -> Spots:
    here = np.flatnonzero(setting.inside)
    _check_count(len(here))
    return Spots(setting.demand.positions.only(here), here, np.full(len(here), NONE, np.int64))


def _sites(setting: Setting) -> Spots:
    net, ask = setting.net, setting.ask
    every = np.ones(len(net), bool)
    for service in ask.services:
        every &= net.offering(service.id)
    wanted = net.ranked & net.below(ask.region) & ~every
    if ask.candidates is Candidates.CLINICS:
        wanted &= net.of_kind(Kind.VILLAGE_CLINIC)
    indexes = np.flatnonzero(wanted)
    _check_count(len(indexes))
    at = Positions(net.rows.lat[indexes], net.rows.lon[indexes])
    return Spots(at, nearest(at, setting.demand.positions), indexes)


def _grid(setting: Setting) -> Spots:
    """Points so many metres apart from which somebody can be reached."""
    lat, lon = setting.demand.lat[setting.open], setting.demand.lon[setting.open]
    if not len(lat):
        return _spots(setting, np.zeros(0), np.zeros(0))
    tall = setting.ask.grid / _DEGREE
    wide = tall / float(np.cos(np.radians((lat.min() + lat.max()) / 2)))
    # Around each cell where somebody lives as far as a station there could reach.
    far = int(setting.ask.rule.straight / setting.ask.grid) + 2
    cells = np.unique(np.rint(np.stack((lat / tall, lon / wide))).astype(np.int64), axis=1)
    around = np.arange(-far, far + 1)
    _check_count(cells.shape[1] * len(around) ** 2 // _SPARE)
    up, right = (steps.ravel() for steps in np.meshgrid(around, around, indexing="ij"))
    away = (up * _COLUMNS + right)[np.hypot(up, right) < far + 1]
    numbers = cells[0] * _COLUMNS + cells[1]
    points = np.zeros(0, np.int64)
    for some in np.array_split(away, len(away) * len(numbers) // _AT_ONCE + 1):
        points = np.union1d(points, numbers[:, None] + some)
        # Most of them reach somebody: where they are far too many, the rest is not looked at.
        _check_count(len(points) // _FEW)
    rows, columns = np.divmod(points, _COLUMNS)
    return _spots(setting, rows * tall, columns * wide)


def _spots(setting: Setting, lat: Floats, lon: Floats) -> Spots:
    """Those whose nearest settlement lies in the region and that reach somebody."""
    at = Positions(lat, lon)
    near = nearest(at, setting.demand.positions)
    here = np.flatnonzero((near != NONE) & setting.inside[near]) if len(near) else near
    at, near = at.only(here), near[here]
    _of, to = pairs(setting.demand.positions.only(setting.open), at, setting.ask.rule.straight)
    useful = np.unique(to)
    _check_count(len(useful))
    return Spots(at.only(useful), near[useful], np.full(len(useful), NONE, np.int64))


def _check_count(count: int) -> None:
    if count > MOST_CANDIDATES:
        raise BadInput(
            _l(
                "候选点超过 %(most)s 个：请加大网格间距，或选小一些的区划。",
                most=f"{MOST_CANDIDATES:,}",
            ),
            field="candidates",
        )


_SOURCES: Final = {
    Candidates.VILLAGES: _villages,
    Candidates.CLINICS: _sites,
    Candidates.SITES: _sites,
    Candidates.GRID: _grid,
}
