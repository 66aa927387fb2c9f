"""The tables: what is to be visited in a year, and draws with all that repeats them."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, one_of
from core.sites.rules import Kind

_NAME = sa.String(100)


class InspectionPlan(Base):
    """So many sites of a kind (of any, if None) in a region are to be visited in a year."""

    __tablename__ = "inspection_plan"
    __table_args__ = (
        one_of(Kind, "kind"),
        sa.CheckConstraint("visits > 0", name="visits"),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    year: Mapped[int] = mapped_column(index=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    kind: Mapped[str | None] = mapped_column(sa.String(24))
    title: Mapped[str] = mapped_column(_NAME)
    visits: Mapped[int]
    words: Mapped[str] = mapped_column(sa.Text, default="")
    made_by: Mapped[str] = mapped_column(_NAME)
    made_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(_NAME)
    ended_at: Mapped[datetime | None]


class Draw(Base):
    """A draw: the seed, from what was drawn (``pools``, JSON) and by which rule; never changed.

    One that is not to be followed is voided with a reason, and stays.
    """

    __tablename__ = "inspection_draw"
    __table_args__ = (
        sa.CheckConstraint("visits > 0 AND together IN (1, 2)", name="numbers"),
        sa.CheckConstraint("(voided_at IS NULL) = (voided_by IS NULL)", name="voided"),
        sa.CheckConstraint("last_day >= first_day", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    plan_id: Mapped[int | None] = mapped_column(sa.ForeignKey("inspection_plan.id"), index=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    title: Mapped[str] = mapped_column(_NAME)
    algorithm: Mapped[str] = mapped_column(sa.String(20))
    seed: Mapped[str] = mapped_column(sa.String(200))
    visits: Mapped[int]
    together: Mapped[int]
    pools: Mapped[str] = mapped_column(sa.Text)
    first_day: Mapped[date] = mapped_column(sa.Date)
    last_day: Mapped[date] = mapped_column(sa.Date)
    drawn_by: Mapped[str] = mapped_column(_NAME)
    drawn_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    drawn_at: Mapped[datetime]
    voided_by: Mapped[str | None] = mapped_column(_NAME)
    voided_at: Mapped[datetime | None]
    voided_words: Mapped[str] = mapped_column(sa.Text, default="")


class DrawResult(Base):
    """A site that was drawn, in its place, and the usernames of who goes there."""

    __tablename__ = "inspection_draw_result"
    __table_args__ = (sa.UniqueConstraint("draw_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection_draw.id"))
    position: Mapped[int]
    site_code: Mapped[str] = mapped_column(sa.String(7))
    inspectors: Mapped[str] = mapped_column(sa.String(200))
