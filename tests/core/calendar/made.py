"""The calendar of the packaged years."""

from __future__ import annotations

from core.calendar import importer
from core.calendar.rules import Calendar

PACKAGED = importer.packaged()
CALENDAR = Calendar(
    {day: what for year in PACKAGED for day, what in year.days.items()},
    frozenset(year.year for year in PACKAGED),
)
