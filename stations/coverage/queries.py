"""Where people live on a day, and whom the network reaches: held until either is written.

An answer is always that of everything that is known; a region is looked at within it, for a site
just over the border serves too.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import sqlalchemy as sa

from core.db import db
from core.regions import queries as regions
from core.regions.ranks import NONE, Ranks, ranks
from core.regions.rules import Level
from core.sites.network import Network
from core.sites.queries import columns, network
from core.snapshot import of_revision
from stations.coverage.models import DEMAND, PopulationSet, Settlement
from stations.coverage.population import SetKind
from stations.coverage.positions import Places
from stations.coverage.rules import Cover, Question, Sites
from stations.coverage.rules import cover as reckon
from stations.coverage.serving import serving, sites_of
from stations.coverage.settled import Demand, Source

#: How many settlements all answers together may hold of one network, and how many answers at most.
MOST_HELD: Final = 4_000_000
MOST_ANSWERS: Final = 16
#: Of how many services and hours the sites that count are held: all services, at an hour and any.
MOST_KINDS: Final = 64

# -- Demand -------------------------------------------------------------------------------------


def demand(on: date) -> Demand:
    """Every settlement of the day.

    Of each county the set of the latest year up to the day's counts, its own before its city's,
    else the earliest.  A settlement of a region that is no more stands in the one that came after.
    """
    among = ranks(on)
    chosen = _chosen(among, _sets(), on.year)
    if not chosen:
        return NOBODY
    found = _settled(tuple(sorted(set(chosen.values()))))
    held = _resolved.get(among)
    if held is None or held[0] is not found:
        held = _resolved[among] = (found, _resolve(found, among, chosen, on))
    return held[1]


@dataclass(frozen=True, eq=False)
class _Settled:
    """Settlements as they are kept, with the set of each."""

    demand: Demand
    set_ids: Places


#: What was made of settlements for the regions of a day.
_resolved: Final[WeakKeyDictionary[Ranks, tuple[_Settled, Demand]]] = WeakKeyDictionary()


def _nobody() -> Demand:
    whole, broken = np.empty(0, np.int64), np.empty(0)
    return Demand(whole, whole, broken, broken, broken, (), ())


NOBODY: Final = _nobody()


@of_revision(DEMAND)
def _sets() -> Mapping[int, Source]:
    """The sets in use, by id."""
    rows = db.session.execute(
        sa.select(
            *(PopulationSet.id, PopulationSet.uuid, PopulationSet.region_id),
            *(PopulationSet.year, PopulationSet.source, PopulationSet.made),
        )
        .where(
            PopulationSet.kind == SetKind.POINTS,
            PopulationSet.replaced_at.is_(None),
            PopulationSet.places > 0,
        )
        .order_by(PopulationSet.id)
    )
    return {row.id: Source(row.uuid, row.region_id, row.year, row.source, row.made) for row in rows}


def _chosen(among: Ranks, sets: Mapping[int, Source], year: int) -> dict[int, int]:
    """Which set counts of each county, and of a city for what lies in no county: by places."""
    of_region: dict[int, list[int]] = {}
    for set_id, source in sets.items():
        of_region.setdefault(source.region_id, []).append(set_id)
    found = {}
    for place, node in enumerate(among.nodes):
        if node.level not in (Level.CITY, Level.COUNTY):
            break
        own = of_region.get(node.id, [])
        citys = of_region.get(node.parent_id or 0, [])
        if own or citys:
            found[place] = max(
                (*citys, *own), key=lambda one: (_newness(sets[one].year, year), one in own)
            )
    return found


def _newness(of: int, year: int) -> tuple[bool, int]:
    """What puts years in order: up to the year the later goes first, after it the earlier."""
    return (True, of) if of <= year else (False, -of)


@of_revision(DEMAND)
def _settled(set_ids: tuple[int, ...]) -> _Settled:
    """The settlements of these sets, in place order."""
    ids, of, region_ids, lat, lon, people, codes, names = columns(
        sa.select(
            *(Settlement.id, Settlement.set_id, Settlement.region_id),
            *(Settlement.lat, Settlement.lon, Settlement.people),
            *(Settlement.code, Settlement.name),
        )
        .where(Settlement.set_id.in_(set_ids))
        .order_by(Settlement.id)
    )
    known = _sets()
    found = Demand.of(
        ids=np.array(ids, np.int64),
        region_ids=np.array(region_ids, np.int64),
        lat=np.array(lat, np.float64),
        lon=np.array(lon, np.float64),
        people=np.array(people, np.float64),
        codes=codes,
        names=names,
        sets=tuple(known[one] for one in set_ids if one in known),
    )
    order = np.searchsorted(np.array(ids, np.int64), found.ids)
    return _Settled(found, np.array(of, np.int64)[order])


def _resolve(found: _Settled, among: Ranks, chosen: dict[int, int], on: date) -> Demand:
    """The settlements that count, each in a region of the day; the very same where nothing is
    different."""
    region_ids = _living(found.demand.region_ids, among, on)
    places = among.places(region_ids)
    deciding = among.above[places, Level.COUNTY.depth]
    deciding = np.where(deciding == NONE, among.above[places, Level.CITY.depth], deciding)
    set_of = np.full(len(among) + 1, NONE, np.int64)  # the last for what is nowhere, at NONE
    set_of[list(chosen)] = list(chosen.values())
    counts = (places != NONE) & (set_of[deciding] == found.set_ids)
    same = np.array_equal(region_ids, found.demand.region_ids)
    return found.demand if same and counts.all() else _only(found.demand, region_ids, counts)


def _only(found: Demand, region_ids: Places, counts: Any) -> Demand:
    kept = np.flatnonzero(counts)
    numbers = kept.tolist()
    return replace(
        found,
        ids=found.ids[kept],
        region_ids=region_ids[kept],
        lat=found.lat[kept],
        lon=found.lon[kept],
        people=found.people[kept],
        codes=[found.codes[number] for number in numbers],
        names=[found.names[number] for number in numbers],
    )


def _living(region_ids: Places, among: Ranks, on: date) -> Places:
    """The regions, where one is not of the day the one in which it lies now."""
    gone = np.unique(region_ids[among.places(region_ids) == NONE])
    if not len(gone) or not len(among):
        return region_ids
    found = region_ids.copy()
    for region_id, node in regions.all_standing_in(gone.tolist(), on).items():
        found[region_ids == region_id] = node.id
    return found


# -- Coverage -----------------------------------------------------------------------------------


class _Held:
    """The answers of one network that were worked out already, oldest first."""

    def __init__(self) -> None:
        self.sites: OrderedDict[Hashable, Sites] = OrderedDict()
        self.covers: OrderedDict[Hashable, Cover] = OrderedDict()
        self.lock = threading.Lock()


_held: Final[WeakKeyDictionary[Network, _Held]] = WeakKeyDictionary()


def cover(question: Question) -> Cover:
    """Whom the network of the day reaches: all settlements that are known, whatever the region."""
    return cover_of(network(question.on), demand(question.on), question)


def cover_of(net: Network, asked: Demand, question: Question) -> Cover:
    """The same of a network and settlements in hand."""
    sites, held = sites_for(net, question), _held.setdefault(net, _Held())
    key = (question.service_id, question.at, question.rule)
    with held.lock:
        found = held.covers.pop(key, None)
        if found is None or found.demand is not asked:
            found = reckon(asked, sites, question.rule)
        held.covers[key] = found
        while len(held.covers) > max(2, min(MOST_ANSWERS, MOST_HELD // (len(asked) or 1))):
            held.covers.popitem(last=False)
    return found


def sites_for(net: Network, question: Question) -> Sites:
    """The sites of a network that count, with their search tree once somebody has asked it."""
    held = _held.setdefault(net, _Held())
    who = (question.service_id, question.at)
    with held.lock:
        found = held.sites.pop(who, None)
        if found is None:
            found = sites_of(net, serving(net, question.service_id, question.at))
        held.sites[who] = found
        while len(held.sites) > MOST_KINDS:
            held.sites.popitem(last=False)
    return found
