"""The tables of the working calendar. A year is there whole or not at all."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.calendar.rules import DayKind
from core.db import Base, one_of

REVISES = {"info": {"revises": "network"}}


class CalendarYear(Base):
    """A year whose holidays are known, and the document they are from."""

    __tablename__ = "calendar_year"
    __table_args__ = (REVISES,)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(sa.String(200))
    loaded_at: Mapped[datetime]


class CalendarDay(Base):
    """A statutory holiday, or a weekend day that is worked in exchange."""

    __tablename__ = "calendar_day"
    __table_args__ = (one_of(DayKind, "kind"), REVISES)

    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    year: Mapped[int] = mapped_column(sa.ForeignKey("calendar_year.year"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(8))
    name: Mapped[str] = mapped_column(sa.String(40))
    name_en: Mapped[str] = mapped_column(sa.String(80), default="")
