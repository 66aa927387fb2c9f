from __future__ import annotations

from datetime import date

import pytest

from core.calendar import importer
from core.calendar.rules import DayKind, SpecialDay
from core.errors import BadInput

YEAR_2027 = """date,kind,name,name_en
2027-01-01,holiday,元旦,New Year's Day
2027-05-01,holiday,劳动节,Labour Day
2027-05-08,makeup,劳动节,Labour Day
2027-10-01,holiday,国庆节,National Day
"""
YEAR_2028 = """
2028-01-01,holiday,元旦,
2028-05-01,holiday,劳动节,
2028-10-01,holiday,国庆节,
"""


def test_file_of_two_years() -> None:
    first, second = importer.read(YEAR_2027 + YEAR_2028, " 国办发明电〔2026〕1号 ")
    assert (first.year, second.year) == (2027, 2028)
    assert first.source == second.source == "国办发明电〔2026〕1号"
    assert list(first.days) == [
        date(2027, 1, 1),
        date(2027, 5, 1),
        date(2027, 5, 8),
        date(2027, 10, 1),
    ]
    assert first.days[date(2027, 5, 8)] == SpecialDay(DayKind.MAKEUP, "劳动节", "Labour Day")
    assert second.days[date(2028, 1, 1)] == SpecialDay(DayKind.HOLIDAY, "元旦")


def test_english_names_may_be_left_out() -> None:
    text = "date,kind,name\r\n" + "".join(
        f"2027-{day},holiday,节日\r\n" for day in ("10-01", "05-01", "01-01")
    )
    (year,) = importer.read(text, "x")
    assert list(year.days) == sorted(year.days)


def test_what_is_written_can_be_read() -> None:
    for year in importer.packaged():
        assert importer.read(importer.write(year), year.source) == [year]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2027-05-08,makeup,劳动节,", "第 6 行：2027-05-08 出现了两次。"),
        ("2027-01-01,makeup,元旦,", "第 6 行：2027-01-01 出现了两次。"),
        ("2027-02-30,holiday,春节,", "第 6 行：“2027-02-30”不是日期，请写成 2027-10-01。"),
        ("20270207,holiday,春节,", "第 6 行：“20270207”不是日期，请写成 2027-10-01。"),
        ("2027-W05-7,holiday,春节,", "第 6 行：“2027-W05-7”不是日期，请写成 2027-10-01。"),
        ("1027-02-07,holiday,春节,", "第 6 行：“1027-02-07”不是日期，请写成 2027-10-01。"),
        ("2027-02-07,Holiday,春节,", "第 6 行：“Holiday”应为 holiday 或 makeup。"),
        ("2027-02-08,makeup,春节,", "第 6 行：2027-02-08 不是周末，不能是调休上班日。"),
        ("2027-02-07,holiday, ,", "第 6 行：请填写名称，最多 40 个字。"),
        (f"2027-02-07,holiday,{'春' * 41},", "第 6 行：请填写名称，最多 40 个字。"),
        (f"2027-02-07,holiday,春节,{'x' * 81}", "第 6 行：英文名称最多 80 个字符。"),
        ("2027-02-07,holiday,春节", "第 6 行：应有 4 列。"),
        ("2027-02-07,holiday,春节,,", "第 6 行：应有 4 列。"),
        (",,,x", "第 6 行：“”不是日期，请写成 2027-10-01。"),
        ('2027-02-07,holiday,"春节,', "第 6 行：不是有效的 CSV"),
        ("2026-12-31,holiday,元旦,", "2026 年不完整：2026-01-01 是法定节假日，文件中没有。"),
    ],
)
def test_bad_line_is_named(line: str, message: str) -> None:
    with pytest.raises(BadInput) as told:
        importer.read(YEAR_2027 + line, "x")
    assert str(told.value).startswith(message)
    assert told.value.field == "file"


def test_fixed_holiday_cannot_be_a_makeup_day() -> None:
    saturday = YEAR_2027.replace("2027-05-01,holiday", "2027-05-01,makeup")
    with pytest.raises(BadInput, match="2027 年不完整：2027-05-01"):
        importer.read(saturday, "x")


@pytest.mark.parametrize("text", ["", "\n", "day,kind,name\n", "2027-01-01,holiday,元旦\n"])
def test_header_is_needed(text: str) -> None:
    with pytest.raises(BadInput, match="第 1 行"):
        importer.read(text, "x")


def test_file_without_days() -> None:
    with pytest.raises(BadInput, match="没有日期"):
        importer.read("date,kind,name\n\n", "x")


@pytest.mark.parametrize("source", ["", " ", "x" * 201])
def test_source_is_needed(source: str) -> None:
    with pytest.raises(BadInput) as told:
        importer.read(YEAR_2027, source)
    assert told.value.field == "source"


def test_package_agrees_with_the_notice_of_2026() -> None:
    """国办发明电〔2025〕7号: the holidays of 2026, weekends within them included."""
    year = next(year for year in importer.packaged() if year.year == 2026)
    spans = [
        ((1, 1), 3),
        ((2, 15), 9),
        ((4, 4), 3),
        ((5, 1), 5),
        ((6, 19), 3),
        ((9, 25), 3),
        ((10, 1), 7),
    ]
    off = {
        date.fromordinal(date(2026, *first).toordinal() + number)
        for first, length in spans
        for number in range(length)
    }
    worked = {date(2026, *day) for day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))}
    assert {day for day, what in year.days.items() if what.kind is DayKind.HOLIDAY} == off
    assert {day for day, what in year.days.items() if what.kind is DayKind.MAKEUP} == worked
    assert year.days[date(2026, 4, 5)] == SpecialDay(DayKind.HOLIDAY, "清明节", "Tomb-sweeping Day")
