"""Coordinates, hours and times in whatever form they are typed; no request, no database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar.hours import WEEKDAYS, canonical
from core.errors import BadInput
from network.editing import hours, rules
from network.editing.rules import Away
from tests.processor import at_most

LUNCH = ((8 * 60 + 30, 11 * 60 + 30), (13 * 60 + 30, 17 * 60))


@pytest.mark.parametrize(
    ("lat", "lon", "found", "coarse"),
    [
        ("37.1601", "122.4801", (37.1601, 122.4801), False),
        ("３７．１６０１", "１２２．４８０１", (37.1601, 122.4801), False),
        ("37.12345678901", "122.4801", (37.123457, 122.4801), False),
        ("37", "122.4801", (37, 122.4801), True),
        ("37.16", "122.48", (37.16, 122.48), True),
        ("", "122.4801 37.1601", (37.1601, 122.4801), False),
        ("N37°09′36″", "E122°28′48″", (37.16, 122.48), False),
        ("37°09'36\"", "122°28'48\"", (37.16, 122.48), False),
        ("37度9分36秒", "122度28分48秒", (37.16, 122.48), False),
        ("37°09.60′", "122°28.80′", (37.16, 122.48), False),
        ("37°09′", "122°28′", (37.15, 122.4666667), True),
        ("-37.1601", "122.4801", (-37.1601, 122.4801), False),
    ],
)
def test_coordinates_are_read(lat: str, lon: str, found: tuple[float, float], coarse: bool) -> None:
    typed = rules.read_position(lat, lon)
    assert typed is not None
    assert (typed.lat, typed.lon) == pytest.approx(found, abs=1e-6)
    assert typed.coarse is coarse


def test_nothing_typed_is_no_position() -> None:
    assert rules.read_position(" ", "　") is None


@pytest.mark.parametrize(
    ("lat", "lon", "field"),
    [
        ("inf", "122.48", "lat"),
        ("1_0", "122.48", "lat"),
        ("37.16", "0x7a", "lon"),
        ("37.16", "", "lon"),
        ("37.16,122.48", "122.48", "lat"),
        ("1 2 3", "", "lat"),
        ("37°60′", "122.48", "lat"),
        ("9" * 200, "122.48", "lat"),
        ("37.1e2", "122.48", "lat"),
    ],
)
def test_what_is_no_coordinate_is_refused_at_its_field(lat: str, lon: str, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        rules.read_position(lat, lon)
    assert caught.value.field == field


@pytest.mark.parametrize("attack", ["9" * 50_000, "°" * 50_000, "1° " * 20_000, "(" * 50_000])
def test_no_text_takes_long(attack: str) -> None:
    for read in (
        lambda: rules.read_position(attack, ""),
        lambda: rules.phone(attack),
        lambda: rules.clock(attack, "at"),
        lambda: hours.intervals(attack, []),
        lambda: hours.year_day(attack),
    ):
        with at_most(5), pytest.raises(BadInput):
            read()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("8:30-11:30 13:30-17:00", ["08:30-11:30", "13:30-17:00"]),
        ("8：30—11：30，13：30—17：00", ["08:30-11:30", "13:30-17:00"]),
        ("8.30~11.30;13.30~17.00", ["08:30-11:30", "13:30-17:00"]),
        ("8点30分至11点30分、13点30分到17点", ["08:30-11:30", "13:30-17:00"]),
        ("8:30 - 11:30", ["08:30-11:30"]),
        ("全天", ["00:00-24:00"]),
        ("0:00-24:00", ["00:00-24:00"]),
        ("休息", []),
        ("", []),
        ("同周一", ["07:00-08:00"]),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, kept: list[str]) -> None:
    assert hours.intervals(typed, ["07:00-08:00"]) == kept


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, list[str]]:
    """A week of hours as a document holds it."""
    week = {}
    for name in WEEKDAYS:
        ends = draw(st.lists(st.integers(0, 1440), max_size=6, unique=True).map(sorted))
        pairs = zip(ends[::2], ends[1::2], strict=False)
        week[name] = [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in pairs]
    return week


@given(week=weeks(), holiday=weeks(), summer=weeks())
def test_what_is_shown_is_read_as_it_was(
    week: dict[str, list[str]], holiday: dict[str, list[str]], summer: dict[str, list[str]]
) -> None:
    season = {"name": "夏季", "from": "06-01", "to": "09-30", "week": summer}
    document = {"week": week, "holiday": holiday["mon"], "makeup": "sat", "seasons": [season]}
    read = hours.read(hours.write(document))
    assert read.faults == {}
    assert canonical(read.document) == canonical(document)


@pytest.mark.parametrize(
    ("choice", "at", "minute", "back"),
    [
        (Away.HOUR, "", 600, 660),
        (Away.HOUR, "", 1430, 1440),
        (Away.LUNCH, "", 600, 810),
        (Away.LUNCH, "", 700, 810),
        (Away.DAY, "", 600, 1440),
        (Away.AT, "14:30", 600, 870),
        (Away.AT, "14点", 600, 840),
    ],
)
def test_until_when_somebody_is_away(choice: Away, at: str, minute: int, back: int) -> None:
    assert rules.away_until(choice, at, minute, LUNCH) == back


def test_after_the_last_break_there_is_no_lunch() -> None:
    assert rules.after_lunch(LUNCH, 13 * 60 + 30) is None
    assert rules.after_lunch((), 600) is None
    with pytest.raises(BadInput):
        rules.away_until(Away.LUNCH, "", 900, LUNCH)


def test_what_does_not_show_is_not_kept() -> None:
    assert rules.shown_text(" 东\u202e村\u200b  卫生室\n") == "东村 卫生室"
    assert rules.shown_text("𠮷村😀·O'Neil") == "𠮷村😀·O'Neil"
    assert rules.shown_text("e\u0301") == "é"
