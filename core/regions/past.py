"""Regions that are no more: what they were last, when they ended, who came after, in whose reach.

What was recorded of them, or held over them, keeps their identity; whoever answers for the ground
they lay on still has to find it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from core import snapshot
from core.access import Reach
from core.dated import lasting
from core.db import db
from core.regions.models import RegionChange, RegionPeriod
from core.regions.queries import tree
from core.regions.tree import Node


@dataclass(frozen=True, slots=True)
class Gone:
    """A region that has ended, as it was last; ``on`` is the first day on which it was no more.

    ``heirs`` are the living regions that came after it, through any number of changes.
    """

    id: int
    code: str
    name: str
    name_en: str
    level: str
    parent_id: int | None
    on: date
    heirs: tuple[Node, ...]


@snapshot.of_revision("network")
def gone(on: date) -> Mapping[int, Gone]:
    """The regions that have ended by the day, by id."""
    last = _last(on)
    living = tree(on).by_id
    became = _became(last, on)
    return {
        region_id: Gone(
            id=region_id,
            code=period.code,
            name=period.name,
            name_en=period.name_en,
            level=period.level,
            parent_id=period.parent_id,
            on=period.until,
            heirs=_living(region_id, became, living),
        )
        for region_id, period in last.items()
        if period.until is not None
    }


def _last(on: date) -> dict[int, RegionPeriod]:
    """The last period of each region that is no more on the day."""
    lasts = lasting(RegionPeriod, on)
    alive = sa.select(RegionPeriod.region_id).where(lasts)
    rows = db.session.scalars(
        sa.select(RegionPeriod)
        .where(RegionPeriod.region_id.not_in(alive))
        .order_by(RegionPeriod.since)
    )
    return {row.region_id: row for row in rows}


def _became(last: Mapping[int, RegionPeriod], on: date) -> dict[int, list[int]]:
    """What came directly after each region when it ended; what it gave away before is no heir."""
    rows = db.session.execute(
        sa.select(RegionChange.from_region_id, RegionChange.to_region_id, RegionChange.on).where(
            RegionChange.on <= on
        )
    )
    found: dict[int, list[int]] = {}
    for passed, heir, day in rows:
        if passed is None or heir is None:
            continue
        if passed in last and last[passed].until == day:
            found.setdefault(passed, []).append(heir)
    return found


def _living(
    region_id: int, became: Mapping[int, Iterable[int]], living: Mapping[int, Node]
) -> tuple[Node, ...]:
    seen: set[int] = set()
    found: set[int] = set()
    waiting = [region_id]
    while waiting:
        passed = waiting.pop()
        if passed in living:
            found.add(passed)
        elif passed not in seen:
            seen.add(passed)
            waiting += became.get(passed, ())
    return tuple(sorted((living[one] for one in found), key=lambda node: node.code))


def within(reach: Reach, on: date) -> frozenset[int]:
    """The regions of *reach* on the day, and those that have ended on its ground.

    A region that is no more lay within if the one that it was last part of does, or if all that
    came after it do.  Meaningless where the reach is everywhere.
    """
    inside = set(reach.region_ids(tree(on)))
    ended = gone(on)
    waiting = set(ended) - inside
    while waiting:
        found = {one for one in waiting if _lay_within(ended[one], inside)}
        if not found:
            break
        inside |= found
        waiting -= found
    return frozenset(inside)


def _lay_within(one: Gone, inside: set[int]) -> bool:
    came_after = bool(one.heirs) and all(heir.id in inside for heir in one.heirs)
    return one.parent_id in inside or came_after
