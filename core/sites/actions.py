"""Every write to the register. The first argument is whoever acts; nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, Reach, require_reach
from core.audit import queries as audit
from core.audit.actions import record
from core.audit.rules import Changes, Member, Subject, compared
from core.clock import today
from core.db import db
from core.errors import BadInput, Conflict, Forbidden, OneKmError
from core.regions import queries as regions
from core.search import index_text
from core.sites import changes, story
from core.sites.changes import Change, Position, Standing
from core.sites.hand import Hand, parts
from core.sites.models import Site, SitePeriod
from core.sites.rules import Kind, Mode, Status, site_code

# Who holds this lock of PostgreSQL's gives serial numbers; SQLite has but one writer anyway.
_SERIALS: Final = 0x736572

#: Who may say that what is known of a site is right, or that it is shut for some hours.
KEEPERS = (Permission.REGISTER_WRITE, Permission.REGISTER_PROPOSE)


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
    require_region(actor, entry.region_id)
    serial = next_serial()
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
    standing = Standing(
        kind=entry.kind, status=entry.status, region_id=entry.region_id, position=entry.position
    )
    period = SitePeriod(site_id=site.id, since=since, **changes.columns(standing))
    db.session.add(period)
    db.session.flush()
    subject = Subject(story.SITE, site.code)
    record(actor, story.ENTERED, subject, _entered(site, period), region_id=entry.region_id)
    return site


def next_serial() -> int:
    """The serial number that a new site gets; whoever else wants one waits for the transaction."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(_SERIALS)))
    return (db.session.scalar(sa.select(sa.func.max(Site.serial))) or 0) + 1


def _entered(site: Site, period: SitePeriod) -> Changes:
    """What is known of a site that was not there before; what is not known is left out."""
    facts = {
        "name": site.name,
        "name_en": site.name_en or None,
        "kind": period.kind,
        "status": period.status,
        "region": regions.code_of(period.region_id, period.since),
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


# -- Changing what is there ---------------------------------------------------------------------


def do(actor: Actor, site_id: int, seen: int | None, *wanted: Change, why: str = "") -> None:
    """Make changes to a site that was seen at the version *seen*; None: seen in this transaction.

    *why* is kept with what is done. Raises NotFound out of reach, Conflict where somebody changed
    it since, BadInput.
    """
    site = take_up(actor, site_id, seen, aside=all(change.aside for change in wanted))
    for change in wanted:
        made = change.make(actor, site)
        if made:
            told = {**made, "reason": (None, why)} if why else made
            record(actor, change.event, (story.SITE, site.code), told, region_id=_region(site.id))


def do_to_all(actor: Actor, site_ids: Collection[int], change: Change) -> int:
    """Make one change to many sites: one event with members. Gives how many are different now.

    Raises NotFound where one is out of reach, Conflict where one is no more, BadInput naming the
    site that cannot be changed so; then none is.
    """
    ids = sorted(set(site_ids))
    require_sites(actor, ids, Permission.REGISTER_WRITE)
    outcome = _attempt(actor, _take_up_all(ids, change.aside), change)
    for refused in outcome.refused:
        raise refused.fault
    db.session.flush()
    if outcome.changed:
        members = [Member((story.SITE, site.code), made) for site, made in outcome.changed]
        regions_now = _regions([site.id for site, _made in outcome.changed])
        shared = shared_region(list(regions_now.values()))
        record(actor, change.event, (story.SITE, ""), region_id=shared, members=members)
    return len(outcome.changed)


@dataclass(frozen=True, slots=True)
class Refused:
    """A site that a change cannot be made to, and why; ``fault`` names the site."""

    site: Site
    why: str
    fault: BadInput


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change does to many sites: which differ then, which cannot be changed so."""

    changed: list[tuple[Site, Changes]]
    unchanged: list[Site]
    refused: list[Refused]


def tried(actor: Actor, site_ids: Collection[int], change: Change) -> Outcome:
    """What :func:`do_to_all` would do, without doing it: nothing is written, nobody waits.

    Raises NotFound where one is out of reach.
    """
    ids = sorted(set(site_ids))
    require_sites(actor, ids, Permission.REGISTER_WRITE)
    try:
        with db.session.no_autoflush:
            found = [
                site
                for some in parts(ids)
                for site in db.session.scalars(
                    sa.select(Site).where(Site.id.in_(some)).order_by(Site.id)
                )
            ]
            return _attempt(actor, found, change)
    finally:
        db.session.expunge_all()
        db.session.rollback()


def _attempt(actor: Actor, sites: Sequence[Site], change: Change) -> Outcome:
    """Make the change to each, none of it flushed."""
    hand = Hand([site.id for site in sites])
    outcome = Outcome([], [], [])
    with db.session.no_autoflush:
        for site in sites:
            try:
                _require_unmerged(site)
                made = change.make(actor, site, hand)
            except (BadInput, Conflict) as fault:
                outcome.refused.append(_refused(site, fault))
                continue
            if made:
                outcome.changed.append((site, made))
            else:
                outcome.unchanged.append(site)
    return outcome


def _refused(site: Site, fault: OneKmError) -> Refused:
    message = _l("%(name)s（%(code)s）：%(what)s", name=site.name, code=site.code, what=fault)
    return Refused(site, str(fault), BadInput(message, field=fault.field))


def _take_up_all(ids: Sequence[int], aside: bool) -> list[Site]:
    """The sites, for changing, in order: their versions are raised."""
    taken: list[Site] = []
    for some in parts(ids):
        options = {"populate_existing": True, "synchronize_session": False}
        raised = _raised(aside).where(Site.id.in_(some)).returning(Site)
        taken += db.session.scalars(raised.execution_options(**options))
    if len(taken) != len(ids):
        raise Conflict(_l("有网点刚刚被别人改过，请核对后再提交。"))
    return sorted(taken, key=lambda site: site.id)


def _raised(aside: bool) -> sa.Update:
    """The statement that raises versions.

    Where only what is kept aside of the network is written, no network is read again, and the site
    counts as unchanged in the lists that are made of it.
    """
    statement = sa.update(Site).values(version=Site.version + 1)
    if not aside:
        return statement
    kept = statement.values(changed_at=Site.changed_at)
    return kept.execution_options(revises=False)


def take_up(actor: Actor, site_id: int, seen: int | None, *, aside: bool = False) -> Site:
    """The site, for changing: its version is raised. Raises NotFound, Conflict as :func:`do`."""
    require_site(actor, site_id, Permission.REGISTER_WRITE)
    as_seen = (
        Site.id == site_id if seen is None else sa.and_(Site.id == site_id, Site.version == seen)
    )
    taken = db.session.scalar(
        _raised(aside).where(as_seen).returning(Site).execution_options(populate_existing=True)
    )
    if taken is None:
        raise Conflict(_l("这个网点刚刚被别人改过，请核对后再提交。"))
    _require_unmerged(taken)
    return taken


def _require_unmerged(site: Site) -> None:
    if site.merged_into_id is not None:
        code = db.session.scalars(sa.select(Site.code).where(Site.id == site.merged_into_id)).one()
        raise Conflict(_l("这个网点已并入 %(code)s，请改那一个，或先恢复为两个网点。", code=code))


def confirm(actor: Actor, site_id: int, seen: int) -> None:
    """Note that all that was seen at the version *seen* is right today; no snapshot tells it.

    What somebody has confirmed today, and nobody has changed since, she does not confirm again.

    Raises Conflict.
    """
    require_site(actor, site_id, *KEEPERS)
    on = today()
    site = db.session.execute(
        sa.update(Site)
        .where(Site.id == site_id, Site.version == seen)
        .values(confirmed_on=on, changed_at=Site.changed_at)
        .returning(Site.code, Site.changed_at)
        .execution_options(revises=False)
    ).first()
    if site is None:
        raise Conflict(_l("这个网点刚刚被别人改过，请核对后再提交。"))
    subject = Subject(story.SITE, site.code)
    if not audit.has_done(actor, story.CONFIRMED, subject, on, site.changed_at):
        record(actor, story.CONFIRMED, subject, region_id=_region(site_id))


def set_hours(actor: Actor, site_id: int, document: object, since: date) -> None:
    """Let a site keep hours (core/calendar/hours.py) from a day on."""
    do(actor, site_id, None, changes.hours(document, since))


def offer(actor: Actor, site_id: int, modes: dict[int, Mode], since: date) -> None:
    """Let a site offer services (by id) from a day on."""
    do(actor, site_id, None, changes.offering(dict(modes), since))


# -- Whose it is --------------------------------------------------------------------------------


def require_site(actor: Actor, site_id: int, *permissions: Permission) -> int:
    """The region of a site within reach of one of the *permissions*. Raises Forbidden, NotFound."""
    reach = _reach(actor, *permissions)
    region_id = _region(site_id)
    if not reach.everywhere and site_id not in reach.sites:
        require_reach(regions.is_within(region_id, reach.regions, today()))
    return region_id


def require_sites(actor: Actor, site_ids: Sequence[int], *permissions: Permission) -> None:
    """The same for many. Raises Forbidden; NotFound where one is out of reach or is not there."""
    reach = _reach(actor, *permissions)
    where = _regions(site_ids)
    require_reach(len(where) == len(set(site_ids)))
    if not reach.everywhere:
        within = reach.region_ids(regions.tree(today()))
        require_reach(
            all(site_id in reach.sites or region in within for site_id, region in where.items())
        )


def require_region(actor: Actor, region_id: int) -> None:
    """Raise Forbidden, or NotFound where the region is not for *actor* to write in."""
    reach = _reach(actor, Permission.REGISTER_WRITE)
    if not reach.everywhere:
        require_reach(regions.is_within(region_id, reach.regions, today()))


def _reach(actor: Actor, *permissions: Permission) -> Reach:
    reach = reduce(Reach.__or__, (actor.reach(permission) for permission in permissions))
    if not reach:
        raise Forbidden(_l("您没有此项权限。"))
    return reach


def _region(site_id: int) -> int:
    """The region that a site stands in today, else the nearest that is known."""
    on = today()
    found = db.session.scalar(
        sa.select(SitePeriod.region_id)
        .where(SitePeriod.site_id == site_id)
        .order_by((SitePeriod.since <= on).desc(), SitePeriod.since.desc())
        .limit(1)
    )
    if found is None:
        raise Conflict(_l("这个网点刚刚被别人改过，请核对后再提交。"))
    return found


def _regions(site_ids: Sequence[int]) -> dict[int, int]:
    """The region of each of many sites, as :func:`_region` has it; unknown sites are left out."""
    on = today()
    nearest = (SitePeriod.since <= on).desc(), SitePeriod.since.desc()
    found: dict[int, int] = {}
    for some in parts(site_ids):
        rows = db.session.execute(
            sa.select(SitePeriod.site_id, SitePeriod.region_id)
            .where(SitePeriod.site_id.in_(some))
            .order_by(SitePeriod.site_id, *nearest)
        )
        for row in rows:
            found.setdefault(row.site_id, row.region_id)
    return found


def shared_region(region_ids: Collection[int]) -> int | None:
    """The lowest region that all of them are or lie in; None where there is none."""
    living = regions.load(today())
    paths = [[node.id for node in living.path(region)] for region in set(region_ids)]
    shared = [ids[0] for ids in zip(*paths, strict=False) if len(set(ids)) == 1]
    return shared[-1] if shared else None
