"""What would happen to a site, in words."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _

from core.calendar.hours import parse
from core.calendar.rules import wall_time
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
    """The hours of every day, which all are the same here."""
    times = [f"{wall_time(a)}–{wall_time(b)}" for a, b in parse(document).week[0]]
    if not times:
        return str(_("每天都不办理"))
    return str(_("办理时间改为每天 %(times)s", times=", ".join(times)))
