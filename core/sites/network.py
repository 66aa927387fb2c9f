"""The network of one day, in memory: where every site is, what it offers, when it serves.

Distance is the chord through the earth between positions on the WGS-84 ellipsoid, searched in a
k-d tree: it puts sites in the same order as the geodesic does (docs/decisions/0004).  What a site
offers is a bit in a plane, one plane for each mode; the bit of a service is its place among the
sorted ids of all services.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

import numpy as np
import scipy
from numpy.typing import NDArray

from core.calendar.hours import parse
from core.calendar.rules import Calendar, Hours, Opening, Shut, opening
from core.geo import Point, Vector, earth_centred, xyz
from core.regions.tree import Node, Tree
from core.sites.rules import Kind, Mode, Status

Bits = NDArray[np.uint64]
Wanted = NDArray[np.bool_]

#: How many neighbours are asked for at first when only some of them may be wanted.
OVERSAMPLE = 16
#: A selection of fewer than one site in so many gets a tree of its own.
RARE = 8


@dataclass(frozen=True, slots=True)
class Announced:
    """A closure as it stands in the register."""

    uuid: str
    shut: Shut
    words: str
    words_en: str
    site_id: int | None
    region_id: int | None
    announced_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """One site on the day of its network. ``point`` is None unless the public may be told."""

    index: int
    id: int
    code: str
    name: str
    name_en: str
    kind: Kind
    status: Status
    region: Node
    point: Point | None
    #: The same earth-centred, in metres.
    xyz: Vector | None
    address: str
    phone: str
    hours: Hours | None
    closures: tuple[Announced, ...]
    made: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """What is read of the register, column by column, sites in order of their ids.

    ``lat`` and ``lon`` are degrees, NaN where there is no position for the public.
    """

    ids: NDArray[np.int64]
    region_ids: NDArray[np.int64]
    kinds: NDArray[np.int8]
    statuses: NDArray[np.int8]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    codes: Sequence[str]
    names: Sequence[str]
    names_en: Sequence[str]
    addresses: Sequence[str]
    phones: Sequence[str]
    made: Sequence[bool]
    hours: Mapping[int, str]
    closures: tuple[Announced, ...]
    services: tuple[int, ...]
    direct: Bits
    assisted: Bits


KINDS = tuple(Kind)
STATUSES = tuple(Status)


class Network:
    """The sites of one day. Nothing in it is ever changed; asked what if, it gives another."""

    def __init__(self, on: date, tree: Tree, calendar: Calendar, rows: Rows) -> None:
        self.on = on
        self.tree = tree
        self.calendar = calendar
        self.rows = rows
        self.bit = {service: place for place, service in enumerate(rows.services)}
        self.ranked: Wanted = (rows.statuses == STATUSES.index(Status.ACTIVE)) & ~np.isnan(rows.lat)
        self._searches: dict[object, Search] = {}
        self._places: dict[int, Place] = {}

    def __len__(self) -> int:
        return len(self.rows.ids)

    @cached_property
    def everything(self) -> Search:
        """The search among all ranked sites."""
        return Search(self.rows, self.ranked)

    @cached_property
    def _index_of_code(self) -> dict[str, int]:
        return {code: index for index, code in enumerate(self.rows.codes)}

    @cached_property
    def _closures(self) -> dict[tuple[str, int], list[Announced]]:
        found: dict[tuple[str, int], list[Announced]] = {}
        for announced in self.rows.closures:
            key = (
                ("site", announced.site_id)
                if announced.site_id is not None
                else ("region", announced.region_id or 0)
            )
            found.setdefault(key, []).append(announced)
        return found

    @cached_property
    def made(self) -> bool:
        """Whether any of it is made up for demonstration."""
        return any(self.rows.made)

    def place(self, index: int) -> Place:
        """The site at *index* of the rows."""
        found = self._places.get(index)
        if found is None:
            found = self._places[index] = self._place(index)
        return found

    def _place(self, index: int) -> Place:
        rows = self.rows
        lat, lon = float(rows.lat[index]), float(rows.lon[index])
        point = None if lat != lat else Point(lat, lon)
        site_id = int(rows.ids[index])
        region = self.tree.by_id[int(rows.region_ids[index])]
        document = rows.hours.get(site_id)
        return Place(
            index=index,
            id=site_id,
            code=rows.codes[index],
            name=rows.names[index],
            name_en=rows.names_en[index],
            kind=KINDS[rows.kinds[index]],
            status=STATUSES[rows.statuses[index]],
            region=region,
            point=point,
            xyz=None if point is None else xyz(point),
            address=rows.addresses[index],
            phone=rows.phones[index],
            hours=None if document is None else parse(document),
            closures=self._closures_of(site_id, region),
            made=rows.made[index],
        )

    def _closures_of(self, site_id: int, region: Node) -> tuple[Announced, ...]:
        found = list(self._closures.get(("site", site_id), ()))
        if self._closures:
            for above in self.tree.path(region.id):
                found += self._closures.get(("region", above.id), ())
        return tuple(sorted(found, key=lambda announced: announced.shut.since))

    def by_code(self, code: str) -> Place | None:
        index = self._index_of_code.get(code)
        return None if index is None else self.place(index)

    def opening(self, place: Place, moment: datetime) -> Opening:
        """Whether *place* serves at *moment*, until when, and when next."""
        shuts = tuple(announced.shut for announced in place.closures)
        return opening(place.hours, shuts, self.calendar, moment)

    def mode(self, place: Place, service_id: int) -> Mode | None:
        """How *place* offers the service, if it does."""
        bit = self.bit.get(service_id)
        if bit is None:
            return None
        word, mask = bit // 64, np.uint64(1 << bit % 64)
        if self.rows.direct[place.index, word] & mask:
            return Mode.DIRECT
        return Mode.ASSISTED if self.rows.assisted[place.index, word] & mask else None

    def offerings(self, place: Place) -> list[tuple[int, Mode]]:
        """What *place* offers: service ids in order, with the mode."""
        found = ((service, self.mode(place, service)) for service in self.rows.services)
        return [(service, mode) for service, mode in found if mode is not None]

    def offering(self, service_id: int) -> Wanted:
        """Which sites offer the service, in either mode."""
        bit = self.bit.get(service_id)
        if bit is None:
            return np.zeros(len(self), dtype=bool)
        word, mask = bit // 64, np.uint64(1 << bit % 64)
        planes = self.rows.direct[:, word] | self.rows.assisted[:, word]
        offered: Wanted = (planes & mask) != 0
        return offered

    def of_kind(self, kind: Kind) -> Wanted:
        wanted: Wanted = self.rows.kinds == KINDS.index(kind)
        return wanted

    def below(self, region: Node) -> Wanted:
        """Which sites stand in *region*, at whatever level below it."""
        inside = [region.id, *(node.id for node in self.tree.descendants(region.id))]
        wanted: Wanted = np.isin(self.rows.region_ids, inside)
        return wanted

    def places(self, wanted: Wanted) -> list[Place]:
        return [self.place(int(index)) for index in np.flatnonzero(wanted)]

    def nearest(
        self,
        point: Point,
        limit: int,
        *,
        service_id: int | None = None,
        kind: Kind | None = None,
        accept: Callable[[Place], bool] | None = None,
    ) -> list[tuple[int, float]]:
        """The *limit* nearest ranked sites as (index, chord in metres), nearest first.

        ``service_id`` and ``kind`` narrow the search; ``accept`` is asked of each site in turn.
        """
        search = self._search(service_id, kind)
        if accept is None:
            return search.nearest(point, limit)
        return search.nearest_accepted(point, limit, lambda index: accept(self.place(index)))

    def _search(self, service_id: int | None, kind: Kind | None) -> Search:
        if service_id is None and kind is None:
            return self.everything
        key = (service_id, kind)
        found = self._searches.get(key)
        if found is None:
            wanted = self.ranked
            if service_id is not None:
                wanted = wanted & self.offering(service_id)
            if kind is not None:
                wanted = wanted & self.of_kind(kind)
            found = self._searches[key] = self._search_among(wanted)
        return found

    def _search_among(self, wanted: Wanted) -> Search:
        if np.count_nonzero(wanted) * RARE < np.count_nonzero(self.ranked):
            return Search(self.rows, wanted)
        return self.everything.narrowed(wanted)

    def without(self, site_ids: Iterable[int]) -> Network:
        """The same network, had these sites no position: what if they close."""
        gone = np.isin(self.rows.ids, list(site_ids))
        lat = np.where(gone, np.nan, self.rows.lat)
        return Network(self.on, self.tree, self.calendar, replace(self.rows, lat=lat))


class Search:
    """A k-d tree over the positions of some sites."""

    def __init__(self, rows: Rows, among: Wanted) -> None:
        self.indexes = np.flatnonzero(among)
        positions = earth_centred(rows.lat[among], rows.lon[among])
        self.tree = scipy.spatial.cKDTree(positions, balanced_tree=False, copy_data=False)
        self.wanted: Wanted | None = None

    def narrowed(self, wanted: Wanted) -> Search:
        """The same tree, where only *wanted* sites count."""
        other = object.__new__(Search)
        other.indexes, other.tree, other.wanted = self.indexes, self.tree, wanted[self.indexes]
        return other

    def nearest(self, point: Point, limit: int) -> list[tuple[int, float]]:
        if self.wanted is None:
            chords, found = self._query(point, limit)
            return list(zip(self.indexes[found].tolist(), chords.tolist(), strict=True))
        wanted = self.wanted
        return self._first(point, limit, lambda found: wanted[found])

    def nearest_accepted(
        self, point: Point, limit: int, accept: Callable[[int], bool]
    ) -> list[tuple[int, float]]:
        def accepted(found: NDArray[np.intp]) -> Wanted:
            mask = np.ones(len(found), bool) if self.wanted is None else self.wanted[found]
            for place in np.flatnonzero(mask):
                mask[place] = accept(int(self.indexes[found[place]]))
            return mask

        return self._first(point, limit, accepted)

    def _first(
        self, point: Point, limit: int, accepted: Callable[[NDArray[np.intp]], Wanted]
    ) -> list[tuple[int, float]]:
        """The first *limit* that are accepted: ask for some, then for ever more, until enough."""
        asked = max(limit, OVERSAMPLE)
        while True:
            chords, found = self._query(point, asked)
            mask = accepted(found)
            if np.count_nonzero(mask) >= limit or asked >= len(self.indexes):
                kept = np.flatnonzero(mask)[:limit]
                indexes = self.indexes[found[kept]]
                return list(zip(indexes.tolist(), chords[kept].tolist(), strict=True))
            asked *= 4

    def _query(self, point: Point, limit: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        count = min(limit, len(self.indexes))
        if count == 0:
            return np.empty(0), np.empty(0, np.intp)
        # One neighbour alone would come as bare numbers; a list of ranks always gives arrays.
        chords, found = self.tree.query(xyz(point), k=count if count > 1 else [1])
        return np.asarray(chords), np.asarray(found)
