"""Visits of a site that is found to be part of another.

All of them go to the survivor: one that is planned is made there, a fault that is found on it is to
be put right there, and one that was made is the last one when the next is judged.  Each keeps the
code under which it was planned or made (``former``), and its page and report say so; what was filed
is not touched, and draws keep the codes that were drawn.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.db import db
from core.sites.joining import Merged, SiteFollower, counting
from standards.inspections import story
from standards.inspections.models import Inspection


def _follow(actor: Actor, merged: Merged) -> None:
    moved = db.session.scalars(
        sa.update(Inspection)
        .where(Inspection.site_id == merged.other.id)
        .values(
            site_id=merged.survivor.id,
            former=sa.func.coalesce(Inspection.former, merged.other.code),
        )
        .returning(Inspection.uuid)
    ).all()
    changes = {"site": (merged.other.code, merged.survivor.code)}
    for uuid in sorted(moved):
        subject = (story.INSPECTION, uuid)
        record(actor, story.HANDED_OVER, subject, changes, region_id=merged.region_id)


VISITS: Final = SiteFollower(
    (Inspection.__tablename__,),
    _l("检查（含待检查的）"),
    _l("归保留的网点，注明原来的编号；恢复为两个网点时不退回"),
    counting(Inspection),
    _follow,
)
