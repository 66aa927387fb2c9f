"""What is read of the register: the network of a day."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import aliased

from core.audit.models import AuditEvent
from core.calendar.queries import calendar
from core.calendar.rules import Shut
from core.catalogue.queries import service_ids
from core.clock import CITY_TIME, today
from core.dated import lasting, on_day
from core.db import db, once
from core.regions.queries import tree
from core.regions.ranks import ranks
from core.search import contains, rank
from core.sites.models import (
    Closure,
    Offering,
    OfferingPlan,
    Site,
    SiteArrival,
    SiteHours,
    SitePeriod,
)
from core.sites.network import KINDS, STATUSES, Announced, Bits, Network, Rows, Wanted
from core.sites.plan import Line, Plan
from core.sites.rules import Kind, Mode, Status, resolved
from core.snapshot import of_revision


def network(on: date | None = None) -> Network:
    """The network of the day (today's if None), read again when anybody has changed it."""
    return _network(on or today())


@of_revision("network")
def _network(on: date) -> Network:
    return Network(on, tree(on), calendar(), _rows(on))


#: What the audit calls a site, and its confirmation (core/sites/story.py, which reads this).
SITE, CONFIRMED = "site", "site.confirmed"

#: How many rows are in hand at a time: so few are gone again before the garbage collector counts
#: them. Of hundreds of thousands it would go through all, over and over.
IN_HAND = 200


def columns(statement: sa.Select[*tuple[Any, ...]]) -> list[list[Any]]:
    """What the statement gives, column by column, past the unit of work, which would double it."""
    rows = db.session.connection().execute(statement)
    found: list[list[Any]] = [[] for _ in statement.selected_columns]
    for some in rows.partitions(IN_HAND):
        for column, values in zip(found, zip(*some, strict=True), strict=True):
            column.extend(values)
    return found


def _rows(on: date) -> Rows:
    ids, region_ids, kinds, statuses, lat, lon, verified, *texts = columns(_sites(on))
    codes, names, names_en, addresses, phones, made = texts
    places = np.array(ids, np.int64)
    services = service_ids()
    direct, assisted = _planes(on, places, services)
    return Rows(
        ids=places,
        region_ids=np.array(region_ids, np.int64),
        kinds=_places_in(KINDS, kinds),
        statuses=_places_in(STATUSES, statuses),
        lat=np.where(verified, _degrees(lat), np.nan),
        lon=_degrees(lon),
        codes=codes,
        names=names,
        names_en=names_en,
        addresses=addresses,
        phones=phones,
        made=made,
        hours=_hours(on),
        closures=_closures(on),
        services=services,
        direct=direct,
        assisted=assisted,
    )


def _sites(on: date) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            *(Site.id, SitePeriod.region_id, SitePeriod.kind, SitePeriod.status),
            *(SitePeriod.lat, SitePeriod.lon, SitePeriod.verified),
            *(Site.code, Site.name, Site.name_en, Site.address, Site.phone),
            Site.made,
        )
        .join(SitePeriod, SitePeriod.site_id == Site.id)
        .where(on_day(SitePeriod, on))
        .order_by(Site.id)
    )


def _degrees(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array(values, np.float64)


def _places_in(members: Sequence[str], values: Sequence[str]) -> NDArray[np.int8]:
    place = {str(member): number for number, member in enumerate(members)}
    return np.fromiter(map(place.__getitem__, values), np.int8, len(values))


def _planes(on: date, ids: NDArray[np.int64], services: tuple[int, ...]) -> tuple[Bits, Bits]:
    """The bits of every site, one plane a mode; sites in order, 64 services to a word."""
    site_ids, service_ids, directly = columns(
        sa.select(Offering.site_id, Offering.service_id, Offering.mode == Mode.DIRECT).where(
            on_day(Offering, on)
        )
    )
    planes = np.zeros((2, len(ids), -(-len(services) // 64) or 1), np.uint64)
    known = np.isin(site_ids, ids)
    site = np.searchsorted(ids, np.array(site_ids, np.int64)[known])
    bit = np.searchsorted(services, np.array(service_ids, np.int64)[known])
    plane = np.where(directly, 0, 1)[known]
    masks = np.left_shift(np.uint64(1), (bit % 64).astype(np.uint64))
    np.bitwise_or.at(planes, (plane, site, bit // 64), masks)
    return planes[0], planes[1]


def _hours(on: date) -> dict[int, str]:
    """The document of each site; sites with the same hours share one text."""
    site_ids, documents = columns(
        sa.select(SiteHours.site_id, SiteHours.document).where(on_day(SiteHours, on))
    )
    shared = {document: document for document in documents}
    return dict(zip(site_ids, map(shared.__getitem__, documents), strict=True))


def _closures(on: date) -> tuple[Announced, ...]:
    """What is announced for the day or later, earliest first."""
    rows = db.session.scalars(
        sa.select(Closure).where(lasting(Closure, on)).order_by(Closure.since, Closure.id)
    )
    return tuple(
        Announced(
            row.uuid,
            Shut(row.since, row.until, _minutes(row)),
            row.words,
            row.words_en,
            row.site_id,
            row.region_id,
            row.announced_at,
        )
        for row in rows
    )


def _minutes(row: Closure) -> tuple[int, int] | None:
    if row.start_minute is None or row.end_minute is None:
        return None
    return row.start_minute, row.end_minute


def plan(on: date | None = None) -> Plan:
    """What sites are to offer on the day (today if None), read again when anybody changed it."""
    return _plan(on or today())


@of_revision("network")
def _plan(on: date) -> Plan:
    return Plan(_network(on), ranks(on), _plan_lines(on))


def _plan_lines(on: date) -> list[Line]:
    rows = db.session.execute(
        sa.select(
            *(OfferingPlan.region_id, OfferingPlan.kind, OfferingPlan.service_id),
            *(OfferingPlan.since, OfferingPlan.until),
        )
        .where(lasting(OfferingPlan, on))
        .order_by(*(OfferingPlan.region_id, OfferingPlan.kind, OfferingPlan.service_id))
        .order_by(OfferingPlan.since)
    )
    return [Line(row[0], Kind(row[1]), *row[2:]) for row in rows]


def plan_digest(region_id: int) -> str:
    """Stands for all lines of a region's own plan: another one, another digest."""
    rows = db.session.execute(
        sa.select(
            OfferingPlan.kind, OfferingPlan.service_id, OfferingPlan.since, OfferingPlan.until
        )
        .where(OfferingPlan.region_id == region_id)
        .order_by(OfferingPlan.kind, OfferingPlan.service_id, OfferingPlan.since)
    )
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()[:16]


def confirmed_on(site_id: int) -> date | None:
    """The day on which somebody last said that what is known of the site is right."""
    known = _written(site_id)
    return None if known is None else known.confirmed_on


def version_of(site_id: int) -> int | None:
    """The version of a site as it is now."""
    known = _written(site_id)
    return None if known is None else known.version


def _written(site_id: int) -> Any:
    """What is no part of the day's network, for it changes with every confirmation; asked once."""
    asked = sa.select(Site.version, Site.confirmed_on).where(Site.id == site_id)
    return once(("written", site_id), lambda: db.session.execute(asked).one_or_none())


def search(text: str, on: date, limit: int, status: Status | None = Status.ACTIVE) -> list[str]:
    """Codes of sites whose name or address has *text* in it, in characters, pinyin or initials.

    Of any status if None is given; whole names first, then names that begin so, then the rest.
    """
    having = sa.true() if status is None else SitePeriod.status == status
    return list(
        db.session.scalars(
            sa.select(Site.code)
            .join(SitePeriod, SitePeriod.site_id == Site.id)
            .where(on_day(SitePeriod, on), having, contains(Site.search, text))
            .order_by(rank(Site.search, text), sa.func.length(Site.name), Site.code)
            .limit(limit)
        )
    )


def last_settled() -> int:
    """The serial number up to which sites are there or will never be; those of a batch
    (arrivals.py) that come after it may be there at any moment."""
    waiting = (
        sa.select(sa.func.min(Site.serial))
        .join(SiteArrival, SiteArrival.site_id == Site.id)
        .where(~sa.exists().where(SitePeriod.site_id == Site.id))
    )
    first = db.session.scalar(waiting)
    newest = db.session.scalar(sa.select(sa.func.max(Site.serial))) or 0
    return newest if first is None else first - 1


@of_revision("network")
def heirs(on: date) -> Mapping[str, str]:
    """The code of each site that was merged by the day, and that of the one it is part of now."""
    other = aliased(Site)
    rows = db.session.execute(
        sa.select(Site.code, other.code.label("heir"))
        .join(other, other.id == Site.merged_into_id)
        .where(Site.merged_on <= on)
    )
    return resolved({row.code: row.heir for row in rows})


def confirmed_since(net: Network, first: date) -> Wanted:
    """Which sites somebody confirmed from the day *first* to the day of the network.

    The register keeps the last confirmation only; where that is later, the audit tells an earlier.
    """
    rows = db.session.execute(
        sa.select(Site.id, Site.code, Site.confirmed_on).where(Site.confirmed_on >= first)
    ).all()
    sure = [row.id for row in rows if row.confirmed_on <= net.on]
    later = {row.code: row.id for row in rows if row.confirmed_on > net.on}
    if later:
        sure += [later[code] for code in _confirmed_between(first, net.on) if code in later]
    wanted: Wanted = np.isin(net.rows.ids, sure)
    return wanted


def _confirmed_between(first: date, last: date) -> Collection[str]:
    """The codes of the sites that the audit knows to have been confirmed in these days."""
    begin = datetime.combine(first, time(), CITY_TIME)
    end = datetime.combine(last + timedelta(days=1), time(), CITY_TIME)
    confirmed = sa.select(AuditEvent.subject_code).where(
        AuditEvent.action == CONFIRMED,
        AuditEvent.subject_kind == SITE,
        AuditEvent.at >= begin,
        AuditEvent.at < end,
    )
    return set(db.session.scalars(confirmed.distinct()))
