"""Who lives where: settlements with their people, and what the numbers are from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.geo import Floats
from core.regions.ranks import Ranks
from core.regions.tree import Node
from stations.coverage.positions import NONE, Places, Positions, Wanted, place_order


@dataclass(frozen=True, slots=True)
class Source:
    """Where numbers of people are from: of which region, year, by whom; ``made`` for show."""

    uuid: str
    region_id: int
    year: int
    source: str
    made: bool


@dataclass(frozen=True, eq=False)
class Demand:
    """Settlements and their people, column by column in place order: neighbours lie near.

    ``region_ids`` is the lowest region known of each; ``people`` may be 0, which is still a
    settlement.  ``sets`` are what the numbers are from.
    """

    ids: Places
    region_ids: Places
    lat: Floats
    lon: Floats
    people: Floats
    codes: Sequence[str]
    names: Sequence[str]
    sets: tuple[Source, ...] = ()

    @classmethod
    def of(
        cls,
        ids: Places,
        region_ids: Places,
        lat: Floats,
        lon: Floats,
        people: Floats,
        codes: Sequence[str],
        names: Sequence[str],
        sets: tuple[Source, ...] = (),
    ) -> Demand:
        """The same given in any order; at one point the lower id comes first."""
        by_id = np.argsort(ids, kind="stable")
        order = by_id[place_order(lat[by_id], lon[by_id])]
        numbers = order.tolist()
        return cls(
            ids[order],
            region_ids[order],
            lat[order],
            lon[order],
            people[order].astype(np.float64),
            [codes[number] for number in numbers],
            [names[number] for number in numbers],
            sets,
        )

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def positions(self) -> Positions:
        return Positions(self.lat, self.lon)

    @property
    def xyz(self) -> Floats:
        """Earth-centred, in metres, one row a settlement."""
        return self.positions.xyz

    @property
    def made(self) -> bool:
        """Whether any of it is made up for demonstration."""
        return any(one.made for one in self.sets)

    def places(self, ranks: Ranks) -> Places:
        """The place of each settlement's region among the regions of a day."""
        held = self.__dict__.get("_places")
        if held is None or held[0] is not ranks:
            held = self.__dict__["_places"] = (ranks, ranks.places(self.region_ids))
        found: Places = held[1]
        return found

    def by_place(self, ranks: Ranks) -> tuple[Places, Places, Places]:
        """The settlements of known regions, region by region: their numbers, where each region
        begins among them, and the regions' places."""
        held = self.__dict__.get("_by_place")
        if held is None or held[0] is not ranks:
            places = self.places(ranks)
            order = np.argsort(places, kind="stable")
            order = order[np.count_nonzero(places == NONE) :]  # NONE comes before all places
            regions, starts = np.unique(places[order], return_index=True)
            held = self.__dict__["_by_place"] = (ranks, (order, starts, regions))
        found: tuple[Places, Places, Places] = held[1]
        return found

    def inside(self, ranks: Ranks, region: Node | None) -> Wanted:
        """Which settlements lie in the region, or in any at all."""
        places = self.places(ranks)
        known: Wanted = places != NONE
        if region is not None:
            known &= ranks.above[places, region.level.depth] == ranks.place[region.id]
        return known
