"""Another record of a visit beside the one that counts: what it says otherwise, with its photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from standards.inspections import forms, queries
from standards.inspections.models import Inspection, RejectedCopy
from standards.inspections.queries import Shot
from standards.inspections.rules import Record, Unusable
from standards.rules import Result


@dataclass(frozen=True, slots=True)
class Said:
    """What a record says of a criterion."""

    result: Result
    note: str
    reason: str


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A criterion, by its key, of which two records say different things; None: nothing."""

    key: str
    first: Said | None
    other: Said | None


@dataclass(frozen=True, slots=True)
class Beside:
    """Another record of a visit. ``record`` is None where it is no longer readable as one."""

    row: RejectedCopy
    record: Record | None
    answers: tuple[Otherwise, ...]
    photos: tuple[Shot, ...]


def beside(visit: Inspection) -> list[Beside]:
    """The other records of the visit, the oldest first."""
    copies = queries.copies(visit.id)
    if not copies:
        return []
    first = {
        f"{one.standard}/{one.criterion}": Said(Result(one.result), one.note, one.reason)
        for one in queries.answers(visit.id)
        if not one.derived
    }
    return [_beside(visit, row, first) for row in copies]


def _beside(visit: Inspection, row: RejectedCopy, first: dict[str, Said]) -> Beside:
    photos = tuple(queries.photos(visit.id, row.id))
    try:
        record = forms.record(row.body.encode())
    except Unusable:
        return Beside(row, None, (), photos)
    other = {one.key: Said(one.result, one.note, one.reason) for one in record.answers}
    return Beside(row, record, tuple(_differing(first, other)), photos)


def _differing(first: dict[str, Said], other: dict[str, Said]) -> Sequence[Otherwise]:
    keys = dict.fromkeys([*first, *other])
    pairs = (Otherwise(key, first.get(key), other.get(key)) for key in keys)
    return [one for one in pairs if one.first != one.other]
