"""Counting working days: deadlines run in them, and so does being late.

A working day is one on which offices work: a weekday that is no statutory holiday, or a weekend day
worked to make up for one.  A year that is not loaded goes by the weekday alone.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from core.calendar.rules import Calendar, DayKind

_DAY: Final = timedelta(days=1)


def works(calendar: Calendar, day: date) -> bool:
    """Whether offices work on *day*."""
    kind = calendar.kind(day)
    if kind is None:
        return day.weekday() < 5
    return kind is DayKind.MAKEUP


def after(calendar: Calendar, day: date, days: int) -> date:
    """The last of so many working days that begin after *day*; with none, *day* itself."""
    left = days
    while left > 0:
        day += _DAY
        left -= works(calendar, day)
    return day


def before(calendar: Calendar, day: date, days: int) -> date:
    """The latest day after which so many working days have passed when *day* is over."""
    left = days
    while left > 0:
        left -= works(calendar, day)
        day -= _DAY
    return day


def between(calendar: Calendar, first: date, last: date) -> int:
    """How many working days there are after *first*, up to *last* and with it; none backwards."""
    apart = (last - first).days
    return sum(works(calendar, first + number * _DAY) for number in range(1, apart + 1))


def known(calendar: Calendar, first: date, last: date) -> bool:
    """Whether the holidays of every year from *first* to *last* are loaded."""
    return all(year in calendar.years for year in range(first.year, last.year + 1))
