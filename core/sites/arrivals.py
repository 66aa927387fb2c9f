"""Entering many sites at once: unseen, a stretch at a time, then all of them there together.

A site without a period is in the register of no day: whatever is read of sites is read by way of
their periods.  So many sites, with their hours and offerings, are entered in short transactions,
nobody waiting for long, and only their periods are not; those wait in a table of their own until
one statement takes them over.  What was begun and is never ended is swept away.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.audit.actions import begin_batch, forget_members
from core.clock import now
from core.db import db, rows_written, writing
from core.errors import Conflict
from core.sites.models import Offering, Site, SiteArrival, SiteBatch, SiteHours, SitePeriod

#: Nobody who enters sites is silent for so long.
PATIENCE: Final = timedelta(minutes=2)
#: How many sites are swept away at a time.
AT_ONCE: Final = 1000
#: Seconds between two of many transactions: whoever waits has the pen before the next.
BREATH: Final = 0.005

FACTS: Final = (
    *("since", "region_id", "kind", "status", "lat", "lon", "given_lat", "given_lon"),
    *("datum", "verified"),
)

# Nothing that a snapshot tells of is written here until the sites are there.
_UNSEEN: Final[dict[str, Any]] = {"revises": False, "synchronize_session": False}


def begin() -> int:
    """Begin a batch; gives its number, which is that of a batch of the audit's too."""
    id = begin_batch()
    db.session.execute(sa.insert(SiteBatch).values(id=id, touched_at=now(), ended=False))
    return id


def hold(batch_id: int) -> None:
    """Have the batch, in this transaction, for oneself. Raises Conflict where it was given up."""
    mine = sa.update(SiteBatch).where(SiteBatch.id == batch_id, SiteBatch.ended.is_(False))
    if not rows_written(mine.values(touched_at=now())):
        raise Conflict(_l("这次导入中断了，请重新导入。"))


def add(
    model: type[Site | SiteHours | Offering | SiteArrival],
    names: tuple[str, ...],
    rows: sa.Select[*tuple[Any, ...]],
) -> None:
    """Enter what *rows* gives for the columns, to be seen by nobody yet."""
    statement = sa.insert(model).from_select(list(names), rows, include_defaults=False)
    db.session.execute(statement.execution_options(**_UNSEEN))


def reveal(batch_id: int) -> int:
    """Let the sites of the batch be there from now on; gives how many."""
    waiting = (
        sa.select(*(getattr(SiteArrival, name) for name in ("site_id", *FACTS)))
        .where(SiteArrival.batch_id == batch_id)
        .order_by(SiteArrival.site_id)
    )
    names = ["site_id", *FACTS]
    there = sa.insert(SitePeriod).from_select(names, waiting, include_defaults=False)
    return rows_written(there.execution_options(preserve_rowcount=True))


# -- Afterwards ---------------------------------------------------------------------------------


def sweep(batch_id: int) -> None:
    """End a batch: sites that are not there go, with all that is kept of them.

    Those that are there stay; only what waited of them goes.  In short transactions of its own.
    """
    _sweep(batch_id, sa.true())


def sweep_old() -> None:
    """End what somebody began and went away from."""
    old = SiteBatch.touched_at < now() - PATIENCE
    ids = db.session.scalars(sa.select(SiteBatch.id).where(old).order_by(SiteBatch.id)).all()
    db.session.rollback()
    for id in ids:
        _sweep(id, old)


def _sweep(batch_id: int, condition: sa.ColumnElement[bool]) -> None:
    with writing():
        ending = sa.update(SiteBatch).where(SiteBatch.id == batch_id, condition)
        if not rows_written(ending.values(ended=True)):
            return
    gone = False
    while not gone:
        with writing():
            gone = _swept(batch_id) and forget_members(batch_id, AT_ONCE)
            if gone:
                rows_written(sa.delete(SiteBatch).where(SiteBatch.id == batch_id))
        time.sleep(BREATH)


def _swept(batch_id: int) -> bool:
    """Sweep away a stretch of what waits; whether there was nothing."""
    own = SiteArrival.batch_id == batch_id
    some = sa.select(SiteArrival.site_id).where(own).order_by(SiteArrival.site_id).limit(AT_ONCE)
    ids = db.session.scalars(some).all()
    if not ids:
        return True
    seen = sa.select(SitePeriod.site_id).where(SitePeriod.site_id.in_(ids))
    unseen = sorted(set(ids) - set(db.session.scalars(seen)))
    for model, site_id in (
        (Offering, Offering.site_id),
        (SiteHours, SiteHours.site_id),
        (Site, Site.id),
    ):
        rows_written(sa.delete(model).where(site_id.in_(unseen)).execution_options(**_UNSEEN))
    rows_written(sa.delete(SiteArrival).where(own, SiteArrival.site_id.in_(ids)))
    return False
