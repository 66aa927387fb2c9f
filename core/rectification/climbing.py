"""What is late goes further up by itself: to the station, the county, the city, once each.

Any number of workers may do it at the same time: what is to go up is found and written in one
statement a level, and what stands there already is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import sqlalchemy as sa

from core.access import Actor, command
from core.audit.actions import record
from core.calendar import working
from core.calendar.queries import calendar
from core.clock import today
from core.dated import on_day
from core.db import db, insert_or, writing
from core.rectification import story
from core.rectification.importer import periods
from core.rectification.models import Finding, FindingClimb
from core.rectification.rules import TO_DO, Climb
from core.sites.models import SitePeriod
from core.sites.rules import Status

#: Who climbs, as the audit tells it.
ACTOR: Final = command("rectification.climb")


def climb_nightly() -> None:
    """Bring what is late before those above."""
    with writing():
        climb(ACTOR, today())


def climb(actor: Actor, on: date) -> int:
    """Bring before each level what is late enough on a day; gives how many records that made.

    What has been answered waits for the re-check and does not climb, nor does what a site has that
    serves no longer.
    """
    made = 0
    for level in Climb:
        latest = periods().climbed(calendar(), level, on)
        for climbed in _climb(level, latest, on):
            _tell(actor, climbed, level, on)
            made += 1
    return made


def _climb(level: Climb, latest: date, on: date) -> Sequence[sa.Row[int, date]]:
    names = ["finding_id", "level", "due", "climbed_on"]
    late = (
        sa.select(
            Finding.id, sa.literal(level.value), Finding.due, sa.literal(on, sa.Date).label("on")
        )
        .join(SitePeriod, SitePeriod.site_id == Finding.site_id)
        .where(
            on_day(SitePeriod, on),
            SitePeriod.status == Status.ACTIVE,
            Finding.state.in_(TO_DO),
            Finding.due <= latest,
        )
        .order_by(Finding.id)
    )
    return db.session.execute(
        insert_or(FindingClimb)
        .from_select(names, late)
        .on_conflict_do_nothing(index_elements=["finding_id", "due", "level"])
        .returning(FindingClimb.finding_id, FindingClimb.due)
    ).all()


def _tell(actor: Actor, climbed: sa.Row[int, date], level: Climb, on: date) -> None:
    uuid, region_id = db.session.execute(
        sa.select(Finding.uuid, SitePeriod.region_id)
        .join(SitePeriod, SitePeriod.site_id == Finding.site_id)
        .where(Finding.id == climbed.finding_id, on_day(SitePeriod, on))
    ).one()
    late = working.between(calendar(), climbed.due, on)
    changes = {"level": (None, level), "due": (None, climbed.due), "late": (None, late)}
    record(actor, story.CLIMBED, (story.FINDING, uuid), changes, region_id=region_id)
