"""Times and distances in words, for pages."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Final

from flask import Flask
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.calendar.rules import Reason, wall_time
from core.clock import civil, now

REASONS: Final = {
    Reason.OPEN: _l("营业中"),
    Reason.BEFORE_HOURS: _l("未到营业时间"),
    Reason.LUNCH_BREAK: _l("午休"),
    Reason.AFTER_HOURS: _l("已下班"),
    Reason.DAY_OFF: _l("今日休息"),
    Reason.HOLIDAY: _l("节假日休息"),
    Reason.CLOSED: _l("停办"),
    Reason.AWAY: _l("暂时离开"),
    Reason.NO_HOURS: _l("营业时间未登记"),
}


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        moment=moment, reason=REASONS.__getitem__, day=day, metres=metres, minutes=wall_time
    )


def day(value: date) -> str:
    """A date with its weekday: 11月21日 周六."""
    return str(format_date(value, _("M月d日 EEE")))


def moment(value: datetime) -> str:
    """A moment as briefly as it can be told from now: 13:30, 明天 8:30, 11月23日 周一 8:30."""
    local = civil(value)
    clock = f"{local.hour}:{local.minute:02d}"
    apart = (local.date() - civil(now()).date()).days
    if apart == 0:
        return clock
    if apart == 1:
        return str(_("明天 %(clock)s", clock=clock))
    return f"{day(local.date())} {clock}"


def metres(value: float) -> str:
    """A distance to walk by: tens of metres below a kilometre, then one decimal."""
    if value < 995:
        return str(_("%(number)d 米", number=max(10, round(value / 10) * 10)))
    if 1000 < value < 1050:  # beyond the kilometre, and it has to look so
        return str(_("%(number).2f 公里", number=math.ceil(value / 10) / 100))
    return str(_("%(number).1f 公里", number=value / 1000))
