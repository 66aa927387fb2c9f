"""Reading what waits: one's own, and what is there to decide."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.clock import today
from core.db import db
from core.errors import NotFound
from core.pages import PER_PAGE
from core.proposals.models import Proposal
from core.proposals.rules import Asked, ProposalKind, Show, State, find_kind, kinds
from core.regions.queries import tree


def asked(row: Proposal) -> Asked:
    """The proposal as its kind sees it."""
    return Asked(
        uuid=row.uuid,
        kind=row.kind,
        subject=(row.subject_kind, row.subject_code),
        region_id=row.region_id,
        site_id=row.site_id,
        payload=json.loads(row.payload),
        base_version=row.base_version,
        words=row.words,
        made_by=row.made_by,
        made_by_id=row.made_by_id,
        made_at=row.made_at,
    )


def may_decide(actor: Actor, row: Proposal) -> bool:
    """Whether *actor* may say yes or no: within reach, and not the one who asked."""
    return not is_own(actor, row) and within(actor, row)


def within(actor: Actor, row: Proposal) -> bool:
    """Whether the proposal lies where *actor* decides on such."""
    reach = actor.reach(find_kind(row.kind).decides)
    if reach.everywhere or row.site_id in reach.sites:
        return True
    return row.region_id is not None and reach.region(tree(today()), row.region_id)


def is_own(actor: Actor, row: Proposal) -> bool:
    """Whether *actor* is who asked."""
    return actor.account_id is not None and actor.account_id == row.made_by_id


def may_see(actor: Actor, row: Proposal) -> bool:
    """Whether *actor* asked for it, or decides on such."""
    return is_own(actor, row) or within(actor, row)


def find(actor: Actor, uuid: str) -> Proposal:
    """The proposal, for whoever made it or may decide on such. Raises NotFound."""
    row = db.session.scalar(
        sa.select(Proposal).where(Proposal.uuid == uuid, Proposal.kind.in_(_known()))
    )
    if row is None or not may_see(actor, row):
        raise NotFound(_l("没有这项申请。"))
    return row


def _known() -> list[str]:
    """The codes of the kinds of which somebody still knows what they mean."""
    return [kind.code for kind in kinds()]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed down to; None for any."""

    show: Show = Show.TO_DECIDE
    kind: str | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    rows: tuple[Proposal, ...]
    total: int


def listing(actor: Actor, asked: Filters, page: int) -> Listing:
    """A page of the proposals that *asked* means: what waits oldest first, else newest first."""
    wanted = sa.and_(
        _shown(actor, asked.show),
        Proposal.kind.in_(_known() if asked.kind is None else [asked.kind]),
        sa.true() if asked.state is None else Proposal.state == asked.state,
    )
    newest = Proposal.made_at.desc(), Proposal.id.desc()
    order = (Proposal.made_at, Proposal.id) if asked.show is Show.TO_DECIDE else newest
    rows = db.session.scalars(
        sa.select(Proposal)
        .where(wanted)
        .order_by(*order)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return Listing(tuple(rows), _count(wanted))


def number_to_decide(actor: Actor) -> int:
    """How many wait for *actor*."""
    return _count(_shown(actor, Show.TO_DECIDE))


def _count(wanted: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Proposal).where(wanted)) or 0


def _shown(actor: Actor, show: Show) -> sa.ColumnElement[bool]:
    own = Proposal.made_by_id == actor.account_id
    if show is Show.MINE:
        return own
    within_reach = sa.or_(sa.false(), *(_decided_by(actor, kind) for kind in kinds()))
    if show is Show.DECIDED:
        return sa.and_(within_reach, Proposal.state != State.WAITING)
    others = Proposal.made_by_id.is_distinct_from(actor.account_id)
    return sa.and_(within_reach, Proposal.state == State.WAITING, others)


def _decided_by(actor: Actor, kind: ProposalKind) -> sa.ColumnElement[bool]:
    reach = actor.reach(kind.decides)
    if not reach:
        return sa.false()
    lies = reach.condition(tree(today()), Proposal.region_id, Proposal.site_id)
    return sa.and_(Proposal.kind == kind.code, lies)


def waiting_for(subject: tuple[str, str]) -> Sequence[Proposal]:
    """What waits about one thing, oldest first."""
    return db.session.scalars(
        sa.select(Proposal)
        .where(
            Proposal.subject_kind == subject[0],
            Proposal.subject_code == subject[1],
            Proposal.state == State.WAITING,
        )
        .order_by(Proposal.made_at, Proposal.id)
    ).all()


def beside(actor: Actor, row: Proposal) -> list[Proposal]:
    """What else waits that the same person asked for of the same thing, for *actor* to see."""
    if row.made_by_id is None:
        return []
    return [
        other
        for other in waiting_for((row.subject_kind, row.subject_code))
        if other.id != row.id and other.made_by_id == row.made_by_id
        if other.kind in _known() and may_see(actor, other)
    ]
