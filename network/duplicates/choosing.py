"""Of two sites that are one: which stays, and which of their facts are likelier right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.sites.rules import Fact, Kind, Mode, Status, Taken

#: The longest reason, in characters.
MOST_WORDS: Final = 200

_STANDS: Final = {Status.CLOSED: 0, Status.PLANNED: 1, Status.ACTIVE: 2}
_NEVER: Final = date.min


@dataclass(frozen=True, slots=True)
class Held:
    """What one site of a pair holds today.

    ``values`` are what is compared, as kept: empty where nothing is known.  The position is as it
    was given, with its datum; the hours are the document.
    """

    id: int
    code: str
    version: int
    name: str
    name_en: str
    kind: Kind
    status: Status
    region_id: int
    values: Mapping[Fact, str]
    verified: bool
    confirmed_on: date | None
    modes: Mapping[int, Mode]


def differing(a: Held, b: Held) -> list[Fact]:
    """What the two hold differently, in the order of the page."""
    return [fact for fact in Fact if a.values[fact] != b.values[fact]]


def contested(a: Held, b: Held) -> list[int]:
    """The services (by id) that both offer, each in another mode."""
    return sorted(
        service_id
        for service_id in a.modes.keys() & b.modes.keys()
        if a.modes[service_id] is not b.modes[service_id]
    )


def survivor(a: Held, b: Held) -> Held:
    """The one to keep, unless somebody knows better: what serves, was confirmed, knows more."""
    return max(a, b, key=_worth)


def _worth(held: Held) -> tuple[int, date, bool, int, int, int]:
    return (
        _STANDS[held.status],
        held.confirmed_on or _NEVER,
        held.verified,
        sum(1 for value in held.values.values() if value),
        len(held.modes),
        -held.id,
    )


def preferred(fact: Fact, a: Held, b: Held) -> Held:
    """Whose value is likelier right: known, verified, confirmed later, longer; else what stays."""
    stays = survivor(a, b)
    other = b if stays is a else a
    return max(stays, other, key=lambda held: _weight(fact, held))


def _weight(fact: Fact, held: Held) -> tuple[bool, bool, date, int]:
    value = held.values[fact]
    checked = fact is Fact.POSITION and held.verified
    longer = len(value) if fact in (Fact.NAME, Fact.NAME_EN, Fact.ADDRESS, Fact.PHONE) else 0
    return bool(value), checked, held.confirmed_on or _NEVER, longer


@dataclass(frozen=True, slots=True)
class Asked:
    """How a pair is to be merged; ``seen`` are the versions of the survivor and the other."""

    taken: Taken
    seen: tuple[int, int]
