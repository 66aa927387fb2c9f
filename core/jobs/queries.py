"""Reading jobs: one's own; all of them for who runs the system; what nobody attends to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.clock import now
from core.db import db
from core.errors import NotFound
from core.jobs.models import Job, PeriodicTurn
from core.jobs.rules import SILENT, Hold, State
from core.pages import PER_PAGE

#: Of how many jobs the queue is told again at once.
MOST_TOLD = 500


def visible(actor: Actor, uuid: str) -> Job:
    """The job, if *actor* started it or runs the system. Raises NotFound."""
    wanted = sa.select(Job).where(Job.uuid == uuid, _whose(actor))
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(_l("没有这个任务，或者它结束已久，已经清理。"))
    return found


def state_of(uuid: str) -> State | None:
    """How far a job is, for whoever may see what comes of it; None for one cleared away."""
    state = db.session.scalar(sa.select(Job.state).where(Job.uuid == uuid))
    return None if state is None else State(state)


def _whose(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.may(Permission.SYSTEM_RUN):
        return sa.true()
    # Nobody's own are those of commands, whose account is none.
    return sa.and_(Job.account_id.is_not(None), Job.account_id == actor.account_id)


@dataclass(frozen=True, slots=True)
class Jobs:
    jobs: Sequence[Job]
    total: int


def listed(actor: Actor, text: str, state: State | None, page: int) -> Jobs:
    """A page of the jobs that *actor* may see, the newest first."""
    wanted = sa.and_(
        _whose(actor),
        sa.true() if state is None else Job.state == state,
        sa.or_(
            Job.title.icontains(text, autoescape=True),
            Job.title_en.icontains(text, autoescape=True),
            Job.started_by.icontains(text, autoescape=True),
        ),
    )
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Job).where(wanted)) or 0
    found = db.session.scalars(
        sa.select(Job)
        .where(wanted)
        .order_by(Job.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return Jobs(found, total)


# -- For workers ---------------------------------------------------------------------------------


def going_on(hold: Hold) -> sa.ColumnElement[bool]:
    """The condition that the run is the job's present one."""
    return sa.and_(Job.uuid == hold.uuid, Job.runs == hold.run, Job.state == State.RUNNING)


def stop_asked(hold: Hold) -> bool | None:
    """Whether the run was asked to stop; None if it is no longer the present one."""
    asked = sa.select(Job.stop_asked_at.is_not(None)).where(going_on(hold))
    return db.session.scalar(asked)


def silent() -> list[Hold]:
    """The runs whose workers have not said for too long that they are alive."""
    rows = db.session.execute(
        sa.select(Job.uuid, Job.runs)
        .where(Job.state == State.RUNNING, Job.beat_at < now() - SILENT)
        .order_by(Job.id)
    )
    return [Hold(uuid, runs) for uuid, runs in rows]


def waiting(told_before: datetime) -> list[str]:
    """The jobs that wait and that the queue was told of before *told_before*, the oldest first."""
    wanted = sa.select(Job.uuid).where(Job.state == State.QUEUED, Job.told_at < told_before)
    return list(db.session.scalars(wanted.order_by(Job.id).limit(MOST_TOLD)))


def turns() -> dict[str, int]:
    """The turn in which each periodic work was last begun, by its name."""
    rows = db.session.execute(sa.select(PeriodicTurn.name, PeriodicTurn.turn))
    return {row.name: row.turn for row in rows}


def last_turns() -> Sequence[PeriodicTurn]:
    """When each periodic work was last done, by name."""
    return db.session.scalars(sa.select(PeriodicTurn).order_by(PeriodicTurn.name)).all()


def counts() -> dict[State, int]:
    """How many jobs there are in each state."""
    rows = db.session.execute(
        sa.select(Job.state, sa.func.count()).group_by(Job.state).order_by(Job.state)
    )
    return {State(state): number for state, number in rows}
