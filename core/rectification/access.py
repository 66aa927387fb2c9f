"""Who may do what with a finding."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

import sqlalchemy as sa

from core.access import NOWHERE, Actor, Permission, Reach
from core.accounts.rules import Role
from core.clock import today
from core.dated import on_day
from core.db import db
from core.rectification.models import Finding
from core.rectification.rules import FindingSource, find_source, sources
from core.regions.queries import tree
from core.sites.models import SitePeriod
from core.staff.models import Member, Posting

#: Any of these shows the findings within its reach.
READERS = (Permission.INSPECTIONS_READ, Permission.RECTIFY)
#: Who works at a place does not judge it.
AT_HOME = frozenset({Role.STATION_MANAGER, Role.WINDOW_CLERK})


def reach_of(actor: Actor, permissions: Iterable[Permission]) -> Reach:
    """Where any of the permissions is held."""
    return reduce(Reach.__or__, map(actor.reach, permissions), NOWHERE)


def reach_of_role(actor: Actor, role: Role) -> Reach:
    """Where the role is held."""
    return reduce(Reach.__or__, (one.reach for one in actor.held if one.role == role), NOWHERE)


def covers(reach: Reach, site_id: int, region_id: int) -> bool:
    """Whether a site that stands in a region today is within reach."""
    return reach.everywhere or reach.site(tree(today()), site_id, region_id)


def condition(reach: Reach) -> sa.ColumnElement[bool]:
    """The same, of a finding with the period of its site."""
    return reach.condition(tree(today()), SitePeriod.region_id, Finding.site_id)


def rechecking(source: FindingSource | None) -> tuple[Permission, ...]:
    """Any of these is needed to re-check."""
    review = Permission.INSPECTIONS_REVIEW
    return (review,) if source is None else (source.rechecks, review)


def home(actor: Actor) -> Reach:
    """Where the actor works at a counter, or answers for one."""
    return reduce(Reach.__or__, (one.reach for one in actor.held if one.role in AT_HOME), NOWHERE)


def may_read(actor: Actor, site_id: int, region_id: int) -> bool:
    return covers(reach_of(actor, READERS), site_id, region_id)


def may_answer(actor: Actor, site_id: int, region_id: int) -> bool:
    return covers(actor.reach(Permission.RECTIFY), site_id, region_id)


def rechecks(actor: Actor, source: str, site_id: int, region_id: int) -> bool:
    """Whether re-checking there is the actor's, her own station and her own answer aside."""
    return covers(reach_of(actor, rechecking(find_source(source))), site_id, region_id)


def at_home(actor: Actor, site_id: int, region_id: int) -> bool:
    """Whether it is the actor's own station: by a role held there, or by being posted there."""
    if covers(home(actor), site_id, region_id):
        return True
    return db.session.scalar(_posted(actor).where(Posting.site_id == site_id).limit(1)) is not None


def _posted(actor: Actor) -> sa.Select[int]:
    """The sites at which somebody with the actor's account is posted today; none for a command,
    which has no more of an account than many members of staff."""
    theirs = sa.false() if actor.account_id is None else Member.account_id == actor.account_id
    return (
        sa.select(Posting.site_id)
        .join(Member, Member.id == Posting.member_id)
        .where(theirs, on_day(Posting, today()))
    )


def may_lead(actor: Actor, site_id: int, region_id: int) -> bool:
    """Whether the actor says who is to answer, and gives findings up."""
    return covers(actor.reach(Permission.INSPECTIONS_REVIEW), site_id, region_id)


def rechecked_by(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition that an answer waits for this very person: not her own, nor of her station."""
    own = sa.or_(*(_of_source(actor, source) for source in sources()), sa.false())
    if actor.account_id is None:
        return own
    not_hers = Finding.answered_by_id.is_distinct_from(actor.account_id)
    elsewhere = sa.and_(sa.not_(condition(home(actor))), Finding.site_id.not_in(_posted(actor)))
    return sa.and_(own, not_hers, elsewhere)


def _of_source(actor: Actor, source: FindingSource) -> sa.ColumnElement[bool]:
    reach = actor.reach(source.rechecks)
    return sa.and_(Finding.source == source.code, condition(reach)) if reach else sa.false()
