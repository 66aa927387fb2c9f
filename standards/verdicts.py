"""The verdict of every site against every standard in force: always known, before any visit.

What it follows from is held in memory: the figures of the day, the versions, and what was last
seen.  Observations are only ever added, so the newest are read and put beside those already held.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
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
from core.sites.queries import columns
from core.snapshot import renewed
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
    derived,
    judge,
)
from standards.models import OBSERVATIONS, Observation
from standards.queries import Published
from standards.rules import Check, Criterion, State, Version

#: What is asked: the standard, the code of the criterion, what stands for its question.
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that was ever said on site, a row each in the order in which it was recorded.

    ``since`` is the day from which it counts, which may be later than the day of the visit.
    """

    last: int
    sites: Ints
    keys: Ints
    results: Codes
    days: Ints
    since: Ints
    values: Floats
    known: dict[Key, int]


def seen() -> Seen:
    """All observations."""
    return _seen(None)


@renewed(OBSERVATIONS)
def _seen(before: Seen | None, _all: None) -> Seen:
    """Those held already with the newest; all anew where a transaction that began earlier ended
    later, and its rows stand among those that were read."""
    known, criteria = _criteria()
    newest = _read(criteria, 0 if before is None else before.last)
    if before is None:
        return Seen(known=known, **newest)
    number = db.session.scalar(sa.select(sa.func.count(Observation.id)))
    if number != len(before.sites) + len(newest["sites"]):
        return Seen(known=known, **_read(criteria, 0))
    held = {
        name: np.concatenate([getattr(before, name), newest[name]])
        for name in ("sites", "keys", "results", "days", "since", "values")
    }
    return Seen(last=max(before.last, newest["last"]), known=known, **held)


def _criteria() -> tuple[dict[Key, int], dict[int, int]]:
    """A number for each question, in the order in which they were first asked; and of each
    criterion the number of its question."""
    known: dict[Key, int] = {}
    rows = sorted(
        (row.id, (one.code, code, row.asked))
        for one in queries.published()
        for code, row in one.criteria.items()
    )
    return known, {number: known.setdefault(key, len(known)) for number, key in rows}


def _read(criteria: dict[int, int], after: int) -> dict[str, Any]:
    """The columns of the observations recorded after one of them."""
    ids, sites, asked, results, days, counts_from, told = columns(
        sa.select(
            Observation.id,
            Observation.site_id,
            Observation.criterion_id,
            Observation.result,
            Observation.on,
            sa.func.coalesce(Observation.counts_from, Observation.on, type_=sa.Date),
            Observation.figure_value,
        )
        .where(Observation.id > after)
        .order_by(Observation.id)
    )
    numbers = {result.value: number for number, result in enumerate(RESULTS)}
    return {
        "last": ids[-1] if ids else after,
        "sites": np.array(sites, np.int64),
        "keys": np.array([criteria[one] for one in asked], np.int64),
        "results": np.array([numbers[one] for one in results], np.int8),
        "days": np.array([day.toordinal() for day in days], np.int64),
        "since": np.array([day.toordinal() for day in counts_from], np.int64),
        "values": np.array([np.nan if one is None else one for one in told], np.float64),
    }


def moves(asked: Asked) -> bool:
    """Whether it is a figure that is not held in memory: it moves without the register."""
    figure = None if asked.figure is None else figure_rules.find_defined(asked.figure)
    return figure is not None and not figure.kept


def _moves(version: Version) -> bool:
    """Whether a criterion of the version follows such a figure."""
    checks = (check for one in version.criteria for check in (one.check, one.applies_if) if check)
    return any(moves(Asked.of(check)) or moves(Asked(check.than)) for check in checks)


class Numbers:
    """The figures and items of a day that criteria ask for, by the index of the site; each that
    is held in memory is worked out once."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self._known: dict[Asked, Floats] = {}

    @cached_property
    def _had(self) -> Floats:
        """How many of each item every site has."""
        ask = self.day.ask
        return fittings(ask.on).of(ask.network.rows.ids)

    def __call__(self, asked: Asked) -> Floats:
        """The numbers; nan where there is none, or no such figure or item."""
        found = self._known.get(asked)
        if found is None:
            found = self._worked_out(asked)
            if not moves(asked):
                self._known[asked] = found
        return found

    def _worked_out(self, asked: Asked) -> Floats:
        figure = None if asked.figure is None else figure_rules.find_defined(asked.figure)
        if figure is not None:
            return figures.numbers(self.day, figure)
        item = None if asked.item is None else find_item(asked.item)
        if item is not None:
            return self._had[:, item.place]
        return np.full(len(self.day.ask.network), np.nan)

    def told(self, version: Version, index: int) -> dict[str, Told]:
        """What the figures of the criteria tell of one site, by the criteria's codes."""
        shown: dict[str, Told] = {}
        for one in version.criteria:
            if one.check is not None:
                told = self._of(one.check, index)
                if one.applies_if is not None:
                    here = derived(one.applies_if, self._of(one.applies_if, index))
                    told = replace(told, applies=here is not State.FAILED)
                shown[one.code] = told
        return shown

    def _of(self, check: Check, index: int) -> Told:
        target = check.value
        if check.than is not None:
            target = _number(self(Asked(check.than))[index])
        return Told(_number(self(Asked.of(check))[index]), target)


def _number(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """All verdicts of one day. ``judged`` is in the order of ``in_force``."""

    numbers: Numbers
    in_force: tuple[Published, ...]
    judged: tuple[Judged, ...]
    seen: Seen
    sights: Sights

    @property
    def day(self) -> Day:
        return self.numbers.day

    def of(self, code: str) -> tuple[Published, Judged] | None:
        """The version of a standard that is in force, with its verdicts."""
        for published, judged in zip(self.in_force, self.judged, strict=True):
            if published.code == code:
                return published, judged
        return None

    def try_out(self, version: Version) -> Judged:
        """The verdicts, had this version been in force; nothing is kept of it."""
        return judge(version, self.day.ask.network, self.numbers, self.sights.of(version))


@dataclass(frozen=True, slots=True)
class Sights:
    """What was last seen up to a day, by key and by the index of the site in a network."""

    on: date
    size: int
    indexes: Ints
    starts: Ints
    days: Ints
    results: Codes
    values: Floats
    known: dict[Key, int]

    @classmethod
    def until(cls, seen: Seen, on: date, site_ids: Ints) -> Sights:
        """Of each key the observations, those of a later day after those of an earlier one."""
        indexes = np.searchsorted(site_ids, seen.sites)
        inside = np.minimum(indexes, max(len(site_ids) - 1, 0))
        there = (site_ids[inside] == seen.sites) if len(site_ids) else np.zeros(len(inside), bool)
        rows = np.flatnonzero(there & (seen.since <= on.toordinal()))
        rows = rows[np.lexsort((seen.days[rows], seen.keys[rows]))]
        starts = np.searchsorted(seen.keys[rows], np.arange(len(seen.known) + 1))
        return cls(
            on=on,
            size=len(site_ids),
            indexes=indexes[rows],
            starts=starts,
            days=seen.days[rows],
            results=seen.results[rows],
            values=seen.values[rows],
            known=seen.known,
        )

    def of(self, version: Version) -> Callable[[Criterion], Looked | None]:
        """What was last said of the criteria of a version, and holds as long as it says."""

        def sight(criterion: Criterion) -> Looked | None:
            key = self.known.get((version.code, criterion.code, criterion.asked))
            if key is None or self.starts[key] == self.starts[key + 1]:
                return None
            first, end = int(self.starts[key]), int(self.starts[key + 1])
            since = version.seen_since(criterion, self.on)
            if since is not None:
                # In order of their days, so that what is too old comes first.
                first += int(np.searchsorted(self.days[first:end], since.toordinal()))
            some = slice(first, end)
            results = np.full(self.size, NOT_SEEN, np.int8)
            numbers = np.full(self.size, np.nan)
            # Of several at one site the last one written is what remains: the newest.
            results[self.indexes[some]] = self.results[some]
            numbers[self.indexes[some]] = self.values[some]
            return Looked(results, numbers)

        return sight


def told(published: Published, site_id: int, on: date) -> dict[str, Told]:
    """What the figures of the criteria tell of a site on a day, by the criteria's codes."""
    found = figures.day(on)
    place = np.flatnonzero(found.ask.network.rows.ids == site_id)
    return Numbers(found).told(published.version, int(place[0])) if len(place) else {}


# -- Held in memory -----------------------------------------------------------------------------

KEPT: Final = 4


def verdicts(on: date | None = None) -> Verdicts:
    """All verdicts of a day (today): as they are, however lately anything was written."""
    day = on or today()
    made_of = (figures.day(day), queries.published(), seen())
    if is_writing():
        return _judge_all(day, *made_of, None)
    kept: OrderedDict[date, tuple[tuple[object, ...], Verdicts]]
    kept = current_app.extensions.setdefault("onekm.verdicts", OrderedDict())
    before = kept.get(day)
    same = before is not None and all(a is b for a, b in zip(before[0], made_of, strict=True))
    if same and before is not None and not any(_moves(one.version) for one in before[1].in_force):
        return before[1]
    found = _judge_all(day, *made_of, None if before is None else before[1])
    kept[day] = made_of, found
    while len(kept) > KEPT:
        kept.popitem(last=False)
    return found


def _judge_all(
    on: date,
    found: Day,
    published: tuple[Published, ...],
    observed: Seen,
    before: Verdicts | None,
) -> Verdicts:
    """The verdicts, with what those *before* were made of where it is the same."""
    in_force = tuple(one for one in published if one.holds(on))
    net = found.ask.network
    numbers = Numbers(found)
    if before is not None and before.day is found:
        numbers = before.numbers
    if before is not None and before.seen is observed and before.day.ask.network is net:
        sights = before.sights
    else:
        sights = Sights.until(observed, on, net.rows.ids)
    judged = tuple(judge(one.version, net, numbers, sights.of(one.version)) for one in in_force)
    return Verdicts(numbers, in_force, judged, observed, sights)
