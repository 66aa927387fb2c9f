"""The document that says when a place is open: its JSON form, and what can be wrong with it.

    {"week": {"mon": ["08:30-11:30", "13:30-17:00"], "sat": ["08:30-11:30"]},
     "holiday": [], "makeup": "mon",
     "seasons": [{"name": "夏季", "from": "06-01", "to": "09-30", "week": {}}]}

A weekday that is missing is closed. On a statutory holiday the hours of ``holiday`` hold, on a
make-up working day those of the weekday ``makeup``. A season includes both its ends.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from core.calendar.rules import Hours, Intervals, Season
from core.errors import BadInput

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: The longest document that is looked at, in characters.
LONGEST: Final = 20_000

_INTERVAL = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)
_YEAR_DAY = re.compile(r"\d\d-\d\d", re.ASCII)
_LEAP_YEAR = 2024


def _ordered(texts: list[str]) -> list[str]:
    """Refuse intervals that are none, run backwards, overlap or are out of order."""
    found = []
    for text in texts:
        if _INTERVAL.fullmatch(text) is None:
            raise PydanticCustomError("interval", "{text}", {"text": text})
        start, end = text.split("-")
        if start >= end:
            raise PydanticCustomError("interval_backwards", "{text}", {"text": text})
        found.append((start, end))
    for (_, end), (start, _) in pairwise(found):
        if start < end:
            raise PydanticCustomError("interval_order", "{text}", {"text": ", ".join(texts)})
    return texts


def _day_of_year(text: str) -> str:
    try:
        if _YEAR_DAY.fullmatch(text) is None:
            raise ValueError(text)
        date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    except ValueError:
        raise PydanticCustomError("day_of_year", "{text}", {"text": text}) from None
    return text


_Day = Annotated[list[str], Field(max_length=8), AfterValidator(_ordered)]
_DayOfYear = Annotated[str, AfterValidator(_day_of_year)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Week(_Strict):
    mon: _Day = []
    tue: _Day = []
    wed: _Day = []
    thu: _Day = []
    fri: _Day = []
    sat: _Day = []
    sun: _Day = []


class _Season(_Strict):
    name: _Name
    first: _DayOfYear = Field(alias="from")
    last: _DayOfYear = Field(alias="to")
    week: _Week


class _Document(_Strict):
    week: _Week
    holiday: _Day = []
    makeup: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "mon"
    seasons: Annotated[list[_Season], Field(max_length=12)] = []

    @model_validator(mode="after")
    def _apart(self) -> _Document:
        """Refuse seasons that share a day; 29 February counts."""
        spans = sorted(span for season in self.seasons for span in _spans(season))
        for (_, last, name), (first, _, other) in pairwise(spans):
            if first <= last:
                raise PydanticCustomError(
                    "seasons_overlap", "{one} {other}", {"one": name, "other": other}
                )
        return self


def _spans(season: _Season) -> list[tuple[str, str, str]]:
    """The one or two stretches of a calendar year that *season* takes: first, last, name."""
    if season.first <= season.last:
        return [(season.first, season.last, season.name)]
    return [("01-01", season.last, season.name), (season.first, "12-31", season.name)]


def canonical(document: object) -> str:
    """*document* (parsed JSON) as it is kept: every weekday and every default written out.

    Raises BadInput with field ``hours``.
    """
    return _validated(json.dumps(document, ensure_ascii=False)).model_dump_json(by_alias=True)


@lru_cache(maxsize=4096)
def parse(document: str) -> Hours:
    """The hours that a document (JSON text) describes; the same object for the same text.

    Raises BadInput with field ``hours``, naming the place in the document.
    """
    model = _validated(document)
    return Hours(
        week=_week(model.week),
        holiday=_intervals(model.holiday),
        makeup=WEEKDAYS.index(model.makeup),
        seasons=tuple(
            Season(season.name, _number(season.first), _number(season.last), _week(season.week))
            for season in model.seasons
        ),
    )


def _validated(text: str) -> _Document:
    if len(text) > LONGEST:
        raise BadInput(_l("营业时间的内容太长。"), field="hours")
    try:
        return _Document.model_validate_json(text)
    except ValidationError as error:
        raise _told(error.errors(include_url=False)[0]) from None


def _told(fault: ErrorDetails) -> BadInput:
    message = _what(fault["type"], fault.get("ctx", {}))
    path = _path(fault["loc"])
    if not path:
        return BadInput(message, field="hours")
    return BadInput(_l("%(path)s：%(what)s", path=path, what=message), field="hours")


def _path(place: tuple[int | str, ...]) -> str:
    """``("seasons", 0, "week")`` as ``seasons[0].week``."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).removeprefix(".")


_WRONG: Final = {
    "interval": _l("“%(text)s”不是时段，请写成 08:30-11:30。"),
    "interval_backwards": _l("时段“%(text)s”的结束应晚于开始。"),
    "interval_order": _l("时段应按先后排列，互不重叠：%(text)s。"),
    "day_of_year": _l("“%(text)s”不是日期，请写成 06-01（月-日）。"),
    "seasons_overlap": _l("季节“%(one)s”和“%(other)s”的日期重叠。"),
    "missing": _l("缺少此项。"),
    "extra_forbidden": _l("没有这一项。"),
    "json_invalid": _l("营业时间不是有效的 JSON。"),
    "literal_error": _l("请填写 mon、tue、wed、thu、fri、sat、sun 之一。"),
    "too_long": _l("内容太多，最多 %(max_length)s 项。"),
    "string_too_long": _l("文字太长，最多 %(max_length)s 个字。"),
    "string_too_short": _l("此项不能为空。"),
}
_WRONG_TYPE: Final = _l("此项的类型不对。")


def _what(kind: str, given: dict[str, Any]) -> LazyString:
    """What is wrong, for a pydantic error's type and context."""
    template = _WRONG.get(kind, _WRONG_TYPE)
    return LazyString(lambda: str(template) % given)


def _week(week: _Week) -> tuple[Intervals, ...]:
    return tuple(_intervals(getattr(week, name)) for name in WEEKDAYS)


def _intervals(texts: list[str]) -> Intervals:
    """Minutes, with intervals that touch made one."""
    found: list[tuple[int, int]] = []
    for text in texts:
        start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in text.split("-"))
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)


def _number(day: str) -> int:
    return int(day[:2]) * 100 + int(day[3:])
