"""The count of an answer by other means than those by which it was found.

Every settlement near a chosen point is measured along the geodesic, one by one, without the search
tree, the pairs or the matrix of the search.  What comes out differently is not shown.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from geographiclib.geodesic import Geodesic

from core.geo import Point, distance
from stations.coverage.positions import SLACK, Places
from stations.coverage.siting.assigning import ROUNDING, Shares
from stations.coverage.siting.rows import Floats
from stations.coverage.siting.rules import Miscount
from stations.coverage.siting.setting import Setting

#: Metres about the limit within which the geodesic is solved for instead of approached.
_NEAR: Final = 0.001
#: Metres of a degree of latitude at least, and how much wider than the limit is looked.
_DEGREE: Final = 110_500.0
_WIDER: Final = 1.01


def recounted(setting: Setting, chosen: Places) -> tuple[Places, Places, Floats]:
    """The settlements (by number, ascending) that the chosen candidates win, for each the chosen
    one that is nearest (its place among *chosen*), and the metres to it."""
    radius = setting.ask.rule.straight
    best: dict[int, tuple[float, int]] = {}
    for place, number in enumerate(chosen.tolist()):
        at = setting.spots.positions
        here = Point(float(at.lat[number]), float(at.lon[number]))
        for settlement in _around(setting, here, radius).tolist():
            metres = _metres(setting, settlement, here, radius)
            if metres <= radius + SLACK:
                best[settlement] = min(best.get(settlement, (np.inf, 0)), (metres, place))
    won = np.array(sorted(best), np.int64)
    return (
        won,
        np.array([best[one][1] for one in won.tolist()], np.int64),
        np.array([best[one][0] for one in won.tolist()], np.float64),
    )


def _around(setting: Setting, here: Point, radius: float) -> Places:
    """The open settlements in a box about the point that holds the circle."""
    tall = radius / _DEGREE * _WIDER
    wide = tall / max(np.cos(np.radians(abs(here.lat) + tall)), 0.01)
    lat, lon = setting.demand.lat[setting.open], setting.demand.lon[setting.open]
    near = (np.abs(lat - here.lat) <= tall) & (np.abs(lon - here.lon) <= wide)
    found: Places = setting.open[near]
    return found


def _metres(setting: Setting, settlement: int, here: Point, radius: float) -> float:
    lat, lon = float(setting.demand.lat[settlement]), float(setting.demand.lon[settlement])
    found = distance(Point(lat, lon), here)
    if abs(found - radius) <= _NEAR:
        solved = Geodesic.WGS84.Inverse(lat, lon, here.lat, here.lon, Geodesic.DISTANCE)
        found = float(solved["s12"])
    return found


def check(setting: Setting, won: Places, value: float) -> None:
    """Raise Miscount unless the settlements won weigh what the search says."""
    counted = float((setting.demand.people[won] * setting.lacking[won]).sum())
    if abs(counted - value) > ROUNDING * max(1.0, abs(value)):
        raise Miscount(f"recounted {counted!r}, the search says {value!r}")


def check_everybody(setting: Setting, won: Places) -> None:
    """Raise Miscount unless all open settlements with people are won."""
    people = setting.open[setting.people > 0]
    missed = np.setdiff1d(people, won)
    if len(missed):
        raise Miscount(f"{len(missed)} settlements are not reached")


def check_must(setting: Setting, won: Places) -> None:
    """Raise Miscount unless all settlements that must be reached are won."""
    missed = np.setdiff1d(setting.open[setting.must], won)
    if len(missed):
        raise Miscount(f"{len(missed)} settlements that must be reached are not")


def check_shares(setting: Setting, chosen: Places, shares: Shares, value: float | None) -> None:
    """Raise Miscount unless who goes where is possible: nobody farther than the limit, no station
    fuller than it may be, nobody twice, those who must whole; and counts *value* if one is said."""
    capacity = setting.ask.capacity or 0.0
    radius = setting.ask.rule.straight
    slack = ROUNDING * max(1.0, float(setting.people.sum()))
    taken = dict.fromkeys(chosen.tolist(), 0.0)
    gone = np.zeros(len(setting.open))
    at = setting.spots.positions
    for one, station, people in zip(
        shares.settlements.tolist(), shares.candidates.tolist(), shares.people.tolist(), strict=True
    ):
        here = Point(float(at.lat[station]), float(at.lon[station]))
        if _metres(setting, int(setting.open[one]), here, radius) > radius + SLACK:
            raise Miscount("somebody is led out of reach")
        taken[station] += people
        gone[one] += people
    if max(taken.values(), default=0.0) > capacity + slack:
        raise Miscount("a station is fuller than it may be")
    if (gone > setting.people + slack).any():
        raise Miscount("somebody goes twice")
    if (gone < setting.people - slack)[setting.must].any():
        raise Miscount("a settlement that must be served is not served whole")
    counted = float((gone * setting.worth).sum())
    if value is not None and abs(counted - value) > slack * float(setting.worth.max(initial=1)):
        raise Miscount(f"recounted {counted!r}, the search says {value!r}")
