"""What was seen at a site that is found to be part of another.

What was seen is only ever added to, so nothing moves: the survivor gets a copy of each observation,
with its day, its words and its source, which counts from the day of the merge on.  Of what was seen
at both the newest then holds.  The verdicts of earlier days stay what they were, and the other has
its own when it is taken apart.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.db import db
from core.sites.joining import MERGED, Merged, SiteFollower, counting
from core.sites.story import SITE
from standards import story
from standards.models import Observation


def _follow(actor: Actor, merged: Merged) -> None:
    there = {_source(row) for row in _observations(merged.survivor.id)}
    copies = [
        _copy(row, merged) for row in _observations(merged.other.id) if _source(row) not in there
    ]
    if not copies:
        return
    db.session.add_all(copies)
    db.session.flush()
    told = {
        MERGED: (None, merged.other.code),
        "seen": (None, len(copies)),
        "since": (None, merged.on),
    }
    subject = (SITE, merged.survivor.code)
    record(actor, story.FOLLOWED, subject, told, region_id=merged.region_id)


def _observations(site_id: int) -> list[Observation]:
    """In the order in which they were recorded."""
    asked = sa.select(Observation).where(Observation.site_id == site_id).order_by(Observation.id)
    return list(db.session.scalars(asked))


def _source(row: Observation) -> tuple[str, str, int]:
    return row.source_kind, row.source_code, row.criterion_id


def _copy(row: Observation, merged: Merged) -> Observation:
    names = sa.inspect(Observation).column_attrs.keys()
    kept = {name: getattr(row, name) for name in names if name != "id"}
    counts = max(row.on, merged.on)
    return Observation(**(kept | {"site_id": merged.survivor.id, "counts_from": counts}))


OBSERVATIONS: Final = SiteFollower(
    (Observation.__tablename__,),
    _l("现场结果"),
    _l("从今天起也算保留网点的，同一条以较新的为准；原来的保留"),
    counting(Observation),
    _follow,
)
