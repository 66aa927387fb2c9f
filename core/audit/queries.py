"""Reading the audit: the story of one thing, the list for auditors, the proof."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import sqlalchemy as sa

from core import clock
from core.access import Actor
from core.audit.chain import GENESIS, Anchor, Row, Verified, Verifier, seal_members
from core.audit.models import AuditBatchMember, AuditEvent, AuditMember
from core.audit.rules import (
    Changes,
    EventType,
    Subject,
    change_words,
    parse,
    sentence,
    subject_words,
)
from core.db import db

#: How many members of an event a list names.
NAMED: Final = 5

# How many events are verified at a time: no transaction is held for long.
_STRETCH: Final = 1000
# Numbers begin at 1; what somebody put in before that is to be found too.
_BELOW_ALL: Final = -(2**63)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done; ``members`` counts them, ``named`` are the first few.

    In the story of one thing ``changes`` are those of the thing as well, where it was a member.
    """

    number: int
    at: datetime
    actor: str
    action: str
    subject: Subject
    region_id: int | None
    changes: Changes
    members: int
    named: tuple[Subject, ...]

    @property
    def sentence(self) -> str:
        return sentence(self.action, self.actor, self.words(self.subject))

    @property
    def lines(self) -> list[str]:
        """Each change in words."""
        return list(change_words(self.action, self.changes))

    @property
    def when(self) -> str:
        """The moment as the city's clocks showed it, to the second."""
        return clock.civil(self.at).strftime("%Y-%m-%d %H:%M:%S")

    def words(self, subject: Subject) -> str:
        return subject_words(subject.kind, subject.code, self.members)


@dataclass(frozen=True, slots=True)
class Filters:
    """What an auditor asks for; days are of the city's time, both inclusive, empty is all.

    ``regions`` are those whose events may be read, None for all of them: events of no region are
    for those who may read everything.
    """

    actor: str = ""
    action: str = ""
    kind: str = ""
    code: str = ""
    since: date | None = None
    until: date | None = None
    regions: Collection[int] | None = None

    def conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        if self.actor:
            yield AuditEvent.actor == self.actor
        if self.action:
            yield AuditEvent.action == self.action
        if self.code:
            yield AuditEvent.id.in_(_about(self.kind, self.code))
        elif self.kind:
            yield AuditEvent.subject_kind == self.kind
        if self.since is not None:
            yield AuditEvent.at >= _midnight(self.since)
        if self.until is not None:
            yield AuditEvent.at < _midnight(self.until + timedelta(days=1))
        if self.regions is not None:
            yield AuditEvent.region_id.in_(self.regions)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.CITY_TIME)


def _about(kind: str, code: str) -> sa.CompoundSelect[int]:
    """The numbers of the events about a thing; of any kind where *kind* is empty."""
    own = sa.select(AuditEvent.id).where(AuditEvent.subject_code == code)
    shared = sa.select(AuditMember.event_id).where(AuditMember.subject_code == code)
    listed = _OF_BATCHES.where(AuditBatchMember.subject_code == code)
    if kind:
        own = own.where(AuditEvent.subject_kind == kind)
        shared = shared.where(AuditMember.subject_kind == kind)
        listed = listed.where(AuditBatchMember.subject_kind == kind)
    return own.union(shared, listed.with_only_columns(AuditEvent.id))


def events(asked: Filters, limit: int, before: int | None = None) -> list[Event]:
    """The newest *limit* events that are asked for, of those numbered below *before*."""
    statement = sa.select(AuditEvent).where(*asked.conditions())
    if before is not None:
        statement = statement.where(AuditEvent.id < before)
    rows = db.session.scalars(statement.order_by(AuditEvent.id.desc()).limit(limit)).all()
    counts, named = _members([row.id for row in rows])
    return [_event(row, counts.get(row.id, 0), named.get(row.id, ())) for row in rows]


def has_done(
    actor: Actor, event: EventType, subject: Subject, on: date, since: datetime | None
) -> bool:
    """Whether *actor* has done this to the one thing on that day, and since that moment."""
    begun = _midnight(on) if since is None else max(_midnight(on), since)
    done = sa.select(AuditEvent.id).where(
        *(AuditEvent.subject_kind == subject[0], AuditEvent.subject_code == subject[1]),
        *(AuditEvent.action == event.code, AuditEvent.account_id == actor.account_id),
        *(AuditEvent.at >= begun, AuditEvent.at < _midnight(on + timedelta(days=1))),
    )
    return actor.account_id is not None and db.session.scalar(done.limit(1)) is not None


def story(
    kind: str,
    code: str,
    limit: int,
    before: int | None = None,
    regions: Collection[int] | None = None,
) -> list[Event]:
    """What happened to one thing, newest first, by itself or as one of many."""
    found = events(Filters(kind=kind, code=code, regions=regions), limit, before)
    own = _changes_of(kind, code, [event.number for event in found])
    return [
        replace(event, changes={**event.changes, **own.get(event.number, {})}) for event in found
    ]


def _changes_of(kind: str, code: str, numbers: Sequence[int]) -> dict[int, Changes]:
    """What changed of a member in each event."""
    rows = _of_both(
        lambda member: (member.subject_kind == kind, member.subject_code == code), numbers
    )
    return {row.event_id: parse(row.changes) for row in db.session.execute(rows)}


def _members(numbers: Sequence[int]) -> tuple[dict[int, int], dict[int, tuple[Subject, ...]]]:
    """How many members each event has, and its first few."""
    every = _of_both(lambda _member: (), numbers).subquery()
    counts = db.session.execute(
        sa.select(every.c.event_id, sa.func.count()).group_by(every.c.event_id)
    )
    some = _of_both(lambda member: (member.position < NAMED,), numbers).subquery()
    first = db.session.execute(
        sa.select(some.c.event_id, some.c.subject_kind, some.c.subject_code).order_by(
            some.c.event_id, some.c.position
        )
    )
    named = {
        number: tuple(Subject(kind, code) for _number, kind, code in group)
        for number, group in groupby(first, itemgetter(0))
    }
    return {row[0]: row[1] for row in counts}, named


#: What is known of a member, but for its event.
_FACTS: Final = ("position", "subject_kind", "subject_code", "changes")
_OF_EVENTS: Final = sa.select(
    AuditMember.event_id, *(getattr(AuditMember, name) for name in _FACTS)
)
_OF_BATCHES: Final = sa.select(
    AuditEvent.id.label("event_id"), *(getattr(AuditBatchMember, name) for name in _FACTS)
).join_from(AuditBatchMember, AuditEvent, AuditEvent.batch_id == AuditBatchMember.batch_id)


def _of_both(
    wanted: Callable[
        [type[AuditMember] | type[AuditBatchMember]], tuple[sa.ColumnElement[bool], ...]
    ],
    numbers: Sequence[int],
) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """The *wanted* members of the events, whether they were written with them or before."""
    return _OF_EVENTS.where(AuditMember.event_id.in_(numbers), *wanted(AuditMember)).union_all(
        _OF_BATCHES.where(AuditEvent.id.in_(numbers), *wanted(AuditBatchMember))
    )


def _event(row: AuditEvent, members: int, named: tuple[Subject, ...]) -> Event:
    return Event(
        number=row.id,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=Subject(row.subject_kind, row.subject_code),
        region_id=row.region_id,
        changes=parse(row.changes),
        members=members,
        named=named,
    )


# -- The proof ----------------------------------------------------------------------------------


def anchor() -> Anchor:
    """The last event as it is now, to be kept elsewhere."""
    newest = sa.select(AuditEvent.id, AuditEvent.hash).order_by(AuditEvent.id.desc()).limit(1)
    found = db.session.execute(newest).one_or_none()
    number, digest = (0, GENESIS) if found is None else (found.id, found.hash)
    return Anchor(clock.today(), number, digest)


_EVENTS: Final = {
    "sqlite": (
        "SELECT id, at, actor, account_id, action, subject_kind, subject_code, region_id, changes,"
        " previous, hash FROM audit_event WHERE id > ? ORDER BY id LIMIT ?"
    ),
    "postgresql": (
        "SELECT id, to_char(at, 'YYYY-MM-DD HH24:MI:SS.US'), actor, account_id, action,"
        " subject_kind, subject_code, region_id, changes, previous, hash"
        " FROM audit_event WHERE id > %s ORDER BY id LIMIT %s"
    ),
}
# The members that were written with their events, and those that were listed before.
_WITH_EVENTS: Final = (
    "SELECT event_id, position, subject_kind, subject_code, changes FROM audit_member"
    " WHERE event_id > ? AND event_id <= ? ORDER BY event_id, position"
)
_IN_BATCHES: Final = (
    "SELECT e.id, m.position, m.subject_kind, m.subject_code, m.changes"
    " FROM audit_event e JOIN audit_batch_member m ON m.batch_id = e.batch_id"
    " WHERE e.id > ? AND e.id <= ? ORDER BY e.id, m.position"
)
_MEMBERS: Final = {
    "sqlite": (_WITH_EVENTS, _IN_BATCHES),
    "postgresql": (_WITH_EVENTS.replace("?", "%s"), _IN_BATCHES.replace("?", "%s")),
}


def verify(anchors: Iterable[Anchor] = ()) -> Verified:
    """Compute the whole chain anew, on a bare cursor: it is read by the million.

    It is read a stretch at a time, as what has been written stays as it is.
    """
    dialect = db.engine.dialect.name
    verifier = Verifier(anchors)
    last = _BELOW_ALL
    with closing(db.engine.raw_connection()) as connection:
        cursor: Any = connection.cursor()
        while rows := _rows(cursor, _EVENTS[dialect], last):
            members: dict[int, str] = {}
            for statement in _MEMBERS[dialect]:
                cursor.execute(statement, (last, rows[-1][0]))
                _seal(cursor, members)
            verifier.take(rows, members)
            last = rows[-1][0]
            connection.rollback()
    return verifier.finish()


def _rows(cursor: Any, statement: str, after: int) -> list[Row]:
    cursor.execute(statement, (after, _STRETCH))
    rows: list[Row] = cursor.fetchall()
    return rows


def _seal(members: Iterable[tuple[int, int, str, str, str]], sealed: dict[int, str]) -> None:
    """Add the hash of the members of each event that has any; no event has both sorts of them."""
    for number, group in groupby(members, itemgetter(0)):
        sealed[number] = sealed.get(number, "") + seal_members(row[1:] for row in group)


def seal_of(batch_id: int, most: int) -> str:
    """The hash of the members of a batch, which are read *most* at a time: see chain.py."""
    return seal_members(_in_order(batch_id, most))


def _in_order(batch_id: int, most: int) -> Iterator[tuple[int, str, str, str]]:
    columns = (getattr(AuditBatchMember, name) for name in _FACTS)
    every = sa.select(*columns).where(AuditBatchMember.batch_id == batch_id)
    last = -1
    while True:
        after = every.where(AuditBatchMember.position > last)
        rows = db.session.execute(after.order_by(AuditBatchMember.position).limit(most)).all()
        if not rows:
            return
        last = rows[-1][0]
        yield from map(tuple, rows)
