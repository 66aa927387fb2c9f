"""One site against the standards: every criterion with its reason, and what was ever said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
import sqlalchemy as sa

from core.db import db
from core.sites.network import Place
from core.sites.rules import Kind
from standards import verdicts
from standards.judging import STATES, Judged, Told
from standards.listing import band_of
from standards.models import Observation, Standard, StandardCriterion, StandardVersion
from standards.queries import Published
from standards.rules import Band, Chapter, Criterion, Result, State

#: How many observations of one standard a page shows.
MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Spoken:
    """What somebody said of a criterion; ``asked`` stands for what was asked then."""

    code: str
    asked: str
    result: Result
    on: date
    note: str
    by: str
    source_kind: str
    source_code: str

    def bare(self) -> Spoken:
        """The same without the words, and without saying whose they are."""
        return replace(self, note="", by="", source_code="")


@dataclass(frozen=True, slots=True)
class Row:
    """A criterion at a site. ``seen``: ``last``, what was last said, decides; else the figure."""

    criterion: Criterion
    state: State
    told: Told | None
    seen: bool
    last: Spoken | None
    #: What was seen before this day is out of date.
    seen_since: date | None = None
    #: The last day on which what was last said holds.
    seen_until: date | None = None

    @property
    def expired(self) -> bool:
        """Whether what was last said is too old to hold."""
        since = self.seen_since
        return self.last is not None and since is not None and self.last.on < since


@dataclass(frozen=True, slots=True)
class SiteVerdict:
    """How a site stands with one standard, criterion by criterion."""

    published: Published
    place: Place
    state: State
    least: int
    most: int
    of: int
    band: Band | None
    rows: tuple[Row, ...]

    def bare(self) -> SiteVerdict:
        """The same without anybody's words."""
        rows = (replace(row, last=row.last and row.last.bare()) for row in self.rows)
        return replace(self, rows=tuple(rows))

    def of_chapter(self, chapter: Chapter) -> list[Row]:
        return [row for row in self.rows if row.criterion.chapter == chapter.code]

    @property
    def failed(self) -> list[Criterion]:
        return [row.criterion for row in self.rows if row.state is State.FAILED]

    def count(self, state: State) -> int:
        return sum(row.state is state for row in self.rows)


def of_site(site_id: int, on: date | None = None) -> tuple[SiteVerdict, ...]:
    """Every standard in force at the site on the day (today), with the reasons."""
    found = verdicts.verdicts(on)
    # Of most sites nobody has said anything yet, which is known without asking.
    said = _said(site_id, found.day.ask.on) if site_id in verdicts.seen().sites else {}
    index = np.flatnonzero(found.day.ask.network.rows.ids == site_id)
    if not len(index):
        return ()
    pairs = zip(found.in_force, found.judged, strict=True)
    told = (_one(found, published, judged, int(index[0]), said) for published, judged in pairs)
    return tuple(one for one in told if one is not None)


def of_standard(code: str, site_id: int, on: date | None = None) -> SiteVerdict | None:
    """The same of one standard; None where it is not for the site."""
    return next((one for one in of_site(site_id, on) if one.published.code == code), None)


def _one(
    found: verdicts.Verdicts,
    published: Published,
    judged: Judged,
    index: int,
    said: dict[tuple[str, str], list[Spoken]],
) -> SiteVerdict | None:
    column = judged.column(index)
    if column is None:
        return None
    place = found.day.ask.network.place(index)
    told = found.numbers.told(published.version, index)
    version, on = published.version, found.day.ask.on
    last = {one.code: _last(said, published.code, one) for one in version.criteria}
    rows = tuple(
        Row(
            criterion=one,
            state=STATES[judged.criteria[number, column]],
            told=told.get(one.code),
            seen=bool(judged.seen[number, column]),
            last=(spoken := last[one.code]),
            seen_since=version.seen_since(one, on),
            seen_until=None if spoken is None else version.seen_until(one, spoken.on),
        )
        for number, one in enumerate(published.version.criteria)
        if _asked_of(one, place.kind)
    )
    return SiteVerdict(
        published=published,
        place=place,
        state=STATES[judged.states[column]],
        least=int(judged.least[column]),
        most=int(judged.most[column]),
        of=int(judged.of[column]),
        band=band_of(judged, column),
        rows=rows,
    )


def _asked_of(criterion: Criterion, kind: Kind) -> bool:
    return not criterion.kinds or kind in criterion.kinds


def _last(
    said: dict[tuple[str, str], list[Spoken]], standard: str, criterion: Criterion
) -> Spoken | None:
    """What was last said in answer to what is asked now."""
    spoken = said.get((standard, criterion.code), ())
    return next((one for one in spoken if one.asked == criterion.asked), None)


def _said(site_id: int, on: date) -> dict[tuple[str, str], list[Spoken]]:
    """What was said up to the day by standard and criterion, the newest first."""
    found: dict[tuple[str, str], list[Spoken]] = {}
    for row, code, asked, standard in db.session.execute(_observations(site_id, on)):
        found.setdefault((standard, code), []).append(_spoken(row, code, asked))
    return found


def history(site_id: int, code: str, on: date) -> Sequence[Spoken]:
    """Everything said of the site about one standard, the newest first."""
    rows = db.session.execute(
        _observations(site_id, on).where(Standard.code == code).limit(MOST_SHOWN)
    )
    return [_spoken(row, criterion, asked) for row, criterion, asked, _standard in rows]


def _observations(site_id: int, on: date) -> sa.Select[Observation, str, str, str]:
    return (
        sa.select(Observation, StandardCriterion.code, StandardCriterion.asked, Standard.code)
        .join(StandardCriterion, StandardCriterion.id == Observation.criterion_id)
        .join(StandardVersion, StandardVersion.id == StandardCriterion.version_id)
        .join(Standard, Standard.id == StandardVersion.standard_id)
        .where(
            Observation.site_id == site_id,
            sa.func.coalesce(Observation.counts_from, Observation.on) <= on,
        )
        .order_by(Observation.on.desc(), Observation.id.desc())
    )


def _spoken(row: Observation, code: str, asked: str) -> Spoken:
    return Spoken(
        code=code,
        asked=asked,
        result=Result(row.result),
        on=row.on,
        note=row.note,
        by=row.by,
        source_kind=row.source_kind,
        source_code=row.source_code,
    )
