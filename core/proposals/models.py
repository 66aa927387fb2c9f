"""The table of what waits for a second person, and of what was decided."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, one_of
from core.proposals.rules import State


class Proposal(Base):
    """A change that somebody asked for. ``payload`` is JSON, never searched inside.

    ``region_id`` and ``site_id`` say in whose reach it lies; nobody decides on her own.
    ``digest`` is of all that is asked for and by whom: nobody waits for the same twice.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        one_of(State, "state"),
        sa.CheckConstraint("decided_by_id <> made_by_id", name="second_person"),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        sa.Index("ix_proposal_subject", "subject_kind", "subject_code", "state"),
        sa.Index(
            "uq_proposal_waiting",
            "digest",
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject_kind: Mapped[str] = mapped_column(sa.String(20))
    subject_code: Mapped[str] = mapped_column(sa.String(64))
    region_id: Mapped[int | None] = mapped_column(sa.ForeignKey("region.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"), index=True)
    payload: Mapped[str] = mapped_column(sa.Text)
    base_version: Mapped[int | None]
    words: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.String(12), index=True)
    made_by: Mapped[str] = mapped_column(sa.String(100))
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    made_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(sa.String(100))
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    decision_words: Mapped[str] = mapped_column(sa.Text, default="")
    digest: Mapped[str | None] = mapped_column(sa.String(64))
