"""What a change reads of sites and how its rows go out: of one site, or of many at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from core.catalogue.models import Service
from core.dated import Dated, succeed, succeeding
from core.db import db, table_of
from core.geo import Point
from core.regions import boundaries, queries
from core.sites.models import SitePeriod

#: How many ids one statement names.
AT_ONCE: Final = 500


P = TypeVar("P", bound=Dated)
T = TypeVar("T")


class Hand:
    """What one change has in hand of a site; of ``site_ids`` all at once, where there are many.

    With many in hand nothing is flushed before all are done, so that their rows go out together;
    and where nothing is flushed at all, it was but a trial.
    """

    def __init__(self, site_ids: Collection[int] = ()) -> None:
        self._ids = sorted(site_ids)
        self._periods: dict[type[Dated], dict[int, list[Any]]] = {}
        self._codes: dict[int, list[tuple[date, str]]] = {}
        self._services: dict[int, str] = {}
        self._astray: Callable[[int, Point], bool] | None = None

    def periods(self, model: type[P], site_id: int, *also: sa.ColumnElement[bool]) -> list[P]:
        """The periods of a site, oldest first; *also* narrows them, alike for every site."""
        if not self._ids:
            return _periods(model, [site_id], *also).get(site_id, [])
        if model not in self._periods:
            found: dict[int, list[Any]] = {}
            for ids in parts(self._ids):
                found |= _periods(model, ids, *also)
            self._periods[model] = found
        return self._periods[model].get(site_id, [])

    def flush(self) -> None:
        if not self._ids:
            db.session.flush()

    def succeed(self, period: P, on: date, **changes: Any) -> P:
        """As core.dated has it."""
        if not self._ids:
            return succeed(period, on, **changes)
        # In one flush rows are changed before others are added: no two are ever open at once.
        successor = succeeding(period, on, **changes)
        db.session.add(successor)
        return successor

    def region_code(self, region_id: int, on: date) -> str | None:
        """The code that a region bore on the day; as core.regions.queries has it."""
        borne = self._codes_of(region_id)
        held = [code for since, code in borne if since <= on] or [code for _since, code in borne]
        return held[-1] if held else None

    def _codes_of(self, region_id: int) -> list[tuple[date, str]]:
        if region_id not in self._codes:
            standing = self._periods.get(SitePeriod, {}).values()
            near = {period.region_id for periods in standing for period in periods} | {region_id}
            for some in parts(sorted(near - self._codes.keys())):
                self._codes |= {one: [] for one in some} | queries.codes_of(some)
        return self._codes[region_id]

    def service_codes(self, ids: Iterable[int]) -> Mapping[int, str]:
        missing = set(ids) - self._services.keys()
        if missing:
            asked = sa.select(Service.id, Service.code).where(Service.id.in_(missing))
            self._services |= {row.id: row.code for row in db.session.execute(asked)}
        return self._services

    def astray(self, region_id: int, point: Point) -> bool:
        """As core.regions.boundaries has it."""
        if self._astray is None:
            self._astray = boundaries.judge()
        return self._astray(region_id, point)


def parts(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    """*ids*, or codes, so many at a time."""
    for first in range(0, len(ids), AT_ONCE):
        yield ids[first : first + AT_ONCE]


def _periods(
    model: type[P], ids: Sequence[int], *also: sa.ColumnElement[bool]
) -> dict[int, list[P]]:
    column: Any = table_of(model).c.site_id
    rows = db.session.scalars(
        sa.select(model).where(column.in_(ids), *also).order_by(column, model.since)
    )
    found: dict[int, list[P]] = {}
    for row in rows:
        found.setdefault(getattr(row, column.key), []).append(row)
    return found
