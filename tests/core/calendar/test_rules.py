from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from core.calendar.rules import (
    DAY,
    HORIZON,
    Calendar,
    DayKind,
    Hours,
    Intervals,
    Opening,
    Reason,
    Season,
    Shut,
    WeekLine,
    opening,
    summary,
    wall_time,
)
from core.clock import CITY_TIME
from tests.core.calendar.made import CALENDAR

OFFICE: Intervals = ((8 * 60 + 30, 11 * 60 + 30), (13 * 60 + 30, 17 * 60))
MORNING: Intervals = ((8 * 60 + 30, 11 * 60 + 30),)
HALL = Hours(week=(OFFICE,) * 5 + (MORNING, ()))
ALWAYS = Hours(week=(((0, DAY),),) * 7, holiday=((0, DAY),))


def at(text: str) -> datetime:
    """A moment on the city's wall."""
    return datetime.fromisoformat(text).replace(tzinfo=CITY_TIME)


@pytest.mark.parametrize(
    ("moment", "reason", "until", "opens_next"),
    [
        ("2026-11-23T08:29:59", Reason.BEFORE_HOURS, None, "2026-11-23T08:30"),
        ("2026-11-23T08:30:00", Reason.OPEN, "2026-11-23T11:30", "2026-11-23T13:30"),
        ("2026-11-23T11:29:59.999999", Reason.OPEN, "2026-11-23T11:30", "2026-11-23T13:30"),
        ("2026-11-23T11:30:00", Reason.LUNCH_BREAK, None, "2026-11-23T13:30"),
        ("2026-11-23T16:59", Reason.OPEN, "2026-11-23T17:00", "2026-11-24T08:30"),
        ("2026-11-23T17:00", Reason.AFTER_HOURS, None, "2026-11-24T08:30"),
        ("2026-11-21T12:00", Reason.AFTER_HOURS, None, "2026-11-23T08:30"),
        ("2026-11-22T09:00", Reason.DAY_OFF, None, "2026-11-23T08:30"),
        # Seven days of National Day, then a Thursday, then a Saturday that is worked as a Monday.
        ("2026-09-30T18:00", Reason.AFTER_HOURS, None, "2026-10-08T08:30"),
        ("2026-10-01T09:00", Reason.HOLIDAY, None, "2026-10-08T08:30"),
        ("2026-10-03T09:00", Reason.HOLIDAY, None, "2026-10-08T08:30"),
        ("2026-10-10T14:00", Reason.OPEN, "2026-10-10T17:00", "2026-10-12T08:30"),
        ("2026-10-17T14:00", Reason.AFTER_HOURS, None, "2026-10-19T08:30"),
        # A leap day, and the one after it.
        ("2024-02-29T09:00", Reason.OPEN, "2024-02-29T11:30", "2024-02-29T13:30"),
        ("2024-02-29T17:00", Reason.AFTER_HOURS, None, "2024-03-01T08:30"),
    ],
)
def test_week_with_lunch_and_special_days(
    moment: str, reason: Reason, until: str | None, opens_next: str
) -> None:
    found = opening(HALL, (), CALENDAR, at(moment))
    assert found.reason is reason
    assert found.open is (reason is Reason.OPEN)
    assert found.until == (None if until is None else at(until))
    assert found.opens_next == at(opens_next)
    assert found.calendar_known


def test_makeup_day_has_the_hours_of_the_weekday_it_names() -> None:
    saturday = date(2026, 10, 10)
    assert CALENDAR.kind(saturday) is DayKind.MAKEUP
    assert dataclasses.replace(HALL, makeup=5).intervals(saturday, CALENDAR) == MORNING
    assert HALL.intervals(saturday, CALENDAR) == OFFICE


def test_holiday_hours_are_kept_on_a_holiday() -> None:
    duty = dataclasses.replace(HALL, holiday=((9 * 60, 10 * 60),))
    found = opening(duty, (), CALENDAR, at("2026-10-01T09:30"))
    assert (found.reason, found.until) == (Reason.OPEN, at("2026-10-01T10:00"))
    late = opening(duty, (), CALENDAR, at("2026-10-01T10:00"))
    assert (late.reason, late.opens_next) == (Reason.AFTER_HOURS, at("2026-10-02T09:00"))


def test_year_not_loaded_goes_by_the_weekday_and_says_so() -> None:
    wednesday = at("2031-10-01T09:00")
    found = opening(HALL, (), CALENDAR, wednesday)
    assert found.open
    assert not found.calendar_known
    assert not CALENDAR.knows(wednesday.date())
    assert CALENDAR.kind(wednesday.date()) is None


@pytest.mark.parametrize(
    ("moment", "known"),
    [("2026-12-31T09:00", True), ("2026-12-31T14:00", False), ("2026-12-31T17:00", False)],
)
def test_next_opening_in_a_year_not_loaded_is_not_promised(moment: str, known: bool) -> None:
    assert opening(HALL, (), CALENDAR, at(moment)).calendar_known is known


def test_known_year_is_left_behind_on_new_years_eve() -> None:
    found = opening(HALL, (), CALENDAR, at("2025-12-31T17:00"))
    assert (found.opens_next, found.calendar_known) == (at("2026-01-04T08:30"), True)


SUMMER: Intervals = ((8 * 60, 12 * 60),)
WINTER: Intervals = ((9 * 60, 12 * 60),)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-05-31", MORNING),
        ("2026-06-01", SUMMER),
        ("2026-09-30", SUMMER),
        ("2026-10-01", MORNING),
        ("2026-10-31", MORNING),
        ("2026-11-01", WINTER),
        ("2026-12-31", WINTER),
        ("2027-01-01", WINTER),
        ("2027-03-31", WINTER),
        ("2027-04-01", MORNING),
    ],
)
def test_seasons_include_both_ends_and_go_over_the_new_year(day: str, expected: Intervals) -> None:
    hours = Hours(
        week=(MORNING,) * 7,
        seasons=(Season("夏季", 601, 930, (SUMMER,) * 7), Season("冬季", 1101, 331, (WINTER,) * 7)),
    )
    assert hours.intervals(date.fromisoformat(day), Calendar()) == expected


@pytest.mark.parametrize(
    ("first", "last", "day", "holds"),
    [
        (229, 331, "2028-02-28", False),
        (229, 331, "2028-02-29", True),
        (229, 331, "2027-02-28", False),
        (229, 331, "2027-03-01", True),
        (1201, 229, "2028-02-29", True),
        (1201, 229, "2028-03-01", False),
        (1201, 229, "2027-02-28", True),
        (1201, 229, "2027-03-01", False),
        (229, 229, "2028-02-29", True),
        (229, 229, "2027-03-01", False),
    ],
)
def test_season_ends_on_the_leap_day(first: int, last: int, day: str, holds: bool) -> None:
    assert Season("", first, last, ()).holds(date.fromisoformat(day)) is holds


def test_season_holds_on_a_makeup_day() -> None:
    autumn = Season("秋季", 1001, 1031, (SUMMER,) * 5 + ((), ()))
    hours = dataclasses.replace(HALL, seasons=(autumn,))
    assert hours.intervals(date(2026, 10, 10), CALENDAR) == SUMMER


def test_closure_with_an_end() -> None:
    shut = (Shut(date(2026, 11, 23), date(2026, 11, 25)),)
    before = opening(HALL, shut, CALENDAR, at("2026-11-22T09:00"))
    assert (before.reason, before.opens_next) == (Reason.DAY_OFF, at("2026-11-25T08:30"))
    within = opening(HALL, shut, CALENDAR, at("2026-11-24T09:00"))
    assert (within.reason, within.opens_next) == (Reason.CLOSED, at("2026-11-25T08:30"))
    assert opening(HALL, shut, CALENDAR, at("2026-11-25T08:30")).open


def test_closure_without_an_end() -> None:
    shut = (Shut(date(2026, 11, 24)),)
    last_day = opening(HALL, shut, CALENDAR, at("2026-11-23T14:00"))
    assert (last_day.until, last_day.opens_next) == (at("2026-11-23T17:00"), None)
    within = opening(HALL, shut, CALENDAR, at("2027-05-24T09:00"))
    assert (within.reason, within.opens_next) == (Reason.CLOSED, None)


def test_several_closures_may_overlap() -> None:
    shut = (
        Shut(date(2026, 11, 23), date(2026, 11, 25)),
        Shut(date(2026, 11, 24), date(2026, 11, 27)),
    )
    found = opening(HALL, shut, CALENDAR, at("2026-11-23T09:00"))
    assert found.opens_next == at("2026-11-27T08:30")


def test_closure_ends_an_opening_through_midnight() -> None:
    for end in (None, date(2026, 12, 1)):
        found = opening(ALWAYS, (Shut(date(2026, 11, 24), end),), CALENDAR, at("2026-11-23T20:00"))
        assert found.until == at("2026-11-24T00:00")
        assert found.opens_next == (None if end is None else at("2026-12-01T00:00"))


def test_closure_beyond_the_horizon_promises_nothing() -> None:
    moment = at("2026-02-02T09:00")
    known = moment.date() + timedelta(days=HORIZON)
    for end, expected in ((known, at("2026-04-03T08:30")), (known + timedelta(days=1), None)):
        found = opening(HALL, (Shut(date(2026, 2, 1), end),), CALENDAR, moment)
        assert found.opens_next == expected


def test_through_midnight_is_one_opening() -> None:
    night = Hours(week=(((20 * 60, DAY),), ((0, 6 * 60), (20 * 60, DAY)), *((((0, 360)),),) * 5))
    monday, tuesday = at("2026-11-23T21:00"), at("2026-11-24T05:59")
    for moment in (monday, tuesday):
        found = opening(night, (), CALENDAR, moment)
        assert (found.until, found.opens_next) == (at("2026-11-24T06:00"), at("2026-11-24T20:00"))


def test_never_shut_has_no_end_and_no_next_opening() -> None:
    found = opening(ALWAYS, (), CALENDAR, at("2026-05-01T12:00"))
    assert (found.open, found.until, found.opens_next) == (True, None, None)


def test_never_open() -> None:
    found = opening(Hours(week=((),) * 7), (), CALENDAR, at("2026-11-23T09:00"))
    assert (found.reason, found.opens_next) == (Reason.DAY_OFF, None)


def test_hours_not_known() -> None:
    moment = at("2026-11-23T09:00")
    assert opening(None, (), CALENDAR, moment) == (False, Reason.NO_HOURS, None, None, True)
    shut = (Shut(date(2026, 11, 1)),)
    assert opening(None, shut, CALENDAR, moment).reason is Reason.CLOSED


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=-11)), ZoneInfo("America/New_York")]
)
def test_moment_in_another_zone_is_the_same_moment(zone: ZoneInfo) -> None:
    for text in ("2026-11-23T08:30", "2026-11-23T00:10", "2026-03-08T15:30", "2026-07-01T23:59"):
        here = opening(HALL, (), CALENDAR, at(text))
        assert opening(HALL, (), CALENDAR, at(text).astimezone(zone)) == here


def test_offset_is_the_same_all_year() -> None:
    for day in ("2026-01-15T09:00", "2026-07-15T09:00"):
        until = opening(HALL, (), CALENDAR, at(day)).until
        assert until is not None
        assert until.utcoffset() == timedelta(hours=8)


def test_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        opening(HALL, (), CALENDAR, datetime(2026, 11, 23, 9))


def test_summary_groups_equal_days_in_a_row() -> None:
    summer = Season("夏季", 601, 930, (SUMMER,) * 7)
    assert summary(dataclasses.replace(HALL, seasons=(summer,))) == [
        WeekLine(0, 4, OFFICE, None),
        WeekLine(5, 5, MORNING, None),
        WeekLine(6, 6, (), None),
        WeekLine(0, 6, SUMMER, summer),
    ]


def test_summary_does_not_join_equal_days_that_are_apart() -> None:
    week = (OFFICE, OFFICE, MORNING, OFFICE, OFFICE, (), ())
    assert [(line.first, line.last) for line in summary(Hours(week))] == [
        (0, 1),
        (2, 2),
        (3, 4),
        (5, 6),
    ]


def test_wall_time() -> None:
    assert [wall_time(minute) for minute in (0, 510, 605, DAY)] == [
        "0:00",
        "8:30",
        "10:05",
        "24:00",
    ]


def test_somebody_away_for_some_hours() -> None:
    hours = Hours(week=(((510, 690), (810, 1020)),) * 7)
    day = date(2026, 6, 1)
    away = (Shut(day, day + timedelta(days=1), (600, 840)),)
    calendar = Calendar(years=frozenset({2026}))

    def at(hour: int, minute: int, on: date = day) -> Opening:
        moment = datetime(on.year, on.month, on.day, hour, minute, tzinfo=CITY_TIME)
        return opening(hours, away, calendar, moment)

    early, out, lunch, back = at(9, 0), at(10, 0), at(12, 0), at(14, 0)
    assert (early.reason, early.until) == (Reason.OPEN, datetime(2026, 6, 1, 10, tzinfo=CITY_TIME))
    assert (out.reason, out.opens_next) == (
        Reason.AWAY,
        datetime(2026, 6, 1, 14, tzinfo=CITY_TIME),
    )
    assert lunch.reason is Reason.LUNCH_BREAK
    assert back.reason is Reason.OPEN
    assert at(10, 0, date(2026, 6, 2)).reason is Reason.OPEN
