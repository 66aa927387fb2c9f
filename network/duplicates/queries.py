"""Reading the pairs of the register that may be one place, and what is known of a pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased

from core.access import Actor, Permission, Reach
from core.accounts.following import over_site
from core.accounts.rules import Role
from core.clock import today
from core.dated import lasting, on_day
from core.db import db
from core.errors import NotFound
from core.proposals.queries import waiting_for
from core.proposals.rules import find_kind
from core.regions.rules import Level
from core.regions.tree import Node
from core.sites.models import Closure, Offering, Site, SiteHours, SitePeriod
from core.sites.network import Network, Place
from core.sites.queries import heirs, network
from core.sites.rules import Fact, Kind, Mode, Status, is_site_code
from core.sites.story import SITE
from core.snapshot import of_revision
from network.duplicates import rules
from network.duplicates.choosing import Held
from network.duplicates.models import PairVerdict
from network.duplicates.rules import LARGE, Pair


def reach(actor: Actor) -> Reach:
    """Where *actor* looks after the register."""
    return actor.reach(Permission.REGISTER_WRITE)


# -- Lists --------------------------------------------------------------------------------------


@of_revision("network")
def _pairs(on: date, region_id: int | None) -> tuple[Pair, ...]:
    """Every pair of the day, those with a site in the region if one is given."""
    net = network(on)
    among = None if region_id is None else net.below(net.tree.by_id[region_id])
    return tuple(rules.pairs(net, among))


def searchable(net: Network, region: Node | None) -> bool:
    """Whether pairs are looked for at once: of a large network only a county at a time."""
    return len(net) <= LARGE or (region is not None and region.level is not Level.CITY)


def undecided(actor: Actor, net: Network, region: Node | None, least: float) -> list[Pair]:
    """The pairs with a site within reach and in *region* that nobody has judged, likeliest first.

    Only where :func:`searchable`.
    """
    found = _pairs(net.on, region.id if region is not None and len(net) > LARGE else None)
    return _undecided(actor, net, region, [pair for pair in found if pair.score >= least])


def _undecided(
    actor: Actor, net: Network, region: Node | None, found: Sequence[Pair]
) -> list[Pair]:
    """Those of the pairs that lie within reach and in the region, and that nobody has judged."""
    own = reach(actor)
    mine = None if own.everywhere else own.region_ids(net.tree)
    inside = None if region is None else _inside(net, region)
    left = [
        pair
        for pair in found
        if (mine is None or bool(mine.intersection(pair.regions)))
        and (inside is None or bool(inside.intersection(pair.regions)))
    ]
    judged = _judged() if left else frozenset()
    return [pair for pair in left if pair.ids not in judged]


def _judged() -> frozenset[tuple[int, int]]:
    rows = db.session.execute(sa.select(PairVerdict.low_id, PairVerdict.high_id))
    return frozenset((low, high) for low, high in rows)


def undecided_of(actor: Actor, net: Network, place: Place) -> list[Pair]:
    """The pairs that one site is in; of a large network none, which would take too long."""
    if len(net) > LARGE:
        return []
    own = [
        pair
        for pair in _pairs(net.on, None)
        if pair.score >= rules.LEAST and place.code in (pair.a, pair.b)
    ]
    return _undecided(actor, net, None, own)


def _inside(net: Network, region: Node) -> set[int]:
    return {region.id, *(node.id for node in net.tree.descendants(region.id))}


def counties(actor: Actor, net: Network) -> list[Node]:
    """The counties within reach, by code: what a list is narrowed down by."""
    own = reach(actor)
    known = (node for node in net.tree.by_id.values() if node.level is Level.COUNTY)
    return sorted(
        (node for node in known if own.region(net.tree, node.id)), key=lambda node: node.code
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair that is two places, as somebody found."""

    a: Place
    b: Place
    by: str
    at: datetime
    words: str


def judged(actor: Actor, net: Network, region: Node | None) -> list[Judged]:
    """The pairs with a site within reach that were found to be two places, newest first."""
    low, high = aliased(Site), aliased(Site)
    rows = db.session.execute(
        sa.select(
            *(low.code.label("a"), high.code.label("b")),
            *(PairVerdict.by, PairVerdict.at, PairVerdict.words),
        )
        .join(low, low.id == PairVerdict.low_id)
        .join(high, high.id == PairVerdict.high_id)
        .order_by(PairVerdict.at.desc(), PairVerdict.id.desc())
    )
    found = ((net.by_code(row.a), net.by_code(row.b), row) for row in rows)
    return [
        Judged(a, b, row.by, row.at, row.words)
        for a, b, row in found
        if a is not None and b is not None and _concerns(actor, net, region, a, b)
    ]


def _concerns(actor: Actor, net: Network, region: Node | None, *places: Place) -> bool:
    inside = None if region is None else _inside(net, region)
    return any(
        reach(actor).site(net.tree, place.id, place.region.id)
        and (inside is None or place.region.id in inside)
        for place in places
    )


@dataclass(frozen=True, slots=True)
class Merged:
    """A site that was merged into another, and the one it is part of now."""

    place: Place
    heir: Place
    on: date
    version: int


def merged(actor: Actor, net: Network, region: Node | None) -> list[Merged]:
    """What was merged, with a site within reach, newest first."""
    known = heirs(net.on)
    rows = db.session.execute(
        sa.select(Site.code, Site.merged_on, Site.version)
        .where(Site.merged_into_id.is_not(None))
        .order_by(Site.merged_on.desc(), Site.id.desc())
    )
    found = ((net.by_code(row.code), net.by_code(known.get(row.code, "")), row) for row in rows)
    return [
        Merged(place, heir, row.merged_on, row.version)
        for place, heir, row in found
        if place is not None and heir is not None and _concerns(actor, net, region, place, heir)
    ]


def parts(net: Network, code: str) -> list[str]:
    """The codes of what was merged into a site, directly or through others."""
    return sorted(part for part, heir in heirs(net.on).items() if heir == code)


# -- One pair -----------------------------------------------------------------------------------


def find(actor: Actor, a: str, b: str) -> tuple[Held, Held]:
    """Both sites of a pair, one of them within reach, in the order of entry. Raises NotFound.

    Whoever is about to change them asks within that transaction.
    """
    on = today()
    if a == b or not (is_site_code(a) and is_site_code(b)):
        raise _no_such_pair()
    rows = db.session.execute(
        sa.select(Site, SitePeriod, SiteHours.document)
        .join(SitePeriod, SitePeriod.site_id == Site.id)
        .outerjoin(SiteHours, sa.and_(SiteHours.site_id == Site.id, on_day(SiteHours, on)))
        .where(Site.code.in_((a, b)), on_day(SitePeriod, on), Site.merged_into_id.is_(None))
        .order_by(Site.id)
    ).all()
    if len(rows) != 2:
        raise _no_such_pair()
    tree = network(on).tree
    own = reach(actor)
    if not any(own.site(tree, site.id, period.region_id) for site, period, _document in rows):
        raise _no_such_pair()
    first, second = (_held(site, period, document, on) for site, period, document in rows)
    return first, second


def _no_such_pair() -> NotFound:
    return NotFound(_l("没有这一对网点，或其中一个已经合并。"))


def _held(site: Site, period: SitePeriod, document: str | None, on: date) -> Held:
    offered = db.session.execute(
        sa.select(Offering.service_id, Offering.mode)
        .where(Offering.site_id == site.id, on_day(Offering, on))
        .order_by(Offering.service_id)
    )
    return Held(
        id=site.id,
        code=site.code,
        version=site.version,
        name=site.name,
        name_en=site.name_en,
        kind=Kind(period.kind),
        status=Status(period.status),
        region_id=period.region_id,
        values={
            Fact.NAME: site.name,
            Fact.NAME_EN: site.name_en,
            Fact.KIND: period.kind,
            Fact.REGION: str(period.region_id),
            Fact.ADDRESS: site.address,
            Fact.PHONE: site.phone,
            Fact.POSITION: _position(period),
            Fact.HOURS: document or "",
        },
        verified=period.verified,
        confirmed_on=site.confirmed_on,
        modes={row.service_id: Mode(row.mode) for row in offered},
    )


def _position(period: SitePeriod) -> str:
    if period.given_lat is None or period.given_lon is None:
        return ""
    return f"{period.given_lat:.6f}, {period.given_lon:.6f} {period.datum}"


def candidate(net: Network, a: Held, b: Held) -> Pair | None:
    """How likely the two are one; None where the network of today lacks one of them."""
    places = net.by_code(a.code), net.by_code(b.code)
    if places[0] is None or places[1] is None:
        return None
    return rules.scored(net, places[0].index, places[1].index)


def verdict(a: Held, b: Held) -> PairVerdict | None:
    return db.session.scalar(
        sa.select(PairVerdict).where(PairVerdict.low_id == a.id, PairVerdict.high_id == b.id)
    )


def announced(held: Held) -> Sequence[Closure]:
    """The closures of the site that are announced for today or later."""
    ahead = lasting(Closure, today())
    statement = sa.select(Closure).where(Closure.site_id == held.id, ahead)
    return db.session.scalars(statement.order_by(Closure.since, Closure.id)).all()


def waiting(held: Held) -> list[tuple[LazyString, str]]:
    """What waits for somebody's yes about the site: what kind of change, and its UUID."""
    return [(find_kind(one.kind).label, one.uuid) for one in waiting_for((SITE, held.code))]


@dataclass(frozen=True, slots=True)
class Keeper:
    """Somebody who holds a role over one site alone; without a name for who may not see accounts
    there."""

    role: Role
    name: str


def keepers(actor: Actor, net: Network, held: Held) -> list[Keeper]:
    """Who holds a role over this site alone, today or later."""
    seen = actor.reach(Permission.ACCOUNTS_READ).site(net.tree, held.id, held.region_id)
    return [
        Keeper(Role(grant.role), name if seen else "")
        for grant, name, _username in over_site(held.id, today())
    ]


# -- One that was merged ------------------------------------------------------------------------


def find_merged(actor: Actor, net: Network, code: str) -> Merged:
    """A site that was merged, for the staff in whose reach it lies. Raises NotFound."""
    place = net.by_code(code) if is_site_code(code) else None
    heir = net.by_code(heirs(net.on).get(code, ""))
    row = db.session.execute(
        sa.select(Site.merged_on, Site.version).where(Site.code == code)
    ).one_or_none()
    if place is None or heir is None or row is None or row.merged_on is None:
        raise _not_merged()
    within = actor.reach(Permission.REGISTER_READ)
    if not within.site(net.tree, place.id, place.region.id):
        raise _not_merged()
    return Merged(place, heir, row.merged_on, row.version)


def _not_merged() -> NotFound:
    return NotFound(_l("没有这个并入的网点。"))


def periods(site_id: int) -> Sequence[SitePeriod]:
    """What a site was from day to day, newest first."""
    return db.session.scalars(
        sa.select(SitePeriod).where(SitePeriod.site_id == site_id).order_by(SitePeriod.since.desc())
    ).all()
