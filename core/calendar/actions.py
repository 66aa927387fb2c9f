"""Writing the working calendar."""

from __future__ import annotations

import logging

import sqlalchemy as sa

from core import clock
from core.access import Actor
from core.audit.actions import record
from core.audit.rules import compared
from core.calendar import queries, story
from core.calendar.models import CalendarDay, CalendarYear
from core.calendar.rules import Year
from core.db import db

log = logging.getLogger(__name__)


def load(actor: Actor, year: Year) -> None:
    """Make *year* what the calendar says of that year, in place of whatever it said before."""
    before = queries.loaded().get(year.year)
    db.session.execute(sa.delete(CalendarDay).where(CalendarDay.year == year.year))
    db.session.merge(CalendarYear(year=year.year, source=year.source, loaded_at=clock.now()))
    db.session.flush()
    rows = [
        {
            "day": day,
            "year": year.year,
            "kind": what.kind,
            "name": what.name,
            "name_en": what.name_en,
        }
        for day, what in sorted(year.days.items())
    ]
    if rows:
        db.session.execute(sa.insert(CalendarDay), rows)
    changes = compared(story.state(before), story.state(year))
    record(actor, story.LOADED, (story.CALENDAR, str(year.year)), changes)
    log.info("%s loaded the calendar of %s from %s", actor.name, year.year, year.source)
