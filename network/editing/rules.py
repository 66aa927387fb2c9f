"""What is typed about a site: coordinates in whatever form they are pasted, times to be away."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from flask_babel import lazy_gettext as _l

from core import geo
from core.calendar.rules import DAY, Intervals
from core.errors import BadInput
from core.forms import plain

MOST_NAME: Final = 100
MOST_ADDRESS: Final = 200
MOST_PHONE: Final = 40
MOST_REASON: Final = 300

#: Metres within which two sites stand at the same spot.
SAME_SPOT: Final = 5.0
#: Metres by which a position may be corrected without a second look.
FAR: Final = 200.0
#: Decimals of a degree below which a position is too coarse to be verified: 3 are 110 m.
COARSE: Final = 3
_DECIMALS: Final = 7


# -- Coordinates --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """Coordinates as typed, in degrees; ``coarse``: with too few digits to find a door by."""

    lat: float
    lon: float
    coarse: bool


_UNIT = r"\s*(?:°|度)\s*"
_NUMBER = re.compile(
    rf"""(?:北纬|东经|[NE])?\s*(?:
        (?P<degrees>\d{{1,3}}){_UNIT}
        (?P<minutes>\d{{1,2}}(?:\.\d{{1,9}})?)\s*(?:′|'|’|分)\s*
        (?:(?P<seconds>\d{{1,2}}(?:\.\d{{1,9}})?)\s*(?:″|"|”|''|′′|’’|秒))?
        |(?P<decimal>[+-]?\d{{1,9}}(?:\.(?P<digits>\d{{1,18}}))?)\s*(?:°|度)?
    )\s*(?:[NE](?![0-9]))?""",
    re.ASCII | re.VERBOSE,
)
_BETWEEN = re.compile(r"[\s,;、/()\[\]]*")
_LONGEST: Final = 100


def read_position(lat: str, lon: str) -> Typed | None:
    """The coordinates that two fields hold; a pair pasted into one of them is taken for both.

    None where both are empty. Raises BadInput, naming the field.
    """
    texts = {"lat": plain(lat), "lon": plain(lon)}
    if not any(texts.values()):
        return None
    found = {field: _numbers(text, field) for field, text in texts.items()}
    for field, other in (("lat", "lon"), ("lon", "lat")):
        if len(found[field]) == 2 and not found[other]:
            return _pair(found[field])
    for field, numbers in found.items():
        if not numbers:
            raise BadInput(_l("纬度和经度要一起填写。"), field=field)
        if len(numbers) > 1:
            raise BadInput(_l("请填写一个数，例如 37.5091。"), field=field)
    (north, coarse), (east, vague) = found["lat"][0], found["lon"][0]
    return Typed(north, east, coarse or vague)


def _pair(numbers: list[tuple[float, bool]]) -> Typed:
    """Two numbers in either order: in China a longitude can be no latitude."""
    (first, coarse), (second, vague) = numbers
    if geo.WEST <= first <= geo.EAST and geo.SOUTH <= second <= geo.NORTH:
        first, second = second, first
    return Typed(first, second, coarse or vague)


def _numbers(text: str, field: str) -> list[tuple[float, bool]]:
    """The numbers in *text*, in degrees, each with whether it is coarse."""
    found: list[tuple[float, bool]] = []
    at = 0
    if len(text) > _LONGEST:
        raise BadInput(_l("内容太长。"), field=field)
    while at < len(text):
        skipped = _BETWEEN.match(text, at)
        at = at if skipped is None else skipped.end()
        if at == len(text):
            break
        number = _NUMBER.match(text, at)
        if number is None or number.end() == at:
            raise BadInput(_l("看不懂这个坐标，请写成 37.5091，或 37°30′33″。"), field=field)
        found.append(_degrees(number, field))
        at = number.end()
    return found


def _degrees(number: re.Match[str], field: str) -> tuple[float, bool]:
    if number["decimal"] is not None:
        digits = number["digits"] or ""
        return round(float(number["decimal"]), _DECIMALS), len(digits) < COARSE
    minutes, seconds = float(number["minutes"]), float(number["seconds"] or 0)
    if minutes >= 60 or seconds >= 60:
        raise BadInput(_l("分和秒应小于 60。"), field=field)
    degrees = int(number["degrees"]) + minutes / 60 + seconds / 3600
    fine = number["seconds"] is not None or len(number["minutes"].partition(".")[2]) > 1
    return round(degrees, _DECIMALS), not fine


def written(value: float | None) -> str:
    """A coordinate as a field shows it: 37.5091."""
    return "" if value is None else f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")


# -- What is typed ------------------------------------------------------------------------------


def shown_text(text: str) -> str:
    """*text* in one form and on one line, without what does not show: controls, turned direction.

    What is stored is what is shown: letters beyond the first plane and emoji stay.
    """
    formed = unicodedata.normalize("NFC", text.replace("\n", " ").replace("\t", " "))
    shown = "".join(letter for letter in formed if unicodedata.category(letter)[0] != "C")
    return " ".join(shown.split())


def shown_lines(text: str) -> str:
    """The same of a text of several lines."""
    lines = [shown_text(line) for line in text.replace("\r\n", "\n").split("\n")]
    return "\n".join(lines).strip()


_PHONE = re.compile(r"[0-9+()\- /,转]{3,40}", re.ASCII)


def phone(text: str) -> str:
    """A telephone number or several, in ASCII digits. Raises BadInput."""
    written = plain(text)
    if not written:
        return ""
    digits = sum(letter.isdigit() for letter in written)
    if len(written) > MOST_PHONE or _PHONE.fullmatch(written) is None or not 3 <= digits <= 24:
        raise BadInput(
            _l("电话只能有数字、空格、+、-、括号和“转”，例如 0631-5220000。"), field="phone"
        )
    return written


# -- Away ---------------------------------------------------------------------------------------


class Away(StrEnum):
    """Until when somebody says to be away today."""

    HOUR = "hour"
    LUNCH = "lunch"
    DAY = "day"
    AT = "at"


def after_lunch(intervals: Intervals, minute: int) -> int | None:
    """When it opens again after the next break of the day; None where there is none to come."""
    starts = (start for start, _end in intervals[1:])
    return next((start for start in starts if start > minute), None)


def away_until(choice: Away, at: str, minute: int, intervals: Intervals) -> int:
    """The minute of the day at which somebody who goes at *minute* is back. Raises BadInput."""
    if choice is Away.HOUR:
        return min(minute + 60, DAY)
    if choice is Away.DAY:
        return DAY
    if choice is Away.LUNCH:
        back = after_lunch(intervals, minute)
        if back is None:
            raise BadInput(_l("今天没有午休了，请填写回来的时间。"), field="at")
        return back
    back = clock(at, "at")
    if back <= minute:
        raise BadInput(_l("回来的时间应晚于现在。"), field="at")
    return back


_CLOCK = re.compile(r"(\d{1,2})[:.时点](\d{2})分?|(\d{1,2})[时点]", re.ASCII)


def clock(text: str, field: str) -> int:
    """A time of day in minutes. Raises BadInput."""
    found = _CLOCK.fullmatch(plain(text))
    if found is not None:
        hour, minute = int(found[1] or found[3]), int(found[2] or 0)
        if hour * 60 + minute <= DAY and minute < 60:
            return hour * 60 + minute
    raise BadInput(_l("请填写时间，例如 14:30。"), field=field)
