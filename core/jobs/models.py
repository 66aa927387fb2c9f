"""The tables: jobs, and when periodic work was last done."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, one_of
from core.jobs.rules import MOST_TITLE, State


class Job(Base):
    """A job. The row is the truth; the queue carries its UUID alone.

    ``permissions`` (between blanks) is as far as the token went that it was started with, None
    for a person.  ``runs`` counts how often it was begun, and tells the present run from an earlier
    one that was given up.  ``told_at``: when the queue was last told of it; ``beat_at``: when its
    worker last said that it is alive.  ``words`` tells how far it is, and at the end what came of
    it.
    """

    __tablename__ = "job"
    __table_args__ = (
        one_of(State, "state"),
        sa.CheckConstraint("(state IN ('queued', 'running')) = (ended_at IS NULL)", name="ended"),
        sa.Index("ix_job_account", "account_id", "id"),
        sa.Index("ix_job_state", "state", "told_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(MOST_TITLE))
    title_en: Mapped[str] = mapped_column(sa.String(MOST_TITLE))
    payload: Mapped[str] = mapped_column(sa.Text)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    started_by: Mapped[str] = mapped_column(sa.String(100))
    permissions: Mapped[str | None] = mapped_column(sa.String(400))
    region_id: Mapped[int | None] = mapped_column(sa.ForeignKey("region.id"))
    state: Mapped[str] = mapped_column(sa.String(8), default=State.QUEUED)
    runs: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    words: Mapped[str] = mapped_column(sa.Text, default="")
    words_en: Mapped[str] = mapped_column(sa.Text, default="")
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[datetime]
    told_at: Mapped[datetime]
    began_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]
    stop_asked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)


class PeriodicTurn(Base):
    """The turn in which periodic work was last done, so that nobody does it twice."""

    __tablename__ = "periodic_turn"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    turn: Mapped[int] = mapped_column(sa.BigInteger)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    failed: Mapped[bool] = mapped_column(default=False)
