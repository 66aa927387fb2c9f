"""Which sites answer what is asked of a list, and in which order.

A list is over as many sites as there are: all of it goes by columns, never site by site.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin

from core.access import Reach
from core.calendar.hours import parse
from core.catalogue.rules import Service
from core.clock import CITY_TIME, civil
from core.regions.tree import Node
from core.sites.network import STATUSES, Announced, Bits, Network, Wanted
from core.sites.rules import Status
from network.listing.rules import Asked, Located, Sort, Way

Numbers: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a list asks of each site beyond what the network of the day knows, in its order.

    ``confirmed`` are ordinals of days, 0 for never; ``changed`` seconds, 0 where nobody knows.
    """

    placed: Wanted
    confirmed: Numbers
    changed: Numbers


@dataclass(frozen=True, eq=False)
class Register:
    """The sites of a day by columns, read on the day ``read_on``; orders asked for are kept."""

    net: Network
    facts: Facts
    read_on: date
    _orders: dict[Sort, Numbers] = field(default_factory=dict)

    def order(self, sort: Sort, confirmed: Numbers) -> Numbers:
        """The indexes of all sites in the order; only a confirmation, which is told, moves any."""
        if sort is Sort.CONFIRMED:
            return _sorted(_codes(self), confirmed)
        found = self._orders.get(sort)
        if found is None:
            found = self._orders[sort] = _ORDERS[sort](self)
        return found


# -- Orders -------------------------------------------------------------------------------------


def _by_region(register: Register) -> Numbers:
    """Region by region in the order of their codes, halls first within each, then by code."""
    return _sorted(_codes(register), register.net.rows.kinds, _region_places(register.net))


def _by_kind(register: Register) -> Numbers:
    return _sorted(_codes(register), _region_places(register.net), register.net.rows.kinds)


def _by_code(register: Register) -> Numbers:
    return _sorted(_codes(register))


def _by_changed(register: Register) -> Numbers:
    return _sorted(_codes(register), register.facts.changed)


def _by_name(register: Register) -> Numbers:
    """As a dictionary has it: by the sound of each character, then by the characters."""
    names, sounds = register.net.rows.names, _Sounds()
    keys = [(" ".join(map(sounds.__getitem__, name)), name) for name in names]
    return np.array(sorted(range(len(names)), key=keys.__getitem__), np.int64)


class _Sounds(dict[str, str]):
    """How a character is read most often; what is not Chinese stands for itself."""

    def __missing__(self, letter: str) -> str:
        sound: str = self.setdefault(letter, lazy_pinyin(letter, style=Style.NORMAL)[0].casefold())
        return sound


_ORDERS: Final[Mapping[Sort, Callable[[Register], Numbers]]] = {
    Sort.REGION: _by_region,
    Sort.NAME: _by_name,
    Sort.CODE: _by_code,
    Sort.KIND: _by_kind,
    Sort.CHANGED: _by_changed,
}


def _sorted(*keys: NDArray[np.generic]) -> Numbers:
    """The indexes in the order of the last key, of equals in that of the one before."""
    return np.lexsort(keys).astype(np.int64)


def _codes(register: Register) -> NDArray[np.generic]:
    return np.array(register.net.rows.codes, "S7")


def _region_places(net: Network) -> Numbers:
    """For each site the place of its region in the order of the codes."""
    ids, place = np.unique(net.rows.region_ids, return_inverse=True)
    codes = np.array([net.tree.by_id[region].code for region in ids.tolist()])
    ranks = np.empty(len(ids), np.int64)
    ranks[np.argsort(codes, kind="stable")] = np.arange(len(ids))
    found: Numbers = ranks[place]
    return found


# -- Which sites --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class Known:
    """What the database answers at the moment: None where nothing of the kind was asked.

    ``confirmed`` is as in Facts, with the confirmations since; the others are ids of sites: those
    called so, those with a proposal that waits, those open on the day.
    """

    confirmed: Numbers
    named: Numbers | None = None
    proposed: Numbers | None = None
    open: Numbers | None = None


def chosen(register: Register, reach: Reach, asked: Asked, known: Known) -> Numbers:
    """The indexes of the sites within *reach* that are asked for, as the list shows them."""
    wanted = within(register.net, reach)
    for narrowing in (_of_the_network, _of_the_facts, _of_the_database):
        wanted &= narrowing(register, asked, known)
    order = register.order(asked.sort, known.confirmed)
    found = order[wanted[order]]
    return found[::-1] if asked.descending else found


def within(net: Network, reach: Reach) -> Wanted:
    """Which sites somebody may see."""
    if reach.everywhere:
        return np.ones(len(net), bool)
    regions = np.array(sorted(reach.region_ids(net.tree)), np.int64)
    sites = np.array(sorted(reach.sites), np.int64)
    found: Wanted = np.isin(net.rows.region_ids, regions) | np.isin(net.rows.ids, sites)
    return found


def _of_the_network(register: Register, asked: Asked, _known: Known) -> Wanted:
    net = register.net
    wanted = np.ones(len(net), bool)
    if asked.region is not None:
        wanted &= _below(net, asked.region)
    if asked.kind is not None:
        wanted &= net.of_kind(asked.kind)
    if asked.status is not None:
        wanted &= net.rows.statuses == STATUSES.index(asked.status)
    if asked.service is not None:
        wanted &= _offering(net, asked.service, asked.way)
    if asked.made is not None:
        wanted &= np.array(net.rows.made, bool) == asked.made
    return wanted


def _below(net: Network, region: Node) -> Wanted:
    """Which sites stand in the region; none where it is not of the day."""
    return net.below(region) if region.id in net.tree.by_id else np.zeros(len(net), bool)


def _offering(net: Network, service: Service, way: Way) -> Wanted:
    if way is Way.ANY:
        return net.offering(service.id)
    if way is Way.NONE:
        return ~net.offering(service.id)
    return _in_plane(net, net.rows.direct if way is Way.DIRECT else net.rows.assisted, service.id)


def _in_plane(net: Network, plane: Bits, service_id: int) -> Wanted:
    bit = net.bit.get(service_id)
    if bit is None:
        return np.zeros(len(net), bool)
    found: Wanted = (plane[:, bit // 64] & np.uint64(1 << bit % 64)) != 0
    return found


def _of_the_facts(register: Register, asked: Asked, known: Known) -> Wanted:
    wanted = np.ones(len(register.net), bool)
    if asked.located is not None:
        wanted &= _located(register, asked.located)
    if asked.stale is not None:
        limit = asked.stale.before(register.net.on)
        # Nobody ever confirmed it: before the first day there is.
        wanted &= known.confirmed < (1 if limit is None else limit.toordinal())
    if asked.before is not None:
        wanted &= known.confirmed < asked.before.toordinal()
    return wanted


def _located(register: Register, located: Located) -> Wanted:
    verified, placed = ~np.isnan(register.net.rows.lat), register.facts.placed
    if located is Located.VERIFIED:
        return verified
    return placed & ~verified if located is Located.UNVERIFIED else ~placed


def _of_the_database(register: Register, _asked: Asked, known: Known) -> Wanted:
    ids = register.net.rows.ids
    wanted = np.ones(len(ids), bool)
    for some in (known.named, known.proposed, known.open):
        if some is not None:
            wanted &= np.isin(ids, some)
    return wanted


# -- Open on a day ------------------------------------------------------------------------------


def serving(net: Network) -> Numbers:
    """The ids of the sites that are open at any time of the day of *net*, closures taken in."""
    opens = {document: _opens(net, document) for document in set(net.rows.hours.values())}
    ids = [number for number, document in net.rows.hours.items() if opens[document]]
    wanted = np.isin(net.rows.ids, np.array(ids, np.int64)) & ~_shut(net)
    for index in np.flatnonzero(wanted & _away(net)).tolist():
        wanted[index] = _opens_in_spite(net, index)
    wanted &= net.rows.statuses == STATUSES.index(Status.ACTIVE)
    return net.rows.ids[wanted]


def _opens(net: Network, document: str) -> bool:
    return bool(parse(document).intervals(net.on, net.calendar))


def _shut(net: Network) -> Wanted:
    return _touched(net, [one for one in net.rows.closures if one.shut.covers(net.on)])


def _away(net: Network) -> Wanted:
    """Which sites are left for some hours of the day."""
    absences = [one for one in net.rows.closures if one.shut.minutes is not None]
    return _touched(net, [one for one in absences if one.shut.touches(net.on)])


def _touched(net: Network, closures: Sequence[Announced]) -> Wanted:
    sites = [one.site_id for one in closures if one.site_id is not None]
    found: Wanted = np.isin(net.rows.ids, np.array(sites, np.int64))
    for region_id in {one.region_id or 0 for one in closures}:
        if region_id in net.tree.by_id:
            found |= net.below(net.tree.by_id[region_id])
    return found


def _opens_in_spite(net: Network, index: int) -> bool:
    """Whether anything of the day is left beside the hours that nobody is there."""
    midnight = datetime.combine(net.on, time(), CITY_TIME)
    found = net.opening(net.place(index), midnight)
    starts = found.opens_next
    return found.open or (starts is not None and civil(starts).date() == net.on)
