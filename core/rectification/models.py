"""The tables: findings, their deadlines, answers, photos, climbing, and the notices they are on."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, one_of
from core.rectification.rules import (
    MOST_OWNER,
    MOST_TITLE,
    Climb,
    Deadline,
    Severity,
    State,
    Verdict,
)

_NAME = sa.String(100)
_UUID = sa.String(36)


class Finding(Base):
    """Something to be put right at a site. Where it stands is asked of the site.

    ``version`` is raised by every move.  ``times``: the how manieth of its criterion at its site
    within a year it was when it was found.  ``round`` counts the answers.  ``due`` is the deadline
    that holds; all there were are in FindingDeadline.  ``made``: made up for demonstration.
    """

    __tablename__ = "finding"
    __table_args__ = (
        one_of(State, "state"),
        one_of(Severity, "severity"),
        sa.UniqueConstraint("source", "reference", "criterion", name="uq_finding_source"),
        sa.CheckConstraint(
            "(state IN ('closed', 'lapsed')) = (closed_on IS NOT NULL)", name="closed"
        ),
        sa.CheckConstraint("state <> 'answered' OR answered_on IS NOT NULL", name="answered"),
        sa.Index("ix_finding_state_due", "state", "due"),
        sa.Index("ix_finding_site_criterion", "site_id", "criterion", "found_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(_UUID, unique=True)
    source: Mapped[str] = mapped_column(sa.String(20))
    reference: Mapped[str] = mapped_column(sa.String(64))
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    standard: Mapped[str] = mapped_column(sa.String(MOST_TITLE))
    criterion: Mapped[str] = mapped_column(sa.String(100), index=True)
    words: Mapped[str] = mapped_column(sa.Text)
    basis: Mapped[str] = mapped_column(sa.Text)
    note: Mapped[str] = mapped_column(sa.Text)
    severity: Mapped[str] = mapped_column(sa.String(8))
    times: Mapped[int]
    found_on: Mapped[date] = mapped_column(sa.Date)
    found_by: Mapped[str] = mapped_column(_NAME)
    found_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    opened_at: Mapped[datetime]
    owner: Mapped[str] = mapped_column(sa.String(MOST_OWNER))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    due: Mapped[date] = mapped_column(sa.Date)
    state: Mapped[str] = mapped_column(sa.String(8))
    round: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    answered_on: Mapped[date | None] = mapped_column(sa.Date)
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    closed_on: Mapped[date | None] = mapped_column(sa.Date)
    closed_by: Mapped[str | None] = mapped_column(_NAME)
    closed_words: Mapped[str] = mapped_column(sa.Text, default="")
    notice_id: Mapped[int | None] = mapped_column(sa.ForeignKey("finding_notice.id"), index=True)
    made: Mapped[bool] = mapped_column(default=False)
    search: Mapped[str] = mapped_column(sa.Text)


class FindingDeadline(Base):
    """A deadline that was set; the newest holds."""

    __tablename__ = "finding_deadline"
    __table_args__ = (one_of(Deadline, "why"), sa.Index("ix_finding_deadline", "finding_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(sa.ForeignKey("finding.id"))
    due: Mapped[date] = mapped_column(sa.Date)
    why: Mapped[str] = mapped_column(sa.String(12))
    set_on: Mapped[date] = mapped_column(sa.Date)
    set_by: Mapped[str] = mapped_column(_NAME)


class FindingAnswer(Base):
    """What the site says it has done, and what the re-check says of it.

    ``due`` is the deadline that held when it was answered.
    """

    __tablename__ = "finding_answer"
    __table_args__ = (
        one_of(Verdict, "verdict"),
        sa.UniqueConstraint("finding_id", "round", name="uq_finding_answer_round"),
        sa.CheckConstraint("(verdict IS NULL) = (checked_on IS NULL)", name="checked"),
        sa.CheckConstraint("checked_by_id <> answered_by_id", name="second_person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(sa.ForeignKey("finding.id"))
    round: Mapped[int]
    words: Mapped[str] = mapped_column(sa.Text)
    due: Mapped[date] = mapped_column(sa.Date)
    answered_on: Mapped[date] = mapped_column(sa.Date)
    answered_at: Mapped[datetime]
    answered_by: Mapped[str] = mapped_column(_NAME)
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    verdict: Mapped[str | None] = mapped_column(sa.String(8))
    checked_on: Mapped[date | None] = mapped_column(sa.Date)
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str | None] = mapped_column(_NAME)
    checked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    checked_words: Mapped[str] = mapped_column(sa.Text, default="")


class FindingPhoto(Base):
    """A photo: of what was found (round None), or of what was done, for the answer of a round.

    One of the round that is yet to come waits to be sent with it.
    """

    __tablename__ = "finding_photo"
    __table_args__ = (sa.Index("ix_finding_photo", "finding_id", "round", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(_UUID, unique=True)
    finding_id: Mapped[int] = mapped_column(sa.ForeignKey("finding.id"))
    round: Mapped[int | None]
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("file.id"), unique=True)
    added_by: Mapped[str] = mapped_column(_NAME)
    added_at: Mapped[datetime]


class FindingClimb(Base):
    """That something late was brought before somebody, once for each deadline and level."""

    __tablename__ = "finding_climb"
    __table_args__ = (
        one_of(Climb, "level"),
        sa.UniqueConstraint("finding_id", "due", "level", name="uq_finding_climb"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(sa.ForeignKey("finding.id"))
    level: Mapped[str] = mapped_column(sa.String(8))
    due: Mapped[date] = mapped_column(sa.Date)
    climbed_on: Mapped[date] = mapped_column(sa.Date)


class FindingNotice(Base):
    """A notice (整改通知书) of what one visit found. Its number is of the county and the year."""

    __tablename__ = "finding_notice"
    __table_args__ = (
        sa.UniqueConstraint("county", "year", "serial", name="uq_finding_notice_serial"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(_UUID, unique=True)
    county: Mapped[str] = mapped_column(sa.String(12))
    year: Mapped[int]
    serial: Mapped[int]
    #: As it is printed; the county may be called otherwise later.
    number: Mapped[str] = mapped_column(sa.String(60))
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    source: Mapped[str] = mapped_column(sa.String(20))
    reference: Mapped[str] = mapped_column(sa.String(64))
    #: What it says, as JSON: the site and its findings as they were, never searched inside.
    document: Mapped[str] = mapped_column(sa.Text)
    #: Who issues it, as it is printed: the county's or the city's name.
    issuer: Mapped[str] = mapped_column(sa.String(100))
    issued_on: Mapped[date] = mapped_column(sa.Date)
    issued_by: Mapped[str] = mapped_column(_NAME)
    issued_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))


class FindingNoticeCount(Base):
    """The last number of a county and year that was given."""

    __tablename__ = "finding_notice_count"

    county: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
