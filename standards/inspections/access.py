"""Who reads a visit, who files it, who signs it off; an inspector never his own, nor his station.

Who is sent to a site may be from elsewhere, so being sent reaches further than the role does: to
this one site, for this one visit.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Held, Permission, Reach, require_reach
from core.accounts.models import Account, Grant
from core.accounts.queries import holding
from core.clock import today
from core.dated import on_day
from core.db import db
from core.errors import Forbidden
from core.rectification.access import AT_HOME
from core.regions.queries import path_ids, tree
from core.sites.models import Site, SitePeriod
from core.staff.models import Member, Posting
from standards.inspections.models import Inspection
from standards.inspections.rules import Unusable

READ: Final = Permission.INSPECTIONS_READ
WRITE: Final = Permission.INSPECTIONS_WRITE
REVIEW: Final = Permission.INSPECTIONS_REVIEW
COMMENT: Final = Permission.INSPECTIONS_COMMENT

#: The role of somebody who was sent to a site; no account can hold it.
SENT: Final = "sent"


def is_sent(actor: Actor, row: Inspection) -> bool:
    """Whether *actor* is one of the inspectors of the visit."""
    own = actor.account_id
    return own is not None and own in (row.inspector_id, row.companion_id)


def took_part(actor: Actor, row: Inspection) -> bool:
    """The same, or whose telephone its record comes from."""
    own = actor.account_id is not None and row.owner_id == actor.account_id
    return own or is_sent(actor, row)


def as_sent(actor: Actor, site_id: int) -> Actor:
    """*actor* with the reach of somebody who was sent to the site."""
    held = Held(SENT, frozenset({WRITE, READ}), Reach(sites=frozenset({site_id})))
    return Actor(actor.name, (*actor.held, held), actor.account_id, actor.fresh, actor.by_token)


def within(actor: Actor, permission: Permission, site_id: int) -> bool:
    """Whether the site is where *actor* holds the permission.

    Asked of the database row by row: within a transaction the whole tree would be read anew.
    """
    reach = actor.reach(permission)
    if reach.everywhere or site_id in reach.sites:
        return True
    region_id = region_of(site_id) if reach.regions else None
    return region_id is not None and not reach.regions.isdisjoint(path_ids(region_id, today()))


def region_of(site_id: int) -> int | None:
    """The region in which the site stands today."""
    return db.session.scalar(_REGION, {"site_id": site_id, "on": today()})


_REGION: Final = sa.select(SitePeriod.region_id).where(
    SitePeriod.site_id == sa.bindparam("site_id"),
    on_day(SitePeriod, sa.bindparam("on", type_=sa.Date)),
)


def entry_of(row: Inspection) -> int:
    """The id of the entry at which the visit was made: its site's, or one's that is merged since.

    What kind of site it was, that entry says.
    """
    if row.former is None:
        return row.site_id
    return db.session.scalar(sa.select(Site.id).where(Site.code == row.former)) or row.site_id


def require_reading(actor: Actor, row: Inspection) -> None:
    """Raise NotFound unless *actor* may read the visit: within reach, or sent there."""
    sent = is_sent(actor, row) and actor.may(WRITE)
    require_reach(sent or within(actor, READ, row.site_id))


def require_filing(actor: Actor, row: Inspection) -> None:
    """Raise NotFound unless *actor* may file the visit."""
    require_reach(actor.may(WRITE) and (is_sent(actor, row) or within(actor, WRITE, row.site_id)))


def _made(actor: Actor, row: Inspection) -> bool:
    """Whether *actor* made the visit or brought its record from a file: neither signs it off."""
    return took_part(actor, row) or (
        actor.account_id is not None and row.filed_by_id == actor.account_id
    )


def may_review(actor: Actor, row: Inspection) -> bool:
    """Whether *actor* may sign the visit off: within reach, and not one of who made it."""
    return within(actor, REVIEW, row.site_id) and not _made(actor, row)


def require_review(actor: Actor, row: Inspection) -> None:
    """Raise NotFound out of reach, Forbidden for one's own visit."""
    require_reach(within(actor, REVIEW, row.site_id))
    if _made(actor, row):
        raise Forbidden(_l("自己做的检查要由另一个人审核。"))


def readable(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition that *actor* may read an Inspection whose SitePeriod of today is joined."""
    lies = actor.reach(READ).condition(tree(today()), SitePeriod.region_id, SitePeriod.site_id)
    own = sa.or_(
        Inspection.inspector_id == actor.account_id, Inspection.companion_id == actor.account_id
    )
    return sa.or_(lies, own) if actor.may(WRITE) else lies


def own_stations(account_ids: Collection[int]) -> dict[int, set[int]]:
    """The sites at which each of the accounts works or holds a role, be it over the town in which
    they stand: none inspects there."""
    ids = sorted(account_ids)
    granted = sa.select(Grant.account_id, Grant.site_id).where(
        Grant.account_id.in_(ids), Grant.site_id.is_not(None), holding(today())
    )
    posted = (
        sa.select(Member.account_id, Posting.site_id)
        .join(Posting, Posting.member_id == Member.id)
        .where(Member.account_id.in_(ids), on_day(Posting, today()))
    )
    found: dict[int, set[int]] = {account_id: set() for account_id in ids}
    for row in db.session.execute(sa.union(granted, posted)).mappings():
        found[row["account_id"]].add(row["site_id"])
    for account_id, region_id in _regions_worked_in(ids):
        found[account_id] |= _sites_below(region_id)
    return found


def _regions_worked_in(ids: list[int]) -> list[tuple[int, int]]:
    """Who works at the sites of a whole town or village, and of which."""
    rows = db.session.execute(
        sa.select(Grant.account_id, Grant.region_id)
        .where(
            Grant.account_id.in_(ids),
            Grant.region_id.is_not(None),
            Grant.role.in_(sorted(AT_HOME)),
            holding(today()),
        )
        .order_by(Grant.id)
    )
    return [(row.account_id, row.region_id) for row in rows]


def _sites_below(region_id: int) -> set[int]:
    inside = Reach(regions=frozenset({region_id})).region_ids(tree(today()))
    sites = sa.select(SitePeriod.site_id).where(
        SitePeriod.region_id.in_(sorted(inside)), on_day(SitePeriod, today())
    )
    return set(db.session.scalars(sites))


def is_own_station(account_id: int | None, site_id: int) -> bool:
    """Whether the account holds a role at the site."""
    return account_id is not None and site_id in own_stations([account_id])[account_id]


def account_named(username: str) -> tuple[int, str]:
    """The account of a username, disabled or not. Raises Unusable."""
    row = db.session.execute(
        sa.select(Account.id, Account.name).where(Account.username == username)
    ).one_or_none()
    if row is None:
        raise Unusable(_l("没有用户名为 %(name)s 的账号。", name=username[:40]), field="owner")
    return row.id, row.name
