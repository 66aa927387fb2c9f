"""The matrix of what is looked at on a day, and the story of one cell."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa

from core.catalogue.queries import catalogue
from core.catalogue.rules import Service
from core.db import db
from core.figures import queries as figures
from core.figures.queries import Scope
from core.figures.register import active, offered_in
from core.figures.rules import Ask
from core.regions.rules import Level
from core.regions.tree import Node
from core.sites.models import Offering, OfferingPlan, Site, SitePeriod
from core.sites.network import Wanted
from core.sites.rules import Kind
from network.matrix.rules import Matrix, unpack

#: How many codes or ids one statement names.
AT_ONCE = 500


def devolved(on: date) -> list[Service]:
    """The services that are the columns of the matrix, in the order of lists."""
    return [service for service in catalogue(on).services if service.devolved]


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose cells: in a region or of one's own sites, of a kind, of one service, only with gaps."""

    where: Scope
    on: date
    kind: Kind | None = None
    service: Service | None = None
    gaps: bool = False


def matrix(choice: Choice) -> Matrix:
    """The sites that serve on the day, those with most gaps first."""
    ask = figures.day(choice.on).ask
    wanted: Wanted = active(ask)
    if choice.where.region is not None:
        wanted = wanted & ask.network.below(choice.where.region)
    else:
        wanted = wanted & np.isin(ask.network.rows.ids, sorted(choice.where.sites))
    if choice.kind is not None:
        wanted = wanted & ask.network.of_kind(choice.kind)
    services = [choice.service] if choice.service is not None else devolved(choice.on)
    found = Matrix.of(ask, services, np.flatnonzero(wanted))
    return (found.with_gaps() if choice.gaps else found).gaps_first()


def nowhere(ask: Ask, region: Node) -> list[tuple[Node, list[Service]]]:
    """The towns in the region with the services that no site in them offers; most first."""
    services = devolved(ask.on)
    places, bits = offered_in(ask, Level.TOWN)
    inside = {region.id, *(node.id for node in ask.network.tree.descendants(region.id))}
    missing = ~unpack(bits, ask.network, services)
    found = [
        (ask.ranks.nodes[place], [services[column] for column in np.flatnonzero(row)])
        for place, row in zip(places.tolist(), missing, strict=True)
        if row.any() and ask.ranks.nodes[place].id in inside
    ]
    return sorted(found, key=lambda pair: (-len(pair[1]), pair[0].code))


# -- What is to be changed ----------------------------------------------------------------------


def versions(codes: Collection[str]) -> dict[str, tuple[int, int]]:
    """The id and the version of the sites with these codes, as the database has them now."""
    found: dict[str, tuple[int, int]] = {}
    for some in _some(sorted(codes)):
        rows = db.session.execute(
            sa.select(Site.code, Site.id, Site.version).where(Site.code.in_(some))
        )
        found |= {row.code: (row.id, row.version) for row in rows}
    return found


def digest(seen: Mapping[str, tuple[int, int]]) -> str:
    """Stands for sites at their versions: somebody changes one of them, and it is another."""
    return hashlib.sha256(repr(sorted(seen.items())).encode()).hexdigest()[:16]


def _some(codes: Sequence[str]) -> Iterable[Sequence[str]]:
    return (codes[start : start + AT_ONCE] for start in range(0, len(codes), AT_ONCE))


# -- The story of a cell ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Planned:
    """A line of the plan that reached a site: of which region, from when to when."""

    region: Node | None
    since: date
    until: date | None


def offerings(site_id: int, service_id: int) -> list[Offering]:
    """The periods in which the site offered the service, newest first."""
    own = sa.select(Offering).where(Offering.site_id == site_id, Offering.service_id == service_id)
    return list(db.session.scalars(own.order_by(Offering.since.desc())))


def plans(ask: Ask, site_id: int, service_id: int) -> list[Planned]:
    """The lines of the plan that concern the site where it stands today, newest first."""
    period = db.session.scalars(
        sa.select(SitePeriod)
        .where(SitePeriod.site_id == site_id, SitePeriod.since <= ask.on)
        .order_by(SitePeriod.since.desc())
        .limit(1)
    ).one()
    above = [node.id for node in ask.network.tree.path(period.region_id)]
    rows = db.session.scalars(
        sa.select(OfferingPlan)
        .where(
            OfferingPlan.region_id.in_(above),
            OfferingPlan.kind == period.kind,
            OfferingPlan.service_id == service_id,
        )
        .order_by(OfferingPlan.since.desc(), OfferingPlan.id)
    )
    by_id = ask.network.tree.by_id
    return [Planned(by_id.get(row.region_id), row.since, row.until) for row in rows]
