"""The order in which to go round the visits of a day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from core.geo import Point, distance

#: With more stops than this, not every one is tried as the first.
MOST_STARTS: Final = 40


def route(points: Sequence[Point], start: Point | None = None) -> list[tuple[int, float]]:
    """The order in which to go round: places of *points*, with the metres from the stop before.

    Always on to the nearest that is left; from *start*, or else from the stop that makes the round
    shortest, whose distance is 0.
    """
    if not points:
        return []
    if start is not None:
        return _onward(points, start)
    firsts = range(min(len(points), MOST_STARTS))
    rounds = [_onward(points, points[first]) for first in firsts]
    return min(rounds, key=lambda stops: math.fsum(metres for _, metres in stops))


def _onward(points: Sequence[Point], start: Point) -> list[tuple[int, float]]:
    here, left, stops = start, list(range(len(points))), []
    while left:
        metres, nearest = min((distance(here, points[place]), place) for place in left)
        stops.append((nearest, metres))
        left.remove(nearest)
        here = points[nearest]
    return stops
