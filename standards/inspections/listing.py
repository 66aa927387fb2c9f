"""Lists of visits: one's own of the day, all within reach, a site's, a calendar's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from core.access import Actor
from core.clock import today
from core.db import db
from core.geo import Point
from core.pages import PER_PAGE
from core.regions.queries import tree
from core.regions.tree import Node, Tree
from core.search import contains
from core.sites.models import Site, SitePeriod
from standards.inspections import access, rounds
from standards.inspections.asking import Asked
from standards.inspections.models import Inspection, RejectedCopy
from standards.inspections.queries import Line, place_of, read, visits
from standards.inspections.rules import OPEN, Sort, State

#: How far back somebody's own finished visits are shown on her list of the day.
LATELY: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Day:
    """Somebody's own visits: what is to do by a day, in the order of the route, and lately done."""

    due: tuple[tuple[Line, float | None], ...]
    later: tuple[Line, ...]
    done: tuple[Line, ...]


def mine(actor: Actor, on: date, start: Point | None = None) -> Day:
    """The visits of *actor*: those of the day and before in a round, later ones, lately done."""
    own = sa.or_(
        Inspection.inspector_id == actor.account_id, Inspection.companion_id == actor.account_id
    )
    if actor.account_id is None:
        return Day((), (), ())
    order = (Inspection.day, Site.code)
    waiting = read(visits().where(own, Inspection.state == State.PLANNED).order_by(*order))
    done = read(
        visits()
        .where(own, Inspection.state.not_in(OPEN), Inspection.day >= on - LATELY)
        .order_by(Inspection.day.desc(), Site.code)
        .limit(PER_PAGE)
    )
    due = [one for one in waiting if one.row.day <= on]
    later = [one for one in waiting if one.row.day > on]
    return Day(tuple(in_round(due, start)), tuple(later), tuple(done))


def in_round(due: Sequence[Line], start: Point | None) -> list[tuple[Line, float | None]]:
    """The visits in the order of a round with the metres from the stop before; then those whose
    site has no position."""
    points = [None if (place := place_of(one)) is None else place.point for one in due]
    placed = [(one, point) for one, point in zip(due, points, strict=True) if point is not None]
    stops = rounds.route([point for _one, point in placed], start)
    nowhere = [one for one, point in zip(due, points, strict=True) if point is None]
    return [
        *((placed[number][0], metres) for number, metres in stops),
        *((one, None) for one in nowhere),
    ]


def number_due(actor: Actor) -> int:
    """How many visits wait for *actor* today."""
    if actor.account_id is None:
        return 0
    own = sa.or_(
        Inspection.inspector_id == actor.account_id, Inspection.companion_id == actor.account_id
    )
    return _count(
        sa.select(Inspection.id).where(
            own, Inspection.state == State.PLANNED, Inspection.day <= today()
        )
    )


def _count(statement: sa.Select[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(statement.subquery())) or 0


@dataclass(frozen=True, slots=True)
class Found:
    lines: tuple[Line, ...]
    total: int


def listing(actor: Actor, asked: Asked, page: int | None) -> Found:
    """The visits that *asked* means, within reach of *actor*; all of them if no page is named."""
    wanted = visits().where(access.readable(actor), *_conditions(asked))
    total = _count(wanted.with_only_columns(Inspection.id))
    ordered = wanted.order_by(*_order(asked), Inspection.id)
    if page is not None:
        ordered = ordered.limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return Found(tuple(read(ordered)), total)


def counts(actor: Actor, asked: Asked) -> Counter[State]:
    """How many visits within reach are in each state, whichever state *asked* names."""
    others = replace(asked, state=None)
    wanted = visits().where(access.readable(actor), *_conditions(others))
    rows = db.session.execute(
        wanted.with_only_columns(Inspection.state, sa.func.count()).group_by(Inspection.state)
    )
    return Counter({State(state): number for state, number in rows})


def _conditions(asked: Asked) -> list[sa.ColumnElement[bool]]:
    exact = {
        Inspection.state: asked.state,
        Inspection.origin: asked.origin,
        SitePeriod.kind: asked.kind,
    }
    found: list[sa.ColumnElement[bool]] = [
        column == value for column, value in exact.items() if value is not None
    ]
    if asked.text:
        people = Inspection.inspector.contains(asked.text, autoescape=True)
        found.append(sa.or_(contains(Site.search, asked.text), people))
    if asked.region is not None:
        found.append(_below(asked.region))
    return [*found, *_days(asked), *_remarkable(asked)]


def _days(asked: Asked) -> list[sa.ColumnElement[bool]]:
    found = []
    if asked.since is not None:
        found.append(Inspection.day >= asked.since)
    if asked.until is not None:
        found.append(Inspection.day <= asked.until)
    return found


def _remarkable(asked: Asked) -> list[sa.ColumnElement[bool]]:
    found = []
    if asked.flagged:
        found.append(Inspection.flags != "")
    if asked.copies:
        unsettled = sa.select(RejectedCopy.inspection_id).where(RejectedCopy.settled_at.is_(None))
        found.append(Inspection.id.in_(unsettled))
    return found


def _below(code: str) -> sa.ColumnElement[bool]:
    living = tree(today())
    node = living.by_code.get(code)
    if node is None:
        return sa.false()
    inside = [node.id, *(one.id for one in living.descendants(node.id))]
    return SitePeriod.region_id.in_(inside)


def _order(asked: Asked) -> list[sa.ColumnElement[Any]]:
    column: Any = {
        Sort.DAY: Inspection.day,
        Sort.SITE: Site.name,
        Sort.INSPECTOR: Inspection.inspector,
        Sort.STATE: Inspection.state,
    }[asked.sort]
    return [column.desc() if asked.descending else column.asc()]


def of_site(site_id: int, most: int) -> list[Line]:
    """The newest visits of a site, whoever may read them."""
    return read(
        visits()
        .where(Inspection.site_id == site_id, Inspection.state != State.CANCELLED)
        .order_by(Inspection.day.desc(), Inspection.id.desc())
        .limit(most)
    )


def calendar_days(actor: Actor, first: date, last: date) -> dict[date, list[Line]]:
    """The visits of some days within reach, by day."""
    found: dict[date, list[Line]] = defaultdict(list)
    days = sa.and_(Inspection.day >= first, Inspection.day <= last)
    shown = Inspection.state != State.CANCELLED
    rows = visits().where(access.readable(actor), days, shown)
    for one in read(rows.order_by(Inspection.day, Site.name, Inspection.id)):
        found[one.row.day].append(one)
    return found


def counties(actor: Actor, living: Tree) -> list[Node]:
    """The cities and counties among which the list may be narrowed down."""
    reach = actor.reach(access.READ)
    return [
        node
        for city in living.top()
        for node in (city, *living.children(city.id))
        if reach.region(living, node.id)
    ]
