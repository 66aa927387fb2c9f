"""Reading what people type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wtforms import Form, SelectField

from core.errors import BadInput
from core.forms import choices, decimal, flag, moment, whole_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("37.5091", 37.5091),
        (" 122.1 ", 122.1),
        ("３７．５０９１", 37.5091),
        ("٣٧.٥", 37.5),
        ("-0.5", -0.5),
        ("+8", 8.0),
    ],
)
def test_numbers_in_whatever_digits(text: str, value: float) -> None:
    assert decimal(text, "lat") == value


@pytest.mark.parametrize(
    "text",
    [
        *("", "nan", "NaN", "inf", "-inf", "1e400", "1e2", "0x10", "37,5", "1_000", "--1"),
        *("三十七", "１．２．３", "．", "37.5091°N", "9" * 5000),
    ],
)
def test_what_is_no_number_is_refused_by_the_name_of_its_field(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        decimal(text, "lat")
    assert refused.value.field == "lat"


@given(st.text())
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        value = decimal(text, "lat")
    except BadInput:
        return
    assert abs(value) < 1e10


@pytest.mark.parametrize("read", [decimal, whole_number])
def test_a_number_that_is_too_large_is_not_told_to_be_none(
    read: Callable[[str, str], float],
) -> None:
    for text in ("1" * 13, "-" + "9" * 40):
        with pytest.raises(BadInput, match="太大") as refused:
            read(text, "people")
        assert refused.value.field == "people"


@pytest.mark.parametrize("text", ["", "1.5", "1e9", "½", "9" * 40])
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(BadInput):
        whole_number(text, "limit")


def test_whole_numbers() -> None:
    assert whole_number("１０", "limit") == 10
    assert whole_number("-1", "limit") == -1


def test_flags() -> None:
    assert [flag(text, "open_only") for text in ("1", "true", "0", "FALSE", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    with pytest.raises(BadInput):
        flag("maybe", "open_only")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T09:30",
        "2026-11-21 09:30",
        "2026-11-21T09:30:00",
        "2026-11-21T01:30Z",
        "2026-11-21T09:30+08:00",
        "2026-11-21T09:30 08:00",
        "２０２６-11-21T09：30",
    ],
)
def test_moments_are_city_time_unless_they_say_otherwise(text: str) -> None:
    assert moment(text, "at") == datetime(2026, 11, 21, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026-11-21", "2026-13-01T10:00", "2026-02-29T10:00", "2026-11-21T25:00"),
        *("0" * 99, "0001-01-01T00:00", "9999-12-31T23:59", "2026-11-21T09:61"),
        "2026-11-21T09:30+99:00",
    ],
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(BadInput):
        moment(text, "at")


class Chosen(Form):
    # A tuple here would be warned of, which fails a test.
    one = SelectField(choices=choices([("", "none"), ("a", "first")]))


def test_choices_are_as_the_library_takes_them() -> None:
    form = Chosen(data={"one": "a"})
    told = [(each[0], each[1], each[2]) for each in form.one.iter_choices()]
    assert told == [("", "none", False), ("a", "first", True)]
