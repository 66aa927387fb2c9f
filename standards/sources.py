"""Where an observation was recorded, as the rooms that record them declare it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import LazyString


@dataclass(frozen=True, slots=True)
class ObservationSource:
    """A kind of record that observations come from; ``address`` leads to one of its code."""

    kind: str
    label: LazyString
    address: Callable[[str], str | None]


_sources: dict[str, ObservationSource] = {}


def observation_source(source: ObservationSource) -> ObservationSource:
    """Declare a kind, once; it is kept for ever."""
    if source.kind in _sources:
        raise ValueError(f"{source.kind} is declared already")
    _sources[source.kind] = source
    return source


def find_source(kind: str) -> ObservationSource | None:
    """The kind; None where the room that declared it is gone."""
    return _sources.get(kind)
