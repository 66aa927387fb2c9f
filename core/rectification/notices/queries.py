"""Reading notices."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.clock import today
from core.dated import on_day
from core.db import db
from core.errors import NotFound
from core.rectification import access
from core.rectification.models import Finding, FindingNotice
from core.sites.models import SitePeriod


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice with what it says."""

    row: FindingNotice
    document: dict[str, Any]


def find(actor: Actor, uuid: str) -> Notice:
    """A notice whose site, or where its findings have gone, is within reach. Raises NotFound."""
    row = db.session.scalar(sa.select(FindingNotice).where(FindingNotice.uuid == uuid))
    if row is None or not any(access.may_read(actor, *place) for place in _places(row)):
        raise NotFound(_l("没有这份整改通知书，或者它不在您的管辖范围内。"))
    return Notice(row, json.loads(row.document))


def _places(row: FindingNotice) -> Sequence[tuple[int, int]]:
    own = sa.select(Finding.site_id).where(Finding.notice_id == row.id)
    wanted = sa.or_(SitePeriod.site_id == row.site_id, SitePeriod.site_id.in_(own))
    rows = db.session.execute(
        sa.select(SitePeriod.site_id, SitePeriod.region_id)
        .where(wanted, on_day(SitePeriod, today()))
        .order_by(SitePeriod.site_id)
    )
    return [(site_id, region_id) for site_id, region_id in rows]
