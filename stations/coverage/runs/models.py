"""The tables of runs: what was asked, what came out, county by county as it is worked out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

_NUMBERS: Final = (
    "people >= 0 AND people_covered >= 0 AND people_covered <= people",
    "settlements >= 0 AND settlements_covered >= 0 AND settlements_covered <= settlements",
)


def _numbers() -> tuple[sa.CheckConstraint, ...]:
    return tuple(
        sa.CheckConstraint(text, name=name)
        for name, text in zip(("people", "settlements"), _NUMBERS, strict=True)
    )


class CoverageRun(Base):
    """A question about a day, and its answer once ``finished_at``, from when on it never changes.

    ``minute`` is the hour asked for, in minutes of the day, and ``day_kind`` then which kind of day
    it was; both are None for any hour.  ``rule_key`` tells rules apart, ``people_key`` who lives
    where: only runs that agree in both may be compared.  ``state_key`` is of all that the answer
    follows from, ``sites`` how many of them counted.  ``sources`` is JSON: of which region, year
    and source the people are, and whether they are made up.  ``month`` is that of a run made by
    itself, as 2026-11.  ``job_uuid`` is of the job that works it out.  ``corrected_at``: when it
    was first seen that the same question has another answer now.
    """

    __tablename__ = "coverage_run"
    __table_args__ = (
        *_numbers(),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name="minute"),
        sa.CheckConstraint("(minute IS NULL) = (day_kind IS NULL)", name="hour"),
        sa.CheckConstraint("day_kind IN ('working', 'off')", name="day_kind"),
        sa.CheckConstraint("radius > 0 AND factor >= 1", name="rule"),
        sa.CheckConstraint("(finished_at IS NULL) = (people IS NULL)", name="finished"),
        sa.UniqueConstraint("region_id", "month"),
        sa.Index("ix_coverage_run_question", "region_id", "service_id", "on_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    on: Mapped[date] = mapped_column("on_day", sa.Date)
    service_id: Mapped[int | None] = mapped_column(sa.ForeignKey("service.id"))
    minute: Mapped[int | None]
    day_kind: Mapped[str | None] = mapped_column(sa.String(8))
    radius: Mapped[float]
    factor: Mapped[float]
    rule_key: Mapped[str] = mapped_column(sa.String(100))
    month: Mapped[str | None] = mapped_column(sa.String(7))
    people_key: Mapped[str] = mapped_column(sa.String(64), default="")
    state_key: Mapped[str] = mapped_column(sa.String(64), default="")
    sources: Mapped[str] = mapped_column(sa.Text, default="[]")
    sites: Mapped[int] = mapped_column(default=0)
    shards: Mapped[int] = mapped_column(default=0)
    people: Mapped[float | None]
    people_covered: Mapped[float | None]
    settlements: Mapped[int | None]
    settlements_covered: Mapped[int | None]
    job_uuid: Mapped[str] = mapped_column(sa.String(36), default="")
    asked_by: Mapped[str] = mapped_column(sa.String(100))
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]


class _Part:
    """The numbers of a part of a run, by run and region."""

    run_id: Mapped[int] = mapped_column(
        sa.ForeignKey("coverage_run.id", ondelete="CASCADE"), primary_key=True
    )
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), primary_key=True)
    people: Mapped[float]
    people_covered: Mapped[float]
    settlements: Mapped[int]
    settlements_covered: Mapped[int]


class CoverageShard(_Part, Base):
    """A part of a run that is done: a county of the region, or what lies in none of them."""

    __tablename__ = "coverage_shard"
    __table_args__ = _numbers()

    done_at: Mapped[datetime]


class CoverageRow(_Part, Base):
    """The numbers of a county or town below the region of a run; with a shard, or not at all."""

    __tablename__ = "coverage_row"
    __table_args__ = _numbers()
