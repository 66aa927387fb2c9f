"""What the register knows of the sites that rows of a file may mean; read, never written."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np
import sqlalchemy as sa

from core.dated import on_day
from core.db import db
from core.regions.meant import Regions
from core.sheets.spots import Spots
from core.sites import bulk
from core.sites.bulk import Dossier
from core.sites.models import Site, SitePeriod
from core.sites.rules import SERIAL_DIGITS
from network.imports.matching import hash_of, key_of

_CODE: Final = SERIAL_DIGITS + 1

#: How many sites are read at a time.
AT_ONCE: Final = 1000

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
        return self._index.called(region_id, key)

    def around(self, region_id: int) -> Iterator[tuple[int, str]]:
        return self._index.around(region_id)

    def near(self, lat: float, lon: float) -> Iterator[Place]:
        return self._index.near(lat, lon)

    @cached_property
    def _index(self) -> _Index:
        return _Index(self._regions, self._on)


class _Index:
    """The sites of the day that are within reach, by name and by place; read once.

    There may be a hundred thousand, so it holds numbers and long texts, no object of each site.
    """

    def __init__(self, regions: Regions, on: date) -> None:
        self._ids, self._codes = array("q"), bytearray()
        self._spots = Spots()
        self._names, self._ends = bytearray(), array("q", [0])
        self._named: dict[int, array[int]] = {}
        keys, own = array("q"), array("q")
        for id, code, name, region_id, lat, lon in db.session.execute(_sites(on)):
            if lat is not None and lon is not None:
                self._spots.add(len(self._ids), lat, lon)
                self._ids.append(id)
                self._codes += code.encode()
            if regions.reaches(region_id) and region_id in regions.tree.by_id:
                self._named.setdefault(region_id, array("q")).append(len(own))
                own.append(id)
                keys.append(hash_of(region_id, key_of(regions.tree, region_id, name)))
                self._names += name.encode()
                self._ends.append(len(self._names))
        order = np.argsort(np.array(keys, np.int64), kind="stable")
        # The sites in the order of their names' hashes, to look one up by halving.
        self._keys = array("q", np.array(keys, np.int64)[order].tobytes())
        self._called = array("q", np.array(own, np.int64)[order].tobytes())
        self._own = own

    def called(self, region_id: int, key: str) -> Sequence[int]:
        wanted = hash_of(region_id, key)
        return self._called[bisect_left(self._keys, wanted) : bisect_right(self._keys, wanted)]

    def around(self, region_id: int) -> Iterator[tuple[int, str]]:
        for at in self._named.get(region_id, ()):
            yield self._own[at], self._names[self._ends[at] : self._ends[at + 1]].decode()

    def near(self, lat: float, lon: float) -> Iterator[Place]:
        for at, *where in self._spots.near(lat, lon):
            code = self._codes[_CODE * at : _CODE * (at + 1)].decode()
            yield self._ids[at], code, where[0], where[1]


def _sites(on: date) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            *(Site.id, Site.code, Site.name),
            *(SitePeriod.region_id, SitePeriod.lat, SitePeriod.lon),
        )
        .join(SitePeriod, SitePeriod.site_id == Site.id)
        .where(on_day(SitePeriod, on))
        .order_by(Site.id)
        .execution_options(yield_per=AT_ONCE)
    )
