"""What could happen to sites, and the network had it happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeAlias

import numpy as np
from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.geo import Point
from core.sites.network import Network, Rows
from stations.coverage.positions import Places
from stations.coverage.rules import Question

#: How much may happen in one question.
MOST_CHANGES: Final = 500


@dataclass(frozen=True, slots=True)
class Close:
    """The site is no more."""

    site_id: int


@dataclass(frozen=True, slots=True)
class Suspend:
    """The site does not serve from a day on to before another, or without a known end."""

    site_id: int
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """The site stands elsewhere (WGS-84)."""

    site_id: int
    to: Point


@dataclass(frozen=True, slots=True)
class Lose:
    """The site no longer offers the service."""

    site_id: int
    service_id: int


@dataclass(frozen=True, slots=True)
class Shift:
    """The site keeps other hours: the text of a document as core.calendar.hours has it."""

    site_id: int
    hours: str


Change: TypeAlias = Close | Suspend | Move | Lose | Shift


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would happen, all of it together."""

    changes: tuple[Change, ...]

    def check(self, question: Question) -> WhatIf:
        """Itself. Raises BadInput where the answer could not depend on it, or is too much."""
        if not self.changes:
            raise BadInput(_l("请至少选择一个网点和一种变化。"), field="changes")
        if len(self.changes) > MOST_CHANGES:
            raise BadInput(_l("一次最多假设 %(most)s 项变化。", most=MOST_CHANGES), field="changes")
        for change in self.changes:
            if isinstance(change, Suspend) and not _holds(change, question.on):
                raise BadInput(_l("所查的日期不在停办期间。"), field="on")
            if isinstance(change, Shift) and question.at is None:
                raise BadInput(_l("改办理时间时，请同时选一个时刻。"), field="at")
        return self

    @property
    def site_ids(self) -> list[int]:
        """The sites that anything happens to, in the order of their ids."""
        return sorted({change.site_id for change in self.changes})


def _holds(change: Suspend, on: date) -> bool:
    return change.since <= on and (change.until is None or on < change.until)


# -- The network of just the sites in question --------------------------------------------------


def part(net: Network, indexes: Places) -> Network:
    """The network of a few of the sites, without the words that pages show of them."""
    rows, numbers = net.rows, indexes.tolist()
    ids = {int(rows.ids[number]) for number in numbers}
    return Network(
        net.on,
        net.tree,
        net.calendar,
        Rows(
            ids=rows.ids[indexes],
            region_ids=rows.region_ids[indexes],
            kinds=rows.kinds[indexes],
            statuses=rows.statuses[indexes],
            lat=rows.lat[indexes],
            lon=rows.lon[indexes],
            codes=[rows.codes[number] for number in numbers],
            names=[rows.names[number] for number in numbers],
            names_en=(),
            addresses=(),
            phones=(),
            made=(),
            hours={site_id: rows.hours[site_id] for site_id in ids if site_id in rows.hours},
            closures=tuple(
                one for one in rows.closures if one.site_id is None or one.site_id in ids
            ),
            services=rows.services,
            direct=rows.direct[indexes],
            assisted=rows.assisted[indexes],
        ),
    )


def changed(net: Network, changes: Iterable[Change]) -> Network:
    """The network, had all of this happened; *net* itself stays as it is."""
    rows, on = net.rows, net.on
    lat, lon = rows.lat.copy(), rows.lon.copy()
    direct, assisted, hours = rows.direct.copy(), rows.assisted.copy(), dict(rows.hours)
    gone = np.zeros(len(net), bool)
    for change in changes:
        here = np.searchsorted(rows.ids, change.site_id)
        match change:
            case Close():
                gone[here] = True
            case Suspend():
                gone[here] |= _holds(change, on)
            case Move(to=to):
                lat[here], lon[here] = to.lat, to.lon
            case Lose(service_id=service_id) if service_id in net.bit:
                bit = net.bit[service_id]
                kept = ~np.uint64(1 << bit % 64)
                direct[here, bit // 64] &= kept
                assisted[here, bit // 64] &= kept
            case Shift():
                hours[change.site_id] = change.hours
    lat[gone] = np.nan
    after = replace(rows, lat=lat, lon=lon, direct=direct, assisted=assisted, hours=hours)
    return Network(on, net.tree, net.calendar, after)
