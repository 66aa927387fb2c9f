"""What becomes of findings when their site is found to be the same place as another.

Where a site goes when its region ends, its findings go by themselves: they hang on the site alone.
"""

from __future__ import annotations

import sqlalchemy as sa

from core.access import Actor
from core.audit.actions import record
from core.db import db
from core.rectification import story
from core.rectification.models import Finding
from core.sites.models import Site


def hand_over(actor: Actor, from_id: int, to_id: int, region_id: int) -> None:
    """Let the findings of one site be those of another, which stands in the region.

    The closed ones, too: what comes again there has come before.
    """
    moved = db.session.scalars(
        sa.update(Finding)
        .where(Finding.site_id == from_id)
        .values(site_id=to_id, version=Finding.version + 1)
        .returning(Finding.uuid)
    ).all()
    if not moved:
        return
    codes = dict(
        db.session.execute(sa.select(Site.id, Site.code).where(Site.id.in_([from_id, to_id]))).all()
    )
    changes = {"site": (codes[from_id], codes[to_id])}
    for uuid in sorted(moved):
        subject = (story.FINDING, uuid)
        record(actor, story.HANDED_OVER, subject, changes, region_id=region_id)
