"""The tables of the audit. Rows are only ever added; triggers of the database refuse the rest."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.db import Base


class AuditEvent(Base):
    """Something that was done. ``id`` counts from 1 without a gap, in the order of the chain.

    ``changes`` is a JSON object, never searched inside: per field what it was and what it became,
    or null where neither is kept.  ``region_id`` says whose it is to read; no foreign keys, since
    the record outlives what it tells of.  A fork of the chain cannot be stored: ``previous`` is
    unique.
    """

    __tablename__ = "audit_event"
    __table_args__ = (sa.Index("ix_audit_event_subject", "subject_kind", "subject_code", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(sa.String(100), index=True)
    account_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(sa.String(60))
    subject_kind: Mapped[str] = mapped_column(sa.String(20))
    subject_code: Mapped[str] = mapped_column(sa.String(64))
    region_id: Mapped[int | None] = mapped_column(index=True)
    changes: Mapped[str] = mapped_column(sa.Text)
    previous: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    #: Whose members are those of the event, where they were listed before it.
    batch_id: Mapped[int | None] = mapped_column(index=True, unique=True)


class AuditMember(Base):
    """One of the many that an event did something to, and what changed of it."""

    __tablename__ = "audit_member"
    __table_args__ = (
        sa.Index("ix_audit_member_subject", "subject_kind", "subject_code", "event_id"),
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_event.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject_kind: Mapped[str] = mapped_column(sa.String(20))
    subject_code: Mapped[str] = mapped_column(sa.String(64))
    changes: Mapped[str] = mapped_column(sa.Text)


class AuditBatch(Base):
    """Members that are listed before their event: too many for the transaction that has it.

    An event that names the batch seals it; one that no event names tells of nothing, and may go.
    No number comes twice: whoever was given up may still go on with his.
    """

    __tablename__ = "audit_batch"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime] = mapped_column(default=now)


class AuditBatchMember(Base):
    """One of a batch, as :class:`AuditMember`."""

    __tablename__ = "audit_batch_member"
    __table_args__ = (
        sa.Index("ix_audit_batch_member_subject", "subject_kind", "subject_code", "batch_id"),
    )

    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_batch.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject_kind: Mapped[str] = mapped_column(sa.String(20))
    subject_code: Mapped[str] = mapped_column(sa.String(64))
    changes: Mapped[str] = mapped_column(sa.Text)
