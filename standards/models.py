"""The tables of standards. What is published and what was seen only grows: triggers refuse the
rest; only drafts change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, one_of
from standards.rules import Result

#: What the snapshots of versions, and of what was seen at sites, depend on.
VERSIONS, OBSERVATIONS = "standards", "observations"

REVISES: Final = {"info": {"revises": VERSIONS}}


class Standard(Base):
    """A standard, whatever its versions say; known by its code."""

    __tablename__ = "standard"
    __table_args__ = (REVISES,)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)


class StandardVersion(Base):
    """A version as it was published: ``document`` is the file, ``digest`` its sha256.

    It is in force from ``in_force`` until the next one is, or the standard ends.
    """

    __tablename__ = "standard_version"
    __table_args__ = (
        sa.UniqueConstraint("standard_id", "number"),
        sa.UniqueConstraint("standard_id", "in_force"),
        sa.CheckConstraint("number > 0", name="number"),
        REVISES,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    standard_id: Mapped[int] = mapped_column(sa.ForeignKey("standard.id"), index=True)
    number: Mapped[int]
    in_force: Mapped[date] = mapped_column(sa.Date)
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    document: Mapped[str] = mapped_column(sa.Text)
    published_by: Mapped[str] = mapped_column(sa.String(100))
    published_at: Mapped[datetime]


class StandardEnd(Base):
    """From ``until`` on the standard is not in force, until a version of a later day is."""

    __tablename__ = "standard_end"
    __table_args__ = (sa.UniqueConstraint("standard_id", "until"), REVISES)

    id: Mapped[int] = mapped_column(primary_key=True)
    standard_id: Mapped[int] = mapped_column(sa.ForeignKey("standard.id"))
    until: Mapped[date] = mapped_column(sa.Date)
    ended_by: Mapped[str] = mapped_column(sa.String(100))
    ended_at: Mapped[datetime]


class StandardCriterion(Base):
    """A criterion of a version; ``asked`` stands for what it asks (Criterion.asked in rules.py)."""

    __tablename__ = "standard_criterion"
    __table_args__ = (sa.UniqueConstraint("version_id", "code"), REVISES)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("standard_version.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(sa.String(40))
    asked: Mapped[str] = mapped_column(sa.String(64))


class Observation(Base):
    """What somebody who was there said of a criterion, on a day.

    ``figure_value`` is what the criterion's figure told then; of a criterion with both methods the
    observation holds until it tells something else.  ``source_kind`` and ``source_code`` say where
    it was recorded, such as an inspection and its UUID.  ``counts_from``: one that came from a site
    that was merged says nothing of the survivor before that day.
    """

    __tablename__ = "observation"
    __table_args__ = (
        one_of(Result, "result"),
        sa.UniqueConstraint("source_kind", "source_code", "site_id", "criterion_id"),
        sa.Index("ix_observation_site_id", "site_id", "criterion_id"),
        {"info": {"revises": OBSERVATIONS}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("standard_criterion.id"), index=True)
    result: Mapped[str] = mapped_column(sa.String(16))
    on: Mapped[date] = mapped_column("on_day", sa.Date)
    counts_from: Mapped[date | None] = mapped_column(sa.Date)
    figure_value: Mapped[float | None]
    note: Mapped[str] = mapped_column(sa.Text)
    source_kind: Mapped[str] = mapped_column(sa.String(20))
    source_code: Mapped[str] = mapped_column(sa.String(64))
    by: Mapped[str] = mapped_column("by_name", sa.String(100))
    at: Mapped[datetime] = mapped_column("at_moment")


class StandardDraft(Base):
    """A version that somebody is writing: its file, which may not hold together yet.

    ``base_id`` is the version it began as.  While its proposal waits it does not change.
    """

    __tablename__ = "standard_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    base_id: Mapped[int | None] = mapped_column(sa.ForeignKey("standard_version.id"), index=True)
    document: Mapped[str] = mapped_column(sa.Text)
    version: Mapped[int] = mapped_column(default=1)
    proposal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("proposal.id"), index=True)
    made_by: Mapped[str] = mapped_column(sa.String(100))
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
