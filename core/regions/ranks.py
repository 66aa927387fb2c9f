"""The regions of a day as rows of arrays, so that what stands in each is added up at once."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from core import snapshot
from core.regions import queries
from core.regions.rules import LEVELS
from core.regions.tree import Node, Tree

Places = NDArray[np.int64]

#: In the place of a region that there is not.
NONE: Final = -1


class Ranks:
    """Every region of a day has a place: cities first, then all counties, then towns, villages.

    ``above`` holds per region the place of the one it is or lies in, level by level from the city
    down; NONE below its own level.
    """

    def __init__(self, tree: Tree) -> None:
        cities = tree.top()
        below = [node for city in cities for node in tree.descendants(city.id)]
        ordered = sorted((*cities, *below), key=lambda node: node.level.depth)
        self.tree = tree
        self.nodes: tuple[Node, ...] = tuple(ordered)
        self.place = {node.id: place for place, node in enumerate(ordered)}
        self.depths: NDArray[np.int8] = np.array([node.level.depth for node in ordered], np.int8)
        #: NONE for a city.
        self.parents: Places = np.array(
            [NONE if node.parent_id is None else self.place[node.parent_id] for node in ordered],
            np.int64,
        )
        self.above: Places = np.full((len(ordered), len(LEVELS)), NONE, np.int64)
        for place, node in enumerate(ordered):
            if node.parent_id is not None:
                self.above[place] = self.above[self.place[node.parent_id]]
            self.above[place, node.level.depth] = place
        ids = np.array([node.id for node in ordered], np.int64)
        self._order: Places = np.argsort(ids)
        self._sorted = ids[self._order]

    def __len__(self) -> int:
        return len(self.nodes)

    def places(self, region_ids: NDArray[np.int64]) -> Places:
        """The place of each region; NONE for one that is not of this day."""
        if not len(self._sorted):
            return np.full(len(region_ids), NONE, np.int64)
        found = np.minimum(np.searchsorted(self._sorted, region_ids), len(self._sorted) - 1)
        known = self._sorted[found] == region_ids
        return np.where(known, self._order[found], NONE)

    def totals(self, places: Places, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of the *amounts*, which stand at *places*, of each region with all below it."""
        found = np.zeros(len(self), np.float64)
        known = places != NONE
        for column in self.above[places[known]].T:
            there = column != NONE
            found += np.bincount(column[there], amounts[known][there], len(self))
        return found

    def rolled(self, own: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sums of each region with all below it, many at once: *own* has one row an amount,
        whose columns are what stands in each region itself."""
        return np.asarray(self._below @ own.T, np.float64).T

    @cached_property
    def _below(self) -> scipy.sparse.csr_array[np.float64]:
        """A row for each region that has a one for itself and everything below it."""
        here, depth = np.nonzero(self.above != NONE)
        ones = np.ones(len(here))
        return scipy.sparse.csr_array(
            (ones, (self.above[here, depth], here)), shape=(len(self), len(self))
        )

    def inherited(self, own: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """The bits of each region (along the first axis) with those of all it lies in."""
        found = own.copy()
        for depth in range(1, len(LEVELS)):
            here = np.flatnonzero(self.depths == depth)
            found[here] |= found[self.parents[here]]
        return found


@snapshot.of_revision("network")
def ranks(on: date) -> Ranks:
    """The regions of the day, kept in memory until the register is written."""
    return Ranks(queries.tree(on))
