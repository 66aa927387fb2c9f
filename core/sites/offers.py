"""What many sites offer, set at once: each site as it says, in few statements, as one event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, require_reach
from core.audit.actions import record
from core.audit.rules import Changes, Member
from core.catalogue.models import Service
from core.clock import today
from core.db import db
from core.errors import BadInput, Conflict, Forbidden
from core.regions import queries as regions
from core.sites import story
from core.sites.actions import shared_region
from core.sites.changes import set_offering
from core.sites.models import Offering, Site, SitePeriod
from core.sites.rules import Mode

#: Per site (by id) the services (by id) that it is to offer, or with None is not to.
Wanted = Mapping[int, Mapping[int, Mode | None]]

#: How many sites one statement names.
AT_ONCE = 500


def set_offerings(actor: Actor, wanted: Wanted, on: date | None, seen: Mapping[int, int]) -> int:
    """Let sites offer otherwise from a day on, or as a correction; gives how many are different.

    *seen* is the version of each. One event with members tells it. Raises NotFound where one is out
    of reach, Conflict where somebody changed one since, BadInput naming the site; then none is.
    """
    found = _Found.of(actor, wanted)
    members: list[Member] = []
    touched: list[int] = []
    for site in _taken_up(seen, wanted):
        changes = _set(site, wanted[site.id], on, found)
        if changes:
            members.append(Member((story.SITE, site.code), changes))
            touched.append(found.regions[site.id])
    db.session.flush()
    if members:
        shared = shared_region(touched)
        record(actor, story.OFFERED, (story.SITE, ""), region_id=shared, members=members)
    return len(members)


class _Found:
    """What is known of the sites before anything is changed."""

    def __init__(self) -> None:
        self.regions: dict[int, int] = {}
        self.first: dict[int, date] = {}
        self.codes: dict[int, str] = {}
        self.periods: dict[tuple[int, int], list[Offering]] = defaultdict(list)

    @classmethod
    def of(cls, actor: Actor, wanted: Wanted) -> _Found:
        reach = actor.reach(Permission.REGISTER_WRITE)
        if not reach:
            raise Forbidden(_l("您没有此项权限。"))
        found, on, living = cls(), today(), regions.load(today())
        services = sorted({service for modes in wanted.values() for service in modes})
        for some in _some(sorted(wanted)):
            for period in db.session.execute(
                sa.select(SitePeriod.site_id, SitePeriod.region_id, SitePeriod.since)
                .where(SitePeriod.site_id.in_(some))
                .order_by((SitePeriod.since <= on), SitePeriod.since)
            ):
                found.regions[period.site_id] = period.region_id
                known = found.first.get(period.site_id, period.since)
                found.first[period.site_id] = min(known, period.since)
            for line in db.session.scalars(
                sa.select(Offering)
                .where(Offering.site_id.in_(some), Offering.service_id.in_(services))
                .order_by(Offering.since)
            ):
                found.periods[line.site_id, line.service_id].append(line)
        for site_id in wanted:
            inside = site_id in found.regions and (
                site_id in reach.sites or reach.region(living, found.regions[site_id])
            )
            require_reach(inside)
        rows = db.session.execute(
            sa.select(Service.id, Service.code).where(Service.id.in_(services))
        )
        found.codes = {row.id: row.code for row in rows}
        return found


def _taken_up(seen: Mapping[int, int], wanted: Wanted) -> Iterator[Site]:
    """Each site for changing, its version raised; in the order of ids, so that nobody waits for
    somebody who waits."""
    for some in _some(sorted(wanted)):
        locked = sa.select(Site.id).where(Site.id.in_(some)).order_by(Site.id)
        db.session.execute(locked.with_for_update())
        sites = db.session.scalars(
            sa.update(Site)
            .where(Site.id.in_(some), Site.merged_into_id.is_(None))
            .values(version=Site.version + 1)
            .returning(Site)
            .execution_options(populate_existing=True, synchronize_session=False)
        ).all()
        if {site.id: site.version - 1 for site in sites} != {one: seen.get(one) for one in some}:
            raise Conflict(_l("有网点刚刚被别人改过，请核对后再提交。"))
        yield from sorted(sites, key=lambda site: site.id)


def _set(site: Site, modes: Mapping[int, Mode | None], on: date | None, found: _Found) -> Changes:
    changes: dict[str, tuple[object, object]] = {}
    for service_id, mode in modes.items():
        periods: Sequence[Offering] = found.periods[site.id, service_id]
        try:
            before, after = set_offering(
                site.id, service_id, periods, mode, on, on or found.first[site.id]
            )
        except BadInput as fault:
            message = _l(
                "%(name)s（%(code)s）：%(what)s", name=site.name, code=site.code, what=fault
            )
            raise BadInput(message, field=fault.field) from None
        if before != after:
            changes[f"offering:{found.codes[service_id]}"] = (before, after)
    return {**changes, **({} if on is None else {"since": (None, on)})} if changes else {}


def _some(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
