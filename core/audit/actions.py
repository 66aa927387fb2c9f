"""Writing the audit: whatever is done is recorded in the transaction that does it, or not done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from core.access import Actor
from core.audit.chain import GENESIS, SEPARATOR, Facts, instant, seal, seal_members
from core.audit.models import AuditBatch, AuditBatchMember, AuditEvent, AuditMember
from core.audit.rules import NOTHING, Changes, EventType, Member, canonical
from core.clock import now
from core.db import at_commit, db, rows_written

# Who holds this lock of PostgreSQL's is the one that writes; SQLite has but one writer anyway.
_LOCK: Final = 0x617564697420


@dataclass(frozen=True, slots=True)
class Batch:
    """Members that are listed already: too many to be carried in hand, or written at once.

    ``seal`` is what :func:`core.audit.queries.seal_of` gives once all of them are.
    """

    id: int
    seal: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An event that will be written when its transaction ends."""

    actor: Actor
    action: str
    subject: tuple[str, str]
    region_id: int | None
    changes: str
    members: tuple[tuple[int, str, str, str], ...] | Batch


def record(
    actor: Actor,
    event: EventType,
    subject: tuple[str, str],
    changes: Changes = NOTHING,
    *,
    region_id: int | None = None,
    members: Iterable[Member] | Batch = (),
) -> None:
    """Keep that *actor* did *event* to *subject*, a kind and a code.

    It is written last in the transaction; what is rolled back is not kept.  An action on many is
    one event with *members*, its subject's code empty unless one thing stands for them all.
    *region_id* says whose it is to read. Nobody's own data may be in *changes*: say HIDDEN there.
    """
    listed = members if isinstance(members, Batch) else _listed(members)
    if any(SEPARATOR in text for text in (actor.name, *subject)):
        raise ValueError("a name or code holds a control character")
    waiting = _Waiting(actor, event.code, subject, region_id, canonical(changes), listed)
    at_commit(_write, waiting)


def _listed(members: Iterable[Member]) -> tuple[tuple[int, str, str, str], ...]:
    return tuple(
        (place, *member.subject, canonical(member.changes)) for place, member in enumerate(members)
    )


# -- Many, listed before ------------------------------------------------------------------------


def begin_batch() -> int:
    """Begin a list of members whose event comes later; gives its number."""
    batch = AuditBatch()
    db.session.add(batch)
    db.session.flush()
    return batch.id


def list_members(rows: sa.Select[*tuple[Any, ...]]) -> None:
    """Add to batches what *rows* gives: batch, place, kind, code, canonical changes of each."""
    names = ["batch_id", "position", "subject_kind", "subject_code", "changes"]
    db.session.execute(sa.insert(AuditBatchMember).from_select(names, rows))


def forget_members(batch_id: int, most: int) -> bool:
    """Let go of members of a batch that no event names, *most* at a time; whether all are gone.

    The database refuses it where an event names the batch; then nothing is to go.
    """
    if db.session.scalar(sa.select(AuditEvent.id).where(AuditEvent.batch_id == batch_id)):
        return True
    own = AuditBatchMember.batch_id == batch_id
    places = sa.select(AuditBatchMember.position).where(own)
    some = places.order_by(AuditBatchMember.position).limit(most)
    gone = rows_written(sa.delete(AuditBatchMember).where(own, AuditBatchMember.position.in_(some)))
    if gone:
        return False
    rows_written(sa.delete(AuditBatch).where(AuditBatch.id == batch_id))
    return True


# -- At the end of the transaction --------------------------------------------------------------


def _write(waiting: list[_Waiting]) -> None:
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    last, previous = _last()
    at = now()
    events: list[dict[str, Any]] = []
    members: list[dict[str, Any]] = []
    for number, one in enumerate(waiting, last + 1):
        row = _row(number, at, one, previous)
        previous = row["hash"]
        events.append(row)
        if not isinstance(one.members, Batch):
            members += _members(number, one.members)
    db.session.execute(sa.insert(AuditEvent), events)
    if members:
        db.session.execute(sa.insert(AuditMember), members)


_NEWEST: Final = sa.select(AuditEvent.id, AuditEvent.hash).order_by(AuditEvent.id.desc()).limit(1)


def _last() -> tuple[int, bytes]:
    """Number and hash of the last event; what the first follows if there is none."""
    found = db.session.execute(_NEWEST).one_or_none()
    return (0, GENESIS) if found is None else (found.id, found.hash)


def _row(number: int, at: datetime, one: _Waiting, previous: bytes) -> dict[str, Any]:
    kind, code = one.subject
    actor = one.actor
    facts: Facts = (
        *(number, instant(at), actor.name, actor.account_id),
        *(one.action, kind, code, one.region_id, one.changes),
    )
    return {
        "id": number,
        "at": at,
        "actor": actor.name,
        "account_id": actor.account_id,
        "action": one.action,
        "subject_kind": kind,
        "subject_code": code,
        "region_id": one.region_id,
        "changes": one.changes,
        "previous": previous,
        "hash": seal(previous, facts, _sealed(one.members)),
        "batch_id": one.members.id if isinstance(one.members, Batch) else None,
    }


def _sealed(members: tuple[tuple[int, str, str, str], ...] | Batch) -> str:
    return members.seal if isinstance(members, Batch) else seal_members(members)


def _members(
    number: int, members: tuple[tuple[int, str, str, str], ...]
) -> Iterable[dict[str, Any]]:
    for place, kind, code, changes in members:
        yield {
            "event_id": number,
            "position": place,
            "subject_kind": kind,
            "subject_code": code,
            "changes": changes,
        }
