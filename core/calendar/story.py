"""What may happen to the working calendar, as the audit tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind
from core.calendar.rules import DayKind, Year

CALENDAR: Final = subject_kind("calendar", _l("工作日历")).code

_KINDS: Final = {DayKind.HOLIDAY: _l("放假"), DayKind.MAKEUP: _l("上班")}


def _day(value: Any) -> str:
    return f"{_KINDS[DayKind(value['kind'])]}（{value['name']}）"


LOADED: Final = event_type(
    "calendar.loaded",
    _l("载入工作日历"),
    _l("%(actor)s 载入了 %(subject)s 年的工作日历"),
    {"source": Field(_l("来源")), "day": Field(_l("日期"), _day)},
)


def state(year: Year | None) -> Mapping[str, Any]:
    """A year as the audit compares it."""
    if year is None:
        return {}
    days = {
        f"day:{day}": {"kind": what.kind, "name": what.name, "name_en": what.name_en}
        for day, what in sorted(year.days.items())
    }
    return {"source": year.source, **days}
