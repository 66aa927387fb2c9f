"""Opening hours as people type them, and the document of core/calendar/hours.py made of them.

A day is one line: ``8:30-11:30 13:30-17:00``; an empty one, or 休息, is a day off; 同周一 is the
same as Monday.  A season is a block of such lines with its name and its first and last day.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.calendar.hours import WEEKDAYS, canonical
from core.errors import BadInput
from core.forms import plain
from network.editing.rules import clock, shown_text

#: How many seasons there may be.
MOST_SEASONS: Final = 12
MOST_TYPED: Final = 120

_DASH = re.compile(r"(?<!\s)\s*(?:-|–|—|~|～|―|−|至|到)+\s*")
_OFF: Final = frozenset({"", "休息", "不开", "闭", "-", "off", "closed"})
_ALL_DAY: Final = frozenset({"全天", "24小时", "24h", "allday"})
_MONDAY: Final = frozenset({"同周一", "同星期一", "=", "同上"})
_DAY = re.compile(r"(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?", re.ASCII)
# A leap year, so that 29 February is a day.
_ANY_YEAR: Final = 2024


@dataclass(slots=True)
class Read:
    """What came of the fields: the document (None: nobody knows the hours), faults by field."""

    document: Any = None
    faults: dict[str, str] = field(default_factory=dict)


def season_fields(number: int) -> list[str]:
    """The names of the fields of a season."""
    return [f"s{number}-{name}" for name in ("name", "from", "to", *WEEKDAYS)]


def read(texts: Mapping[str, str]) -> Read:
    """The document that the fields say, or what is wrong with each."""
    found = Read()
    week = _week(texts, "h-", found)
    holiday = _line(texts, "h-holiday", [], found)
    seasons = [_season(texts, number, found) for number in range(seasons_in(texts))]
    makeup = texts.get("h-makeup") or "mon"
    if found.faults or not (any(week.values()) or holiday or seasons):
        return found
    document = {"week": week, "holiday": holiday, "makeup": makeup, "seasons": seasons}
    try:
        found.document = json.loads(canonical(document))
    except BadInput as fault:
        found.faults["hours"] = str(fault)
    return found


def seasons_in(texts: Mapping[str, str]) -> int:
    """How many seasons the fields hold."""
    count = plain(texts.get("seasons", "")) or "0"
    return min(int(count), MOST_SEASONS) if count.isdecimal() and len(count) < 3 else 0


def _week(texts: Mapping[str, str], prefix: str, found: Read) -> dict[str, list[str]]:
    week: dict[str, list[str]] = {}
    for name in WEEKDAYS:
        week[name] = _line(texts, prefix + name, week.get("mon", []), found)
    return week


def _line(texts: Mapping[str, str], name: str, monday: list[str], found: Read) -> list[str]:
    """The intervals of one field; a fault is noted under its name."""
    try:
        return intervals(texts.get(name, ""), monday)
    except BadInput as fault:
        found.faults[name] = str(fault)
        return []


def intervals(text: str, monday: list[str]) -> list[str]:
    """``8:30-11:30、13:30-17:00`` as the document has it. Raises BadInput."""
    typed = plain(text).replace(" ", " ")
    if len(typed) > MOST_TYPED:
        raise BadInput(_l("内容太长。"))
    joined = "".join(typed.split()).lower()
    if joined in _OFF:
        return []
    if joined in _ALL_DAY:
        return ["00:00-24:00"]
    if joined in _MONDAY:
        return monday
    parts = re.split(r"[\s,、;和及]+", _DASH.sub("-", typed).replace("：", ":").strip(" ,、;"))
    found = [_interval(part) for part in parts if part]
    for before, after in pairwise(found):
        if after[0] < before[1]:
            raise BadInput(_l("时段应按先后排列，互不重叠。"))
    return [f"{_wall(start)}-{_wall(end)}" for start, end in found]


def _interval(text: str) -> tuple[int, int]:
    ends = text.split("-")
    if len(ends) != 2:
        raise BadInput(_l("看不懂“%(text)s”，请写成 8:30-11:30 13:30-17:00。", text=text[:30]))
    try:
        start, end = (clock(part, "hours") for part in ends)
    except BadInput:
        raise BadInput(
            _l("看不懂“%(text)s”，请写成 8:30-11:30 13:30-17:00。", text=text[:30])
        ) from None
    if end <= start:
        raise BadInput(_l("时段“%(text)s”的结束应晚于开始。", text=text[:30]))
    return start, end


def _wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _season(texts: Mapping[str, str], number: int, found: Read) -> dict[str, Any]:
    prefix = f"s{number}-"
    name = shown_text(texts.get(prefix + "name", ""))
    if not 1 <= len(name) <= 40:
        found.faults[prefix + "name"] = str(_l("请给季节起个名字，例如“夏季”。"))
    days = {}
    for which in ("from", "to"):
        try:
            days[which] = year_day(texts.get(prefix + which, ""))
        except BadInput as fault:
            found.faults[prefix + which] = str(fault)
    return {"name": name, **days, "week": _week(texts, prefix, found)}


def year_day(text: str) -> str:
    """``6月1日`` or ``6-1`` as ``06-01``. Raises BadInput."""
    matched = _DAY.fullmatch("".join(plain(text).split()))
    try:
        if matched is None:
            raise ValueError(text)
        day = date(_ANY_YEAR, int(matched[1]), int(matched[2]))
    except ValueError:
        raise BadInput(_l("请填写月和日，例如 6-1。")) from None
    return f"{day.month:02}-{day.day:02}"


# -- The other way ------------------------------------------------------------------------------


def write(document: Any) -> dict[str, str]:
    """The fields that say *document*; empty ones where nobody knows the hours."""
    known = document or {}
    texts = _write_week(known.get("week", {}), "h-")
    texts["h-holiday"] = _write_line(known.get("holiday", []))
    texts["h-makeup"] = known.get("makeup", "mon")
    seasons = known.get("seasons", [])
    texts["seasons"] = str(len(seasons))
    for number, season in enumerate(seasons):
        prefix = f"s{number}-"
        texts[prefix + "name"] = season["name"]
        texts[prefix + "from"] = _short_day(season["from"])
        texts[prefix + "to"] = _short_day(season["to"])
        texts |= _write_week(season["week"], prefix)
    return texts


def _write_week(week: Mapping[str, list[str]], prefix: str) -> dict[str, str]:
    return {prefix + name: _write_line(week.get(name, [])) for name in WEEKDAYS}


def _write_line(kept: list[str]) -> str:
    return " ".join("-".join(part.removeprefix("0") for part in one.split("-")) for one in kept)


def _short_day(text: str) -> str:
    month, day = text.split("-")
    return f"{int(month)}-{int(day)}"
