"""What the page and the programming interface both ask: which places are nearest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from core import geo
from core.calendar.rules import Opening
from core.regions.tree import Node
from core.sites.network import Network, Place
from core.sites.rules import Status
from stations.finder.rules import Ask, Found, uncertainty

#: How many answers about opening hours are kept of one network.
KEPT: Final = 8192

# Hours count in whole minutes, so what was worked out for a place holds for the minute.
_openings: WeakKeyDictionary[Network, dict[tuple[int, int], Opening]] = WeakKeyDictionary()


def nearest(among: Network, ask: Ask) -> list[Found]:
    """The places of *among* that answer *ask*: by geodesic distance, then by code.

    Only active sites whose position the public may be told are ranked, open or not unless asked.
    """
    opening = _clock(among, ask.moment)
    here = geo.xyz(ask.point)
    ranked = [_ranked(among, ask, here, index) for index in _candidates(among, ask, opening)]
    ranked.sort()
    found = []
    for metres, *_, index in ranked[: ask.limit]:
        place = among.place(index)
        mode = None if ask.service_id is None else among.mode(place, ask.service_id)
        found.append(Found(place, metres, opening(place), mode))
    return found


def _clock(among: Network, moment: datetime) -> Callable[[Place], Opening]:
    """How a place is at *moment*; worked out for each once a minute."""
    kept = _openings.setdefault(among, {})
    minute = int(moment.timestamp()) // 60

    def opening(place: Place) -> Opening:
        key = (place.index, minute)
        found = kept.get(key)
        if found is None:
            if len(kept) >= KEPT:
                kept.clear()
            found = kept[key] = among.opening(place, moment)
        return found

    return opening


def _ranked(among: Network, ask: Ask, here: geo.Vector, index: int) -> tuple[float, bool, str, int]:
    """What orders a place: its distance in metres, whether it was picked by name, its code."""
    place = among.place(index)
    if place.point is None or place.xyz is None:
        raise ValueError(f"site {place.code} has no position and cannot be ranked")
    metres = geo.between(ask.point, here, place.point, place.xyz)
    return metres, place.code != ask.first, place.code, index


def _candidates(among: Network, ask: Ask, opening: Callable[[Place], Opening]) -> list[int]:
    """The nearest by chord, and beyond the last of them whoever may be as near by geodesic."""
    accept = (lambda place: opening(place).open) if ask.open_only else None
    asked = ask.limit + 1
    while True:
        found = among.nearest(
            ask.point, asked, service_id=ask.service_id, kind=ask.kind, accept=accept
        )
        if len(found) < asked:
            return [index for index, _ in found]
        last, beyond = found[ask.limit - 1][1], found[-1][1]
        if beyond - last > uncertainty(beyond):
            return [index for index, _ in found[:-1]]
        asked *= 2


def unplaced(among: Network, region: Node, service_id: int | None) -> list[Place]:
    """Active sites in *region* whose position is not known or still to verify, by code."""
    wanted = among.below(region) & np.isnan(among.rows.lat)
    if service_id is not None:
        wanted &= among.offering(service_id)
    places = (place for place in among.places(wanted) if place.status is Status.ACTIVE)
    return sorted(places, key=lambda place: place.code)
