"""A station manager is out for some hours of today: said in one tap, and taken back in one."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from core.access import Actor
from core.calendar.rules import DAY, Intervals, wall_time
from core.clock import civil, today
from core.db import db
from core.sites import closures
from core.sites.models import Closure
from core.sites.network import Network, Place


def minute_of(moment: datetime) -> int:
    local = civil(moment)
    return local.hour * 60 + local.minute


def intervals(net: Network, place: Place) -> Intervals:
    """When the place is open today by its hours; nothing where nobody knows them."""
    return () if place.hours is None else place.hours.intervals(net.on, net.calendar)


def words(until: int, phone: str) -> str:
    """What the public reads, in the language spoken."""
    if until >= DAY:
        return str(_("工作人员今天暂时离开。有急事请打电话 %(phone)s。", phone=phone))
    clock = wall_time(until)
    return str(
        _("工作人员暂时离开，%(clock)s 回来。有急事请打电话 %(phone)s。", clock=clock, phone=phone)
    )


def leave(actor: Actor, site_id: int, minute: int, until: int, phone: str) -> None:
    """Say that nobody is there from *minute* to *until* of today; it takes the place of what was
    said before and is not over."""
    come_back(actor, site_id, minute)
    told = {}
    for language in ("zh", "en"):
        with force_locale(language):
            told[language] = words(until, phone)
    notice = closures.for_today(site_id, (minute, until), told["zh"], told["en"])
    closures.announce(actor, notice)


def come_back(actor: Actor, site_id: int, minute: int) -> int:
    """Take back every absence of today that is not over; gives how many there were."""
    found = db.session.scalars(
        sa.select(Closure)
        .where(
            Closure.site_id == site_id,
            Closure.since == today(),
            Closure.end_minute > minute,
        )
        .order_by(Closure.id)
    ).all()
    for closure in found:
        closures.lift(actor, closure)
    return len(found)
