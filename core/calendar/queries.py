"""Reading the working calendar."""

from __future__ import annotations

from datetime import date
from typing import Final

import sqlalchemy as sa

from core.calendar.models import CalendarDay, CalendarYear
from core.calendar.rules import Calendar, DayKind, SpecialDay, Year
from core.db import db
from core.snapshot import of_revision

_DAY: Final = (CalendarDay.day, CalendarDay.kind, CalendarDay.name, CalendarDay.name_en)


@of_revision("network")
def calendar() -> Calendar:
    """The special days of every year that is loaded; read again only after a change."""
    rows = db.session.execute(
        sa.select(CalendarYear.year, *_DAY)
        .outerjoin(CalendarDay, CalendarDay.year == CalendarYear.year)
        .order_by(CalendarDay.day)
    ).all()
    days = {day: SpecialDay(DayKind(kind), *names) for _year, day, kind, *names in rows if day}
    return Calendar(days, frozenset(row.year for row in rows))


def loaded() -> dict[int, Year]:
    """Every year that is loaded, by its number, in order."""
    days = _days()
    rows = db.session.execute(
        sa.select(CalendarYear.year, CalendarYear.source).order_by(CalendarYear.year)
    )
    return {
        year: Year(year, source, {day: what for day, what in days.items() if day.year == year})
        for year, source in rows
    }


def _days() -> dict[date, SpecialDay]:
    rows = db.session.execute(sa.select(*_DAY).order_by(CalendarDay.day))
    return {day: SpecialDay(DayKind(kind), name, name_en) for day, kind, name, name_en in rows}
