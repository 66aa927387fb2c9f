"""Every write to jobs.

Each move is one conditional statement: whoever comes second finds that nothing is left to do.  A
run is known by the job's UUID and the number of the run, so that one that was given up, though it
still goes on, can write nothing more.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, require_reach
from core.audit.actions import record
from core.clock import now, today
from core.db import after_commit, db, insert_or, rows_written
from core.errors import Conflict, Forbidden
from core.i18n import in_both
from core.jobs import story
from core.jobs.models import Job, PeriodicTurn
from core.jobs.queries import going_on, silent, visible
from core.jobs.queue import tell
from core.jobs.rules import (
    KEPT,
    MOST_RUNS,
    MOST_TITLE,
    MOST_WORDS,
    SILENT,
    WAITED_FOR,
    Hold,
    JobKind,
    State,
    Taken,
)
from core.regions.queries import tree

INTERRUPTED: Final = _l("任务多次意外中断，已不再重试。请联系系统管理员。")


def start(
    actor: Actor,
    kind: JobKind,
    payload: Any,
    *,
    region_id: int | None = None,
    title: str = "",
) -> Job:
    """Let a job of the kind be done soon, by a worker, with *actor*'s rights at that time.

    *payload* is whatever JSON can hold; nobody's personal data.  *region_id* is where it is done,
    where that is one region.  Raises Forbidden, NotFound out of reach.
    """
    check_may(actor, kind, region_id)
    named, named_en = in_both(title or kind.label)
    moment = now()
    job = Job(
        uuid=str(uuid4()),
        kind=kind.code,
        title=named[:MOST_TITLE],
        title_en=named_en[:MOST_TITLE],
        payload=json.dumps(payload, ensure_ascii=False, allow_nan=False),
        account_id=actor.account_id,
        started_by=actor.name,
        permissions=_permissions(actor),
        region_id=region_id,
        created_at=moment,
        told_at=moment,
    )
    db.session.add(job)
    db.session.flush()
    _told(actor, story.STARTED, job)
    after_commit(tell, job.uuid)
    return job


def check_may(actor: Actor, kind: JobKind, region_id: int | None) -> None:
    """Raise Forbidden or NotFound unless *actor* may do this there."""
    reach = actor.reach(kind.permission)
    if not reach:
        raise Forbidden(_l("您没有此项权限。"))
    if region_id is not None:
        require_reach(reach.region(tree(today()), region_id))


def _permissions(actor: Actor) -> str | None:
    if not actor.by_token:
        return None
    held = {permission for one in actor.held for permission in one.permissions}
    return " ".join(sorted(held))


def _told(actor: Actor, event: Any, job: Job) -> None:
    facts = {"kind": (None, job.kind), "title": (None, job.title)}
    record(actor, event, (story.JOB, job.uuid), facts, region_id=job.region_id)


def ask_stop(actor: Actor, uuid: str) -> None:
    """Ask for a job to stop; one that has not begun stops at once. Raises NotFound, Conflict."""
    found = visible(actor, uuid)
    moment = now()
    waiting = Job.state == State.QUEUED
    stopped = rows_written(
        sa.update(Job)
        .where(Job.id == found.id, Job.state.in_(WAITED_FOR), Job.stop_asked_at.is_(None))
        .values(
            stop_asked_at=moment,
            state=sa.case((waiting, State.STOPPED), else_=Job.state),
            ended_at=sa.case((waiting, moment), else_=Job.ended_at),
        )
    )
    if not stopped:
        raise Conflict(_l("任务已经结束，或已经有人要求停止。"))
    _told(actor, story.STOP_ASKED, found)


# -- What workers write --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begun:
    """What is to be done."""

    hold: Hold
    kind: str
    payload: Any
    account_id: int | None
    started_by: str
    permissions: str | None
    region_id: int | None


def take(uuid: str) -> Begun | None:
    """Begin the job; None if it is begun, over, or unknown: then there is nothing to do."""
    moment = now()
    row = db.session.execute(
        sa.update(Job)
        .where(Job.uuid == uuid, Job.state == State.QUEUED)
        .values(
            state=State.RUNNING,
            runs=Job.runs + 1,
            began_at=moment,
            beat_at=moment,
            done=0,
            total=0,
            words="",
            words_en="",
        )
        .returning(
            *(Job.runs, Job.kind, Job.payload, Job.account_id, Job.started_by),
            *(Job.permissions, Job.region_id),
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    return Begun(
        Hold(uuid, row.runs),
        row.kind,
        json.loads(row.payload),
        row.account_id,
        row.started_by,
        row.permissions,
        row.region_id,
    )


def beat(holds: Collection[Hold]) -> None:
    """Say that the runs go on."""
    for hold in holds:
        _change(hold, beat_at=now())


def note(hold: Hold, done: int, total: int, words: str) -> None:
    """Write down how far the run is. Raises Taken."""
    told, told_en = in_both(words)
    if not _change(
        hold,
        beat_at=now(),
        done=done,
        total=total,
        words=told[:MOST_WORDS],
        words_en=told_en[:MOST_WORDS],
    ):
        raise Taken


def end(hold: Hold, state: State, words: str = "", url: str = "") -> None:
    """The run is over. Raises Taken."""
    told, told_en = in_both(words)
    if not _change(
        hold,
        state=state,
        ended_at=now(),
        words=told[:MOST_WORDS],
        words_en=told_en[:MOST_WORDS],
        url=url,
    ):
        raise Taken


def give_back(hold: Hold) -> bool:
    """Let another begin the job anew: the worker stops, or the database was taken."""
    moment = now()
    if _change(hold, state=State.STOPPED, ended_at=moment, asked=True):
        return True
    if not _change(hold, state=State.QUEUED, told_at=moment, beat_at=None):
        return False
    after_commit(tell, hold.uuid)
    return True


def _change(hold: Hold, *, asked: bool = False, **values: Any) -> bool:
    """Change the row while the run is the present one; *asked*: if it was asked to stop."""
    which = going_on(hold)
    if asked:
        which = sa.and_(which, Job.stop_asked_at.is_not(None))
    return bool(rows_written(sa.update(Job).where(which).values(**values)))


# -- What nobody attends to ----------------------------------------------------------------------


def revive() -> int:
    """Take the jobs of workers that have fallen silent from them; gives how many."""
    moment = now()
    return sum(_revive(hold, moment) for hold in silent())


def _revive(hold: Hold, moment: datetime) -> bool:
    still = sa.and_(going_on(hold), Job.beat_at < moment - SILENT)
    given_up, stopped = Job.runs >= MOST_RUNS, Job.stop_asked_at.is_not(None)
    told, told_en = in_both(INTERRUPTED)
    over = sa.or_(given_up, stopped)
    state = db.session.scalar(
        sa.update(Job)
        .where(still)
        .values(
            state=sa.case((stopped, State.STOPPED), (given_up, State.FAILED), else_=State.QUEUED),
            ended_at=sa.case((over, moment), else_=None),
            words=sa.case((sa.and_(given_up, ~stopped), told), else_=""),
            words_en=sa.case((sa.and_(given_up, ~stopped), told_en), else_=""),
            told_at=moment,
        )
        .returning(Job.state)
        .execution_options(synchronize_session=False)
    )
    if state == State.QUEUED:
        after_commit(tell, hold.uuid)
    return state is not None


def tell_again(uuids: Sequence[str]) -> int:
    """Tell the queue once more of jobs that it has lost; gives of how many."""
    told = db.session.scalars(
        sa.update(Job)
        .where(Job.uuid.in_(uuids), Job.state == State.QUEUED)
        .values(told_at=now())
        .returning(Job.uuid)
        .execution_options(synchronize_session=False)
    ).all()
    for uuid in told:
        after_commit(tell, uuid)
    return len(told)


# -- What comes round ----------------------------------------------------------------------------


def take_turn(name: str, turn: int) -> bool:
    """Whether the periodic work is the caller's to do in this turn; then it is nobody else's.

    Work that was never seen before has had this turn: it begins with the next.
    """
    db.session.execute(
        insert_or(PeriodicTurn)
        .values(name=name, turn=turn, began_at=now(), failed=False)
        .on_conflict_do_nothing()
    )
    taken = rows_written(
        sa.update(PeriodicTurn)
        .where(PeriodicTurn.name == name, PeriodicTurn.turn < turn)
        .values(turn=turn, began_at=now(), ended_at=None, failed=False)
    )
    return bool(taken)


def end_turn(name: str, failed: bool) -> None:
    """Note that the periodic work is done for this time."""
    db.session.execute(
        sa.update(PeriodicTurn)
        .where(PeriodicTurn.name == name)
        .values(ended_at=now(), failed=failed)
        .execution_options(synchronize_session=False)
    )


def purge() -> int:
    """Forget what ended longer ago than it is kept; gives how many."""
    return rows_written(sa.delete(Job).where(Job.ended_at < now() - KEPT))


def permission_names(text: str) -> frozenset[Permission]:
    """The permissions that a token had; what is no longer known is left out."""
    known = set(Permission)
    return frozenset(Permission(name) for name in text.split() if name in known)
