"""Reading lists of findings within reach, in a fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from core.access import Actor, Permission
from core.calendar import working
from core.calendar.queries import calendar
from core.clock import today
from core.db import db
from core.pages import Page
from core.rectification import access
from core.rectification.lists.rules import Asked, CriteriaSort, Criterion, Show, Sort
from core.rectification.models import Finding, FindingAnswer, FindingClimb, FindingNotice
from core.rectification.queries import STANDING, Standing, joined
from core.rectification.rules import (
    CLIMB_ROLES,
    TO_DO,
    UNFINISHED,
    Climb,
    Severity,
    State,
)
from core.regions.queries import tree
from core.search import contains
from core.sites.models import Site, SitePeriod


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in a list: with its site, how late it is and how far it has climbed."""

    standing: Standing
    late: int
    climbed: Climb | None
    notice: str | None
    last: FindingAnswer | None

    @property
    def finding(self) -> Finding:
        return self.standing.finding


def overdue() -> sa.ColumnElement[bool]:
    """The condition that the site is late: what it has answered waits for others."""
    return sa.and_(Finding.state.in_(TO_DO), Finding.due < today())


def within(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition that a finding is within reach."""
    return access.condition(access.reach_of(actor, access.READERS))


def mine(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition that a finding waits for this very person.

    It is hers to answer; hers to re-check; late and brought before her; or nobody's, and hers to
    give to somebody.
    """
    to_do = Finding.state.in_(TO_DO)
    keeps = access.condition(actor.reach(Permission.INSPECTIONS_COMMENT))
    owned = Finding.owner_id == actor.account_id if actor.account_id is not None else sa.false()
    leads = access.condition(actor.reach(Permission.INSPECTIONS_REVIEW))
    nobodys = sa.and_(Finding.owner_id.is_(None), leads)
    climbed = sa.or_(*(_climbed_to(actor, level) for level in Climb))
    answered = sa.and_(Finding.state == State.ANSWERED, access.rechecked_by(actor))
    return sa.or_(sa.and_(to_do, sa.or_(keeps, owned, nobodys, climbed)), answered)


def _climbed_to(actor: Actor, level: Climb) -> sa.ColumnElement[bool]:
    reach = access.reach_of_role(actor, CLIMB_ROLES[level])
    if not reach:
        return sa.false()
    record = sa.select(FindingClimb.id).where(
        FindingClimb.finding_id == Finding.id,
        FindingClimb.due == Finding.due,
        FindingClimb.level == level,
    )
    return sa.and_(record.exists(), access.condition(reach))


def number_waiting(actor: Actor) -> int:
    """How many findings wait for *actor*."""
    counted = joined(sa.select(sa.func.count()))
    return db.session.scalar(counted.where(within(actor), mine(actor))) or 0


def wanted(actor: Actor, asked: Asked) -> sa.ColumnElement[bool]:
    """The condition of a whole list."""
    conditions = [within(actor), _shown(actor, asked.show), *_narrowed(asked)]
    return sa.and_(*conditions)


def _shown(actor: Actor, show: Show) -> sa.ColumnElement[bool]:
    match show:
        case Show.MINE:
            return mine(actor)
        case Show.OVERDUE:
            return overdue()
        case Show.UNFINISHED:
            return Finding.state.in_(UNFINISHED)
        case Show.ALL:
            return sa.true()


def _narrowed(asked: Asked) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if asked.text:
        found.append(_says(asked.text))
    if asked.region is not None:
        below = [asked.region.id, *(one.id for one in _below(asked.region.id))]
        found.append(SitePeriod.region_id.in_(below))
    equal = (
        (Site.code, asked.site),
        (Finding.state, asked.state),
        (Finding.severity, asked.severity),
        (Finding.source, asked.source.code if asked.source else ""),
        (Finding.criterion, asked.criterion),
    )
    found += [column == value for column, value in equal if value]
    if asked.since is not None:
        found.append(Finding.found_on >= asked.since)
    if asked.until is not None:
        found.append(Finding.found_on <= asked.until)
    if asked.again:
        found.append(Finding.times > 1)
    return found


def _below(region_id: int) -> Sequence[Any]:
    return tree(today()).descendants(region_id)


def _says(text: str) -> sa.ColumnElement[bool]:
    """Words of the site's, the finding's, or the number of its notice, or a site's code."""
    numbered = sa.select(FindingNotice.id).where(
        FindingNotice.id == Finding.notice_id, FindingNotice.number.contains(text, autoescape=True)
    )
    return sa.or_(
        contains(Site.search, text),
        contains(Finding.search, text),
        Site.code == text,
        Finding.owner.contains(text, autoescape=True),
        numbered.exists(),
    )


_RANK: Final = sa.case(
    {one.value: place for place, one in enumerate(Severity)}, value=Finding.severity
)
_ORDERS: Final[dict[Sort, sa.ColumnElement[Any]]] = {
    Sort.DUE: sa.type_coerce(Finding.due, sa.Date),
    Sort.FOUND: sa.type_coerce(Finding.found_on, sa.Date),
    Sort.SITE: sa.type_coerce(Site.code, sa.String),
    Sort.REGION: sa.type_coerce(SitePeriod.region_id, sa.Integer),
    Sort.SEVERITY: _RANK,
    Sort.CLOSED: sa.type_coerce(Finding.closed_on, sa.Date),
}


def _order(asked: Asked) -> tuple[sa.ColumnElement[Any], ...]:
    first = _ORDERS[asked.sort]
    way = first.desc() if asked.descending else first.asc()
    return (
        first.is_(None),
        way,
        sa.type_coerce(Finding.due, sa.Date),
        sa.type_coerce(Finding.id, sa.Integer),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a list, and how many there are."""

    lines: list[Line]
    total: int


def find(actor: Actor, asked: Asked, page: Page) -> Found:
    """A page of what is asked for."""
    condition = wanted(actor, asked)
    total = db.session.scalar(joined(sa.select(sa.func.count())).where(condition)) or 0
    rows = db.session.execute(
        joined(sa.select(*STANDING))
        .where(condition)
        .order_by(*_order(asked))
        .limit(page.size)
        .offset((page.number - 1) * page.size)
    )
    return Found(_lines([Standing(*row) for row in rows]), total)


def every(actor: Actor, asked: Asked, most: int) -> list[Line]:
    """All that is asked for, up to *most*."""
    rows = db.session.execute(
        joined(sa.select(*STANDING))
        .where(wanted(actor, asked))
        .order_by(*_order(asked))
        .limit(most)
    )
    return _lines([Standing(*row) for row in rows])


#: How many findings the page of a site names; the rest stand on the list.
MOST_NAMED: Final = 20


def of_site(actor: Actor, site_id: int) -> list[Line] | None:
    """What is to be put right at a site, soonest due first, without what stands around it.

    None where nothing was ever found there. It is asked on a page of many rooms: one statement.
    """
    unfinished = Finding.state.in_(UNFINISHED)
    rows = db.session.execute(
        joined(sa.select(*STANDING))
        .where(within(actor), Finding.site_id == site_id)
        .order_by(sa.case((unfinished, 0), else_=1), Finding.due, Finding.id)
        .limit(MOST_NAMED)
    ).all()
    days, on = calendar(), today()
    found = [one for one in (Standing(*row) for row in rows) if one.finding.state in UNFINISHED]
    lines = [
        Line(one, working.between(days, one.finding.due, on), None, None, None) for one in found
    ]
    return lines if rows else None


def _lines(found: list[Standing]) -> list[Line]:
    ids = [one.finding.id for one in found]
    climbs, notices, answers = _climbs(ids), _notices(found), _answers(ids)
    days, on = calendar(), today()

    @cache
    def late(due: date, until: date) -> int:
        return working.between(days, due, until)

    def lateness(one: Finding) -> int:
        """Until now, or until it was answered."""
        last = answers.get(one.id)
        if one.state in TO_DO:
            return late(one.due, on)
        return 0 if last is None else late(last.due, last.answered_on)

    return [
        Line(
            standing=one,
            late=lateness(one.finding),
            climbed=climbs.get((one.finding.id, one.finding.due)),
            notice=notices.get(one.finding.notice_id),
            last=answers.get(one.finding.id),
        )
        for one in found
    ]


#: How many ids one statement names.
_AT_ONCE: Final = 500


def _parts(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]


def _climbs(ids: Sequence[int]) -> dict[tuple[int, Any], Climb]:
    """The highest level for each deadline."""
    found: dict[tuple[int, Any], Climb] = {}
    for some in _parts(ids):
        rows = db.session.execute(
            sa.select(FindingClimb.finding_id, FindingClimb.due, FindingClimb.level)
            .where(FindingClimb.finding_id.in_(some))
            .order_by(FindingClimb.id)
        )
        for finding_id, due, level in rows:
            found[finding_id, due] = Climb(level)
    return found


def _notices(found: list[Standing]) -> dict[int | None, str]:
    ids = sorted({number for one in found if (number := one.finding.notice_id) is not None})
    numbers: dict[int | None, str] = {}
    for some in _parts(ids):
        rows = db.session.execute(
            sa.select(FindingNotice.id, FindingNotice.number).where(FindingNotice.id.in_(some))
        )
        numbers.update((row.id, row.number) for row in rows)
    return numbers


def _answers(ids: Sequence[int]) -> dict[int, FindingAnswer]:
    """The last answer of each."""
    found: dict[int, FindingAnswer] = {}
    for some in _parts(ids):
        rows = db.session.scalars(
            sa.select(FindingAnswer)
            .where(FindingAnswer.finding_id.in_(some))
            .order_by(FindingAnswer.round)
        )
        found.update((row.finding_id, row) for row in rows)
    return found


# -- By criterion -------------------------------------------------------------------------------


def criteria(actor: Actor, asked: Asked, sort: CriteriaSort) -> list[Criterion]:
    """How often each criterion was found wanting, what fails most first."""

    def many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)

    columns = {
        CriteriaSort.FOUND: sa.func.count(),
        CriteriaSort.OPEN: many(Finding.state.in_(UNFINISHED)),
        CriteriaSort.OVERDUE: many(overdue()),
        CriteriaSort.AGAIN: many(Finding.times > 1),
        CriteriaSort.SITES: sa.func.count(sa.distinct(Finding.site_id)),
    }
    counted = (
        joined(sa.select(Finding.criterion, *columns.values(), sa.func.max(Finding.id)))
        .where(within(actor), *_narrowed(asked))
        .group_by(Finding.criterion)
        .order_by(columns[sort].desc(), sa.func.count().desc(), Finding.criterion)
    )
    rows = db.session.execute(counted).all()
    last = _named([row[-1] for row in rows])
    return [
        _criterion(row[0], [int(number) for number in row[1:-1]], last[row[-1]]) for row in rows
    ]


def _criterion(key: str, numbers: list[int], newest: Finding) -> Criterion:
    found, unfinished, late, again, sites = numbers
    return Criterion(
        *(key, newest.words, newest.standard),
        *(found, unfinished, late, again, sites),
        newest.found_on,
    )


def _named(ids: Sequence[int]) -> dict[int, Finding]:
    """The newest finding of each criterion: what it is called now."""
    found: dict[int, Finding] = {}
    for some in _parts(ids):
        rows = db.session.scalars(sa.select(Finding).where(Finding.id.in_(some)))
        found.update((row.id, row) for row in rows)
    return found
