"""Posting members of staff to a site: a change that core.sites.actions makes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.rules import Changes
from core.clock import today
from core.db import db
from core.errors import BadInput
from core.sites.changes import Change
from core.sites.facts import know
from core.sites.hand import Hand
from core.sites.models import Site
from core.sites.periods import begin, finish, first_day, holding, since_told
from core.staff import story
from core.staff.models import Member, Posting
from core.staff.rules import DUTIES, POSTINGS, Duty


def posted(wanted: Mapping[str, Collection[Duty]], on: date | None) -> Change:
    """Members (by code) are at a site in these duties and no others; in none: no longer there.

    From then on it is known who is posted to the site, though it be nobody.  As a correction (*on*
    None), a duty that is taken out was never held in the period of today.  Raises BadInput for a
    member who is not there or has left by then.
    """

    def make(_actor: Actor, site: Site, hand: Hand) -> Changes:
        ids = _members(wanted, on)
        periods = hand.periods(Posting, site.id, Posting.member_id.in_(sorted(ids.values())))
        since = on or first_day(site, hand)
        found: dict[str, tuple[Any, Any]] = {}
        for code, duties in wanted.items():
            own = [period for period in periods if period.member_id == ids[code]]
            before, after = _set(site.id, ids[code], own, duties, on, since)
            if before != after:
                found[f"posting:{code}"] = before or None, after or None
        if know(site, hand, [POSTINGS], since):
            found["recorded"] = None, POSTINGS
        hand.flush()
        return {**found, **since_told(on)} if found else {}

    return Change(story.POSTED, make, aside=True)


def _members(wanted: Mapping[str, Collection[Duty]], on: date | None) -> dict[str, int]:
    """The members' ids. Raises BadInput."""
    rows = db.session.execute(
        sa.select(Member.code, Member.id, Member.left_on).where(Member.code.in_(sorted(wanted)))
    ).all()
    if len(rows) != len(wanted):
        raise BadInput(_l("没有这位工作人员。"), field="member")
    for row in rows:
        if wanted[row.code] and row.left_on is not None and row.left_on <= (on or today()):
            raise BadInput(_l("这位工作人员已经离开，不能派驻。"), field="member")
    return {row.code: row.id for row in rows}


def _set(
    site_id: int,
    member_id: int,
    periods: Collection[Posting],
    duties: Collection[Duty],
    on: date | None,
    since: date,
) -> tuple[list[str], list[str]]:
    """The duties of one member at the site: what they were and what they are."""
    before: list[str] = []
    for duty in DUTIES:
        own = [period for period in periods if period.duty == duty]
        holds = holding(own, on or today())
        if holds is not None:
            before.append(duty.value)
            if duty not in duties:
                finish(holds, on)
        elif duty in duties:
            row = Posting(site_id=site_id, member_id=member_id, duty=duty.value, since=since)
            begin(row, own)
    return before, [duty.value for duty in DUTIES if duty in duties]
