"""What waits for a second person in a region that ends, or about a site that is merged."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.clock import today
from core.db import db
from core.proposals.models import Proposal
from core.proposals.rules import State
from core.regions.following import Ended, Follower, Joined, counted_in
from core.regions.queries import load
from core.sites.joining import SiteFollower, counting
from core.sites.models import Site, SitePeriod


def _waiting(region_ids: Collection[int]) -> sa.ColumnElement[bool]:
    return sa.and_(Proposal.region_id.in_(sorted(region_ids)), Proposal.state == State.WAITING)


def _follow(_actor: Actor, ended: Mapping[int, Ended], on: date) -> None:
    """It lies where its site will stand, else in the first heir, else one level above.

    An heir that is yet to begin cannot have anybody decide today; until then it lies above, too.
    """
    living = load(today()).by_id
    rows = db.session.scalars(sa.select(Proposal).where(_waiting(ended.keys()))).all()
    for row in rows:
        left = ended[row.region_id or 0]
        standing = sa.select(SitePeriod.region_id).where(
            SitePeriod.site_id == row.site_id, SitePeriod.since == on
        )
        heirs = [db.session.scalar(standing) if row.site_id else None, *left.heirs.values()]
        row.region_id = next((heir for heir in heirs if heir in living), left.parent_id)
    db.session.flush()


def _join(_actor: Actor, joined: Joined, _on: date) -> None:
    """What waits about a site that goes over waits in the new region, once that has begun."""
    if joined.region_id not in load(today()).by_id:
        return
    rows = db.session.scalars(
        sa.select(Proposal)
        .join(Site, Site.id == Proposal.site_id)
        .where(_waiting(joined.origins.values()), Site.code.in_(joined.sites))
    ).all()
    for row in rows:
        row.region_id = joined.region_id
    db.session.flush()


PROPOSALS: Final = Follower(
    Proposal.__tablename__,
    _l("待审批的申请"),
    counted_in(Proposal, Proposal.state == State.WAITING),
    _follow,
    needs_heir=False,
    join=_join,
)

# -- Sites that are merged ----------------------------------------------------------------------

#: It was asked of the site as it was, so nobody may approve it of another: it waits to be refused.
OF_SITES: Final = SiteFollower(
    (Proposal.__tablename__,),
    _l("待审批的申请"),
    _l("不能再通过，只能退回：请先处理"),
    counting(Proposal, Proposal.state == State.WAITING),
    None,
)
