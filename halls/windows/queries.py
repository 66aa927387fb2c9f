"""The windows of sites on a day: of all sites as numbers held in memory, of one as they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from core.clock import today
from core.dated import on_day
from core.db import db
from core.sites import facts
from core.sites.facts import Counted, Facts, Within
from core.sites.queries import columns
from core.snapshot import renewed
from halls.windows.models import Window
from halls.windows.rules import LANES, WINDOWS, Lane, Opened, WindowKind, in_order

#: The columns of the numbers: all windows, comprehensive ones, then each lane in order.
ALL: Final = 0
COMPREHENSIVE: Final = 1
FIRST_LANE: Final = 2
_WIDTH: Final = FIRST_LANE + len(LANES)


def windows(on: date | None = None) -> Facts:
    """How many windows each site has on the day, of what kind and with which lanes."""
    return _windows(on or today())


@renewed("facts")
def _windows(before: Facts | None, on: date) -> Facts:
    return facts.read(before, on, Counted({WINDOWS: range(_WIDTH)}, _WIDTH, _counts))


def _counts(on: date, within: Within) -> Sequence[Sequence[Any]]:
    comprehensive = Window.kind == WindowKind.COMPREHENSIVE
    kept = [comprehensive, *(getattr(Window, lane) for lane in LANES)]
    site_ids, *counts = columns(
        sa.select(
            Window.site_id,
            sa.func.count(),
            *(sa.func.sum(sa.case((one, 1), else_=0)) for one in kept),
        )
        .where(on_day(Window, on), within(Window.site_id))
        .group_by(Window.site_id)
    )
    places = [place for place in range(_WIDTH) for _site in site_ids]
    return site_ids * _WIDTH, places, [count for column in counts for count in column]


def held(site_id: int, on: date | None = None) -> dict[str, Opened]:
    """The windows of a site on the day, by their numbers, in order."""
    rows = db.session.scalars(
        sa.select(Window).where(Window.site_id == site_id, on_day(Window, on or today()))
    )
    found = {row.number: opened_of(row) for row in rows}
    return {number: found[number] for number in in_order(found)}


def recorded(site_id: int, on: date | None = None) -> bool:
    """Whether it is known on the day which windows the site has."""
    return WINDOWS in facts.recorded(site_id, on or today())


def opened_of(row: Window) -> Opened:
    """A window as its period has it."""
    lanes = frozenset(Lane(lane) for lane in LANES if getattr(row, lane))
    return Opened(WindowKind(row.kind), lanes, row.title)
