"""What a made site offers: every hall everything, a station what is likely at its sort."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from core.catalogue.rules import Modes
from core.sites.rules import Kind, Mode
from network.demo.rules import Sort

#: How likely a station of a sort offers a service, by the digits after 002036 of its code; the
#: longest beginning counts, and a service that none begins is not offered.  Halls offer all.
LIKELY: Final[Mapping[Sort, Mapping[str, float]]] = {
    Sort.CENTRE: {
        "001": 0.97,
        "002": 0.99,
        "002003": 0.06,
        "003": 0.93,
        "004": 0.97,
        "005": 0.85,
        "006": 0.85,
        "007": 0.7,
        "007003": 0.12,
        "008": 0.95,
    },
    Sort.HOSPITAL: {
        "002002": 0.98,
        "003001": 0.5,
        "004": 0.85,
        "005": 1.0,
        "006": 0.6,
        "007": 0.55,
        "007003": 0.0,
    },
    Sort.PHARMACY: {
        "001006": 0.2,
        "002002": 0.97,
        "004002": 0.45,
        "004004": 0.5,
        "005": 0.4,
    },
    Sort.CLINIC: {
        "001003": 0.75,
        "001006": 0.4,
        "002002": 0.98,
        "003001": 0.15,
        "004002": 0.5,
        "004004": 0.6,
        "005": 0.35,
        "006002": 0.3,
        "008001": 0.2,
    },
    Sort.COMMUNITY: {
        "001": 0.7,
        "001003": 0.95,
        "001006": 0.85,
        "002002": 0.99,
        "003001": 0.75,
        "003002": 0.35,
        "004": 0.8,
        "005": 0.5,
        "006": 0.45,
        "007001": 0.25,
        "008": 0.8,
    },
}

#: Sorts that do only these themselves and help with the rest, whatever is usual at their kind.
_DOES_ITSELF: Final[Mapping[Sort, frozenset[str]]] = {
    Sort.PHARMACY: frozenset({"002002"}),
    Sort.CLINIC: frozenset({"002002"}),
}

#: How often a station only helps with what others of its kind do themselves.
_UNSURE: Final = 0.08

_NATIONAL: Final = "002036"


@dataclass(frozen=True, slots=True)
class Offered:
    """A service that may be offered: its id, its code, and how stations usually offer it."""

    id: int
    code: str
    modes: Modes | None


def offerings(sort: Sort, services: Iterable[Offered], rng: Random) -> dict[int, Mode]:
    """What one site of the sort offers, by the services' ids; *rng* makes it differ from others."""
    if sort.kind is Kind.HALL:
        return {service.id: Mode.DIRECT for service in services}
    meagre = 1 / rng.uniform(0.6, 1.6)
    found: dict[int, Mode] = {}
    for service in services:
        wanted, sure = rng.random(), rng.random() >= _UNSURE
        likely = _likely(sort, service.code)
        if wanted < likely**meagre:
            found[service.id] = _mode(sort, service, sure or likely == 1)
    return found


def planned(services: Iterable[Offered], share: float) -> list[tuple[Kind, int]]:
    """What a plan may ask of each kind: what every sort of it is at least so likely to offer."""
    sorts = {kind: [sort for sort in LIKELY if sort.kind is kind] for kind in Kind}
    return [
        (kind, service.id)
        for service in services
        for kind in Kind
        if all(_likely(sort, service.code) >= share for sort in sorts[kind])
    ]


def _likely(sort: Sort, code: str) -> float:
    digits = code.removeprefix(_NATIONAL)
    known = LIKELY[sort]
    return known.get(digits, known.get(digits[:3], 0.0))


def _mode(sort: Sort, service: Offered, sure: bool) -> Mode:
    own = _DOES_ITSELF.get(sort)
    if own is not None:
        direct = service.code.removeprefix(_NATIONAL) in own
    else:
        usual = "assisted" if service.modes is None else service.modes.of(sort.kind)
        direct = sure and usual == "direct"
    return Mode.DIRECT if direct else Mode.ASSISTED
