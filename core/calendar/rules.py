"""When a place is open: special days, weekly hours with seasons, closures.

Days are civil dates and minutes count from local midnight, both in the city's time; instants are
aware datetimes. Everything is half open: shut at the very minute at which an interval ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Final, NamedTuple, TypeAlias

from core.clock import civil

#: Minutes of the local day, (start, end), in order; never touching one another.
Intervals: TypeAlias = tuple[tuple[int, int], ...]

DAY: Final = 24 * 60
#: How many days ahead an opening or an end of opening is looked for.
HORIZON: Final = 60


class DayKind(StrEnum):
    """How the State Council's notice of the year sets a day apart from its weekday."""

    HOLIDAY = "holiday"
    MAKEUP = "makeup"


class SpecialDay(NamedTuple):
    """A day off, weekends within the holiday included, or a weekend day that is worked."""

    kind: DayKind
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Year:
    """The special days of one year, whole, and where they are from."""

    year: int
    source: str
    days: Mapping[date, SpecialDay]


@dataclass(frozen=True, eq=False, slots=True)
class Calendar:
    """The special days of the years that are loaded; of other years nothing is known."""

    days: Mapping[date, SpecialDay] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def special(self, day: date) -> SpecialDay | None:
        return self.days.get(day)

    def kind(self, day: date) -> DayKind | None:
        """The kind of a special day; None for an ordinary one, and in a year not loaded."""
        found = self.days.get(day)
        return None if found is None else found.kind

    def knows(self, day: date) -> bool:
        return day.year in self.years


@dataclass(frozen=True, slots=True)
class Season:
    """Weekly hours of a part of the year, both ends inclusive, as month × 100 + day.

    One that begins later than it ends goes over the new year. 29 February is a good end in any
    year: in a common year it stands for the 28th at the end and 1 March at the beginning.
    """

    name: str
    first: int
    last: int
    week: tuple[Intervals, ...]

    def holds(self, day: date) -> bool:
        at = day.month * 100 + day.day
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class Hours:
    """Regular hours; ``week`` has seven entries from Monday, ``makeup`` is a weekday (Monday 0)."""

    week: tuple[Intervals, ...]
    holiday: Intervals = ()
    makeup: int = 0
    seasons: tuple[Season, ...] = ()

    def intervals(self, day: date, calendar: Calendar) -> Intervals:
        """When it is open on *day*, closures aside; a year not known goes by the weekday."""
        special = calendar.days.get(day)
        if special is None:
            weekday = day.weekday()
        elif special.kind is DayKind.HOLIDAY:
            return self.holiday
        else:
            weekday = self.makeup
        for season in self.seasons:
            if season.holds(day):
                return season.week[weekday]
        return self.week[weekday]


@dataclass(frozen=True, slots=True)
class Shut:
    """A closure of a site or its region, from ``since`` on; without ``until`` no end is known.

    With ``minutes`` it is an absence: from one minute of the day to another on each of its days.
    """

    since: date
    until: date | None = None
    minutes: tuple[int, int] | None = None

    def covers(self, day: date) -> bool:
        """Whether nothing is open on *day*."""
        return self.minutes is None and self.touches(day)

    def touches(self, day: date) -> bool:
        """Whether any of it falls on *day*."""
        return self.since <= day and (self.until is None or day < self.until)


Closures: TypeAlias = tuple[Shut, ...]


class Reason(StrEnum):
    """Why a place is open or shut at a moment."""

    OPEN = "open"
    BEFORE_HOURS = "before_hours"
    #: Between two intervals of the day.
    LUNCH_BREAK = "lunch_break"
    AFTER_HOURS = "after_hours"
    #: A weekday on which it never opens.
    DAY_OFF = "day_off"
    #: A statutory holiday on which it does not open.
    HOLIDAY = "holiday"
    CLOSED = "closed"
    #: Somebody is out for some hours of the day.
    AWAY = "away"
    NO_HOURS = "no_hours"


class Opening(NamedTuple):
    """Whether a place is open at a moment, and what comes next; instants in the city's time.

    ``until`` is the first instant at which it is shut again, over midnight too; None if it is shut
    or stays open for more than HORIZON days. ``opens_next`` is the first opening after the moment;
    None if there is none within HORIZON days. ``calendar_known`` is False if any day this answer
    speaks of lies in a year whose holidays are not loaded: that day may turn out different.
    """

    open: bool
    reason: Reason
    until: datetime | None = None
    opens_next: datetime | None = None
    calendar_known: bool = True


def opening(
    hours: Hours | None, closures: Closures, calendar: Calendar, moment: datetime
) -> Opening:
    """Whether a place with these *hours* is open at *moment*; hours None means nobody knows them.

    Raises ValueError for a naive *moment*, OverflowError within HORIZON days of the year 10000.
    """
    local = civil(moment)
    day = local.date()
    known = calendar.knows(day)
    if hours is None:
        reason = Reason.CLOSED if _shut(closures, day) else Reason.NO_HOURS
        return Opening(False, reason, calendar_known=known)
    minute = local.hour * 60 + local.minute
    today = _on(hours, closures, calendar, day)
    reason = _reason(today, minute)
    if reason is not Reason.OPEN and _away(hours, closures, calendar, day, minute):
        reason = Reason.AWAY
    elif reason is Reason.DAY_OFF:
        reason = _day_off(closures, calendar, day)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    until = opens_next = None
    ends = _end(today, minute, _following(hours, closures, calendar, day))
    if ends is not None:
        until = midnight + timedelta(minutes=ends)
    starts = _start(today, minute, _following(hours, closures, calendar, day))
    if starts is not None:
        opens_next = midnight + timedelta(minutes=starts)
    for named in (until, opens_next):
        known = known and (named is None or calendar.knows(named))
    return Opening(reason is Reason.OPEN, reason, until, opens_next, known)


def _shut(closures: Closures, day: date) -> bool:
    return any(closure.covers(day) for closure in closures)


def _on(hours: Hours, closures: Closures, calendar: Calendar, day: date) -> Intervals:
    if not closures:
        return hours.intervals(day, calendar)
    if _shut(closures, day):
        return ()
    intervals = hours.intervals(day, calendar)
    for absence in _absences(closures, day):
        intervals = _without(intervals, absence)
    return intervals


def _absences(closures: Closures, day: date) -> list[tuple[int, int]]:
    return [shut.minutes for shut in closures if shut.minutes is not None and shut.touches(day)]


def _without(intervals: Intervals, absence: tuple[int, int]) -> Intervals:
    """What is left of *intervals* outside the absence."""
    start, end = absence
    left = (
        (low, high)
        for one in intervals
        for low, high in ((one[0], min(one[1], start)), (max(one[0], end), one[1]))
    )
    return tuple((low, high) for low, high in left if low < high)


def _away(hours: Hours, closures: Closures, calendar: Calendar, day: date, minute: int) -> bool:
    """Whether it would be open, were nobody away."""
    absences = _absences(closures, day)
    return any(start <= minute < end for start, end in absences) and any(
        start <= minute < end for start, end in hours.intervals(day, calendar)
    )


def _reason(today: Intervals, minute: int) -> Reason:
    for number, (start, end) in enumerate(today):
        if minute < start:
            return Reason.LUNCH_BREAK if number else Reason.BEFORE_HOURS
        if minute < end:
            return Reason.OPEN
    return Reason.AFTER_HOURS if today else Reason.DAY_OFF


def _day_off(closures: Closures, calendar: Calendar, day: date) -> Reason:
    """Why nothing at all is open on *day*."""
    if _shut(closures, day):
        return Reason.CLOSED
    return Reason.HOLIDAY if calendar.kind(day) is DayKind.HOLIDAY else Reason.DAY_OFF


def _following(
    hours: Hours, closures: Closures, calendar: Calendar, day: date
) -> Iterator[tuple[int, Intervals]]:
    """The intervals of each day after *day*, with its distance in minutes.

    Ends early with a day from which on it is shut without a known end.
    """
    number = day.toordinal()
    forever = min((shut.since for shut in closures if shut.until is None), default=None)
    for ahead in range(1, HORIZON + 1):
        later = date.fromordinal(number + ahead)
        yield ahead * DAY, _on(hours, closures, calendar, later)
        if forever is not None and forever <= later:
            return


def _end(today: Intervals, minute: int, following: Iterator[tuple[int, Intervals]]) -> int | None:
    """When the interval around *minute* ends, in minutes from today's midnight."""
    end = next((end for start, end in today if start <= minute < end), None)
    if end != DAY:
        return end
    for midnight, intervals in following:
        if not intervals or intervals[0][0] > 0:
            return midnight
        if intervals[0][1] < DAY:
            return midnight + intervals[0][1]
    return None


def _start(today: Intervals, minute: int, following: Iterator[tuple[int, Intervals]]) -> int | None:
    """The first start after *minute*, in minutes from today's midnight.

    An interval that begins at midnight where the day before ended at midnight is no new start.
    """
    for start, _ in today:
        if start > minute:
            return start
    before = today
    for midnight, intervals in following:
        through = bool(before) and before[-1][1] == DAY
        for start, _ in intervals:
            if start > 0 or not through:
                return midnight + start
        before = intervals
    return None


@dataclass(frozen=True, slots=True)
class WeekLine:
    """Weekdays in a row with the same hours; Monday is 0. Without *intervals* they are days off."""

    first: int
    last: int
    intervals: Intervals
    season: Season | None


def summary(hours: Hours) -> list[WeekLine]:
    """The regular week in as few lines as it takes, then each season's."""
    lines: list[WeekLine] = []
    for season in (None, *hours.seasons):
        week = hours.week if season is None else season.week
        for intervals, group in groupby(range(7), key=week.__getitem__):
            days = list(group)
            lines.append(WeekLine(days[0], days[-1], intervals, season))
    return lines


def wall_time(minute: int) -> str:
    """A minute of the day as a clock shows it: 8:30, 24:00."""
    return f"{minute // 60}:{minute % 60:02}"
