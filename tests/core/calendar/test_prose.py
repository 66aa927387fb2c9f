"""Opening hours in the words of a sheet."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendar.hours import WEEKDAYS, canonical
from core.calendar.prose import read, write
from core.errors import BadInput

WORKDAYS = WEEKDAYS[:5]
SPLIT = ["08:30-11:30", "13:30-17:00"]


def week(days: tuple[str, ...] | list[str], times: list[str]) -> dict[str, list[str]]:
    return dict.fromkeys(days, times)


OFFICE = canonical({"week": week(WORKDAYS, SPLIT)})


@pytest.mark.parametrize(
    "text",
    [
        "周一至周五 8:30-11:30 13:30-17:00",
        "周一至周五 8:30-11:30 13:30-17:00；节假日 休息",
        "星期一到星期五上午８：３０－１１：３０，下午1:30-5:00",
        "周一到周五：08:30~11:30、13:30～17:00",
        "工作日 上午8点半至11点半 下午1点半至5点",
        "周一、周二、周三、周四、周五 8:30-11:30 13:30-17:00",
        "周一、二、三、四、五 8.30-11.30 13.30-17.00",
        "周一至周五（法定节假日除外）8:30—11:30，13:30—17:00",
        "Mon-Fri 8:30-11:30, 1:30pm-5:00pm",
        "周一至周五 8:30-11:30 13:30-17:00；周六、周日 休息",
    ],
)
def test_the_ways_in_which_towns_write_office_hours_mean_the_same(text: str) -> None:
    assert read(text) == OFFICE


@pytest.mark.parametrize("text", ["24小时", "全天24小时营业", "全天候"])
def test_always_is_on_holidays_too(text: str) -> None:
    document = json.loads(read(text))
    assert set(document["week"]) == set(WEEKDAYS)
    assert all(times == ["00:00-24:00"] for times in document["week"].values())
    assert document["holiday"] == ["00:00-24:00"]


def test_what_is_said_of_fewer_days_goes_before_what_is_said_of_more() -> None:
    expected = {"week": week(WEEKDAYS[:6], ["08:00-17:00"])}
    assert read("每天 8:00-17:00；周日休息") == canonical(expected)


def test_seasons_holidays_and_makeup_days() -> None:
    text = (
        "周一至周五 8:30-11:30 13:30-17:00；节假日 9:00-11:00；调休上班日 按周二；"
        "夏季（6月1日至9月30日）：周一至周五 8:00-12:00；周六 8:00-9:00；"
        "淡季（11.1-3.1）：每天 休息"
    )
    assert json.loads(read(text)) == json.loads(
        canonical(
            {
                "week": week(WORKDAYS, SPLIT),
                "holiday": ["09:00-11:00"],
                "makeup": "tue",
                "seasons": [
                    {
                        "name": "夏季",
                        "from": "06-01",
                        "to": "09-30",
                        "week": week(WORKDAYS, ["08:00-12:00"]) | {"sat": ["08:00-09:00"]},
                    },
                    {"name": "淡季", "from": "11-01", "to": "03-01", "week": {}},
                ],
            }
        )
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("电话联系", "电话联系"),
        ("8:30-17:00", "星期几"),
        ("周一至周五", "看不懂"),
        ("周一至周五 18:00-2:00", "晚于开始"),
        ("周一至周五 8:30-25:00", "8:30-25:00"),
        ("周一至周五 8:75-9:00", "看不懂"),
        ("周一8:00-9:00；周一10:00-11:00", "写了两次"),
        ("周一 8:00-10:00 9:00-11:00", "互不重叠"),
        ("夏季 8:00-12:00", "夏季"),
        ("{", "JSON"),
        ("", "看不懂"),
        ("a" * 20_001, "太长"),
    ],
)
def test_what_cannot_be_read_is_told_and_never_guessed(text: str, told: str) -> None:
    with pytest.raises(BadInput, match=told) as fault:
        read(text)
    assert fault.value.field == "hours"


def test_it_is_written_briefly() -> None:
    document = canonical(
        {"week": week(WORKDAYS, SPLIT) | {"sat": ["08:30-11:30"]}, "holiday": [], "makeup": "mon"}
    )
    assert write(document) == "周一至周五 8:30-11:30 13:30-17:00；周六 8:30-11:30；节假日 休息"
    assert write(canonical({"week": {}})) == "每天 休息；节假日 休息"


def test_what_words_cannot_tell_is_written_as_the_document() -> None:
    odd = canonical(
        {"week": {}, "seasons": [{"name": "夏；（季", "from": "06-01", "to": "06-02", "week": {}}]}
    )
    assert write(odd) == odd
    assert read(odd) == odd


_TIMES = st.lists(st.integers(0, 1440), min_size=0, max_size=8, unique=True).map(
    lambda minutes: [
        "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in pair)
        for pair in zip(sorted(minutes)[::2], sorted(minutes)[1::2], strict=False)
    ]
)
_WEEKS = st.dictionaries(st.sampled_from(WEEKDAYS), _TIMES)
_SEASONS = st.lists(
    st.fixed_dictionaries({"name": st.text(min_size=1, max_size=6), "week": _WEEKS}), max_size=3
).map(
    lambda seasons: [
        {**season, "from": f"{3 * number + 1:02}-01", "to": f"{3 * number + 3:02}-28"}
        for number, season in enumerate(seasons)
    ]
)


@settings(max_examples=300)
@given(
    st.fixed_dictionaries(
        {
            "week": _WEEKS,
            "holiday": _TIMES,
            "makeup": st.sampled_from(WEEKDAYS),
            "seasons": _SEASONS,
        }
    )
)
def test_nothing_is_lost_on_the_way_out_and_in(document: dict[str, Any]) -> None:
    try:
        kept = canonical(document)
    except BadInput:
        return
    assert read(write(kept)) == kept
