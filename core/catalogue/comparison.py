"""What taking over a file changes: pure comparison of services as they are and as given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from core.catalogue.rules import Entry, Fact, Service, ServiceFacts

_COLUMNS: Final = ("name", "name_en", "group", "group_en", "position", "devolved")


class Outcome(StrEnum):
    """What an import does to a service."""

    CREATED = "created"
    CHANGED = "changed"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one service; ``fields`` are the names of what differs."""

    entry: Entry
    outcome: Outcome
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does; ``absent`` are the services of the day that the file does not name."""

    on: date
    changes: tuple[Change, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A service as it is, and the first day of that."""

    service: Service
    since: date


def compare(current: Mapping[str, Held], entries: Sequence[Entry], on: date) -> Plan:
    """What taking over *entries* from the day on does to the services of that day, by code.

    A difference on the very day from which the present facts hold is a correction of them, on any
    later day a change.
    """
    given = {entry.code for entry in entries}
    changes = tuple(_change(current.get(entry.code), entry, on) for entry in entries)
    return Plan(on, changes, tuple(code for code in current if code not in given))


def _change(held: Held | None, entry: Entry, on: date) -> Change:
    if held is None:
        return Change(entry, Outcome.CREATED)
    fields = differences(held.service, entry)
    if not fields:
        return Change(entry, Outcome.UNCHANGED)
    return Change(entry, Outcome.CORRECTED if held.since == on else Outcome.CHANGED, fields)


def differences(old: Entry, new: Entry) -> tuple[str, ...]:
    """The names of what differs between two states of a service, in a fixed order."""
    changed = [name for name in _COLUMNS if getattr(old, name) != getattr(new, name)]
    changed += [
        name
        for name in ServiceFacts.model_fields
        if getattr(old.facts, name) != getattr(new.facts, name)
    ]
    changed += [
        f"sources.{fact.value}" for fact in Fact if old.sources.get(fact) != new.sources.get(fact)
    ]
    return tuple(changed)
