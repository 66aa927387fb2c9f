"""Reading plans and draws: within reach, with how far they have come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Column
from core.clock import today
from core.dated import on_day
from core.db import db
from core.errors import NotFound
from core.regions.queries import tree
from core.regions.tree import Node
from core.sites.models import SitePeriod
from core.sites.queries import network
from core.sites.rules import Kind, Status
from standards.inspections import people
from standards.inspections.access import READ
from standards.inspections.models import Inspection
from standards.inspections.planning import rules
from standards.inspections.planning.models import Draw, DrawResult, InspectionPlan
from standards.inspections.planning.rules import Drawn, DrawnInspector, DrawnSite, Pools
from standards.inspections.queries import Line, read, visits
from standards.inspections.rules import WHOLE


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan; ``sites`` are there, ``visited`` of them this year, ``arranged`` wait for a visit."""

    row: InspectionPlan
    region: Node | None
    sites: int
    visited: int
    arranged: int

    @property
    def kind(self) -> Kind | None:
        return None if self.row.kind is None else Kind(self.row.kind)

    @property
    def share(self) -> float:
        return min(1.0, self.visited / self.row.visits)


def plans(actor: Actor, year: int | None = None) -> list[Planned]:
    """The plans within reach, those of the newest year first."""
    wanted = sa.select(InspectionPlan).where(_within(actor, InspectionPlan.region_id))
    if year is not None:
        wanted = wanted.where(InspectionPlan.year == year)
    order = InspectionPlan.year.desc(), InspectionPlan.id.desc()
    return [_planned(row) for row in db.session.scalars(wanted.order_by(*order))]


def plan(actor: Actor, uuid: str) -> Planned:
    """One plan. Raises NotFound."""
    row = db.session.scalar(
        sa.select(InspectionPlan).where(
            InspectionPlan.uuid == uuid, _within(actor, InspectionPlan.region_id)
        )
    )
    if row is None:
        raise NotFound(_l("没有这个检查计划。"))
    return _planned(row)


def _within(actor: Actor, column: Column) -> sa.ColumnElement[bool]:
    return actor.reach(READ).condition(tree(today()), column, sa.literal(0))


def _planned(row: InspectionPlan) -> Planned:
    living = tree(today())
    node = living.by_id.get(row.region_id)
    inside = [] if node is None else [node.id, *(one.id for one in living.descendants(node.id))]
    there = sa.and_(
        SitePeriod.region_id.in_(inside),
        on_day(SitePeriod, today()),
        sa.true() if row.kind is None else SitePeriod.kind == row.kind,
    )
    sites = sa.select(sa.func.count()).where(there, SitePeriod.status == Status.ACTIVE)
    year = sa.and_(Inspection.day >= date(row.year, 1, 1), Inspection.day <= date(row.year, 12, 31))
    of_plan = sa.select(sa.func.count(Inspection.site_id.distinct())).join(
        SitePeriod, SitePeriod.site_id == Inspection.site_id
    )
    visited = of_plan.where(there, year, Inspection.state.in_(WHOLE))
    arranged = of_plan.where(there, year, Inspection.state == "planned")
    counts = [db.session.scalar(one) or 0 for one in (sites, visited, arranged)]
    return Planned(row, node, *counts)


def draws(actor: Actor, plan_id: int | None = None) -> Sequence[Draw]:
    """The draws within reach, the newest first."""
    wanted = sa.select(Draw).where(_within(actor, Draw.region_id))
    if plan_id is not None:
        wanted = wanted.where(Draw.plan_id == plan_id)
    return db.session.scalars(wanted.order_by(Draw.id.desc()).limit(100)).all()


@dataclass(frozen=True, slots=True)
class Made:
    """A draw with all that repeats it, what came out, and the visits that came of it."""

    row: Draw
    region: Node | None
    pools: Pools
    results: tuple[Drawn, ...]
    visits: tuple[Line, ...]

    @property
    def again(self) -> tuple[Drawn, ...] | None:
        """What the same seed gives now, by the same rule; None where the rule is another."""
        if self.row.algorithm != rules.ALGORITHM:
            return None
        return rules.draw(self.row.seed, self.pools, self.row.visits, self.row.together)


def draw(actor: Actor, uuid: str) -> Made:
    """One draw. Raises NotFound."""
    row = db.session.scalar(
        sa.select(Draw).where(Draw.uuid == uuid, _within(actor, Draw.region_id))
    )
    if row is None:
        raise NotFound(_l("没有这次抽取。"))
    return made(row)


def made(row: Draw) -> Made:
    """A draw with its parts."""
    results = db.session.scalars(
        sa.select(DrawResult).where(DrawResult.draw_id == row.id).order_by(DrawResult.position)
    )
    came = read(visits().where(Inspection.draw_id == row.id).order_by(Inspection.id))
    return Made(
        row,
        tree(today()).by_id.get(row.region_id),
        rules.read(row.pools),
        tuple(Drawn(one.site_code, tuple(one.inspectors.split(" "))) for one in results),
        tuple(came),
    )


def pools(region_id: int, kind: Kind | None, without: frozenset[str] = frozenset()) -> Pools:
    """From what is drawn in a region: sites that serve, of a kind if it is named; the inspectors of
    the city, each with what is his own. ``without`` are usernames that are left out."""
    net = network()
    living = net.tree
    node = living.by_id[region_id]
    wanted = net.below(node)
    if kind is not None:
        wanted = wanted & net.of_kind(kind)
    sites = [place for place in net.places(wanted) if place.status is Status.ACTIVE]
    city = living.path(region_id)[0].code
    return Pools(
        tuple(
            DrawnSite(place.code, (living.path(place.region.id)[1:] or (node,))[0].code)
            for place in sites
        ),
        tuple(
            DrawnInspector(one.username, one.counties, one.stations)
            for one in people.inspectors(city)
            if one.username not in without
        ),
    )
