"""What a cell of the matrix says, rows of sites or groups of them, their order and their totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from flask_babel import lazy_gettext as _l
from numpy.typing import NDArray

from core.catalogue.rules import Service
from core.figures.rules import Ask
from core.labels import Labelled
from core.regions.ranks import NONE
from core.regions.rules import Level
from core.sites.network import KINDS, Bits, Network
from core.sites.rules import Kind, Mode

Bools = NDArray[np.bool_]
Indexes = NDArray[np.int64]


class Sign(Labelled):
    """What one cell says: plan against fact."""

    DIRECT = "direct", _l("直接办")
    ASSISTED = "assisted", _l("帮办")
    GAP = "gap", _l("应开未开")
    BEYOND = "beyond", _l("计划外开办")
    NONE = "none", _l("不要求")


class By(Labelled):
    """What a row of the matrix is."""

    SITES = "sites", _l("按网点")
    TOWNS = "towns", _l("按镇街")
    KINDS = "kinds", _l("按类型")


def unpack(plane: Bits, net: Network, services: Sequence[Service]) -> Bools:
    """The bits of some sites as truths, one column a service."""
    bits = np.array([net.bit.get(service.id, -1) for service in services], np.int64)
    masks = np.left_shift(np.uint64(1), (bits % 64).astype(np.uint64))
    found: Bools = ((plane[:, bits // 64] & masks) != 0) & (bits >= 0)
    return found


@dataclass(frozen=True)
class Matrix:
    """The cells of some sites (``indexes`` in the network), one row a site, one column a service.

    ``planned`` says what is to be offered, ``direct`` and ``assisted`` what is.
    """

    ask: Ask
    services: tuple[Service, ...]
    indexes: Indexes
    planned: Bools
    direct: Bools
    assisted: Bools

    @classmethod
    def of(cls, ask: Ask, services: Sequence[Service], indexes: Indexes) -> Matrix:
        rows, net = ask.network.rows, ask.network
        return cls(
            *(ask, tuple(services), indexes),
            planned=unpack(ask.plan.planned[indexes], net, services),
            direct=unpack(rows.direct[indexes], net, services),
            assisted=unpack(rows.assisted[indexes], net, services),
        )

    def __len__(self) -> int:
        return len(self.indexes)

    @cached_property
    def offered(self) -> Bools:
        return self.direct | self.assisted

    @cached_property
    def gaps(self) -> Bools:
        return self.planned & ~self.offered

    @cached_property
    def beyond(self) -> Bools:
        return self.offered & ~self.planned

    def only(self, wanted: Bools | Indexes | slice) -> Matrix:
        """Some of the rows: by a mask, or by their numbers and in that order."""
        return Matrix(
            *(self.ask, self.services, self.indexes[wanted]),
            *(self.planned[wanted], self.direct[wanted], self.assisted[wanted]),
        )

    def with_gaps(self) -> Matrix:
        """The rows that lack anything."""
        return self.only(np.flatnonzero(self.gaps.any(axis=1)))

    def gaps_first(self) -> Matrix:
        """Most gaps first; then halls, then by the code of the region, then as entered."""
        rows, ranks = self.ask.network.rows, self.ask.ranks
        codes = np.array([int(node.code) for node in ranks.nodes] or [0], np.int64)
        places = ranks.places(rows.region_ids[self.indexes])
        stations = rows.kinds[self.indexes] != KINDS.index(Kind.HALL)
        return self.only(
            np.lexsort((self.indexes, codes[places], stations, -self.gaps.sum(axis=1)))
        )

    def sign(self, row: int, column: int) -> Sign:
        if self.gaps[row, column]:
            return Sign.GAP
        if self.beyond[row, column]:
            return Sign.BEYOND
        if not self.planned[row, column]:
            return Sign.NONE
        return Sign.DIRECT if self.direct[row, column] else Sign.ASSISTED

    def mode(self, row: int, column: int) -> Mode | None:
        """How the site of the row offers the service, if it does."""
        if self.direct[row, column]:
            return Mode.DIRECT
        return Mode.ASSISTED if self.assisted[row, column] else None

    @cached_property
    def columns(self) -> list[Sum]:
        """What stands below each service."""
        return [self._sum(slice(None), column) for column in range(len(self.services))]

    @cached_property
    def rows(self) -> list[Sum]:
        """What stands at the end of each row."""
        sums = [part.sum(axis=1).tolist() for part in self._parts]
        return [Sum(1, *counts) for counts in zip(*sums, strict=True)]

    @cached_property
    def total(self) -> Sum:
        return self._sum(slice(None), slice(None))

    @property
    def _parts(self) -> tuple[Bools, Bools, Bools, Bools]:
        direct = self.planned & self.direct
        assisted = self.planned & self.assisted & ~self.direct
        return direct, assisted, self.gaps, self.beyond

    def _sum(self, rows: slice, columns: slice | int) -> Sum:
        counts = (int(part[rows, columns].sum()) for part in self._parts)
        return Sum(len(self), *counts)

    def grouped(self, keys: Indexes) -> dict[int, list[Sum]]:
        """The sums of the rows with the same key, column by column."""
        groups, place = np.unique(keys, return_inverse=True)
        sites = np.bincount(place, minlength=len(groups)).tolist()
        counts = np.zeros((4, len(groups), len(self.services)), np.int64)
        for number, part in enumerate(self._parts):
            np.add.at(counts[number], place, part)
        told = counts.transpose(1, 2, 0).tolist()
        return {
            key: [Sum(sites[number], *cell) for cell in told[number]]
            for number, key in enumerate(groups.tolist())
        }


@dataclass(frozen=True, slots=True)
class Sum:
    """How many cells of some sites say what."""

    sites: int
    direct: int
    assisted: int
    gaps: int
    beyond: int

    @property
    def kept(self) -> int:
        return self.direct + self.assisted

    @property
    def planned(self) -> int:
        return self.kept + self.gaps

    @property
    def sign(self) -> Sign:
        """The one sign for all of them: a gap wherever there is one."""
        if self.gaps:
            return Sign.GAP
        if self.planned:
            return Sign.ASSISTED if self.assisted else Sign.DIRECT
        return Sign.BEYOND if self.beyond else Sign.NONE

    def __add__(self, other: Sum) -> Sum:
        return Sum(
            self.sites,
            self.direct + other.direct,
            self.assisted + other.assisted,
            self.gaps + other.gaps,
            self.beyond + other.beyond,
        )


NOTHING: Final = Sum(0, 0, 0, 0, 0)


def town_keys(matrix: Matrix) -> Indexes:
    """Per row the place of the town that the site stands in; above towns, of its own region."""
    ranks = matrix.ask.ranks
    places = ranks.places(matrix.ask.network.rows.region_ids[matrix.indexes])
    towns = ranks.above[places, Level.TOWN.depth]
    keys: Indexes = np.where(towns == NONE, places, towns)
    return keys


def kind_keys(matrix: Matrix) -> Indexes:
    """Per row the number of the kind of the site."""
    return matrix.ask.network.rows.kinds[matrix.indexes].astype(np.int64)


# -- Cells to be set ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What cells are to become, and which: in these columns, all or only the gaps."""

    mode: Mode | None
    services: frozenset[int]
    only_gaps: bool


#: A site's code, a service's code, and what the cell is and becomes.
Difference = tuple[str, str, Mode | None, Mode | None]


def differences(matrix: Matrix, wanted: Wanted) -> list[Difference]:
    """The cells that would be different, row by row."""
    columns = np.array([service.id in wanted.services for service in matrix.services], bool)
    target = {
        Mode.DIRECT: ~matrix.direct,
        Mode.ASSISTED: ~matrix.assisted | matrix.direct,
        None: matrix.offered,
    }[wanted.mode]
    chosen = target & columns
    if wanted.only_gaps:
        chosen &= matrix.gaps
    return [
        (
            matrix.ask.network.rows.codes[int(matrix.indexes[row])],
            matrix.services[column].code,
            matrix.mode(row, column),
            wanted.mode,
        )
        for row, column in np.argwhere(chosen).tolist()
    ]
