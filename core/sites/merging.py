"""Two sites of the register that are one place: one stays, the other's code leads to it.

Nothing is deleted and no earlier day changes: from today on the other is given up, and what is
chosen of it is the survivor's, and so is all that hangs on it, as each room has it (joining.py).
Its hours and services stay with it as they were, so that it can be taken apart again; what the
survivor took over then stays the survivor's, to be edited as anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.audit.actions import record
from core.audit.rules import Changes
from core.clock import today
from core.dated import on_day
from core.db import db
from core.errors import BadInput, Conflict
from core.geo import Datum
from core.regions.queries import county_of
from core.sites import changes, joining, story
from core.sites.actions import require_site, take_up
from core.sites.changes import Change, Position, Standing
from core.sites.joining import Merged
from core.sites.models import Offering, Site, SiteHours, SitePeriod
from core.sites.rules import Fact, Kind, Mode, Status, Taken

#: A site that serves is not given up for one that does not.
_WORTH = {Status.CLOSED: 0, Status.PLANNED: 1, Status.ACTIVE: 2}
_NAMES = (Fact.NAME, Fact.NAME_EN, Fact.ADDRESS, Fact.PHONE)


def merge(
    actor: Actor, survivor_id: int, other_id: int, seen: tuple[int | None, int | None], taken: Taken
) -> None:
    """Let *other* be part of *survivor* from today on; *seen* are the versions of both.

    Raises NotFound where one is out of reach, Conflict where one was changed since or is merged
    already, BadInput where the survivor serves less than the other.
    """
    if survivor_id == other_id:
        raise BadInput(_l("一个网点不能与自己合并。"))
    versions = dict(zip((survivor_id, other_id), seen, strict=True))
    # Always in one order, so that two who merge the same pair wait for one another in turn.
    up = {site_id: take_up(actor, site_id, versions[site_id]) for site_id in sorted(versions)}
    survivor, other = up[survivor_id], up[other_id]
    on = today()
    held, given = _period(survivor, on), _period(other, on)
    if _WORTH[Status(held.status)] < _WORTH[Status(given.status)]:
        raise BadInput(_l("请保留正在服务的那个网点。"), field="survivor")
    made = _take(actor, survivor, other, taken, on)
    away = _give_up(actor, other, on)
    other.merged_into_id, other.merged_on = survivor.id, on
    db.session.flush()
    told = {"merged": (None, other.code), **made, "since": (None, on)}
    record(actor, story.MERGED, (story.SITE, survivor.code), told, region_id=held.region_id)
    told = {"merged_into": (None, survivor.code), **away, "since": (None, on)}
    record(actor, story.MERGED_AWAY, (story.SITE, other.code), told, region_id=given.region_id)
    stands = require_site(actor, survivor.id, Permission.REGISTER_WRITE)
    joining.follow(actor, Merged(survivor, other, stands, on))


def across_counties(a_id: int, b_id: int) -> bool:
    """Whether two sites stand in different counties today, as the database has it."""
    on = today()
    first, second = (_period(db.session.get_one(Site, one), on).region_id for one in (a_id, b_id))
    return county_of(first) != county_of(second)


def _period(site: Site, on: date) -> SitePeriod:
    found = db.session.scalar(
        sa.select(SitePeriod).where(SitePeriod.site_id == site.id, on_day(SitePeriod, on))
    )
    if found is None:
        raise BadInput(_l("网点 %(code)s 还没有开始登记，不能合并。", code=site.code))
    return found


# -- What the survivor takes over ---------------------------------------------------------------


def _take(actor: Actor, survivor: Site, other: Site, taken: Taken, on: date) -> Changes:
    made: dict[str, Any] = {}
    for change in _wanted(survivor, other, taken, on):
        made |= change.make(actor, survivor)
    return made


def _wanted(survivor: Site, other: Site, taken: Taken, on: date) -> Iterator[Change]:
    names = {fact.value: str(getattr(other, fact)) for fact in _NAMES if fact in taken.facts}
    if names:
        yield changes.described(**names)
    standing = _standing(_period(other, on), taken)
    if standing:
        yield changes.moved(on, **standing)
    if Fact.HOURS in taken.facts:
        yield changes.hours(_hours(other, on), on)
    modes = _united(_modes(survivor, on), _modes(other, on), taken)
    if modes:
        yield changes.offering(modes, on)


def _standing(given: SitePeriod, taken: Taken) -> Standing:
    found = Standing()
    if Fact.KIND in taken.facts:
        found["kind"] = Kind(given.kind)
    if Fact.REGION in taken.facts:
        found["region_id"] = given.region_id
    if Fact.POSITION in taken.facts:
        found["position"] = _position(given)
    return found


def _position(given: SitePeriod) -> Position | None:
    if given.given_lat is None or given.given_lon is None or given.datum is None:
        return None
    return Position(given.given_lat, given.given_lon, Datum(given.datum), given.verified)


def _hours(site: Site, on: date) -> object:
    kept = db.session.scalar(
        sa.select(SiteHours.document).where(SiteHours.site_id == site.id, on_day(SiteHours, on))
    )
    return changes.parsed(kept)


def _modes(site: Site, on: date) -> dict[int, Mode]:
    rows = db.session.execute(
        sa.select(Offering.service_id, Offering.mode).where(
            Offering.site_id == site.id, on_day(Offering, on)
        )
    )
    return {row.service_id: Mode(row.mode) for row in rows}


def _united(own: dict[int, Mode], others: dict[int, Mode], taken: Taken) -> dict[int, Mode | None]:
    """What is offered otherwise from now on: what only the other does, and what was chosen."""
    return {
        service_id: mode
        for service_id, mode in sorted(others.items())
        if service_id not in own or (service_id in taken.services and own[service_id] != mode)
    }


# -- What becomes of the other ------------------------------------------------------------------


def _give_up(actor: Actor, other: Site, on: date) -> Changes:
    made = changes.closed(on).make(actor, other)
    # What was planned for it is planned no longer.
    db.session.execute(
        sa.update(SitePeriod)
        .where(SitePeriod.site_id == other.id, SitePeriod.since > on)
        .values(status=Status.CLOSED)
    )
    return made


def take_apart(actor: Actor, site_id: int, seen: int) -> None:
    """Let a site that was merged be one of its own again from today on, as it was before.

    Raises NotFound out of reach, Conflict where it is not merged or was changed since.
    """
    region_id = require_site(actor, site_id, Permission.REGISTER_WRITE)
    into = sa.select(Site.merged_into_id, Site.merged_on).where(Site.id == site_id)
    was = db.session.execute(into.with_for_update()).one()
    site = db.session.scalar(
        sa.update(Site)
        .where(Site.id == site_id, Site.version == seen, Site.merged_into_id.is_not(None))
        .values(merged_into_id=None, merged_on=None, version=Site.version + 1)
        .returning(Site)
        .execution_options(populate_existing=True)
    )
    if site is None:
        raise Conflict(_l("这个网点刚刚被别人改过，请核对后再提交。"))
    on = today()
    status = _status_before(site, was.merged_on)
    back = changes.moved(on, status=status).make(actor, site)
    heir = db.session.scalars(sa.select(Site.code).where(Site.id == was.merged_into_id)).one()
    told = {**back, "merged_into": (heir, None), "since": (None, on)}
    record(actor, story.TAKEN_APART, (story.SITE, site.code), told, region_id=region_id)
    left = {"merged": (site.code, None), "since": (None, on)}
    heirs_region = _period(db.session.get_one(Site, was.merged_into_id), on).region_id
    record(actor, story.PART_LEFT, (story.SITE, heir), left, region_id=heirs_region)


def _status_before(site: Site, merged_on: date) -> Status:
    """What it was on the day before it was merged; one entered on that very day served."""
    day = merged_on - timedelta(days=1)
    found = db.session.scalar(
        sa.select(SitePeriod.status).where(SitePeriod.site_id == site.id, on_day(SitePeriod, day))
    )
    return Status.ACTIVE if found is None else Status(found)
