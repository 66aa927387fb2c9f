"""Which sets of people there are: the list, one of them, the one in use, what stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.clock import today
from core.db import db
from core.errors import NotFound
from core.geo import Datum
from core.i18n import named
from core.regions import queries as regions
from core.regions.tree import Node
from stations.coverage.comparing import Sum
from stations.coverage.models import PopulationSet, Settlement
from stations.coverage.population import SetKind

PER_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Set:
    """A set as pages show it; ``node`` is its region today, None where nothing came after it."""

    id: int
    uuid: str
    region_id: int
    node: Node | None
    year: int
    kind: SetKind
    source: str
    datum: Datum
    made: bool
    people: float
    places: int
    file_name: str
    sha256: str
    digest: str
    entered_by: str
    entered_at: datetime
    replaced_at: datetime | None

    @property
    def in_use(self) -> bool:
        return self.replaced_at is None


def _set(row: PopulationSet) -> Set:
    return Set(
        id=row.id,
        uuid=row.uuid,
        region_id=row.region_id,
        node=regions.standing_in(row.region_id, today()),
        year=row.year,
        kind=SetKind(row.kind),
        source=row.source,
        datum=Datum(row.datum),
        made=row.made,
        people=row.people,
        places=row.places,
        file_name=row.file_name,
        sha256=row.sha256,
        digest=row.digest,
        entered_by=row.entered_by,
        entered_at=row.entered_at,
        replaced_at=row.replaced_at,
    )


def _seen(actor: Actor) -> sa.ColumnElement[bool]:
    """The sets of regions within reach, and of those that these lie in, which count there too."""
    reach = actor.reach(Permission.REGISTER_READ)
    if reach.everywhere:
        return sa.true()
    living = regions.tree(today())
    above = {
        node.id
        for region_id in reach.regions
        if region_id in living.by_id
        for node in living.path(region_id)
    }
    return PopulationSet.region_id.in_(sorted(reach.region_ids(living) | above))


def listed(actor: Actor, kept: bool, page: int) -> tuple[list[Set], int]:
    """A page of the sets that count within reach, the latest year first, and how many there are.

    *kept*: those that others have replaced, too.
    """
    wanted = _seen(actor)
    if not kept:
        wanted = sa.and_(wanted, PopulationSet.replaced_at.is_(None))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(PopulationSet).where(wanted))
    rows = db.session.scalars(
        sa.select(PopulationSet)
        .where(wanted)
        .order_by(PopulationSet.year.desc(), PopulationSet.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return [_set(row) for row in rows], total or 0


def find(actor: Actor, uuid: str) -> Set:
    """The set, if it counts within reach. Raises NotFound."""
    wanted = sa.select(PopulationSet).where(PopulationSet.uuid == uuid, _seen(actor))
    row = db.session.scalars(wanted).one_or_none()
    if row is None:
        raise NotFound(_l("没有这份人口数据。"))
    return _set(row)


def in_use(region_id: int, year: int, kind: SetKind = SetKind.POINTS) -> PopulationSet | None:
    """The set of the kind that counts for the region and the year."""
    return db.session.scalars(
        sa.select(PopulationSet).where(
            PopulationSet.region_id == region_id,
            PopulationSet.year == year,
            PopulationSet.kind == kind,
            PopulationSet.replaced_at.is_(None),
        )
    ).one_or_none()


def set_name(uuid: str) -> str:
    """What a set is called: its region, year and kind; empty where it is not known."""
    row = db.session.execute(
        sa.select(PopulationSet.region_id, PopulationSet.year, PopulationSet.kind).where(
            PopulationSet.uuid == uuid
        )
    ).one_or_none()
    node = None if row is None else regions.standing_in(row.region_id, today())
    if row is None or node is None:
        return ""
    name = named(node.name, node.name_en)
    return str(
        _(
            "%(region)s %(year)s 年%(kind)s",
            region=name,
            year=row.year,
            kind=SetKind(row.kind).label,
        )
    )


# -- Its settlements ----------------------------------------------------------------------------


def sums(set_id: int) -> dict[int, Sum]:
    """How many settlements and people the set has in each region they were put into, as it is
    today."""
    rows = db.session.execute(
        sa.select(Settlement.region_id, sa.func.count(), sa.func.sum(Settlement.people))
        .where(Settlement.set_id == set_id)
        .group_by(Settlement.region_id)
        .order_by(Settlement.region_id)
    )
    found: dict[int, Sum] = {}
    for region_id, places, people in rows:
        node = regions.standing_in(region_id, today())
        if node is not None:
            held = found.get(node.id, Sum(0, 0.0))
            found[node.id] = Sum(held.places + places, held.people + people)
    return found


#: By what the settlements of a set may be put in order.
ORDERS: Final[dict[str, tuple[Any, ...]]] = {
    "people": (Settlement.people.desc(), Settlement.id),
    "code": (Settlement.code, Settlement.id),
    "name": (Settlement.name, Settlement.id),
}


def settlements(set_id: int, text: str, order: str, page: int) -> tuple[Sequence[Settlement], int]:
    """A page of the settlements whose name or code has *text*, and how many there are."""
    wanted = [Settlement.set_id == set_id]
    if text:
        wanted.append(
            sa.or_(
                Settlement.name.icontains(text, autoescape=True),
                Settlement.code.startswith(text, autoescape=True),
            )
        )
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Settlement).where(*wanted))
    rows = db.session.scalars(
        sa.select(Settlement)
        .where(*wanted)
        .order_by(*ORDERS[order])
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return rows.all(), total or 0
