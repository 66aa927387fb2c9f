"""What is read of a site by those who keep it, and of its neighbours."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, Reach
from core.clock import today
from core.dated import on_day
from core.db import db
from core.errors import NotFound
from core.forms import plain
from core.geo import Point
from core.proposals.models import Proposal
from core.proposals.rules import State as ProposalState
from core.regions import queries as regions
from core.regions.queries import tree
from core.regions.tree import Node, Tree
from core.sites import story
from core.sites.actions import KEEPERS, require_site
from core.sites.models import Offering, Site, SiteHours, SitePeriod
from core.sites.network import Network, Place
from core.sites.queries import plan
from core.sites.rules import Kind, Mode, Status, is_site_code
from network.editing.rules import SAME_SPOT
from network.names import LIKELY, Name, read, similar
from network.rules import by_id


@dataclass(frozen=True, slots=True)
class Kept:
    """A site as the register has it today: what a form shows, and the version it shows.

    ``lat`` and ``lon`` are as given, in ``datum``; ``point`` is the same in WGS-84, for staff
    whether it is verified or not; ``document`` is that of its hours.
    """

    id: int
    code: str
    version: int
    name: str
    name_en: str
    address: str
    phone: str
    confirmed_on: date | None
    kind: Kind
    status: Status
    region_id: int
    region_code: str
    since: date
    lat: float | None
    lon: float | None
    datum: str | None
    point: Point | None
    verified: bool
    document: Any
    modes: Mapping[int, Mode]


def keep(actor: Actor, code: str, *permissions: Permission) -> Kept:
    """The site of a code, for whoever keeps it. Raises Forbidden, NotFound out of reach."""
    site = None
    if is_site_code(code):
        there = sa.exists().where(SitePeriod.site_id == Site.id)
        site = db.session.scalar(sa.select(Site).where(Site.code == code, there))
    if site is None:
        raise NotFound(_l("没有编号为 %(code)s 的网点。", code=code[:40]), field="code")
    require_site(actor, site.id, *(permissions or KEEPERS))
    if site.merged_into_id is not None:
        raise NotFound(_l("这个网点已并入另一个网点，请改那一个。"))
    return _kept(site)


def _kept(site: Site) -> Kept:
    on = today()
    period = db.session.scalar(
        sa.select(SitePeriod).where(SitePeriod.site_id == site.id, on_day(SitePeriod, on))
    )
    if period is None:
        raise NotFound(_l("这个网点今天不在登记中。"))
    node = tree(on).by_id[period.region_id]
    return Kept(
        id=site.id,
        code=site.code,
        version=site.version,
        name=site.name,
        name_en=site.name_en,
        address=site.address,
        phone=site.phone,
        confirmed_on=site.confirmed_on,
        kind=Kind(period.kind),
        status=Status(period.status),
        region_id=period.region_id,
        region_code=node.code,
        since=period.since,
        lat=period.given_lat,
        lon=period.given_lon,
        datum=period.datum,
        point=None if period.lat is None or period.lon is None else Point(period.lat, period.lon),
        verified=period.verified,
        document=hours_of(site.id),
        modes=modes_of(site.id),
    )


def hours_of(site_id: int) -> Any:
    """The document of the hours that a site keeps today; None where nobody knows them."""
    document = db.session.scalar(
        sa.select(SiteHours.document).where(
            SiteHours.site_id == site_id, on_day(SiteHours, today())
        )
    )
    return None if document is None else json.loads(document)


def modes_of(site_id: int) -> dict[int, Mode]:
    """How a site offers each service (by id) today."""
    offered = db.session.execute(
        sa.select(Offering.service_id, Offering.mode)
        .where(Offering.site_id == site_id, on_day(Offering, today()))
        .order_by(Offering.service_id)
    )
    return {service_id: Mode(mode) for service_id, mode in offered}


def coming(site_id: int) -> Sequence[SitePeriod]:
    """What is entered already of the days to come, oldest first."""
    return db.session.scalars(
        sa.select(SitePeriod)
        .where(SitePeriod.site_id == site_id, SitePeriod.since > today())
        .order_by(SitePeriod.since)
    ).all()


def planned(site_id: int) -> frozenset[int]:
    """The services (by id) that the plan asks of a site today."""
    wanted = plan()
    net = wanted.network
    place = by_id(net, site_id)
    if place is None:
        return frozenset()
    bits = wanted.planned[place.index]
    return frozenset(
        service_id for service_id, bit in net.bit.items() if int(bits[bit // 64]) >> bit % 64 & 1
    )


# -- Neighbours ---------------------------------------------------------------------------------


def twins(net: Network, region_id: int, name: str, but: int | None = None) -> list[Place]:
    """Sites in the region, and right above and below it, whose names probably mean the same."""
    node = net.tree.by_id.get(region_id)
    if node is None:
        return []
    beside = {node.id, node.parent_id or node.id}
    beside.update(child.id for child in net.tree.children(node.id))
    meant = _read(net, name, region_id)
    return [
        place
        for place in net.places(np.isin(net.rows.region_ids, sorted(beside)))
        if place.id != but
        and similar(meant, _read(net, place.name, place.region.id)).score >= LIKELY
    ]


def _read(net: Network, name: str, region_id: int) -> Name:
    return read(name, tuple(above.name for above in net.tree.path(region_id)))


def same_spot(net: Network, point: Point, but: int | None = None) -> list[Place]:
    """Sites that stand where *point* is, within a few metres."""
    near = net.nearest(point, 4)
    places = [net.place(index) for index, chord in near if chord <= SAME_SPOT]
    return [place for place in places if place.id != but]


# -- Whose they are -----------------------------------------------------------------------------


def stations(net: Network, reach: Reach) -> list[Place]:
    """The sites of today within *reach* that are not given up, by code."""
    wanted = np.isin(net.rows.ids, sorted(reach.sites))
    wanted |= np.isin(net.rows.region_ids, sorted(reach.region_ids(net.tree)))
    places = net.places(wanted)
    kept = (place for place in places if place.status is not Status.CLOSED)
    return sorted(kept, key=lambda place: place.code)


def versions(site_ids: Sequence[int]) -> dict[int, tuple[int, date | None]]:
    """The version of each site, and the day on which it was last confirmed."""
    rows = db.session.execute(
        sa.select(Site.id, Site.version, Site.confirmed_on).where(Site.id.in_(site_ids))
    )
    return {row.id: (row.version, row.confirmed_on) for row in rows}


def waiting(codes: Sequence[str]) -> list[Proposal]:
    """What waits for an answer about these sites, oldest first."""
    return list(
        db.session.scalars(
            sa.select(Proposal)
            .where(
                Proposal.subject_kind == story.SITE,
                Proposal.subject_code.in_(codes),
                Proposal.state == ProposalState.WAITING,
            )
            .order_by(Proposal.made_at, Proposal.id)
        )
    )


def last_answers(codes: Sequence[str], account_id: int | None, limit: int = 3) -> list[Proposal]:
    """What was lately decided of what *account_id* asked for about these sites, newest first."""
    return list(
        db.session.scalars(
            sa.select(Proposal)
            .where(
                Proposal.subject_kind == story.SITE,
                Proposal.subject_code.in_(codes),
                Proposal.made_by_id == account_id,
                Proposal.state.in_([ProposalState.APPROVED, ProposalState.REFUSED]),
            )
            .order_by(Proposal.decided_at.desc(), Proposal.id.desc())
            .limit(limit)
        )
    )


# -- Regions ------------------------------------------------------------------------------------

#: How many regions that have a text in their names are looked at.
_MOST_CALLED: Final = 500


def regions_meant(actor: Actor, text: str, living: Tree) -> list[Node]:
    """The regions in which *actor* may write that a code, a name or a path of names may mean.

    Raises BadInput for a text that is too long.
    """
    code = plain(text)[:12]
    if len(code) == 12 and code.isdecimal():
        found = [living.by_code[code]] if code in living.by_code else []
    else:
        found = _called(text, living)
    reach = actor.reach(Permission.REGISTER_WRITE)
    return [node for node in found if reach.region(living, node.id)]


def regions_begun(actor: Actor, text: str, living: Tree, most: int) -> list[Node]:
    """At most so many of them, for a text that may go on; those meant already come first.

    Raises BadInput for a text that is too long.
    """
    meant = regions_meant(actor, text, living)
    reach = actor.reach(Permission.REGISTER_WRITE)
    begun = (
        node
        for node in regions.search(text, living.on, len(living.by_id))
        if reach.region(living, node.id)
    )
    return list(islice(dict.fromkeys(chain(meant, begun)), most))


def _called(text: str, living: Tree) -> list[Node]:
    named = regions.called(text, living.on)
    if named:
        return named
    whole = "".join(text.split())
    last = text.split()[-1] if text.split() else ""
    found = regions.search(last, living.on, _MOST_CALLED)
    exact = [node for node in found if whole in living.full_name(node.id)]
    return exact or found
