"""What sites have on a day: of all of them as numbers held in memory, of one with its notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.clock import today
from core.dated import on_day
from core.db import db
from core.facilities.models import Fitting
from core.facilities.rules import GROUPS, Fit, Group, Item, items
from core.sites import facts
from core.sites.facts import Counted, Facts, Floats, Within
from core.sites.queries import columns
from core.snapshot import renewed


def fittings(on: date | None = None) -> Facts:
    """How many of each item (a column by its place in the catalogue) each site has on the day."""
    return _fittings(on or today())


@renewed("facts")
def _fittings(before: Facts | None, on: date) -> Facts:
    known = items()
    about = {group.value: known.places(group) for group in GROUPS}
    return facts.read(before, on, Counted(about, len(known.all), _counts))


def _counts(on: date, within: Within) -> Sequence[Sequence[Any]]:
    site_ids, codes, counts = columns(
        sa.select(Fitting.site_id, Fitting.item, Fitting.count).where(
            on_day(Fitting, on), within(Fitting.site_id), Fitting.item.in_(items().by_code)
        )
    )
    place = {code: item.place for code, item in items().by_code.items()}
    return site_ids, [place[code] for code in codes], counts


def kinds_of(numbers: Floats, group: Group) -> Floats:
    """Of how many items of a group the sites whose numbers these are have any; nan as there."""
    return sum_of(numbers[:, items().places(group)])


def sum_of(numbers: Floats) -> Floats:
    """In how many columns there is something; nan where nobody ever recorded."""
    found: Floats = (numbers > 0).sum(axis=1, dtype=float)
    found[(numbers != numbers).all(axis=1)] = float("nan")
    return found


# -- One site -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """What a site has on a day."""

    site_id: int
    day: date
    fits: dict[str, Fit]

    @property
    def groups(self) -> frozenset[Group]:
        """Of which groups that is known; a resident's page need not ask."""
        about = facts.recorded(self.site_id, self.day)
        return frozenset(group for group in GROUPS if group in about)

    def of(self, group: Group) -> list[tuple[Item, Fit]]:
        """The items of a group that are there, in the order of the catalogue."""
        return [
            (item, self.fits[item.code]) for item in items().of(group) if item.code in self.fits
        ]


def held(site_id: int, on: date | None = None) -> Held:
    """What a site has on the day, today if None."""
    day = on or today()
    rows = db.session.execute(
        sa.select(Fitting.item, Fitting.count, Fitting.note).where(
            Fitting.site_id == site_id, on_day(Fitting, day)
        )
    )
    known = items().by_code
    fits = {item: Fit(count, note) for item, count, note in rows if item in known}
    return Held(site_id, day, fits)
