"""Sets of numbers, one after the other in memory: what each candidate reaches, and the reverse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """Row *i* holds ``members[starts[i]:starts[i + 1]]``, ascending, none of them twice."""

    starts: Ints
    members: Ints

    @classmethod
    def of(cls, owners: Ints, members: Ints, count: int) -> Rows:
        """*count* rows of the pairs (owner, member), given in any order; twice counts once."""
        width = int(members.max()) + 1 if len(members) else 0
        keys = np.unique(np.asarray(owners, np.int64) * max(width, 1) + members)
        sorted_owners, sorted_members = np.divmod(keys, max(width, 1))
        return cls(_starts(np.bincount(sorted_owners, minlength=count)), sorted_members)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> Ints:
        return np.diff(self.starts)

    @property
    def owners(self) -> Ints:
        """The row of each member."""
        return np.repeat(np.arange(len(self)), self.sizes)

    def row(self, number: int) -> Ints:
        return self.members[self.starts[number] : self.starts[number + 1]]

    def taken(self, numbers: Ints) -> tuple[Ints, Ints]:
        """The members of these rows one after the other, and how many each row has."""
        starts = self.starts[numbers]
        sizes = self.starts[numbers + 1] - starts
        ends = np.cumsum(sizes)
        total = int(ends[-1]) if len(ends) else 0
        return self.members[np.arange(total) + np.repeat(starts - ends + sizes, sizes)], sizes

    def only(self, numbers: Ints) -> Rows:
        """These rows, in this order."""
        members, sizes = self.taken(numbers)
        return Rows(_starts(sizes), members)

    def turned(self, width: int) -> Rows:
        """For each of *width* members the rows that it is in."""
        marks = np.ones(len(self.members), np.int8)
        flat = scipy.sparse.csr_array((marks, self.members, self.starts), shape=(len(self), width))
        by_column = flat.tocsc()
        return Rows(by_column.indptr.astype(np.int64), by_column.indices.astype(np.int64))

    def among(self, kept: Bools) -> Rows:
        """The same rows, of which only *kept* members are left, numbered anew among these."""
        numbers = np.cumsum(kept) - 1
        left = kept[self.members]
        ends = np.concatenate(([0], np.cumsum(left)))[self.starts]
        return Rows(ends.astype(np.int64), numbers[self.members[left]])

    def sums(self, values: Floats) -> Floats:
        """For each row the sum of its members' *values*."""
        marks = np.ones(len(self.members))
        flat = scipy.sparse.csr_array(
            (marks, self.members, self.starts), shape=(len(self), len(values))
        )
        return np.asarray(flat @ values, np.float64)


def _starts(sizes: Ints) -> Ints:
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
