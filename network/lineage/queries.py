"""Reading lists under review, and what they would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.accounts.following import holders
from core.accounts.rules import Role
from core.clock import today
from core.dated import lasting, on_day
from core.db import db
from core.errors import NotFound
from core.geo import Point
from core.pages import PER_PAGE
from core.proposals.models import Proposal
from core.proposals.rules import State
from core.regions import boundaries, following, importer, queries
from core.regions.heirs import Candidate, Heirs, Proposer, places_of_sites
from core.regions.importer import Plan
from core.regions.models import RegionPeriod
from core.regions.rules import Difference, Row
from core.sites.models import Site, SitePeriod
from core.sites.rules import Status
from network.lineage.models import RegionChangeSet
from network.lineage.offers import Known, Neighbours, Standing, offers
from network.lineage.rules import (
    Entry,
    Holder,
    Review,
    Said,
    StandingSite,
    in_order,
    kinds_of,
    parse,
    parse_shares,
)

NO_SAID: Final[Mapping[str, Said]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Kept:
    """A list with the proposal that was made of it, if there is one."""

    row: RegionChangeSet
    proposal: Proposal | None

    @property
    def state(self) -> State | None:
        return None if self.proposal is None else State(self.proposal.state)

    @property
    def frozen(self) -> bool:
        """Whether it waits for a second person, or is done."""
        return self.state in (State.WAITING, State.APPROVED)


def find(actor: Actor, uuid: str) -> Kept:
    """The list of a UUID. Raises NotFound out of reach."""
    wanted = sa.and_(RegionChangeSet.uuid == uuid, _within(actor))
    found = db.session.execute(_with_proposals().where(wanted)).one_or_none()
    if found is None:
        raise NotFound(_l("没有这份区划调整。"))
    return Kept(found[0], found[1])


def of_proposal(uuid: str) -> RegionChangeSet:
    """The list that a proposal is about. Raises NotFound."""
    found = db.session.scalar(sa.select(RegionChangeSet).where(RegionChangeSet.uuid == uuid))
    if found is None:
        raise NotFound(_l("没有这份区划调整。"))
    return found


def listing(actor: Actor, page: int) -> tuple[list[Kept], int]:
    """A page of the lists within reach, newest first, and how many there are."""
    within = _within(actor)
    rows = db.session.execute(
        _with_proposals()
        .where(within)
        .order_by(RegionChangeSet.made_at.desc(), RegionChangeSet.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    total = sa.select(sa.func.count()).select_from(RegionChangeSet).where(within)
    return [Kept(row, proposal) for row, proposal in rows], db.session.scalar(total) or 0


def _with_proposals() -> sa.Select[RegionChangeSet, Proposal | None]:
    return sa.select(RegionChangeSet, Proposal).outerjoin(
        Proposal, Proposal.id == RegionChangeSet.proposal_id
    )


def _within(actor: Actor) -> sa.ColumnElement[bool]:
    reach = actor.reach(Permission.REGIONS_CHANGE)
    return reach.condition(queries.tree(today()), RegionChangeSet.region_id, sa.null())


# -- What it would do ---------------------------------------------------------------------------


def review(row: RegionChangeSet) -> Review:
    """The list against what holds now. Raises BadInput where it can no longer be applied."""
    plan = importer.plan_rows(importer.read(row.rows), row.on, row.source)
    return reviewed(plan, parse(row.heirs), parse_shares(row.shares))


def reviewed(plan: Plan, said: Mapping[str, Heirs], shares: Mapping[str, Said] = NO_SAID) -> Review:
    """Every change of a plan with what comes after: as somebody *said*, else as is likely.

    *shares* says what new regions take over from those that live on.
    """
    ended = [
        change.before
        for change in plan.changed
        if change.before is not None and change.after is None
    ]
    there = _There.of(plan, ended)
    proposer = Proposer(plan.after, plan.changed)
    names = {row.code: row.name for row in plan.after}
    below: dict[str, list[Row]] = {}
    for row in plan.before if ended else ():
        below.setdefault(row.parent, []).append(row)
    entries = []
    for change in plan.changed:
        if change.before is None or change.after is not None:
            entries.append(Entry(change, change.kinds))
            continue
        candidates = proposer.candidates(change.before, below.get(change.before.code, ()))
        likely = Heirs(proposer.chosen(candidates))
        heirs = said.get(change.before.code, likely)
        entries.append(_entry(change, candidates, heirs, names, there))
    comes = Counter(site.heir for entry in entries for site in entry.sites if site.heir)
    near = Neighbours(plan)
    offered = offers(near, _known(near, plan.on), shares, comes) if near.begun else {}
    entries = [
        replace(entry, offer=offered.get(entry.code)) if entry.change.before is None else entry
        for entry in entries
    ]
    return Review(plan, in_order(entries))


def _known(near: Neighbours, on: date) -> Known:
    """What stands in the regions that live on beside new ones."""
    living = queries.load(on)
    ids = {living.by_code[code].id: code for code in near.all_origins()}
    sites: dict[str, list[Standing]] = {}
    for row in _standing(ids.keys(), on):
        point = None if row.lat is None or row.lon is None else Point(row.lat, row.lon)
        region = ids[row.region_id]
        standing = Standing(region, row.code, row.name, row.address, point)
        sites.setdefault(region, []).append(standing)
    held: dict[str, list[Holder]] = {}
    for over, name, username, role in holders(ids.keys(), on):
        held.setdefault(ids[over or 0], []).append(Holder(name, username, Role(role).label))
    shapes = boundaries.shapes(on)
    outlines = {
        row.code: shapes[living.by_code[code].id]
        for code, row in near.now.items()
        if living.by_code[code].id in shapes
    }
    return Known(sites, held, outlines)


def _standing(
    region_ids: Collection[int], on: date
) -> Sequence[sa.Row[int, str, str, str, float | None, float | None]]:
    """What stands in the regions on the day and has not been given up, with its position."""
    return db.session.execute(
        sa.select(
            *(SitePeriod.region_id, Site.code, Site.name, Site.address),
            *(SitePeriod.lat, SitePeriod.lon),
        )
        .join(Site, Site.id == SitePeriod.site_id)
        .where(
            SitePeriod.region_id.in_(sorted(region_ids)),
            on_day(SitePeriod, on),
            SitePeriod.status != Status.CLOSED,
        )
        .order_by(Site.code)
    ).all()


@dataclass(frozen=True, slots=True)
class _There:
    """What stands in the regions that end, by their codes."""

    kept: Mapping[str, list[tuple[following.Follower, int]]]
    sites: Mapping[str, list[tuple[str, str, str]]]
    holders: Mapping[str, list[Holder]]

    @classmethod
    def of(cls, plan: Plan, ended: Sequence[Row]) -> _There:
        if not ended:
            return cls({}, {}, {})
        living = queries.load(plan.on).by_code
        codes = {living[row.code].id: row.code for row in ended}
        kept = following.held(codes.keys(), plan.on)
        sites: dict[str, list[tuple[str, str, str]]] = {}
        for region_id, code, name, address in _sites(codes.keys(), plan.on):
            sites.setdefault(codes[region_id], []).append((code, name, address))
        held: dict[str, list[Holder]] = {}
        for over, name, username, role in holders(codes.keys(), plan.on):
            holder = Holder(name, username, Role(role).label)
            held.setdefault(codes[over or 0], []).append(holder)
        return cls({codes[region_id]: what for region_id, what in kept.items()}, sites, held)


def _sites(region_ids: Collection[int], on: date) -> Sequence[sa.Row[int, str, str, str]]:
    """Region, code, name and address of what stands in the regions on the day or later."""
    lasts = lasting(SitePeriod, on)
    return db.session.execute(
        sa.select(SitePeriod.region_id, Site.code, Site.name, Site.address)
        .join(Site, Site.id == SitePeriod.site_id)
        .where(SitePeriod.region_id.in_(sorted(region_ids)), lasts)
        .distinct()
        .order_by(Site.code)
    ).all()


def _entry(
    change: Difference,
    candidates: Sequence[Candidate],
    heirs: Heirs,
    names: Mapping[str, str],
    there: _There,
) -> Entry:
    code = "" if change.before is None else change.before.code
    kept = there.kept.get(code, [])
    touches: list[tuple[LazyString, int]] = [(one.label, number) for one, number in kept]
    chosen = tuple(heir for heir in heirs.codes if heir in names)
    return Entry(
        change,
        kinds_of(change, Heirs(chosen)),
        candidates=tuple(candidates),
        heirs=Heirs(chosen, heirs.sites, heirs.grants),
        names={heir: names[heir] for heir in chosen},
        touches=tuple(touches),
        sites=_placed(there.sites.get(code, []), chosen, heirs, names),
        holders=tuple(there.holders.get(code, [])),
        homeless=not chosen and any(one.needs_heir for one, _number in kept),
    )


def _placed(
    sites: Sequence[tuple[str, str, str]],
    chosen: Sequence[str],
    heirs: Heirs,
    names: Mapping[str, str],
) -> tuple[StandingSite, ...]:
    """Where each site goes: with the only heir; of several as was said, else as it says itself."""
    if len(chosen) == 1:
        return tuple(StandingSite(code, name, chosen[0]) for code, name, _address in sites)
    texts = {code: name + address for code, name, address in sites}
    likely = places_of_sites(texts, {heir: names[heir] for heir in chosen}) if chosen else {}
    found = []
    for code, name, _address in sites:
        heir = heirs.sites.get(code) or likely.get(code)
        found.append(StandingSite(code, name, heir if heir in chosen else None))
    return tuple(found) if chosen else ()


# -- What a region was --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Past:
    """What a region was called for a while."""

    code: str
    name: str
    name_en: str
    since: date
    until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Kin:
    """A region from which another came, or which it became."""

    kind: str
    on: date
    source: str
    came: bool
    other: Past | None


def history(region_id: int) -> tuple[list[Past], list[Kin]]:
    """What a region was called, oldest first, and what it came from and became."""
    periods = _periods([region_id])
    changes = queries.changes(region_id)
    others = {
        other
        for change in changes
        for other in (change.from_region_id, change.to_region_id)
        if other not in (None, region_id)
    }
    last: dict[int, Past] = {}
    for other, past in _periods(sorted(one for one in others if one is not None)):
        last[other] = past
    kin = [
        Kin(
            change.kind,
            change.on,
            change.source,
            came=change.to_region_id == region_id,
            other=last.get(_other(change.from_region_id, change.to_region_id, region_id)),
        )
        for change in changes
    ]
    return [past for _region, past in periods], kin


def _other(came: int | None, became: int | None, region_id: int) -> int:
    return next((one for one in (came, became) if one not in (None, region_id)), 0) or 0


def _periods(region_ids: Sequence[int]) -> list[tuple[int, Past]]:
    rows = db.session.scalars(
        sa.select(RegionPeriod)
        .where(RegionPeriod.region_id.in_(region_ids))
        .order_by(RegionPeriod.since, RegionPeriod.id)
    )
    return [
        (row.region_id, Past(row.code, row.name, row.name_en, row.since, row.until, row.source))
        for row in rows
    ]
