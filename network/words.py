"""Days, weeks and seasons in words, for the pages of the network."""

from __future__ import annotations

from datetime import date, datetime
from itertools import groupby, pairwise

from flask import Blueprint
from flask_babel import format_date, get_locale
from flask_babel import gettext as _

from core.calendar.rules import Hours, Intervals, Season, Shut, WeekLine, summary, wall_time
from core.catalogue.rules import limit_label
from core.clock import civil, today
from core.words import day
from network.rules import last_day

# A leap year, so that every day of a season is one.
_ANY_YEAR = 2024


def init(blueprint: Blueprint) -> None:
    """Give the filters to every template."""
    for function in (full_date, local_day, shut_days, weekdays, season_days, breaks):
        blueprint.add_app_template_filter(function)
    blueprint.add_app_template_filter(limit_label, "limit")
    blueprint.add_app_template_filter(hours_by_season, "summary")
    blueprint.add_app_template_filter(season_now)


def full_date(value: date) -> str:
    """A date with its year: 2026年11月3日."""
    return str(format_date(value, _("y年M月d日")))


def local_day(moment: datetime) -> date:
    """The date on the city's wall at a moment."""
    return civil(moment).date()


def shut_days(shut: Shut) -> str:
    """From when to when a closure is, its last day inclusive."""
    last = last_day(shut)
    if shut.minutes is not None:
        start, end = map(wall_time, shut.minutes)
        return str(
            _("%(day)s %(start)s–%(end)s 暂停服务", day=_near(shut.since), start=start, end=end)
        )
    if last is None:
        return str(_("%(first)s 起停办，恢复时间另行通知", first=_near(shut.since)))
    if last == shut.since:
        return str(_("%(day)s 停办一天", day=_near(last)))
    ends = day(last) if last.year == shut.since.year else _near(last)
    return str(_("%(first)s 至 %(last)s 停办", first=_near(shut.since), last=ends))


def _near(value: date) -> str:
    """A date with its weekday, and with its year where that is not this year."""
    return day(value) if value.year == today().year else f"{full_date(value)} {_weekday(value)}"


def _weekday(value: date) -> str:
    return str(format_date(value, "EEE"))


def weekdays(line: WeekLine) -> str:
    """The days of a line of hours: 周一至周五, 周六."""
    names = get_locale().days["format"]["abbreviated"]
    if line.first == line.last:
        return str(names[line.first])
    if (line.first, line.last) == (0, 6):
        return str(_("每天"))
    return str(_("%(first)s至%(last)s", first=names[line.first], last=names[line.last]))


def hours_by_season(hours: Hours) -> list[tuple[Season | None, list[WeekLine]]]:
    """The lines of hours of the regular week, then those of each season."""
    return [
        (season, list(lines)) for season, lines in groupby(summary(hours), lambda line: line.season)
    ]


def season_now(hours: Hours, on: date) -> Season | None:
    """The season whose hours hold on the day; None for the regular week's."""
    return next((season for season in hours.seasons if season.holds(on)), None)


def season_days(season: Season) -> str:
    """When a season is, both ends inclusive: 6月1日至9月30日."""
    first, last = (
        format_date(date(_ANY_YEAR, *divmod(number, 100)), _("M月d日"))
        for number in (season.first, season.last)
    )
    return str(_("%(first)s至%(last)s", first=first, last=last))


def breaks(intervals: Intervals) -> Intervals:
    """When it is shut between two openings of one day."""
    return tuple((end, start) for (_start, end), (start, _end) in pairwise(intervals))
