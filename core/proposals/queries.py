"""Reading what waits: one's own, and what is there to decide."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.clock import today
from core.db import db
from core.errors import NotFound
from core.proposals.models import Proposal
from core.proposals.rules import Asked, ProposalKind, State, find_kind, kinds
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
    own = actor.account_id is not None and actor.account_id == row.made_by_id
    return not own and within(actor, row)


def within(actor: Actor, row: Proposal) -> bool:
    """Whether the proposal lies where *actor* decides on such."""
    reach = actor.reach(find_kind(row.kind).decides)
    if reach.everywhere or row.site_id in reach.sites:
        return True
    return row.region_id is not None and reach.region(tree(today()), row.region_id)


def find(actor: Actor, uuid: str) -> Proposal:
    """The proposal, for whoever made it or may decide on such. Raises NotFound."""
    row = db.session.scalar(sa.select(Proposal).where(Proposal.uuid == uuid))
    own = row is not None and actor.account_id is not None and actor.account_id == row.made_by_id
    if row is None or not (own or within(actor, row)):
        raise NotFound(_l("没有这项申请。"))
    return row


def to_decide(actor: Actor, state: State | None = State.WAITING) -> sa.Select[Proposal]:
    """What lies where *actor* decides, oldest first."""
    conditions = [_decided_by(actor, kind) for kind in kinds()]
    having = sa.true() if state is None else Proposal.state == state
    return (
        sa.select(Proposal)
        .where(sa.or_(sa.false(), *conditions), having)
        .order_by(Proposal.made_at, Proposal.id)
    )


def _decided_by(actor: Actor, kind: ProposalKind) -> sa.ColumnElement[bool]:
    reach = actor.reach(kind.decides)
    if not reach:
        return sa.false()
    lies = reach.condition(tree(today()), Proposal.region_id, Proposal.site_id)
    return sa.and_(Proposal.kind == kind.code, lies)


def made_by(actor: Actor) -> sa.Select[Proposal]:
    """What *actor* asked for, newest first."""
    return (
        sa.select(Proposal)
        .where(Proposal.made_by_id == actor.account_id)
        .order_by(Proposal.made_at.desc(), Proposal.id.desc())
    )


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
