"""What the register knows of the sites that rows of a file may mean; read, never written."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Final

import sqlalchemy as sa

from core.dated import on_day
from core.db import db
from core.sites import bulk
from core.sites.bulk import Dossier
from core.sites.models import Site, SitePeriod
from network.imports.matching import key_of
from network.imports.regions import Regions

_CELL: Final = 0.0001  # degrees, as in placing.py

#: A site with its code and where it is.
Place = tuple[int, str, float, float]


class Register:
    """What the register knows of the sites within reach (row.Known)."""

    def __init__(self, regions: Regions, on: date, sites: frozenset[int]) -> None:
        self._regions = regions
        self._on = on
        self._own = sites

    def by_codes(self, codes: Sequence[str]) -> dict[str, Dossier]:
        found = bulk.read(Site.code.in_, sorted(set(codes)))
        return {dossier.code: dossier for dossier in found if self._reaches(dossier)}

    def by_ids(self, ids: Sequence[int]) -> dict[int, Dossier]:
        return {dossier.id: dossier for dossier in bulk.read(Site.id.in_, sorted(set(ids)))}

    def _reaches(self, dossier: Dossier) -> bool:
        held = bulk.holding(dossier.period, self._on) or dossier.period[-1]
        return dossier.id in self._own or self._regions.reaches(held.facts["region_id"])

    def called(self, region_id: int, key: str) -> Sequence[int]:
        return self._index.keys.get((region_id, key), ())

    def around(self, region_id: int) -> Sequence[tuple[int, str]]:
        return self._index.names.get(region_id, ())

    def near(self, lat: float, lon: float) -> Iterator[Place]:
        y, x = math.floor(lat / _CELL), math.floor(lon / _CELL)
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                yield from self._index.places.get((y + dy, x + dx), ())

    @cached_property
    def _index(self) -> _Index:
        return _Index.of(self._regions, self._on)


class _Index:
    """The sites of the day that are within reach, by name and by place; read once."""

    def __init__(self) -> None:
        self.keys: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        self.names: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        self.places: defaultdict[tuple[int, int], list[Place]] = defaultdict(list)

    @classmethod
    def of(cls, regions: Regions, on: date) -> _Index:
        index = cls()
        rows = db.session.execute(
            sa.select(
                *(Site.id, Site.code, Site.name),
                *(SitePeriod.region_id, SitePeriod.lat, SitePeriod.lon),
            )
            .join(SitePeriod, SitePeriod.site_id == Site.id)
            .where(on_day(SitePeriod, on))
            .order_by(Site.id)
        )
        for id, code, name, region_id, lat, lon in rows:
            if lat is not None and lon is not None:
                cell = (math.floor(lat / _CELL), math.floor(lon / _CELL))
                index.places[cell].append((id, code, lat, lon))
            if regions.reaches(region_id) and region_id in regions.tree.by_id:
                index.keys[region_id, key_of(regions.tree, region_id, name)].append(id)
                index.names[region_id].append((id, name))
        return index
