"""What is to happen to which sites, as the page's address says it, so that it can be sent on.

Each ``change`` of an address is one thing that happens to one site::

    close:0000017                          it is no more
    suspend:0000017:2026-06-05..2026-06-07 it is shut on these days; without the last, for good
    move:0000017:37.5,122.1,gcj02          it stands elsewhere; without a datum, in WGS-84
    lose:0000017:002036001002              it no longer offers the service
    hours:0000017:08:30-11:30,13:30-17:00  it keeps these hours every day; without any, none
    hours:0000017:周六 9:00-12:00           the same in words, as core.calendar.prose reads them

``close=0000017`` is short for the first.  The form adds to them what its own fields say: ``do``,
``site`` (several codes) or ``named`` (names and codes), and what belongs to it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from core.calendar import prose
from core.calendar.hours import WEEKDAYS
from core.errors import BadInput
from core.forms import decimal, plain
from core.geo import Datum

Args = MultiDict[str, str]

#: What may happen, in the words of the form.
KINDS: Final[Mapping[str, LazyString]] = {
    "close": _l("关停"),
    "suspend": _l("停办一段时间"),
    "move": _l("搬到别处"),
    "lose": _l("不再办某个事项"),
    "hours": _l("改办理时间"),
}

_TIMES: Final = re.compile(r"(\d\d?):(\d\d)-(\d\d?):(\d\d)", re.ASCII)
_ENDS: Final = re.compile(r"[\s,，、;；]+")
_NAMES_END: Final = re.compile(r"[\n\r,，、;；]+")
_CODES: Final = re.compile(r"[\d\s]+", re.ASCII)
#: Hours without a word about the days are those of every day.
_ONLY_TIMES: Final = re.compile(r"[\d:,-]*", re.ASCII)


def changes(args: Args) -> list[str]:
    """The changes of an address, each once."""
    told = [*args.getlist("change"), *(f"close:{code}" for code in args.getlist("close") if code)]
    return list(dict.fromkeys(told))


def adds(args: Args) -> bool:
    """Whether the form wants something added."""
    return bool(args.get("do"))


def added(args: Args, named: Callable[[str], str]) -> list[str]:
    """The changes that the form's fields mean; *named* gives the code of the site that somebody
    has named. Raises BadInput naming the field."""
    do = args.get("do", "")
    if do not in KINDS:
        raise BadInput(_l("请选择会发生什么。"), field="do")
    codes = [code for text in args.getlist("site") for code in _ENDS.split(plain(text)) if code]
    names = [one for text in args.getlist("named") for one in _names(plain(text))]
    codes += [named(one) for one in names if one]
    if not codes:
        raise BadInput(_l("请先写明网点，可以写几个。"), field="named")
    more = _MORE[do](args)
    return [f"{do}:{code}{more}" for code in dict.fromkeys(codes)]


def _names(text: str) -> list[str]:
    """What somebody has named: names, in which blanks may stand, and codes, which blanks part."""
    parts = [part.strip() for part in _NAMES_END.split(text)]
    return [one for part in parts for one in (part.split() if _CODES.fullmatch(part) else [part])]


def _suspended(args: Args) -> str:
    since, last = plain(args.get("since", "")), plain(args.get("last", ""))
    if not since:
        raise BadInput(_l("请填写停办的第一天。"), field="since")
    return f":{since}..{last}"


def _moved(args: Args) -> str:
    lat, lon = (plain(args.get(name, "")) for name in ("lat", "lon"))
    if not lat and "," in lon.replace("，", ","):  # copied from a map, the longitude first
        lon, _comma, lat = lon.replace("，", ",").partition(",")
    for name, text in (("lat", lat), ("lon", lon)):
        decimal(text, name)
    datum = args.get("datum", "")
    return f":{lat.strip()},{lon.strip()}" + (f",{datum}" if datum else "")


def _lost(args: Args) -> str:
    if not args.get("lose"):
        raise BadInput(_l("请选择不再办的事项。"), field="lose")
    return f":{plain(args['lose'])}"


def _shifted(args: Args) -> str:
    text = plain(args.get("hours", "")).replace("：", ":")
    found = ",".join(re.sub("[–—~～至]", "-", part) for part in _ENDS.split(text) if part)
    return f":{found if _ONLY_TIMES.fullmatch(found) else text}"


_MORE: Final = {
    "close": lambda _args: "",
    "suspend": _suspended,
    "move": _moved,
    "lose": _lost,
    "hours": _shifted,
}


# -- As programs say it -------------------------------------------------------------------------


def given(text: str) -> dict[str, Any]:
    """One change of an address as stations.coverage.whatif.asked reads it. Raises BadInput."""
    do, _, rest = text.partition(":")
    site, _, more = rest.partition(":")
    if do not in KINDS or not site:
        raise BadInput(_l("地址里的这一项看不懂：%(text)s。", text=text[:60]), field="change")
    return {"site": site, "do": do, **_GIVEN[do](more)}


def _suspension(more: str) -> dict[str, Any]:
    since, _, last = more.partition("..")
    if not last:
        return {"since": since}
    try:
        return {"since": since, "until": (date.fromisoformat(last) + timedelta(1)).isoformat()}
    except (ValueError, OverflowError):
        raise BadInput(_l("日期写法有误，请写成 2026-11-21。"), field="last") from None


def _place(more: str) -> dict[str, Any]:
    lat, lon, datum = ([*more.split(","), "", ""])[:3]
    told: dict[str, Any] = {"lat": decimal(lat, "lat"), "lon": decimal(lon, "lon")}
    return told | {"datum": datum or Datum.WGS84.value}


def _hours(more: str) -> dict[str, Any]:
    if not _ONLY_TIMES.fullmatch(more):
        return {"hours": json.loads(prose.read(more))}
    intervals = [_interval(part) for part in more.split(",") if part]
    return {"hours": {"week": dict.fromkeys(WEEKDAYS, intervals), "holiday": intervals}}


def _interval(text: str) -> str:
    """From when to when, each with two digits of hours. Raises BadInput."""
    found = _TIMES.fullmatch(text)
    if found is None:
        raise BadInput(
            _l("“%(text)s”不是时段，请写成 08:30-11:30。", text=text[:30]), field="hours"
        )
    return f"{found[1]:0>2}:{found[2]}-{found[3]:0>2}:{found[4]}"


_GIVEN: Final = {
    "close": lambda _more: {},
    "suspend": _suspension,
    "move": _place,
    "lose": lambda more: {"service": more},
    "hours": _hours,
}


def day_of(texts: list[str], on: date) -> date:
    """The day to look at: *on*, or the first of a suspension that begins later. Raises BadInput."""
    days = []
    for text in texts:
        told = given(text)
        if told["do"] == "suspend":
            try:
                days.append(date.fromisoformat(told["since"]))
            except ValueError:
                raise BadInput(_l("日期写法有误，请写成 2026-11-21。"), field="since") from None
    return max([on, *days])
