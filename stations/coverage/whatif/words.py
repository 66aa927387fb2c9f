"""What would happen to a site, in words."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from flask_babel import get_locale
from flask_babel import gettext as _

from core.calendar.hours import parse
from core.calendar.rules import Hours, Intervals, wall_time
from core.catalogue.rules import Service
from core.i18n import named
from core.words import day
from stations.coverage.whatif.rules import Change, Close, Lose, Move, Shift, Suspend


def change_words(change: Change, services: dict[int, Service]) -> str:
    """What happens to the site, without its name."""
    match change:
        case Close():
            return str(_("关停"))
        case Suspend():
            return _suspension(change)
        case Move(to=to):
            return str(_("搬到 %(lat)s, %(lon)s", lat=f"{to.lat:.5f}", lon=f"{to.lon:.5f}"))
        case Lose(service_id=service_id):
            one = services.get(service_id)
            name = "" if one is None else named(one.name, one.name_en)
            return str(_("不再办理“%(service)s”", service=name))
        case Shift(hours=hours):
            return _hours(hours)


def _suspension(change: Suspend) -> str:
    if change.until is None:
        return str(_("%(day)s起停办，恢复时间不定", day=day(change.since)))
    last = change.until - timedelta(1)
    if last == change.since:
        return str(_("%(day)s停办一天", day=day(last)))
    return str(_("%(first)s至%(last)s停办", first=day(change.since), last=day(last)))


def _hours(document: str) -> str:
    """The hours of every day, or those of each that is open."""
    hours = parse(document)
    if len({*hours.week, hours.holiday}) == 1 and not hours.seasons:
        if not hours.holiday:
            return str(_("每天都不办理"))
        return str(_("办理时间改为每天 %(times)s", times=_times(hours.holiday)))
    return str(_("办理时间改为：%(week)s", week=_("；").join(_week(hours))))


def _times(intervals: Intervals) -> str:
    return ", ".join(f"{wall_time(start)}–{wall_time(end)}" for start, end in intervals)


def _week(hours: Hours) -> list[str]:
    """The days that are open, those that are alike together; the seasons only by how many."""
    names = get_locale().days["format"]["abbreviated"]
    told = []
    for times, some in groupby(range(7), key=lambda day: hours.week[day]):
        days = list(some)
        if times:
            ends = names[days[0]] if len(days) == 1 else f"{names[days[0]]}–{names[days[-1]]}"
            told.append(f"{ends} {_times(times)}")
    if hours.holiday:
        told.append(str(_("节假日 %(times)s", times=_times(hours.holiday))))
    if hours.seasons:
        told.append(str(_("另有 %(number)s 个季节的时间", number=len(hours.seasons))))
    return told
