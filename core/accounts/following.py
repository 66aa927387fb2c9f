"""Roles held over a region that ends, or over a site that is merged: they go over to what comes
after, or end with it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, command
from core.accounts import queries, story
from core.accounts.models import Account, Grant
from core.audit.actions import record
from core.audit.rules import Changes
from core.clock import now
from core.dated import lasting
from core.db import db
from core.regions.following import Ended, Follower, Joined, counted_in, lying_in
from core.regions.past import Gone
from core.sites.joining import Merged, SiteFollower, counting

log = logging.getLogger(__name__)


def _lasting(region_ids: Collection[int], on: date) -> sa.ColumnElement[bool]:
    """Roles that are held over one of the regions on the day, or will be later."""
    return sa.and_(lying_in(Grant, region_ids, on), Grant.revoked_at.is_(None))


def _follow(actor: Actor, ended: Mapping[int, Ended], on: date) -> None:
    """Whoever held a role over the region holds it over its heirs, no longer than before."""
    rows = db.session.execute(
        sa.select(Grant, Account.username)
        .join(Account, Account.id == Grant.account_id)
        .where(_lasting(ended.keys(), on))
        .order_by(Grant.id)
    ).all()
    heirs = {heir for one in ended.values() for heir in one.heirs.values()}
    known = _known(heirs, on)
    for grant, username in rows:
        left = ended[grant.region_id or 0]
        over = left.heirs if left.grants else {}
        _pass_on(actor, grant, username, (left.code, over), on, known)
        if not over:
            _told(actor, username, grant, (left.code, None), on, left.parent_id)
    db.session.flush()


#: Who holds which role over which region.
_Known: TypeAlias = set[tuple[int, str, int | None]]


def _known(region_ids: Collection[int], on: date) -> _Known:
    lasting = db.session.scalars(sa.select(Grant).where(_lasting(region_ids, on)))
    return {(grant.account_id, grant.role, grant.region_id) for grant in lasting}


def _pass_on(
    actor: Actor,
    grant: Grant,
    username: str,
    place: tuple[str, Mapping[str, int]],
    on: date,
    known: _Known,
) -> None:
    """Let a role over the region of a code end, and hold over its heirs where it does not yet."""
    code, heirs = place
    for heir_code, heir in heirs.items():
        if (grant.account_id, grant.role, heir) not in known:
            known.add((grant.account_id, grant.role, heir))
            db.session.add(_over(actor, grant, on, region_id=heir))
            _told(actor, username, grant, (code, heir_code), on, heir)
    _finish(grant, on)


def hand_on(actor: Actor, grant_id: int, username: str, ended: Gone, on: date) -> None:
    """Let a role over a region that has *ended* hold over its heirs from the day on."""
    grant = db.session.get_one(Grant, grant_id, populate_existing=True)
    heirs = {heir.code: heir.id for heir in ended.heirs}
    _pass_on(actor, grant, username, (ended.code, heirs), on, _known(heirs.values(), on))
    db.session.flush()


def _finish(grant: Grant, on: date) -> None:
    if grant.since < on:
        grant.until = on
    else:
        grant.revoked_at = now()


def _over(actor: Actor, grant: Grant, on: date, **place: int) -> Grant:
    return Grant(
        account_id=grant.account_id,
        office=grant.office,
        role=grant.role,
        since=max(grant.since, on),
        until=grant.until,
        granted_by=actor.name,
        **place,
    )


def _told(
    actor: Actor,
    username: str,
    grant: Grant,
    place: tuple[str | None, str | None],
    on: date,
    region_id: int | None,
) -> None:
    changes: Changes = {
        "role": (None, grant.role),
        "place": place,
        "since": (None, max(grant.since, on)),
    }
    record(actor, story.FOLLOWED, (story.ACCOUNT, username), changes, region_id=region_id)


def _join(actor: Actor, joined: Joined, on: date) -> None:
    """Whoever holds a role over what the sites leave holds it over the new region, too."""
    if not joined.grants:
        return
    codes = {region_id: code for code, region_id in joined.origins.items()}
    rows = db.session.execute(
        sa.select(Grant, Account.username)
        .join(Account, Account.id == Grant.account_id)
        .where(_lasting(codes.keys(), on))
        .order_by(Grant.id)
    ).all()
    known = _known([joined.region_id], on)
    for grant, username in rows:
        if (grant.account_id, grant.role, joined.region_id) not in known:
            known.add((grant.account_id, grant.role, joined.region_id))
            db.session.add(_over(actor, grant, on, region_id=joined.region_id))
            _told(actor, username, grant, (None, joined.code), on, joined.region_id)
    db.session.flush()


GRANTS: Final = Follower(
    Grant.__tablename__,
    _l("授权"),
    counted_in(Grant, Grant.revoked_at.is_(None)),
    _follow,
    needs_heir=False,
    join=_join,
)


def holders(region_ids: Collection[int], on: date) -> Sequence[sa.Row[int | None, str, str, str]]:
    """Region, name, username and role of those who hold one over the regions, or will."""
    return db.session.execute(
        sa.select(Grant.region_id, Account.name, Account.username, Grant.role)
        .join(Account, Account.id == Grant.account_id)
        .where(_lasting(region_ids, on))
        .order_by(Grant.id)
    ).all()


# -- Sites that are merged ----------------------------------------------------------------------


def over_site(site_id: int, on: date) -> Sequence[sa.Row[Grant, str, str]]:
    """The roles that are held over this site alone on the day or later, with name and username."""
    return db.session.execute(
        sa.select(Grant, Account.name, Account.username)
        .join(Account, Account.id == Grant.account_id)
        .where(
            Grant.site_id == site_id,
            Grant.revoked_at.is_(None),
            lasting(Grant, on),
        )
        .order_by(Grant.id)
    ).all()


def _follow_site(actor: Actor, merged: Merged) -> None:
    """Whoever held a role over the other alone holds it over the survivor.

    Who holds it there already does not hold it twice, but as long as the longer of the two.
    """
    other, survivor, on = merged.other, merged.survivor, merged.on
    known = {(grant.account_id, grant.role): grant for grant, *_ in over_site(survivor.id, on)}
    for grant, _name, username in over_site(other.id, on):
        held = known.get((grant.account_id, grant.role))
        if held is None:
            held = _over(actor, grant, on, site_id=survivor.id)
            known[grant.account_id, grant.role] = held
            db.session.add(held)
        else:
            held.since = min(held.since, max(grant.since, on))
            held.until = None if None in (held.until, grant.until) else _later(held, grant)
        _finish(grant, on)
        told: Changes = {
            "role": (None, grant.role),
            "place": (f"{other.name} {other.code}", f"{survivor.name} {survivor.code}"),
            "since": (None, held.since),
        }
        subject = (story.ACCOUNT, username)
        record(actor, story.FOLLOWED_SITE, subject, told, region_id=merged.region_id)
    db.session.flush()


def _later(held: Grant, grant: Grant) -> date | None:
    return max(day for day in (held.until, grant.until) if day is not None)


KEEPERS: Final = SiteFollower(
    (Grant.__tablename__,),
    _l("只管这个网点的授权"),
    _l("从今天起改管保留的网点；已经管着保留网点的，不重复授权"),
    counting(Grant, Grant.revoked_at.is_(None)),
    _follow_site,
)


# -- Roles that reach nothing -------------------------------------------------------------------


def tell_stranded() -> None:
    """Every night: say in the log how many hold a role over a region that is no more."""
    number = queries.stranded(command("accounts stranded"))
    if number:
        log.warning("%s people hold roles over regions that ended: users list --stranded", number)
