"""Hours and closures drawn at random: what is said of a moment agrees with asking by the minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.calendar.rules import DAY, Closures, Hours, Intervals, Season, Shut, opening
from core.clock import CITY_TIME
from tests.core.calendar.made import CALENDAR


@st.composite
def days_intervals(draw: st.DrawFn) -> Intervals:
    bounds = draw(st.lists(st.sampled_from(range(0, DAY + 1, 30)), unique=True, max_size=6))
    bounds = sorted(bounds)[: len(bounds) // 2 * 2]
    return tuple(zip(bounds[::2], bounds[1::2], strict=True))


@st.composite
def hours_documents(draw: st.DrawFn) -> Hours:
    week = st.tuples(*[days_intervals()] * 7)
    day_of_year = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(
        lambda d: d.month * 100 + d.day
    )
    season = st.builds(Season, st.just(""), day_of_year, day_of_year, week)
    return Hours(
        draw(week),
        draw(days_intervals()),
        draw(st.integers(0, 6)),
        draw(st.one_of(st.just(()), st.tuples(season))),
    )


@st.composite
def closures(draw: st.DrawFn) -> Closures:
    since = st.dates(date(2025, 12, 1), date(2026, 12, 31))
    length = st.one_of(st.none(), st.integers(1, 80))
    drawn = draw(st.lists(st.tuples(since, length), max_size=3))
    return tuple(
        Shut(day, None if days is None else day + timedelta(days=days)) for day, days in drawn
    )


MOMENTS = st.datetimes(
    datetime(2025, 12, 1), datetime(2027, 1, 31), timezones=st.sampled_from([UTC, CITY_TIME])
)


def is_open(hours: Hours, shut: Closures, moment: datetime) -> bool:
    """By the hours of its day alone."""
    local = moment.astimezone(CITY_TIME)
    if any(closure.covers(local.date()) for closure in shut):
        return False
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in hours.intervals(local.date(), CALENDAR))


def by_brute_force(
    hours: Hours, shut: Closures, moment: datetime, horizon: int
) -> tuple[bool, datetime | None, datetime | None]:
    """Open, until and next opening, by asking minute by minute."""
    local = moment.astimezone(CITY_TIME)
    here = is_open(hours, shut, local)
    until = opens_next = None
    before = here
    minute = local.replace(second=0, microsecond=0)
    last = minute.replace(hour=23, minute=59) + timedelta(days=horizon)
    while opens_next is None and minute < last:
        minute += timedelta(minutes=1)
        now = is_open(hours, shut, minute)
        if before and not now and here and until is None:
            until = minute
        if now and not before:
            opens_next = minute
        before = now
    return here, until, opens_next


@given(hours_documents(), closures(), MOMENTS)
def test_next_opening_is_an_opening_and_until_the_first_instant_shut(
    hours: Hours, shut: Closures, moment: datetime
) -> None:
    found = opening(hours, shut, CALENDAR, moment)
    tick = timedelta(microseconds=1)
    assert found.open is is_open(hours, shut, moment)
    if found.until is not None:
        assert found.open
        assert found.until > moment
        assert not is_open(hours, shut, found.until)
        assert is_open(hours, shut, found.until - tick)
    if found.opens_next is not None:
        assert found.opens_next > moment
        assert found.opens_next >= (found.until or moment)
        assert is_open(hours, shut, found.opens_next)
        assert not is_open(hours, shut, found.opens_next - tick)


@given(hours_documents(), closures(), MOMENTS)
def test_opening_agrees_with_asking_minute_by_minute(
    hours: Hours, shut: Closures, moment: datetime
) -> None:
    horizon = 2
    found = opening(hours, shut, CALENDAR, moment)
    _, until, opens_next = by_brute_force(hours, shut, moment, horizon)
    if until is not None:
        assert found.until == until
    if opens_next is not None:
        assert found.opens_next == opens_next
    last = (moment.astimezone(CITY_TIME) + timedelta(days=horizon)).replace(hour=23, minute=59)
    if opens_next is None and found.opens_next is not None:
        assert found.opens_next > last
