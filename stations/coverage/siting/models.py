"""The table of proposals: a question about new stations with its answer."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from stations.coverage.siting.rules import MOST_NAME


class SitingProposal(Base):
    """A question (``question``, JSON) with its answer (``answer``, JSON; see answer.py).

    ``ground``, JSON, tells the state of the people and of the network that it was worked out from.
    What lists show of the answer stands in columns of its own: how many ``stations``, the people
    and settlements won, and how far from the best it may be (``gap``).  ``job_uuid``: of the job
    that seeks the best.  A draft has no ``saved_at``; drafts go after a while, what is saved stays.
    ``planned``: the codes (JSON) of the sites that were entered from it, once.
    """

    __tablename__ = "siting_proposal"
    __table_args__ = (
        sa.CheckConstraint("(saved_at IS NULL) = (name = '')", name="name"),
        sa.CheckConstraint("planned_at IS NULL OR saved_at IS NOT NULL", name="planned"),
        sa.CheckConstraint("gap >= 0 AND (NOT proved OR gap = 0)", name="gap"),
        sa.Index("ix_siting_proposal_region", "region_id", "saved_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    name: Mapped[str] = mapped_column(sa.String(MOST_NAME), default="")
    question: Mapped[str] = mapped_column(sa.Text)
    answer: Mapped[str] = mapped_column(sa.Text)
    ground: Mapped[str] = mapped_column(sa.Text)
    stations: Mapped[int]
    people_won: Mapped[float]
    settlements_won: Mapped[int]
    proved: Mapped[bool]
    gap: Mapped[float]
    job_uuid: Mapped[str] = mapped_column(sa.String(36), default="")
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    asked_by: Mapped[str] = mapped_column(sa.String(100))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    planned_at: Mapped[datetime | None]
    planned: Mapped[str] = mapped_column(sa.Text, default="[]")
