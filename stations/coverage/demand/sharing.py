"""Made people of villages for the demonstration: as many as the census counted in their county."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

from core.regions.tree import Node

#: How many people a village, and a community of a town's streets, may have: the middle one, and
#: how far they spread (the deviation of the logarithm).
_VILLAGE: Final = (380.0, 0.55)
_COMMUNITY: Final = (5_200.0, 0.45)
_URBAN: Final = ("居委会", "居民委员会", "社区")


def shared(people: int, places: Sequence[Node]) -> Mapping[int, int]:
    """So many people among the places, by id: always the same, and together all of them."""
    weights = [_weight(place) for place in places]
    whole = sum(weights)
    exact = [people * weight / whole for weight in weights]
    found = [int(each) for each in exact]
    # Who was rounded down the most gets one of those who are left over.
    order = sorted(range(len(places)), key=lambda at: (found[at] - exact[at], places[at].code))
    for at in order[: people - sum(found)]:
        found[at] += 1
    return {place.id: number for place, number in zip(places, found, strict=True)}


def _weight(place: Node) -> float:
    middle, spread = _COMMUNITY if urban(place) else _VILLAGE
    rng = Random(f"people of {place.code}")  # noqa: S311 - the same people every time
    return middle * rng.lognormvariate(0.0, spread)


def urban(place: Node) -> bool:
    """Whether the place is a community of residents rather than a village."""
    return place.name.endswith(_URBAN)
