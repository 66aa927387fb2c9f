"""Working days, counted over weekends, holidays and days worked to make up for them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.calendar import working
from core.calendar.rules import Calendar, DayKind, SpecialDay

#: The National Day of 2026 as if it were from the 1st to the 7th, made up for on two days.
DAYS = {
    **{date(2026, 10, day): SpecialDay(DayKind.HOLIDAY, "国庆节") for day in range(1, 8)},
    date(2026, 9, 27): SpecialDay(DayKind.MAKEUP, "国庆节"),
    date(2026, 10, 10): SpecialDay(DayKind.MAKEUP, "国庆节"),
}
KNOWN = Calendar(DAYS, frozenset({2026}))
FRIDAY = date(2026, 9, 25)


@pytest.mark.parametrize(
    ("days", "day"),
    [
        (0, FRIDAY),
        (1, date(2026, 9, 27)),
        (2, date(2026, 9, 28)),
        (4, date(2026, 9, 30)),
        (5, date(2026, 10, 8)),
        (7, date(2026, 10, 10)),
        (8, date(2026, 10, 12)),
    ],
)
def test_so_many_working_days_after(days: int, day: date) -> None:
    assert working.after(KNOWN, FRIDAY, days) == day
    assert working.between(KNOWN, FRIDAY, day) == days


def test_before_is_the_latest_day_after_which_so_many_have_passed() -> None:
    for number in range(40):
        on = FRIDAY + timedelta(days=number)
        for days in (1, 3, 7):
            latest = working.before(KNOWN, on, days)
            assert working.between(KNOWN, latest, on) == days
            assert working.between(KNOWN, latest + timedelta(days=1), on) < days


def test_nothing_is_between_a_day_and_itself_or_an_earlier_one() -> None:
    assert working.between(KNOWN, FRIDAY, FRIDAY) == 0
    assert working.between(KNOWN, FRIDAY, FRIDAY - timedelta(days=9)) == 0


def test_a_year_that_is_not_loaded_goes_by_the_weekday() -> None:
    assert working.after(KNOWN, date(2026, 12, 31), 2) == date(2027, 1, 4)
    assert not working.known(KNOWN, date(2026, 12, 31), date(2027, 1, 4))
    assert working.known(KNOWN, date(2026, 1, 1), date(2026, 12, 31))
