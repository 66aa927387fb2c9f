"""What is recorded of sites beside the network: that it is known at all, and numbers of a day.

Fittings, windows and postings are each counted in a table of numbers, a row a site and a column a
thing.  Every write of them raises the site's version, so that of a table held in memory only the
rows of sites that were written since are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from core.access import Column
from core.dated import on_day
from core.db import db, once
from core.sites.hand import Hand
from core.sites.models import Site, SiteRecord
from core.sites.queries import columns

Floats = NDArray[np.float64]
#: The condition that a column names one of the sites wanted.
Within = Callable[[Column], sa.ColumnElement[bool]]

#: Of more sites than so many all are read again.
FEW: Final = 500


@dataclass(frozen=True, slots=True)
class Facts:
    """Numbers of a day: a row a site, in order of ids; nan where nobody ever recorded any."""

    ids: NDArray[np.int64]
    versions: NDArray[np.int64]
    numbers: Floats

    def of(self, ids: NDArray[np.int64]) -> Floats:
        """The rows of these sites; nan of one that is not among them."""
        found = np.full((len(ids), self.numbers.shape[1]), np.nan)
        known, at = _places(self.ids, ids)
        found[known] = self.numbers[at]
        return found

    def of_site(self, site_id: int) -> Floats:
        """The numbers of one site."""
        row: Floats = self.of(np.array([site_id]))[0]
        return row


def _places(
    among: NDArray[np.int64], ids: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Which of *ids* are *among* others, which are in order, and where those are."""
    at = np.searchsorted(among, ids)
    known = at < len(among)
    known[known] = among[at[known]] == ids[known]
    return known, at[known]


@dataclass(frozen=True, slots=True)
class Counted:
    """How a room counts: which columns each thing on record has, and what gives the counts.

    ``count`` gives three columns for a day: ids of sites, the columns counted, how many.
    """

    about: Mapping[str, Sequence[int]]
    width: int
    count: Callable[[date, Within], Sequence[Sequence[Any]]]


def read(before: Facts | None, on: date, counted: Counted) -> Facts:
    """The numbers of a day, of which those that still hold are taken over from *before*."""
    ids, versions = (
        np.array(column, np.int64)
        for column in columns(sa.select(Site.id, Site.version).order_by(Site.id))
    )
    numbers = np.full((len(ids), counted.width), np.nan)
    fresh = np.zeros(len(ids), bool)
    if before is not None:
        known, at = _places(before.ids, ids)
        fresh[known] = before.versions[at] == versions[known]
        numbers[fresh] = before.numbers[at[fresh[known]]]
    stale = ids[~fresh]
    if len(stale):
        _fill(numbers, ids, counted, on, _within(stale))
    return Facts(ids, versions, numbers)


def _within(ids: NDArray[np.int64]) -> Within:
    if len(ids) > FEW:
        return lambda _column: sa.true()
    wanted = ids.tolist()
    return lambda column: column.in_(wanted)


def _fill(
    numbers: Floats, ids: NDArray[np.int64], counted: Counted, on: date, within: Within
) -> None:
    recorded = columns(
        sa.select(SiteRecord.site_id, SiteRecord.about).where(
            SiteRecord.about.in_(sorted(counted.about)),
            on_day(SiteRecord, on),
            within(SiteRecord.site_id),
        )
    )
    rows = np.searchsorted(ids, np.array(recorded[0], np.int64))
    about = np.array(recorded[1], str)
    for name, places in counted.about.items():
        numbers[np.ix_(rows[about == name], list(places))] = 0
    site_ids, places, counts = counted.count(on, within)
    rows = np.searchsorted(ids, np.array(site_ids, np.int64))
    numbers[rows, np.array(places, np.intp)] = np.array(counts, np.float64)


def recorded(site_id: int, on: date) -> frozenset[str]:
    """What is on record of a site on the day, though it be nothing; asked once."""
    asked = sa.select(SiteRecord.about).where(SiteRecord.site_id == site_id, on_day(SiteRecord, on))
    return once(("recorded", site_id, on), lambda: frozenset(db.session.scalars(asked)))


def know(site: Site, hand: Hand, about: Collection[str], since: date) -> list[str]:
    """Let it be known what *site* has of these things from a day on; gives what was not so far."""
    held = hand.periods(SiteRecord, site.id, SiteRecord.about.in_(sorted(about)))
    known = {period.about: period for period in held}
    for name in sorted(about):
        if name not in known:
            db.session.add(SiteRecord(site_id=site.id, about=name, since=since))
        elif since < known[name].since:
            known[name].since = since
    return sorted(set(about) - known.keys())
