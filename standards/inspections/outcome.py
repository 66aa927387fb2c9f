"""What a visit came to: its result, what differs from the last, other versions beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.dated import on_day
from core.db import db
from core.sites.models import SitePeriod
from core.sites.rules import Kind
from standards import queries as standards
from standards.inspections import access, judging
from standards.inspections.judging import Judged
from standards.inspections.models import Inspection, InspectionAnswer
from standards.inspections.queries import Line, answers, versions
from standards.inspections.rules import WHOLE
from standards.queries import Published
from standards.rules import Result
from standards.scoring import carried


@dataclass(frozen=True, slots=True)
class Difference:
    """A criterion of which this visit found something else than the last one."""

    standard: str
    criterion: str
    before: Result
    after: Result


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a visit: under the versions that it is pinned to, and beside the last one."""

    judged: tuple[Judged, ...]
    answers: Mapping[str, InspectionAnswer]
    last: Inspection | None
    differences: tuple[Difference, ...]
    others: Mapping[str, tuple[Judged, ...]]


def outcome(one: Line) -> Outcome:
    """What the visit came to; the kind of the site is that of the day of the visit."""
    given = answers(one.row.id)
    kind = kind_on(access.entry_of(one.row), one.row.day) or one.kind
    pinned = judging.pinned(versions(one.row.id))
    results = _results(given)
    last = _last_before(one.row)
    known = {} if last is None else {_key(each): each for each in answers(last.id)}
    return Outcome(
        judged=tuple(judging.judge(pinned.values(), kind, results)),
        answers={_key(each): each for each in given},
        last=last,
        differences=tuple(_differences(given, known)),
        others={
            code: tuple(_under(other, version, kind, results) for other in _others(version))
            for code, version in pinned.items()
        },
    )


def _others(pinned: Published) -> list[Published]:
    return [one for one in standards.versions(pinned.code) if one.digest != pinned.digest]


def _under(
    other: Published, pinned: Published, kind: Kind, results: Mapping[str, Mapping[str, Result]]
) -> Judged:
    """What the answers come to under another version; those to what it asks otherwise are none."""
    held = carried(results.get(pinned.code, {}), pinned.version, other.version)
    return judging.judge([other], kind, {pinned.code: held})[0]


def _key(answer: InspectionAnswer) -> str:
    return f"{answer.standard}/{answer.criterion}"


def _results(given: Iterable[InspectionAnswer]) -> dict[str, dict[str, Result]]:
    found: dict[str, dict[str, Result]] = defaultdict(dict)
    for one in given:
        found[one.standard][one.criterion] = Result(one.result)
    return found


def _differences(
    given: Iterable[InspectionAnswer], known: Mapping[str, InspectionAnswer]
) -> Iterable[Difference]:
    for one in given:
        before = known.get(_key(one))
        if before is not None and before.result != one.result:
            yield Difference(one.standard, one.criterion, Result(before.result), Result(one.result))


def _last_before(row: Inspection) -> Inspection | None:
    """The visit before this one of which everything is here."""
    other = aliased(Inspection)
    return db.session.scalar(
        sa.select(other)
        .where(
            other.site_id == row.site_id,
            other.id != row.id,
            other.state.in_(WHOLE),
            sa.or_(
                other.day < row.day,
                sa.and_(other.day == row.day, other.completed_at < row.completed_at),
            ),
        )
        .order_by(other.day.desc(), other.completed_at.desc())
        .limit(1)
    )


def kind_on(site_id: int, on: date) -> Kind | None:
    """What kind of site it was on the day."""
    found = db.session.scalar(
        sa.select(SitePeriod.kind).where(SitePeriod.site_id == site_id, on_day(SitePeriod, on))
    )
    return None if found is None else Kind(found)
