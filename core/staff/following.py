"""Where the records of staff are kept when a region ends: with its heir, else one level up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.db import db
from core.regions.following import Counts, Ended, Follower
from core.staff import story
from core.staff.models import Member


def _held(region_ids: Collection[int], _on: date) -> Counts:
    rows = db.session.execute(
        sa.select(Member.region_id, sa.func.count())
        .where(Member.region_id.in_(sorted(region_ids)))
        .group_by(Member.region_id)
    )
    return {row[0]: row[1] for row in rows}


def _follow(actor: Actor, ended: Mapping[int, Ended], _on: date) -> None:
    """Of several heirs none is meant: the records go to the region above them."""
    members = db.session.scalars(
        sa.select(Member).where(Member.region_id.in_(sorted(ended))).order_by(Member.id)
    ).all()
    for member in members:
        left = ended[member.region_id]
        heirs = sorted(left.heirs.items())
        code, region_id = heirs[0] if len(heirs) == 1 else (None, left.parent_id)
        if region_id is None:
            continue
        member.region_id = region_id
        told = {"region": (left.code, code)}
        record(actor, story.DESCRIBED, (story.MEMBER, member.code), told, region_id=region_id)
    db.session.flush()


MEMBERS: Final = Follower(
    Member.__tablename__, _l("工作人员档案"), _held, _follow, needs_heir=False
)
