"""Changing many sites at once, those that were seen and as they were seen."""

from __future__ import annotations

import sqlalchemy as sa

from core.access import Actor
from core.db import db
from core.sites import actions
from core.sites.changes import Change
from core.sites.hand import parts
from core.sites.models import Site
from network.listing.bulk.rules import Seen, Stale, moved


def change_all(actor: Actor, seen: Seen, change: Change) -> int:
    """Make one change to all that were seen, or to none. Gives how many are different now.

    Raises Stale where one is not as it was seen, BadInput where one cannot be changed so,
    NotFound where one is out of reach.
    """
    ids: list[int] = []
    current: dict[str, int] = {}
    for codes in parts(sorted(seen)):
        rows = db.session.execute(
            sa.select(Site.id, Site.code, Site.version)
            .where(Site.code.in_(codes))
            .order_by(Site.id)
            .with_for_update()
        )
        for row in rows:
            ids.append(row.id)
            current[row.code] = row.version
    what = moved(seen, current)
    if what:
        raise Stale(what)
    return actions.do_to_all(actor, ids, change)
