"""The verdict of every site against every standard in force: always known, before any visit.

What it follows from is held in memory: the figures of the day, the versions, and what was last
seen.  Observations are only ever added, so the newest are read and put beside those already held.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from flask import current_app

from core.clock import today
from core.connections import is_writing
from core.db import db
from core.facilities.queries import fittings
from core.figures import queries as figures
from core.figures import rules as figure_rules
from core.figures.queries import Day
from core.snapshot import of_revision
from standards import queries
from standards.items import find_item
from standards.judging import (
    NOT_SEEN,
    RESULTS,
    Asked,
    Codes,
    Floats,
    Ints,
    Judged,
    Looked,
    Told,
    judge,
)
from standards.models import OBSERVATIONS, Observation, Standard, StandardCriterion, StandardVersion
from standards.queries import Published
from standards.rules import Criterion, Version

#: What is asked: the standard, the code of the criterion, what stands for its question.
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that was ever said on site, a row each in the order in which it was recorded."""

    last: int
    sites: Ints
    keys: Ints
    results: Codes
    days: Ints
    values: Floats
    known: dict[Key, int]


def seen() -> Seen:
    """All observations."""
    return _seen()


@of_revision(OBSERVATIONS)
def _seen() -> Seen:
    known: dict[Key, int] = {}
    criteria = {
        row.id: known.setdefault((row.standard, row.code, row.asked), len(known))
        for row in db.session.execute(
            sa.select(
                StandardCriterion.id,
                Standard.code.label("standard"),
                StandardCriterion.code,
                StandardCriterion.asked,
            )
            .join(StandardVersion, StandardVersion.id == StandardCriterion.version_id)
            .join(Standard, Standard.id == StandardVersion.standard_id)
            .order_by(StandardCriterion.id)
        )
    }
    statement = sa.select(
        Observation.id,
        Observation.site_id,
        Observation.criterion_id,
        Observation.result,
        Observation.on,
        Observation.figure_value,
    ).order_by(Observation.id)
    numbers = {result.value: number for number, result in enumerate(RESULTS)}
    rows = [
        (row_id, site, criteria[criterion], numbers[result], on.toordinal(), value)
        for row_id, site, criterion, result, on, value in db.session.connection().execute(statement)
    ]
    columns: Sequence[Any] = list(zip(*rows, strict=True)) or [()] * 6
    return Seen(
        last=columns[0][-1] if rows else 0,
        sites=np.array(columns[1], np.int64),
        keys=np.array(columns[2], np.int64),
        results=np.array(columns[3], np.int8),
        days=np.array(columns[4], np.int64),
        values=np.array([np.nan if value is None else value for value in columns[5]], np.float64),
        known=known,
    )


@dataclass(frozen=True, slots=True)
class Verdicts:
    """All verdicts of one day. ``judged`` is in the order of ``in_force``."""

    day: Day
    in_force: tuple[Published, ...]
    judged: tuple[Judged, ...]
    sight: Sights

    def of(self, code: str) -> tuple[Published, Judged] | None:
        """The version of a standard that is in force, with its verdicts."""
        for published, judged in zip(self.in_force, self.judged, strict=True):
            if published.code == code:
                return published, judged
        return None

    def try_out(self, version: Version) -> Judged:
        """The verdicts, had this version been in force; nothing is kept of it."""
        return judge(
            version,
            self.day.ask.network,
            lambda asked: values(self.day, asked),
            self.sight.of(version),
        )


@dataclass(frozen=True, slots=True)
class Sights:
    """What was last seen up to a day, by key and by the index of the site in a network."""

    size: int
    indexes: Ints
    starts: Ints
    results: Codes
    values: Floats
    known: dict[Key, int]

    @classmethod
    def until(cls, seen: Seen, on: date, site_ids: Ints) -> Sights:
        """Of each key the observations, those of a later day after those of an earlier one."""
        indexes = np.searchsorted(site_ids, seen.sites)
        inside = np.minimum(indexes, max(len(site_ids) - 1, 0))
        there = (site_ids[inside] == seen.sites) if len(site_ids) else np.zeros(len(inside), bool)
        rows = np.flatnonzero(there & (seen.days <= on.toordinal()))
        rows = rows[np.lexsort((seen.days[rows], seen.keys[rows]))]
        starts = np.searchsorted(seen.keys[rows], np.arange(len(seen.known) + 1))
        return cls(
            size=len(site_ids),
            indexes=indexes[rows],
            starts=starts,
            results=seen.results[rows],
            values=seen.values[rows],
            known=seen.known,
        )

    def of(self, version: Version) -> Callable[[Criterion], Looked | None]:
        """What was last said of the criteria of a version."""

        def sight(criterion: Criterion) -> Looked | None:
            key = self.known.get((version.code, criterion.code, criterion.asked))
            if key is None or self.starts[key] == self.starts[key + 1]:
                return None
            some = slice(int(self.starts[key]), int(self.starts[key + 1]))
            results = np.full(self.size, NOT_SEEN, np.int8)
            numbers = np.full(self.size, np.nan)
            # Of several at one site the last one written is what remains: the newest.
            results[self.indexes[some]] = self.results[some]
            numbers[self.indexes[some]] = self.values[some]
            return Looked(results, numbers)

        return sight


def values(found: Day, asked: Asked) -> Floats:
    """The numbers by the index of the site; nan where there is none, no such figure or item."""
    figure = None if asked.figure is None else figure_rules.find_defined(asked.figure)
    if figure is not None:
        return figures.numbers(found, figure)
    item = None if asked.item is None else find_item(asked.item)
    if item is not None:
        had: Floats = fittings(found.ask.on).of(found.ask.network.rows.ids)[:, item.place]
        return had
    return np.full(len(found.ask.network), np.nan)


def told(published: Published, site_id: int, on: date) -> dict[str, Told]:
    """What the figures of the criteria tell of a site on a day, by the criteria's codes."""
    found = figures.day(on)
    place = np.flatnonzero(found.ask.network.rows.ids == site_id)
    return told_at(found, published.version, int(place[0])) if len(place) else {}


def told_at(found: Day, version: Version, index: int) -> dict[str, Told]:
    """The same by the index of the site in the network of the day."""
    shown: dict[str, Told] = {}
    for one in version.criteria:
        if one.check is not None:
            target = one.check.value
            if one.check.than is not None:
                target = _number(values(found, Asked(one.check.than))[index])
            shown[one.code] = Told(_number(values(found, Asked.of(one.check))[index]), target)
    return shown


def _number(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


# -- Held in memory -----------------------------------------------------------------------------

KEPT: Final = 4


@dataclass(slots=True)
class _Kept:
    """The verdicts of a few days, each with what it was made of."""

    values: OrderedDict[date, tuple[tuple[object, ...], Verdicts]] = field(
        default_factory=OrderedDict
    )


def verdicts(on: date | None = None) -> Verdicts:
    """All verdicts of a day (today): as they are, however lately anything was written."""
    day = on or today()
    made_of = (figures.day(day), queries.published(), seen())
    if is_writing():
        return _judge_all(day, *made_of)
    kept: _Kept = current_app.extensions.setdefault("onekm.verdicts", _Kept())
    found = kept.values.get(day)
    if found is None or any(a is not b for a, b in zip(found[0], made_of, strict=True)):
        kept.values[day] = found = (made_of, _judge_all(day, *made_of))
        while len(kept.values) > KEPT:
            kept.values.popitem(last=False)
    return found[1]


def _judge_all(on: date, found: Day, published: tuple[Published, ...], observed: Seen) -> Verdicts:
    in_force = tuple(one for one in published if one.holds(on))
    net = found.ask.network
    sights = Sights.until(observed, on, net.rows.ids)
    known: dict[Asked, Floats] = {}

    def numbers(asked: Asked) -> Floats:
        if asked not in known:
            known[asked] = values(found, asked)
        return known[asked]

    judged = tuple(judge(one.version, net, numbers, sights.of(one.version)) for one in in_force)
    return Verdicts(found, in_force, judged, sights)
