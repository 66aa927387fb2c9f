"""What of the register itself hangs on a site that is merged: closures, and what is on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.dated import lasting
from core.db import db
from core.sites import closures, story
from core.sites.closures import Notice
from core.sites.joining import MERGED, Merged, SiteFollower, carry, counting
from core.sites.models import Closure, Site, SiteRecord

# -- Closures -----------------------------------------------------------------------------------


def _announce(actor: Actor, merged: Merged) -> None:
    """Announce for the survivor what the other had announced, unless it says so already."""
    own = {_said(one) for one in _closures(merged.survivor, merged.on)}
    for closure in _closures(merged.other, merged.on):
        if _said(closure) not in own:
            since = max(closure.since, merged.on)
            notice = replace(_said(closure), site_id=merged.survivor.id, since=since)
            closures.announce(actor, notice)


def _closures(site: Site, on: date) -> list[Closure]:
    ahead = lasting(Closure, on)
    statement = sa.select(Closure).where(Closure.site_id == site.id, ahead)
    return list(db.session.scalars(statement.order_by(Closure.since, Closure.id)))


def _said(closure: Closure) -> Notice:
    start, end = closure.start_minute, closure.end_minute
    minutes = None if start is None or end is None else (start, end)
    told = (closure.since, closure.until, closure.words, closure.words_en)
    return Notice(*told, minutes=minutes)


CLOSURES: Final = SiteFollower(
    (Closure.__tablename__,),
    _l("未结束的停办通知"),
    _l("同样的日期和内容，也为保留的网点发布"),
    counting(Closure),
    _announce,
)

# -- What is known ------------------------------------------------------------------------------


def _know(actor: Actor, merged: Merged) -> None:
    """Of what the other is on record, the survivor is from now on, though there be none of it.

    This comes after what is recorded, of which some asks whether anything is.  The other's own
    record stays, so that taken apart it is known of it what was known.
    """
    added = sorted({one.given.about for one in carry(SiteRecord, merged, "about") if one.added})
    if added:
        told = {
            MERGED: (None, merged.other.code),
            "records": (None, len(added)),
            "since": (None, merged.on),
        }
        subject = (story.SITE, merged.survivor.code)
        record(actor, story.RECORDS_FOLLOWED, subject, told, region_id=merged.region_id)


RECORDS: Final = SiteFollower(
    (SiteRecord.__tablename__,),
    _l("已登记的方面（设施、窗口、派驻等）"),
    _l("从今天起保留的网点也算已登记"),
    counting(SiteRecord),
    _know,
)
