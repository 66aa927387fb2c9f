"""Every write to the register. The first argument is whoever acts; nothing here commits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core import geo
from core.access import Actor, Permission
from core.audit.actions import record
from core.audit.rules import Changes, EventType, compared
from core.calendar.hours import canonical
from core.catalogue.models import Service
from core.clock import now
from core.db import db
from core.errors import BadInput, Conflict, Forbidden
from core.geo import Datum
from core.regions.models import RegionPeriod
from core.regions.story import REGION
from core.search import index_text
from core.sites import story
from core.sites.models import Closure, Offering, Site, SiteHours, SitePeriod
from core.sites.rules import Kind, Mode, Status, site_code


@dataclass(frozen=True, slots=True)
class Position:
    """Coordinates as somebody gave them; a position somebody has checked is verified."""

    lat: float
    lon: float
    datum: Datum
    verified: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a site when it enters the register."""

    name: str
    kind: Kind
    region_id: int
    position: Position | None
    name_en: str = ""
    address: str = ""
    phone: str = ""
    status: Status = Status.ACTIVE
    made: bool = False


def enter(actor: Actor, entry: Entry, since: date) -> Site:
    """Enter a site in the register from a day on. Raises BadInput for a place outside China."""
    _check_may_write(actor)
    serial = (db.session.scalar(sa.select(sa.func.max(Site.serial))) or 0) + 1
    site = Site(
        serial=serial,
        code=site_code(serial),
        name=entry.name,
        name_en=entry.name_en,
        address=entry.address,
        phone=entry.phone,
        made=entry.made,
        search=index_text(entry.name, entry.name_en, entry.address),
    )
    db.session.add(site)
    db.session.flush()
    period = SitePeriod(
        site_id=site.id,
        since=since,
        region_id=entry.region_id,
        kind=entry.kind,
        status=entry.status,
        **_position(entry.position),
    )
    db.session.add(period)
    db.session.flush()
    subject = (story.SITE, site.code)
    record(actor, story.ENTERED, subject, _entered(site, period), region_id=entry.region_id)
    return site


def _entered(site: Site, period: SitePeriod) -> Changes:
    """What is known of a site that was not there before; what is not known is left out."""
    facts = {
        "name": site.name,
        "name_en": site.name_en or None,
        "kind": period.kind,
        "status": period.status,
        "region": _region_code(period.region_id, period.since),
        "address": site.address or None,
        "phone": site.phone or None,
        "lat": period.given_lat,
        "lon": period.given_lon,
        "datum": period.datum,
        "verified": period.verified if period.lat is not None else None,
        "made": site.made or None,
        "since": period.since,
    }
    return compared({}, facts)


def _region_code(region_id: int, on: date) -> str | None:
    """The code that a region bore on the day; its first where it is older than that."""
    return db.session.scalar(
        sa.select(RegionPeriod.code)
        .where(RegionPeriod.region_id == region_id)
        .order_by((RegionPeriod.since <= on).desc(), RegionPeriod.since.desc())
        .limit(1)
    )


def _record(actor: Actor, event: EventType, site_id: int, changes: Changes) -> None:
    """Keep what was done to a site; its region of now says whose it is to read."""
    code, region_id = db.session.execute(
        sa.select(Site.code, SitePeriod.region_id)
        .join(SitePeriod, SitePeriod.site_id == Site.id)
        .where(Site.id == site_id)
        .order_by(SitePeriod.since.desc())
        .limit(1)
    ).one()
    record(actor, event, (story.SITE, code), changes, region_id=region_id)


def _position(position: Position | None) -> dict[str, float | str | bool | None]:
    if position is None:
        return {"verified": False}
    point = geo.check(position.lat, position.lon, position.datum)
    return {
        "lat": point.lat,
        "lon": point.lon,
        "given_lat": position.lat,
        "given_lon": position.lon,
        "datum": position.datum,
        "verified": position.verified,
    }


def take_up(actor: Actor, site_id: int, seen: int) -> None:
    """Raise the version of a site that was seen at *seen*. Raises Conflict if it has moved on."""
    _check_may_write(actor)
    taken = db.session.scalar(
        sa.update(Site)
        .where(Site.id == site_id, Site.version == seen)
        .values(version=Site.version + 1)
        .returning(Site.id)
    )
    if taken is None:
        raise Conflict(_l("这个网点刚刚被别人改过，请核对后再提交。"))


def set_hours(actor: Actor, site_id: int, document: object, since: date) -> None:
    """Give a site without hours its hours (core/calendar/hours.py) from a day on."""
    _check_may_write(actor)
    kept = canonical(document)
    db.session.add(SiteHours(site_id=site_id, since=since, document=kept))
    db.session.flush()
    changes = {"hours": (None, json.loads(kept)), "since": (None, since)}
    _record(actor, story.HOURS_SET, site_id, changes)


def offer(actor: Actor, site_id: int, modes: dict[int, Mode], since: date) -> None:
    """Let a site offer services (by id) from a day on."""
    _check_may_write(actor)
    db.session.add_all(
        Offering(site_id=site_id, service_id=service_id, mode=mode, since=since)
        for service_id, mode in modes.items()
    )
    db.session.flush()
    codes = db.session.execute(sa.select(Service.id, Service.code).where(Service.id.in_(modes)))
    offered = {f"offering:{code}": (None, modes[service_id]) for service_id, code in codes}
    _record(actor, story.OFFERED, site_id, {**offered, "since": (None, since)})


@dataclass(frozen=True, slots=True)
class Notice:
    """A closure to announce, of one site or of one region, with the words for the public."""

    since: date
    until: date | None
    words: str
    words_en: str = ""
    site_id: int | None = None
    region_id: int | None = None


def announce(actor: Actor, notice: Notice) -> Closure:
    """Announce that a site or a region does not serve."""
    _check_may_write(actor)
    if notice.until is not None and notice.until <= notice.since:
        raise BadInput(_l("恢复日期应晚于停办日期。"), field="until")
    closure = Closure(
        site_id=notice.site_id,
        region_id=notice.region_id,
        since=notice.since,
        until=notice.until,
        words=notice.words,
        words_en=notice.words_en,
        announced_at=now(),
    )
    db.session.add(closure)
    db.session.flush()
    _record_closure(actor, notice)
    return closure


def _record_closure(actor: Actor, notice: Notice) -> None:
    changes = compared(
        {},
        {
            "since": notice.since,
            "until": notice.until,
            "words": notice.words,
            "words_en": notice.words_en or None,
        },
    )
    if notice.site_id is not None:
        _record(actor, story.CLOSURE_ANNOUNCED, notice.site_id, changes)
    elif notice.region_id is not None:
        subject = (REGION, _region_code(notice.region_id, notice.since) or "")
        record(actor, story.CLOSURE_ANNOUNCED, subject, changes, region_id=notice.region_id)


def _check_may_write(actor: Actor) -> None:
    if not actor.may(Permission.REGISTER_WRITE):
        raise Forbidden(_l("您没有此项权限。"))
