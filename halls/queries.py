"""What is read of a site by those who keep it, inside a hall as at a station."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.clock import today
from core.db import db
from core.errors import NotFound
from core.proposals.models import Proposal
from core.proposals.rules import State
from core.regions.queries import tree
from core.sites import story
from core.sites.actions import KEEPERS, require_site
from core.sites.models import Site
from core.sites.network import Place
from core.sites.queries import network
from core.sites.rules import is_site_code


@dataclass(frozen=True, slots=True)
class Kept:
    """A site as whoever keeps it has it before her; ``writes``: her changes need no second word."""

    id: int
    code: str
    name: str
    name_en: str
    version: int
    region_id: int
    writes: bool


def keep(actor: Actor, code: str) -> Kept:
    """The site of a code, for whoever keeps it. Raises Forbidden, NotFound out of reach."""
    row = None
    if is_site_code(code):
        row = db.session.execute(
            sa.select(Site.id, Site.name, Site.name_en, Site.version, Site.merged_into_id).where(
                Site.code == code
            )
        ).one_or_none()
    if row is None:
        raise NotFound(_l("没有编号为 %(code)s 的网点。", code=code[:40]), field="code")
    region_id = require_site(actor, row.id, *KEEPERS)
    if row.merged_into_id is not None:
        raise NotFound(_l("这个网点已并入另一个网点，请改那一个。"))
    writes = actor.reach(Permission.REGISTER_WRITE).site(tree(today()), row.id, region_id)
    return Kept(row.id, code, row.name, row.name_en, row.version, region_id, writes)


def keeps(actor: Actor, place: Place) -> bool:
    """Whether *actor* may record what the site has, or ask for it."""
    return _within(actor, place, *KEEPERS)


def reads(actor: Actor, place: Place) -> bool:
    """Whether *actor* sees what staff see of the site."""
    return _within(actor, place, Permission.REGISTER_READ)


def _within(actor: Actor, place: Place, *permissions: Permission) -> bool:
    living = network().tree
    return any(
        actor.reach(permission).site(living, place.id, place.region.id)
        for permission in permissions
    )


def waiting(code: str, kind: str) -> Sequence[Proposal]:
    """What waits for an answer about the site, of one kind, oldest first."""
    return db.session.scalars(
        sa.select(Proposal)
        .where(
            *(Proposal.subject_kind == story.SITE, Proposal.subject_code == code),
            *(Proposal.kind == kind, Proposal.state == State.WAITING),
        )
        .order_by(Proposal.made_at, Proposal.id)
    ).all()
