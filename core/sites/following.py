"""What of the register follows a region that ends, or goes over to a new one: sites, plans,
closures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core import dated
from core.access import Actor
from core.audit.actions import record
from core.audit.rules import Changes, Member
from core.db import db
from core.errors import Conflict
from core.regions.following import Ended, Follower, Joined, cease, counted_in, lying_in
from core.regions.story import REGION
from core.sites import story
from core.sites.models import Closure, OfferingPlan, Site, SitePeriod

# -- Sites --------------------------------------------------------------------------------------


def _follow_sites(actor: Actor, ended: Mapping[int, Ended], on: date) -> None:
    """Every site is in the heir from the day on; what was to come later will be there too."""
    rows = db.session.execute(
        sa.select(SitePeriod, Site.code)
        .join(Site, Site.id == SitePeriod.site_id)
        .where(lying_in(SitePeriod, ended.keys(), on))
        .order_by(Site.code, SitePeriod.since)
    ).all()
    members: dict[str, Member] = {}
    succeeding: list[tuple[SitePeriod, dict[str, Any]]] = []
    for period, code in rows:
        left = ended[period.region_id]
        heir = left.heir_of(code)
        told: Changes = {"region": (left.code, heir), "since": (None, max(on, period.since))}
        members.setdefault(code, Member((story.SITE, code), told))
        if period.since < on:
            succeeding.append((period, {"region_id": left.heirs[heir]}))
        else:
            period.region_id = left.heirs[heir]
    dated.succeed_all(succeeding, on)
    db.session.flush()
    if members:
        touched = {period.site_id for period, _code in rows}
        raised = sa.update(Site).where(Site.id.in_(sorted(touched)))
        db.session.execute(
            raised.values(version=Site.version + 1).execution_options(synchronize_session=False)
        )
        _record(actor, story.MOVED, members.values(), ended)


def _record(
    actor: Actor, event: Any, members: Iterable[Member], ended: Mapping[int, Ended]
) -> None:
    """One event with members, for those who may read what happens in the only region, if it is."""
    heirs = {heir for one in ended.values() for heir in one.heirs.values()}
    shared = heirs.pop() if len(heirs) == 1 else None
    record(actor, event, (story.SITE, ""), region_id=shared, members=members)


def _join_sites(actor: Actor, joined: Joined, on: date) -> None:
    """The sites are in the new region from the day on; what was to come later will be there too.

    Raises Conflict where one stands elsewhere by now.
    """
    rows = db.session.execute(
        sa.select(SitePeriod, Site.code)
        .join(Site, Site.id == SitePeriod.site_id)
        .where(lying_in(SitePeriod, joined.origins.values(), on), Site.code.in_(joined.sites))
        .order_by(Site.code, SitePeriod.since)
    ).all()
    members: dict[str, Member] = {}
    succeeding: list[tuple[SitePeriod, dict[str, Any]]] = []
    for period, code in rows:
        left = joined.sites[code]
        if period.region_id != joined.origins[left]:
            continue
        told: Changes = {"region": (left, joined.code), "since": (None, max(on, period.since))}
        members.setdefault(code, Member((story.SITE, code), told))
        if period.since < on:
            succeeding.append((period, {"region_id": joined.region_id}))
        else:
            period.region_id = joined.region_id
    for code in sorted(joined.sites.keys() - members.keys()):
        message = _l("网点 %(site)s 已不在 %(code)s。", site=code, code=joined.sites[code])
        raise Conflict(message, field="shares")
    dated.succeed_all(succeeding, on)
    raised = sa.update(Site).where(Site.id.in_(sorted({period.site_id for period, _code in rows})))
    db.session.execute(
        raised.values(version=Site.version + 1).execution_options(synchronize_session=False)
    )
    subject = (story.SITE, "")
    record(actor, story.MOVED, subject, region_id=joined.region_id, members=members.values())


SITES: Final = Follower(
    SitePeriod.__tablename__,
    _l("网点"),
    counted_in(SitePeriod, of=SitePeriod.site_id),
    _follow_sites,
    join=_join_sites,
)


# -- Plans --------------------------------------------------------------------------------------


def _follow_plans(actor: Actor, ended: Mapping[int, Ended], on: date) -> None:
    """What was planned for a region is planned for its heirs, but where they have a plan already.

    Without an heir there is nobody left to do it.
    """
    lines = db.session.scalars(
        sa.select(OfferingPlan)
        .where(lying_in(OfferingPlan, ended.keys(), on))
        .order_by(OfferingPlan.since, OfferingPlan.id)
    ).all()
    heirs = {heir for one in ended.values() for heir in one.heirs.values()}
    known = list(
        db.session.scalars(sa.select(OfferingPlan).where(lying_in(OfferingPlan, heirs, on)))
    )
    carried: dict[int, int] = {}
    for line in lines:
        left = ended[line.region_id]
        copies = [_planned(line, heir, on) for heir in left.heirs.values()]
        added = [copy for copy in copies if not _overlaps(copy, known)]
        known += added
        db.session.add_all(added)
        cease(line, on)
        carried[left.region_id] = carried.get(left.region_id, 0) + 1
    db.session.flush()
    for region_id, number in carried.items():
        left = ended[region_id]
        told: Changes = {"lines": (None, number), "since": (None, on)}
        told = {**told, "heirs": (None, list(left.heirs))}
        record(actor, story.PLAN_FOLLOWED, (REGION, left.code), told, region_id=region_id)


def _planned(line: OfferingPlan, region_id: int, on: date) -> OfferingPlan:
    return OfferingPlan(
        region_id=region_id,
        kind=line.kind,
        service_id=line.service_id,
        since=max(line.since, on),
        until=line.until,
    )


def _overlaps(line: OfferingPlan, known: Sequence[OfferingPlan]) -> bool:
    cell = (line.region_id, line.kind, line.service_id)
    return any(
        (one.region_id, one.kind, one.service_id) == cell
        and (one.until is None or one.until > line.since)
        and (line.until is None or line.until > one.since)
        for one in known
    )


def _join_plans(actor: Actor, joined: Joined, on: date) -> None:
    """What is planned for a region is planned for what came out of it, too."""
    lines = db.session.scalars(
        sa.select(OfferingPlan)
        .where(lying_in(OfferingPlan, joined.origins.values(), on))
        .order_by(OfferingPlan.since, OfferingPlan.id)
    ).all()
    own = lying_in(OfferingPlan, [joined.region_id], on)
    known = list(db.session.scalars(sa.select(OfferingPlan).where(own)))
    carried: dict[int, int] = {}
    for line in lines:
        copy = _planned(line, joined.region_id, on)
        if not _overlaps(copy, known):
            known.append(copy)
            db.session.add(copy)
            carried[line.region_id] = carried.get(line.region_id, 0) + 1
    db.session.flush()
    for code, region_id in joined.origins.items():
        if region_id in carried:
            told: Changes = {"lines": (None, carried[region_id]), "since": (None, on)}
            told = {**told, "heirs": (None, [joined.code])}
            subject = (REGION, code)
            record(actor, story.PLAN_SHARED, subject, told, region_id=joined.region_id)


PLANS: Final = Follower(
    OfferingPlan.__tablename__,
    _l("下沉计划"),
    counted_in(OfferingPlan),
    _follow_plans,
    needs_heir=False,
    join=_join_plans,
)


# -- Closures -----------------------------------------------------------------------------------


def _follow_closures(actor: Actor, ended: Mapping[int, Ended], on: date) -> None:
    """A closure of the region goes on where its sites are now.

    It is one of the heirs only where they come from nothing else: an heir that had sites of its own
    does not shut with those that joined it, so there each site that came over is shut for itself.
    """
    found = db.session.scalars(
        sa.select(Closure)
        .where(lying_in(Closure, ended.keys(), on))
        .order_by(Closure.since, Closure.id)
    ).all()
    members = []
    for closure in found:
        left = ended[closure.region_id or 0]
        for kind, code, place in _shut(left, on):
            db.session.add(_copy(closure, place, on))
            members.append(_shut_member(closure, kind, code, on))
        members.append(Member((REGION, left.code), {"until": (closure.until, on)}))
        cease(closure, on)
    db.session.flush()
    if members:
        _record(actor, story.CLOSURE_FOLLOWED, members, ended)


def _shut_member(closure: Closure, kind: str, code: str, on: date) -> Member:
    told: Changes = {
        "since": (None, max(closure.since, on)),
        "until": (None, closure.until),
        "words": (None, closure.words),
    }
    return Member((kind, code), told)


def _shut(left: Ended, on: date) -> list[tuple[str, str, dict[str, int]]]:
    """What is shut from the day on instead: kind, code, and the columns that say so."""
    if left.alone:
        return [(REGION, code, {"region_id": heir}) for code, heir in left.heirs.items()]
    before = sa.and_(SitePeriod.region_id == left.region_id, SitePeriod.until == on)
    rows = db.session.execute(
        sa.select(Site.id, Site.code)
        .join(SitePeriod, SitePeriod.site_id == Site.id)
        .where(before)
        .order_by(Site.code)
    )
    return [(story.SITE, row.code, {"site_id": row.id}) for row in rows]


def _copy(closure: Closure, place: Mapping[str, int], on: date) -> Closure:
    return Closure(
        uuid=str(uuid4()),
        since=max(closure.since, on),
        until=closure.until,
        words=closure.words,
        words_en=closure.words_en,
        announced_at=closure.announced_at,
        **place,
    )


def _join_closures(actor: Actor, joined: Joined, on: date) -> None:
    """A site that goes from a region that is shut stays shut for itself, as long as that is."""
    found = db.session.scalars(
        sa.select(Closure)
        .where(lying_in(Closure, joined.origins.values(), on))
        .order_by(Closure.since, Closure.id)
    ).all()
    ids = {}
    if found:
        wanted = sa.select(Site.code, Site.id).where(Site.code.in_(joined.sites))
        ids = {row.code: row.id for row in db.session.execute(wanted.order_by(Site.code))}
    members = []
    for closure in found:
        for code, site_id in ids.items():
            if joined.origins[joined.sites[code]] == closure.region_id:
                db.session.add(_copy(closure, {"site_id": site_id}, on))
                members.append(_shut_member(closure, story.SITE, code, on))
    db.session.flush()
    if members:
        subject = (story.SITE, "")
        region_id = joined.region_id
        record(actor, story.CLOSURE_FOLLOWED, subject, region_id=region_id, members=members)


CLOSURES: Final = Follower(
    Closure.__tablename__,
    _l("停办通知"),
    counted_in(Closure),
    _follow_closures,
    needs_heir=False,
    join=_join_closures,
)

FOLLOWERS: Final = (SITES, PLANS, CLOSURES)
