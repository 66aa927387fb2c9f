from __future__ import annotations

import json
from typing import Any

import pytest

from core.calendar.hours import canonical, parse
from core.calendar.rules import DAY, Season
from core.errors import BadInput

DOCUMENT = {
    "week": {"mon": ["08:30-11:30", "13:30-17:00"], "sat": ["08:30-11:30"]},
    "holiday": ["09:00-10:00"],
    "makeup": "sat",
    "seasons": [{"name": "夏季", "from": "06-01", "to": "09-30", "week": {"sun": ["00:00-24:00"]}}],
}


def season(first: str, last: str, name: str = "夏季") -> dict[str, Any]:
    return {"name": name, "from": first, "to": last, "week": {}}


def test_document_becomes_hours() -> None:
    hours = parse(json.dumps(DOCUMENT))
    assert hours.week == (((510, 690), (810, 1020)), (), (), (), (), ((510, 690),), ())
    assert hours.holiday == ((540, 600),)
    assert hours.makeup == 5
    assert hours.seasons == (Season("夏季", 601, 930, ((),) * 6 + (((0, DAY),),)),)


def test_what_is_not_said() -> None:
    hours = parse('{"week": {}}')
    assert (hours.week, hours.holiday, hours.makeup, hours.seasons) == (((),) * 7, (), 0, ())


def test_canonical_form_says_the_same_and_stays() -> None:
    text = canonical(DOCUMENT)
    assert parse(text) == parse(json.dumps(DOCUMENT))
    assert canonical(json.loads(text)) == text
    assert canonical({"week": {"sun": [], "mon": []}}) == canonical({"week": {}})


def test_same_text_gives_the_same_object() -> None:
    assert parse(canonical(DOCUMENT)) is parse(canonical(DOCUMENT))


def test_intervals_that_touch_become_one() -> None:
    text = canonical({"week": {"mon": ["08:00-12:00", "12:00-17:00", "17:30-24:00"]}})
    assert parse(text).week[0] == ((480, 1020), (1050, DAY))


@pytest.mark.parametrize(
    "seasons",
    [
        [season("06-01", "09-30"), season("10-01", "05-31")],
        [season("11-01", "03-31"), season("04-01", "04-01")],
        [season("02-29", "02-29"), season("03-01", "02-28")],
    ],
)
def test_seasons_may_meet(seasons: list[dict[str, Any]]) -> None:
    assert len(parse(canonical({"week": {}, "seasons": seasons})).seasons) == 2


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "week：缺少此项。"),
        ([], "此项的类型不对。"),
        (None, "此项的类型不对。"),
        ({"week": {}, "weeks": {}}, "weeks：没有这一项。"),
        ({"week": {"monday": []}}, "week.monday：没有这一项。"),
        ({"week": {"mon": "08:30-11:30"}}, "week.mon：此项的类型不对。"),
        ({"week": {"mon": [830]}}, "week.mon[0]：此项的类型不对。"),
        (
            {"week": {"mon": ["8:30-11:30"]}},
            "week.mon：“8:30-11:30”不是时段，请写成 08:30-11:30。",
        ),
        (
            {"week": {"mon": ["08:30-24:01"]}},
            "week.mon：“08:30-24:01”不是时段，请写成 08:30-11:30。",
        ),
        (
            {"week": {"mon": ["24:00-24:00"]}},
            "week.mon：“24:00-24:00”不是时段，请写成 08:30-11:30。",
        ),
        (
            {"week": {"mon": ["０８:30-11:30"]}},
            "week.mon：“０８:30-11:30”不是时段，请写成 08:30-11:30。",
        ),
        (
            {"week": {"mon": ["%(x)s%d"]}},
            "week.mon：“%(x)s%d”不是时段，请写成 08:30-11:30。",
        ),
        (
            {"week": {"mon": ["11:30-08:30"]}},
            "week.mon：时段“11:30-08:30”的结束应晚于开始。",
        ),
        (
            {"week": {}, "holiday": ["08:30-08:30"]},
            "holiday：时段“08:30-08:30”的结束应晚于开始。",
        ),
        (
            {"week": {"mon": ["08:30-11:30", "11:29-12:00"]}},
            "week.mon：时段应按先后排列，互不重叠：08:30-11:30, 11:29-12:00。",
        ),
        (
            {"week": {"mon": ["13:30-17:00", "08:30-11:30"]}},
            "week.mon：时段应按先后排列，互不重叠：13:30-17:00, 08:30-11:30。",
        ),
        ({"week": {"mon": ["08:30-11:30"] * 9}}, "week.mon：内容太多，最多 8 项。"),
        ({"week": {}, "makeup": 0}, "makeup：请填写 mon、tue、wed、thu、fri、sat、sun 之一。"),
        (
            {"week": {}, "seasons": [season("02-30", "03-31")]},
            "seasons[0].from：“02-30”不是日期，请写成 06-01（月-日）。",
        ),
        (
            {"week": {}, "seasons": [season("06-01", "2026-09-30")]},
            "seasons[0].to：“2026-09-30”不是日期，请写成 06-01（月-日）。",
        ),
        (
            {"week": {}, "seasons": [season("06-01", "09-30", " ")]},
            "seasons[0].name：此项不能为空。",
        ),
        (
            {"week": {}, "seasons": [season("06-01", "09-30", "长" * 41)]},
            "seasons[0].name：文字太长，最多 40 个字。",
        ),
        (
            {
                "week": {},
                "seasons": [season("06-01", "09-30", "甲"), season("09-30", "10-31", "乙")],
            },
            "季节“甲”和“乙”的日期重叠。",
        ),
        (
            {
                "week": {},
                "seasons": [season("11-01", "03-31", "甲"), season("02-29", "02-29", "乙")],
            },
            "季节“甲”和“乙”的日期重叠。",
        ),
        (
            {"week": {}, "seasons": [season("01-01", "12-31")] * 13},
            "seasons：内容太多，最多 12 项。",
        ),
    ],
)
def test_bad_document_is_told_where_and_what(document: object, message: str) -> None:
    with pytest.raises(BadInput) as told:
        canonical(document)
    assert str(told.value) == message
    assert told.value.field == "hours"


@pytest.mark.parametrize("text", ["", "{", "week", '{"week": NaN}', "[" * 10_000, '"\\ud800"'])
def test_text_that_is_no_document(text: str) -> None:
    with pytest.raises(BadInput):
        parse(text)


def test_surrogate_in_a_name() -> None:
    with pytest.raises(BadInput):
        canonical({"week": {}, "seasons": [season("06-01", "09-30", "\ud800")]})


def test_document_may_not_be_endless() -> None:
    with pytest.raises(BadInput, match="太长"):
        parse('{"week": {}}' + " " * 20_000)
