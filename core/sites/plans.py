"""Writing the plan: which kind of site, in which region, is to offer which service by when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.catalogue.models import Service
from core.clock import today
from core.dated import end
from core.db import db
from core.errors import BadInput, Conflict
from core.regions import queries as regions
from core.regions.models import Region, RegionPeriod
from core.regions.story import REGION
from core.sites import story
from core.sites.actions import require_region
from core.sites.models import OfferingPlan
from core.sites.queries import plan_digest
from core.sites.rules import Kind

#: A service that sites of a kind are to offer.
Cell = tuple[Kind, int]

#: How far ahead a plan may begin or end.
AHEAD = timedelta(days=5 * 366)


def set_plan(
    actor: Actor,
    region_id: int,
    wanted: Mapping[Cell, bool],
    on: date | None,
    seen: str | None = None,
) -> int:
    """Let the cells of a region's own plan hold, or not, from a day on; gives how many differ now.

    *on* is None for a correction: what is put in was to be all along, what is taken out never.
    *seen* is the digest of the lines that were shown (:func:`core.sites.queries.plan_digest`).
    Raises NotFound out of reach, Conflict where somebody changed the plan since, BadInput.
    """
    require_region(actor, region_id)
    if on is not None and on > today() + AHEAD:
        raise BadInput(_l("计划日期太远，最多五年以后。"), field="on")
    # Whoever plans for the same region waits here; the rows read next are the newest.
    db.session.scalar(sa.select(Region.id).where(Region.id == region_id).with_for_update())
    if seen is not None and seen != plan_digest(region_id):
        raise Conflict(_l("这个计划刚刚被别人改过，请核对后再提交。"))
    codes = _codes(wanted)
    held: dict[Cell, list[OfferingPlan]] = {cell: [] for cell in wanted}
    for line in _lines(region_id):
        held.get((Kind(line.kind), line.service_id), []).append(line)
    first = on or _first_day(region_id)
    changed = [
        cell
        for cell in sorted(wanted, key=lambda cell: (cell[0], codes[cell[1]]))
        if _set(region_id, cell, held[cell], wanted[cell], on, first)
    ]
    db.session.flush()
    if changed:
        told = {
            f"plan:{kind}/{codes[service_id]}": (
                not wanted[kind, service_id],
                wanted[kind, service_id],
            )
            for kind, service_id in changed
        }
        subject = (REGION, regions.code_of(region_id, on or today()) or "")
        since = {} if on is None else {"since": (None, on)}
        record(actor, story.PLANNED, subject, {**told, **since}, region_id=region_id)
    return len(changed)


def _lines(region_id: int) -> Sequence[OfferingPlan]:
    own = sa.select(OfferingPlan).where(OfferingPlan.region_id == region_id)
    return db.session.scalars(own.order_by(OfferingPlan.since, OfferingPlan.id)).all()


def _codes(wanted: Mapping[Cell, bool]) -> dict[int, str]:
    ids = {service_id for _kind, service_id in wanted}
    rows = db.session.execute(sa.select(Service.id, Service.code).where(Service.id.in_(ids)))
    found = {row.id: row.code for row in rows}
    if found.keys() != ids:
        raise BadInput(_l("没有这个事项。"), field="service")
    return found


def _first_day(region_id: int) -> date:
    first = sa.select(sa.func.min(RegionPeriod.since)).where(RegionPeriod.region_id == region_id)
    return db.session.scalar(first) or today()


def _set(
    region_id: int,
    cell: Cell,
    lines: Sequence[OfferingPlan],
    wanted: bool,
    on: date | None,
    first: date,
) -> bool:
    """One cell; whether it is different now."""
    day = on or today()
    holds = next((line for line in lines if line.holds(day)), None)
    if wanted == (holds is not None):
        return False
    if holds is None:
        over = [line.until for line in lines if line.until is not None and line.until <= day]
        since = max((first, *over)) if on is None else first
        until = min((line.since for line in lines if line.since > day), default=None)
        kind, service_id = cell
        row = OfferingPlan(region_id=region_id, kind=kind, service_id=service_id, since=since)
        row.until = until
        db.session.add(row)
    elif on is None or on == holds.since:
        db.session.delete(holds)
    else:
        end(holds, on)
    return True
