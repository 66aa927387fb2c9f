"""Which sites of a day's network count: offering a service, at an hour or on the day at all.

Hours are judged once for each of the documents that sites share, closures only where they are.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from core.calendar.hours import parse
from core.clock import civil
from core.sites.network import Announced, Network
from stations.coverage.positions import NONE, Places, Positions, Wanted
from stations.coverage.rules import Sites

#: Per network the different documents of hours, and which of them each site has, NONE for none.
_documents: Final[WeakKeyDictionary[Network, tuple[list[str], Places]]] = WeakKeyDictionary()


def serving(net: Network, service_id: int | None = None, at: datetime | None = None) -> Wanted:
    """Which sites count: active, with a position for the public, offering the service if one is
    asked for; open *at* that moment, or without one not shut for the whole day of the network."""
    found = net.ranked.copy()
    if service_id is not None:
        found &= net.offering(service_id)
    return found & open_sites(net, at)


def open_sites(net: Network, at: datetime | None) -> Wanted:
    """Which sites are open *at* the moment, or without one not shut for the whole day."""
    local = None if at is None else civil(at)
    if local is not None and local.date() != net.on:
        raise ValueError(f"{at} is not on {net.on}, the day of the network")
    minute = None if local is None else local.hour * 60 + local.minute
    found = np.ones(len(net), bool) if minute is None else by_hours(net, minute)
    shut = [announced for announced in net.rows.closures if _shuts(announced, net, minute)]
    if shut:
        found &= ~np.isin(net.rows.ids, [one.site_id for one in shut if one.site_id is not None])
        for region_id in {one.region_id for one in shut if one.region_id is not None}:
            region = net.tree.by_id.get(region_id)
            if region is not None:
                found &= ~net.below(region)
    return found


def by_hours(net: Network, minute: int) -> Wanted:
    """Which sites are open at a minute of the day by their hours, closures aside."""
    documents, numbers = documents_of(net)
    judged = [_open(document, net, minute) for document in documents]
    return np.array([*judged, False])[numbers]  # the last, at NONE, for those without hours


def documents_of(net: Network) -> tuple[list[str], Places]:
    """The different documents of hours, and which of them each site has, NONE for none."""
    found = _documents.get(net)
    if found is None:
        of_sites = net.rows.hours.values()
        distinct = {text: number for number, text in enumerate(dict.fromkeys(of_sites))}
        numbers = np.full(len(net), NONE, np.int64)
        if distinct:
            sites = np.fromiter(net.rows.hours, np.int64, len(net.rows.hours))
            which = [distinct[text] for text in of_sites]
            known = np.isin(sites, net.rows.ids)
            numbers[np.searchsorted(net.rows.ids, sites[known])] = np.array(which)[known]
        found = _documents[net] = (list(distinct), numbers)
    return found


def _open(document: str, net: Network, minute: int) -> bool:
    intervals = parse(document).intervals(net.on, net.calendar)
    return any(start <= minute < end for start, end in intervals)


def _shuts(announced: Announced, net: Network, minute: int | None) -> bool:
    """Whether a closure lets nobody in at the minute, or on the whole day."""
    shut = announced.shut
    if shut.covers(net.on):
        return True
    if minute is None or shut.minutes is None or not shut.touches(net.on):
        return False
    start, end = shut.minutes
    return start <= minute < end


def sites_of(net: Network, wanted: Wanted) -> Sites:
    """The wanted sites as coverage needs them. They must have positions."""
    indexes = np.flatnonzero(wanted)
    return Sites(indexes, Positions(net.rows.lat[indexes], net.rows.lon[indexes]))
