"""Years of the working calendar from outside: a CSV file, or the package chinesecalendar.

A file has the columns ``date,kind,name`` and maybe ``name_en``; kind is ``holiday`` (every day off,
weekends within the holiday included) or ``makeup`` (a weekend day that is worked).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

import chinese_calendar
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.calendar.rules import DayKind, SpecialDay, Year
from core.errors import BadInput

COLUMNS: Final = ("date", "kind", "name")
PACKAGE: Final = f"PyPI chinesecalendar {chinese_calendar.__version__}"
#: How the source of every year taken from the package begins, whatever its release.
PACKAGED: Final = "PyPI chinesecalendar "

#: Days off by law in every year; a file without them does not hold the whole year.
_ALWAYS: Final = ((1, 1), (5, 1), (10, 1))
_DAY = re.compile(r"(20\d\d)-(\d\d)-(\d\d)", re.ASCII)
_FULL_NAMES: Final = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}
_LONGEST_SOURCE: Final = 200
_LONGEST_NAME: Final = 40
_LONGEST_NAME_EN: Final = 80


def read(text: str, source: str) -> list[Year]:
    """The years in a CSV file, in order. Raises BadInput, naming the line where it can."""
    source = source.strip()
    if not 0 < len(source) <= _LONGEST_SOURCE:
        raise BadInput(_l("请写明来源，最多 200 个字。"), field="source")
    days: dict[date, SpecialDay] = {}
    for line, row in _rows(text):
        day = _day(row["date"], line)
        if day in days:
            raise _wrong(line, _l("%(day)s 出现了两次。", day=day))
        days[day] = _special(day, row, line)
    if not days:
        raise BadInput(_l("文件里没有日期。"), field="file")
    return _by_year(days, source)


def packaged() -> list[Year]:
    """Every year that the package chinesecalendar knows, in order."""
    days = {
        day: SpecialDay(kind, *_names(english))
        for kind, known in (
            (DayKind.HOLIDAY, chinese_calendar.holidays),
            (DayKind.MAKEUP, chinese_calendar.workdays),
        )
        for day, english in known.items()
    }
    return _by_year(days, PACKAGE)


def write(year: Year) -> str:
    """*year* as a CSV file that :func:`read` takes."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow((*COLUMNS, "name_en"))
    for day, what in sorted(year.days.items()):
        writer.writerow((day.isoformat(), what.kind.value, what.name, what.name_en))
    return file.getvalue()


def _names(english: str) -> tuple[str, str]:
    chinese = chinese_calendar.Holiday(english).chinese
    return _FULL_NAMES.get(chinese, chinese), english


def _rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Line number and cells of each row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = tuple(cell.strip() for cell in next(reader, []))
        if header not in (COLUMNS, (*COLUMNS, "name_en")):
            raise _wrong(1, _l("第一行应为 date,kind,name 或 date,kind,name,name_en。"))
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise _wrong(reader.line_num, _l("应有 %(number)s 列。", number=len(header)))
            yield reader.line_num, dict(zip(header, map(str.strip, cells), strict=True))
    except csv.Error as error:
        raise _wrong(reader.line_num, _l("不是有效的 CSV：%(error)s", error=error)) from None


def _day(text: str, line: int) -> date:
    found = _DAY.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        return date(*map(int, found.groups()))
    except ValueError:
        raise _wrong(line, _l("“%(text)s”不是日期，请写成 2027-10-01。", text=text)) from None


def _special(day: date, row: Mapping[str, str], line: int) -> SpecialDay:
    try:
        kind = DayKind(row["kind"])
    except ValueError:
        raise _wrong(line, _l("“%(text)s”应为 holiday 或 makeup。", text=row["kind"])) from None
    if kind is DayKind.MAKEUP and day.weekday() < 5:
        raise _wrong(line, _l("%(day)s 不是周末，不能是调休上班日。", day=day))
    name, name_en = row["name"], row.get("name_en", "")
    if not 0 < len(name) <= _LONGEST_NAME:
        raise _wrong(line, _l("请填写名称，最多 40 个字。"))
    if len(name_en) > _LONGEST_NAME_EN:
        raise _wrong(line, _l("英文名称最多 80 个字符。"))
    return SpecialDay(kind, name, name_en)


def _by_year(days: Mapping[date, SpecialDay], source: str) -> list[Year]:
    """The years that *days* make up. Raises BadInput unless each is whole."""
    years = []
    for number in sorted({day.year for day in days}):
        own = {day: what for day, what in sorted(days.items()) if day.year == number}
        for day in (date(number, month, first) for month, first in _ALWAYS):
            if day not in own or own[day].kind is not DayKind.HOLIDAY:
                raise BadInput(_not_whole(number, day), field="file")
        years.append(Year(number, source, own))
    return years


def _not_whole(year: int, day: date) -> LazyString:
    return _l("%(year)s 年不完整：%(day)s 是法定节假日，文件中没有。", year=year, day=day)


def _wrong(line: int, what: LazyString) -> BadInput:
    return BadInput(_l("第 %(line)s 行：%(what)s", line=line, what=what), field="file")
