"""The tables: visits, what was found on them, what is still to come of them."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, one_of
from standards.inspections.rules import Origin, PhotoKind, Side, State
from standards.rules import Result

_HASH = sa.String(64)
_NAME = sa.String(100)


class Inspection(Base):
    """A visit to a site, known by a UUID that a telephone may have made.

    ``body`` is the record as it was sent, ``digest`` its SHA-256.  Times of the device stand beside
    the server's: ``device_at`` is what the device's clock showed at ``filed_at``, ``skew`` the
    seconds it was behind.  ``owner`` is whose device it is, ``filed_by`` who brought the record:
    another for one that was imported.  ``former`` is the code of the site that it was planned or
    made at, where that was merged since.  ``distance`` is from the check-in to the site, in metres.
    ``score`` is what the result was when all of it was here (JSON), and is never changed.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        one_of(State, "state"),
        one_of(Origin, "origin"),
        sa.CheckConstraint("(state IN ('planned', 'cancelled')) = (digest IS NULL)", name="filed"),
        sa.CheckConstraint("(digest IS NULL) = (body IS NULL)", name="body"),
        sa.CheckConstraint(
            "reviewed_by_id IS NULL OR (reviewed_by_id <> inspector_id"
            " AND (companion_id IS NULL OR reviewed_by_id <> companion_id)"
            " AND (filed_by_id IS NULL OR reviewed_by_id <> filed_by_id)"
            " AND (owner_id IS NULL OR reviewed_by_id <> owner_id))",
            name="second_person",
        ),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="position"),
        sa.Index("ix_inspection_site", "site_id", "completed_at"),
        sa.Index("ix_inspection_day", "day", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    former: Mapped[str | None] = mapped_column(sa.String(7))
    state: Mapped[str] = mapped_column(sa.String(12), index=True)
    origin: Mapped[str] = mapped_column(sa.String(12))
    plan_id: Mapped[int | None] = mapped_column(sa.ForeignKey("inspection_plan.id"), index=True)
    draw_id: Mapped[int | None] = mapped_column(sa.ForeignKey("inspection_draw.id"), index=True)
    follows_id: Mapped[int | None] = mapped_column(sa.ForeignKey("inspection.id"), index=True)
    #: The day it is planned for, or the day it was made on once it is filed.
    day: Mapped[date] = mapped_column(sa.Date)
    planned_by: Mapped[str] = mapped_column(_NAME)
    planned_at: Mapped[datetime]
    inspector_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    inspector: Mapped[str] = mapped_column(_NAME)
    companion_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    companion: Mapped[str] = mapped_column(_NAME, default="")
    digest: Mapped[str | None] = mapped_column(_HASH)
    body: Mapped[str | None] = mapped_column(sa.Text)
    filed_by: Mapped[str | None] = mapped_column(_NAME)
    filed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    filed_at: Mapped[datetime | None]
    owner: Mapped[str] = mapped_column(_NAME, default="")
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    imported: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    device_at: Mapped[datetime | None]
    skew: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    accuracy: Mapped[float | None]
    distance: Mapped[float | None]
    flags: Mapped[str] = mapped_column(sa.String(200), default="")
    words: Mapped[str] = mapped_column(sa.Text, default="")
    completed_at: Mapped[datetime | None]
    score: Mapped[str | None] = mapped_column(sa.Text)
    reviewed_by: Mapped[str | None] = mapped_column(_NAME)
    reviewed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    reviewed_at: Mapped[datetime | None]
    review_words: Mapped[str] = mapped_column(sa.Text, default="")
    #: Made up for demonstration; every page that shows it says so.
    made: Mapped[bool] = mapped_column(default=False)


class InspectionVersion(Base):
    """A version of a standard that the visit is judged by, pinned by its digest."""

    __tablename__ = "inspection_version"
    __table_args__ = (sa.UniqueConstraint("inspection_id", "standard"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection.id"))
    standard: Mapped[str] = mapped_column(sa.String(64))
    digest: Mapped[str] = mapped_column(_HASH, index=True)


class InspectionAnswer(Base):
    """What was found of a criterion. ``derived``: the register said so, not the inspector."""

    __tablename__ = "inspection_answer"
    __table_args__ = (
        one_of(Result, "result"),
        sa.UniqueConstraint("inspection_id", "standard", "criterion"),
        sa.CheckConstraint("due_days BETWEEN 1 AND 366", name="due_days"),
        sa.Index("ix_inspection_answer_criterion", "standard", "criterion", "result"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection.id"))
    standard: Mapped[str] = mapped_column(sa.String(64))
    criterion: Mapped[str] = mapped_column(sa.String(64))
    result: Mapped[str] = mapped_column(sa.String(16))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    due_days: Mapped[int | None]
    derived: Mapped[bool] = mapped_column(default=False)
    finding: Mapped[str | None] = mapped_column(sa.String(36))


class RejectedCopy(Base):
    """Another record of a visit of which one was here already: kept, and looked at by somebody."""

    __tablename__ = "inspection_copy"
    __table_args__ = (
        sa.UniqueConstraint("inspection_id", "digest"),
        sa.CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    inspection_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection.id"))
    digest: Mapped[str] = mapped_column(_HASH)
    body: Mapped[str] = mapped_column(sa.Text)
    sent_by: Mapped[str] = mapped_column(_NAME)
    sent_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    sent_at: Mapped[datetime]
    imported: Mapped[bool] = mapped_column(default=False)
    settled_by: Mapped[str | None] = mapped_column(_NAME)
    settled_at: Mapped[datetime | None]
    settled_words: Mapped[str] = mapped_column(sa.Text, default="")


class InspectionPhoto(Base):
    """A photo that a record names: to come until ``file_id`` is there, unless it is given up.

    ``sha256`` and ``size`` are of what is sent; what is kept has hashes of its own (core.files).
    """

    __tablename__ = "inspection_photo"
    __table_args__ = (
        one_of(PhotoKind, "kind"),
        sa.CheckConstraint("(file_id IS NULL) = (arrived_at IS NULL)", name="arrived"),
        sa.CheckConstraint("lost_by IS NULL OR file_id IS NULL", name="lost"),
        sa.Index(
            "uq_inspection_photo_record",
            "inspection_id",
            "sha256",
            unique=True,
            sqlite_where=sa.text("copy_id IS NULL"),
            postgresql_where=sa.text("copy_id IS NULL"),
        ),
        sa.Index(
            "uq_inspection_photo_copy",
            "copy_id",
            "sha256",
            unique=True,
            sqlite_where=sa.text("copy_id IS NOT NULL"),
            postgresql_where=sa.text("copy_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection.id"), index=True)
    copy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("inspection_copy.id"))
    sha256: Mapped[str] = mapped_column(_HASH)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    kind: Mapped[str] = mapped_column(sa.String(12))
    key: Mapped[str] = mapped_column(sa.String(130), default="")
    position: Mapped[int]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("file.id"), index=True)
    arrived_at: Mapped[datetime | None]
    lost_by: Mapped[str | None] = mapped_column(_NAME)
    lost_words: Mapped[str] = mapped_column(sa.Text, default="")


class InspectionSignature(Base):
    """Somebody signed for one of the two sides; ``sha256`` is of the drawn name, if it was drawn.

    ``account_id``: signed on the page of the result, not on the telephone of the visit.
    """

    __tablename__ = "inspection_signature"
    __table_args__ = (one_of(Side, "side"), sa.UniqueConstraint("inspection_id", "side"))

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection.id"))
    side: Mapped[str] = mapped_column(sa.String(12))
    name: Mapped[str] = mapped_column(sa.String(50))
    at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(_HASH, default="")
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))


class InspectionComment(Base):
    """What the site has to say to a visit."""

    __tablename__ = "inspection_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection.id"), index=True)
    words: Mapped[str] = mapped_column(sa.Text)
    by: Mapped[str] = mapped_column(_NAME)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    at: Mapped[datetime]


class AddedDay(Base):
    """How many records that nobody planned somebody has added on a day."""

    __tablename__ = "inspection_day"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    records: Mapped[int]
