"""Writing the audit: whatever is done is recorded in the transaction that does it, or not done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from core.access import Actor
from core.audit.chain import GENESIS, SEPARATOR, Facts, instant, seal, seal_members
from core.audit.models import AuditEvent, AuditMember
from core.audit.rules import NOTHING, Changes, EventType, Member, canonical
from core.clock import now
from core.db import at_commit, db

# Who holds this lock of PostgreSQL's is the one that writes; SQLite has but one writer anyway.
_LOCK: Final = 0x617564697420


@dataclass(frozen=True, slots=True)
class Stored:
    """Members that stand in a table already: too many to be carried in hand.

    ``rows`` gives place, kind, code and changes (canonical) of each; ``seal`` is what
    :func:`core.audit.chain.seal_members` gives for the same in the order of their places.
    """

    rows: sa.Select[*tuple[Any, ...]]
    seal: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An event that will be written when its transaction ends."""

    actor: Actor
    action: str
    subject: tuple[str, str]
    region_id: int | None
    changes: str
    members: tuple[tuple[int, str, str, str], ...] | Stored


def record(
    actor: Actor,
    event: EventType,
    subject: tuple[str, str],
    changes: Changes = NOTHING,
    *,
    region_id: int | None = None,
    members: Iterable[Member] | Stored = (),
) -> None:
    """Keep that *actor* did *event* to *subject*, a kind and a code.

    It is written last in the transaction; what is rolled back is not kept.  An action on many is
    one event with *members*, its subject's code empty unless one thing stands for them all.
    *region_id* says whose it is to read. Nobody's own data may be in *changes*: say HIDDEN there.
    """
    listed = members if isinstance(members, Stored) else _listed(members)
    if any(SEPARATOR in text for text in (actor.name, *subject)):
        raise ValueError("a name or code holds a control character")
    waiting = _Waiting(actor, event.code, subject, region_id, canonical(changes), listed)
    at_commit(_write, waiting)


def _listed(members: Iterable[Member]) -> tuple[tuple[int, str, str, str], ...]:
    return tuple(
        (place, *member.subject, canonical(member.changes)) for place, member in enumerate(members)
    )


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
        if not isinstance(one.members, Stored):
            members += _members(number, one.members)
    db.session.execute(sa.insert(AuditEvent), events)
    if members:
        db.session.execute(sa.insert(AuditMember), members)
    for number, one in enumerate(waiting, last + 1):
        if isinstance(one.members, Stored):
            _take_over(number, one.members)


def _take_over(number: int, stored: Stored) -> None:
    """Write members that stand in a table."""
    rows = stored.rows.add_columns(sa.literal(number, sa.Integer))
    names = ["position", "subject_kind", "subject_code", "changes", "event_id"]
    db.session.execute(sa.insert(AuditMember).from_select(names, rows))


def _last() -> tuple[int, bytes]:
    """Number and hash of the last event; what the first follows if there is none."""
    newest = sa.select(AuditEvent.id, AuditEvent.hash).order_by(AuditEvent.id.desc()).limit(1)
    found = db.session.execute(newest).one_or_none()
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
    }


def _sealed(members: tuple[tuple[int, str, str, str], ...] | Stored) -> str:
    return members.seal if isinstance(members, Stored) else seal_members(members)


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
