"""What the demonstration asks before it records anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from core.db import db
from core.sites.hand import parts
from core.sites.models import SitePeriod, SiteRecord


def any_recorded(site_ids: Sequence[int]) -> bool:
    """Whether anything was ever recorded of any of these sites."""
    return any(
        db.session.scalar(sa.select(SiteRecord.id).where(SiteRecord.site_id.in_(some)).limit(1))
        is not None
        for some in parts(site_ids)
    )


def since(site_ids: Sequence[int]) -> dict[int, date]:
    """The day from which each of these sites is in the register."""
    found: dict[int, date] = {}
    for some in parts(site_ids):
        rows = db.session.execute(
            sa.select(SitePeriod.site_id, sa.func.min(SitePeriod.since))
            .where(SitePeriod.site_id.in_(some))
            .group_by(SitePeriod.site_id)
        )
        found |= {row[0]: row[1] for row in rows}
    return found
