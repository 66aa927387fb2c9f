"""Opening hours as one cell of a sheet has them: written so that nothing is lost, read as towns
write them.

    周一至周五 8:30-11:30 13:30-17:00；周六 8:30-11:30；节假日 休息
    ；夏季（6月1日至9月30日）：周一至周五 8:00-12:00

What is not said is shut.  A season and what follows it stand at the end.  What cannot be told in
such words is written as the document itself (core/calendar/hours.py), which is read too.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any, Final, TypeAlias

from flask_babel import lazy_gettext as _l

from core.calendar.hours import LONGEST, WEEKDAYS, canonical
from core.errors import BadInput

_NAMES: Final = "一二三四五六日"
_EVERY_DAY: Final = tuple(range(7))
_DAYS, _TIMES, _ALWAYS, _HOLIDAY = "days", "times", "always", "holiday"
_MAKEUP, _ASIDE = "makeup", "aside"
_SHUT: Final = "休息"

Week: TypeAlias = dict[str, list[str]]
Days: TypeAlias = tuple[int, ...]

# -- Writing ------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def write(document: str) -> str:
    """A document of hours (canonical JSON) in words that :func:`read` gives back."""
    told = _written(json.loads(document))
    try:
        lossless = read(told) == document
    except BadInput:
        lossless = False
    return told if lossless else document


def _written(document: dict[str, Any]) -> str:
    parts = [*_week_parts(document["week"])]
    parts.append(f"节假日 {_times(document['holiday'])}")
    if document["makeup"] != WEEKDAYS[0]:
        parts.append(f"调休上班日 按周{_NAMES[WEEKDAYS.index(document['makeup'])]}")
    for season in document["seasons"]:
        days = "至".join(_month_day(season[end]) for end in ("from", "to"))
        first, *rest = _week_parts(season["week"])
        parts += [f"{season['name']}（{days}）：{first}", *rest]
    return "；".join(parts)


def _week_parts(week: Week) -> list[str]:
    """The days that are open, those that follow one another and are alike together."""
    runs = [
        (list(days), times)
        for times, days in groupby(range(7), key=lambda day: week[WEEKDAYS[day]])
        if times
    ]
    return [f"{_days(days)} {_times(times)}" for days, times in runs] or [f"每天 {_SHUT}"]


def _days(days: list[int]) -> str:
    if len(days) == len(WEEKDAYS):
        return "每天"
    first, last = (f"周{_NAMES[day]}" for day in (days[0], days[-1]))
    return first if len(days) == 1 else f"{first}至{last}"


def _times(times: Iterable[str]) -> str:
    return " ".join(time.removeprefix("0").replace("-0", "-") for time in times) or _SHUT


def _month_day(text: str) -> str:
    return f"{int(text[:2])}月{int(text[3:])}日"


# -- Reading ------------------------------------------------------------------------------------

_DAY_NAMES: Final = {
    **{name: day for day, name in enumerate(_NAMES)},
    "天": 6,
    **{name: day for day, name in enumerate(WEEKDAYS)},
}
_DAY: Final = (
    r"(?:周|星期|礼拜)[一二三四五六日天]"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?\b"
)
_TO: Final = r"\s*(?:[-~—–―−－]+|至|到|to)\s*"
_HOUR: Final = (
    r"(?:(?P<{0}half>上午|早上|早晨|早|中午|下午|傍晚|晚上|晚|am|pm)\s*)?(?P<{0}hour>\d{{1,2}})"
    r"(?:\s*[:.]\s*(?P<{0}minute>\d\d)|\s*[点时]\s*(?:(?P<{0}spoken>\d{{1,2}})\s*分?|(?P<{0}thirty>半)|整)?)"
    r"(?:\s*(?P<{0}after>am|pm)\b)?"
)
_TOKENS: Final = re.compile(
    "|".join(
        (
            r"(?P<aside>\(?\s*(?:法定)?(?:节假日|节日)\s*除外\s*\)?|\(\s*(?:法定)?(?:节假日|节日)\s*休息\s*\))",
            r"(?P<always>(?:全天|每天|每日)?24\s*(?:小时|h\b|hours)(?:营业|服务)?|全天候|全天(?:营业|服务)?)",
            rf"(?P<interval>{_HOUR.format('a')}{_TO}{_HOUR.format('b')})",
            r"(?P<every>每天|每日|天天|全周|全年|daily|every ?day)",
            r"(?P<work>工作日|平日|平时|weekdays?)",
            r"(?P<weekend>周末|双休日?|weekends?)",
            r"(?P<holiday>(?:法定|国家)*(?:节假日|节日|假日|假期)|(?:public )?holidays?)",
            r"(?P<makeup>调休上班日|调休工作日|调休日|补班日)\s*按\s*(?P<as>周[一二三四五六日])",
            rf"(?P<range>(?P<first>{_DAY}){_TO}(?P<last>{_DAY}|[一二三四五六日天](?![月点])))",
            rf"(?P<day>{_DAY})(?P<more>(?:\s*[、,]?\s*[一二三四五六日天](?![月点]))*)",
            r"(?P<shut>休息|不营业|不上班|不开门|不服务|不办公|关门|闭馆|除外|公休|轮休|休|closed)",
            r"(?P<gap>[\s,;、。()\[\]/|和及与为是每逢营业服务办公上班对外时间:&]|and\b)",
        )
    ),
    re.ASCII | re.IGNORECASE,
)
_SEASON: Final = re.compile(
    r"(?P<name>[^\s;；。,，:：()（）]{1,40})\s*[(（]\s*(?P<fm>\d{1,2})\s*[月.\-/]\s*(?P<fd>\d{1,2})\s*日?"
    r"\s*(?:至|到|[-~—–―−－～]+)\s*(?P<tm>\d{1,2})\s*[月.\-/]\s*(?P<td>\d{1,2})\s*日?\s*[)）]\s*[:：]?",
    re.ASCII,
)
_AFTERNOON: Final = frozenset({"下午", "傍晚", "晚上", "晚", "pm"})
_NOON: Final = "中午"


@lru_cache(maxsize=4096)
def read(text: str) -> str:
    """The document (canonical JSON) that *text* means. Raises BadInput with field ``hours``."""
    if len(text) > LONGEST:
        raise BadInput(_l("营业时间的内容太长。"), field="hours")
    if text.lstrip().startswith("{"):
        return _read_document(text)
    seasons = list(_SEASON.finditer(text))
    ends = [found.start() for found in seasons[1:]] + [len(text)]
    before = text[: seasons[0].start()] if seasons else text
    # Where seasons share the year between them nothing need be said of the rest.
    regular = _Week() if len(seasons) > 1 and not list(_tokens(before)) else _Week.of(before)
    document = {
        "week": regular.week(),
        "holiday": regular.holiday,
        "makeup": WEEKDAYS[regular.makeup],
        "seasons": [
            _season(found, text[found.end() : end])
            for found, end in zip(seasons, ends, strict=False)
        ],
    }
    return canonical(document)


def _read_document(text: str) -> str:
    try:
        return canonical(json.loads(text))
    except (ValueError, RecursionError):
        raise BadInput(_l("营业时间不是有效的 JSON。"), field="hours") from None


def _season(found: re.Match[str], text: str) -> dict[str, Any]:
    kept = _Week.of(text)
    if kept.special:
        raise _unread(text)
    first, last = (f"{int(found[f'{end}m']):02}-{int(found[f'{end}d']):02}" for end in ("f", "t"))
    return {"name": found["name"], "from": first, "to": last, "week": kept.week()}


class _Week:
    """What has been read of a week so far; ``special`` once holidays or such were spoken of."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[int, list[str]]] = {}
        self.holiday: list[str] = []
        self.makeup = 0
        self.special = False
        self._begin()

    def _begin(self) -> None:
        """Begin a statement: days, then times or that it is shut."""
        self._days: list[int] = []
        self._times: list[str] | None = None
        self._of_holidays = False

    @classmethod
    def of(cls, text: str) -> _Week:
        """What *text* says. Raises BadInput where it says nothing, or something else."""
        week = cls()
        for kind, value in _tokens(text):
            if kind in (_DAYS, _HOLIDAY) and week._times is not None:
                week._end(text)
            week._take(kind, value)
        if week._days or week._of_holidays or week._times is not None:
            week._end(text)
        if not (week._kept or week.special):
            raise _unread(text)
        return week

    def _take(self, kind: str, value: Any) -> None:
        if kind == _ALWAYS:
            if not self._days:
                self._days, self._of_holidays = list(_EVERY_DAY), True
            self._times = ["00:00-24:00"]
        elif kind == _DAYS:
            self._days += value
        elif kind == _TIMES:
            self._times = [*(self._times or ()), *value]
        elif kind == _HOLIDAY:
            self._of_holidays = True
        else:
            self.special = True
            self.makeup = value if kind == _MAKEUP else self.makeup

    def _end(self, text: str) -> None:
        """Take the statement; one about fewer days goes before one about more."""
        days, times, of_holidays = self._days, self._times, self._of_holidays
        self._begin()
        if times is None:
            raise _unread(text)
        if not (days or of_holidays):
            raise BadInput(
                _l("“%(text)s”没有说是星期几，请写成“周一至周五 8:30-17:00”。", text=text[:60]),
                field="hours",
            )
        if of_holidays:
            self.holiday, self.special = times, True
        for day in days:
            broad, before = self._kept.get(day, (8, []))
            if broad <= len(days) and before != times:
                raise BadInput(
                    _l("周%(day)s的时间写了两次，而且不一样。", day=_NAMES[day]), field="hours"
                )
            self._kept[day] = (len(days), times)

    def week(self) -> Week:
        return {WEEKDAYS[day]: times for day, (_broad, times) in self._kept.items() if times}


def _tokens(text: str) -> Iterator[tuple[str, Any]]:
    """Days, intervals and such, in their order. Raises BadInput for what is none of them."""
    plain = unicodedata.normalize("NFKC", text).strip()
    at = 0
    while at < len(plain):
        found = _TOKENS.match(plain, at)
        if found is None or found.end() == at:
            raise _unread(plain[at:])
        at = found.end()
        yield from _token(found)


def _token(found: re.Match[str]) -> Iterator[tuple[str, Any]]:
    for name, told in _TOLD.items():
        if found[name]:
            yield told(found)


def _day(name: str) -> int:
    """The weekday, Monday 0, that a name means."""
    folded = name.lower()
    return _DAY_NAMES[folded[:3] if folded.isascii() else folded[-1]]


def _range(first: int, last: int) -> Days:
    return tuple((first + step) % 7 for step in range((last - first) % 7 + 1))


def _interval(found: re.Match[str]) -> str:
    """From when to when; an end without a half of the day is in that of the beginning."""
    halves = [found[f"{end}half"] or found[f"{end}after"] for end in "ab"]
    start = _minute(found, "a", halves[0])
    end = _minute(found, "b", halves[1] or halves[0])
    if end <= start and halves[1] is None and halves[0] and end + 720 <= 1440:
        end += 720
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (start, end))


def _minute(found: re.Match[str], end: str, half: str | None) -> int:
    """Minutes since midnight. Raises BadInput for an hour that there is not."""
    hour = int(found[f"{end}hour"])
    minute = int(found[f"{end}minute"] or found[f"{end}spoken"] or 0)
    minute = 30 if found[f"{end}thirty"] else minute
    folded = (half or "").lower()
    if hour < 12 and (folded in _AFTERNOON or (folded == _NOON and hour < 6)):
        hour += 12
    if minute > 59 or hour * 60 + minute > 1440:
        raise _unread(found.group())
    return hour * 60 + minute


def _listed(found: re.Match[str]) -> list[int]:
    """周一、三、五: the day that is written out and those that follow by one character."""
    return [_day(found["day"]), *(_day(name) for name in found["more"] if name in _DAY_NAMES)]


#: What each kind of token says.
_TOLD: Final[dict[str, Callable[[re.Match[str]], tuple[str, Any]]]] = {
    "always": lambda _found: (_ALWAYS, None),
    "interval": lambda found: (_TIMES, [_interval(found)]),
    "every": lambda _found: (_DAYS, _EVERY_DAY),
    "work": lambda _found: (_DAYS, _EVERY_DAY[:5]),
    "weekend": lambda _found: (_DAYS, _EVERY_DAY[5:]),
    "holiday": lambda _found: (_HOLIDAY, None),
    "aside": lambda _found: (_ASIDE, None),
    "makeup": lambda found: (_MAKEUP, _day(found["as"])),
    "range": lambda found: (_DAYS, _range(_day(found["first"]), _day(found["last"]))),
    "day": lambda found: (_DAYS, _listed(found)),
    "shut": lambda _found: (_TIMES, []),
}


def _unread(text: str) -> BadInput:
    return BadInput(
        _l(
            "看不懂“%(text)s”，请写成“周一至周五 8:30-11:30 13:30-17:00；节假日 休息”这样的形式。",
            text=text.strip()[:60],
        ),
        field="hours",
    )
