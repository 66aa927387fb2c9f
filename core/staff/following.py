"""Members of staff and their postings when a site is merged, or the region of their record ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.clock import today
from core.dated import lasting
from core.db import db
from core.regions.following import Ended, Follower, counted_in
from core.regions.queries import load
from core.sites.joining import (
    JOINED,
    MERGED,
    Carried,
    Merged,
    SiteFollower,
    carry,
    counting,
)
from core.sites.models import SitePeriod
from core.sites.periods import finish
from core.sites.story import SITE
from core.staff import story
from core.staff.models import Member, Posting
from core.staff.rules import DUTIES

# -- Sites that are merged ----------------------------------------------------------------------


def _follow_site(actor: Actor, merged: Merged) -> None:
    """Who worked at the other works at the survivor from the day on, in the same duties.

    Nobody works at two places that are one, nor twice in one duty: the postings at the other end,
    and of one that both have the survivor's stays.  The days before stay as they were; taken apart,
    the other has nobody, and whoever goes back there is posted anew.
    """
    carried = carry(Posting, merged, "member_id", "duty")
    if not carried:
        return
    for one in carried:
        finish(one.given, merged.on if one.given.since < merged.on else None)
    db.session.flush()
    codes = _codes({one.given.member_id for one in carried})
    added = _duties(codes, [one for one in carried if one.added])
    joined = _duties(codes, [one for one in carried if one.own is not None])
    told: dict[str, tuple[Any, Any]] = {
        **{f"posting:{code}": (None, duties) for code, duties in added.items()},
        **{
            f"{JOINED}:{code}": (None, {"kept": duties, "left": duties})
            for code, duties in joined.items()
        },
    }
    told |= {MERGED: (None, merged.other.code), "since": (None, merged.on)}
    subject = (SITE, merged.survivor.code)
    record(actor, story.FOLLOWED_SITE, subject, told, region_id=merged.region_id)
    gone = {f"posting:{code}": (duties, None) for code, duties in _duties(codes, carried).items()}
    left = {**gone, "since": (None, merged.on)}
    record(actor, story.POSTED, (SITE, merged.other.code), left, region_id=merged.region_id)


def _codes(member_ids: Collection[int]) -> dict[int, str]:
    asked = sa.select(Member.id, Member.code).where(Member.id.in_(sorted(member_ids)))
    return {row.id: row.code for row in db.session.execute(asked)}


def _duties(codes: Mapping[int, str], found: Collection[Carried[Posting]]) -> dict[str, list[str]]:
    """The duties by the codes of the members, in order."""
    held: dict[str, set[str]] = {}
    for one in found:
        held.setdefault(codes[one.given.member_id], set()).add(one.given.duty)
    return {code: [duty.value for duty in DUTIES if duty in held[code]] for code in sorted(held)}


POSTINGS: Final = SiteFollower(
    (Posting.__tablename__,),
    _l("派驻"),
    _l("从今天起派驻到保留的网点；已经在那里担任同一职责的，不重复登记"),
    counting(Posting),
    _follow_site,
)

# -- Regions that end ---------------------------------------------------------------------------


def _follow(actor: Actor, ended: Mapping[int, Ended], on: date) -> None:
    """A member's record is kept where the site she works at will stand, else with the only heir.

    Of several heirs none is meant: the record goes to the region above them.  The region of a
    record is of no day, and in an heir that is yet to begin nobody would find it; until somebody
    moves it, it lies one level above.
    """
    living = load(today()).by_id
    found = db.session.scalars(
        sa.select(Member).where(Member.region_id.in_(sorted(ended))).order_by(Member.code)
    ).all()
    stands = _stands([member.id for member in found], on)
    for member in found:
        left = ended[member.region_id]
        heirs = {heir: code for code, heir in left.heirs.items()}
        wanted = [stands[member.id]] if stands.get(member.id) in heirs else []
        only = list(heirs) if len(heirs) == 1 else []
        places = (*wanted, *only, left.parent_id)
        heir = next((one for one in places if one is not None and one in living), None)
        if heir is None:
            continue
        member.region_id, member.version = heir, member.version + 1
        told = {"region": (left.code, living[heir].code), "since": (None, on)}
        record(actor, story.FOLLOWED, (story.MEMBER, member.code), told, region_id=heir)
    db.session.flush()


def _stands(member_ids: Collection[int], on: date) -> dict[int, int]:
    """The region, from the day on, of a site that each works at; sites have gone over before."""
    rows = db.session.execute(
        sa.select(Posting.member_id, SitePeriod.region_id)
        .join(SitePeriod, SitePeriod.site_id == Posting.site_id)
        .where(
            Posting.member_id.in_(sorted(member_ids)),
            lasting(Posting, on),
            SitePeriod.since == on,
        )
        .order_by(Posting.member_id, Posting.since.desc(), Posting.id.desc())
    )
    return {row.member_id: row.region_id for row in rows}


MEMBERS: Final = Follower(
    Member.__tablename__, _l("工作人员档案"), counted_in(Member), _follow, needs_heir=False
)
