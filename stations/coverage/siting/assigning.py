"""Who goes where when a station takes in only so many people, as programs for HiGHS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy

from stations.coverage.siting.branching import Program, solved
from stations.coverage.siting.problem import Problem, Unwatched
from stations.coverage.siting.reducing import alike
from stations.coverage.siting.rows import Bools, Floats, Ints, Rows

#: How far from a whole number, or from a limit, people may be by rounding.
ROUNDING: Final = 1e-6
#: Seconds after which leading people is given up.
SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Limited:
    """As :class:`Problem`; a person of a settlement served is worth ``worth`` (at least 1)."""

    people: Floats
    worth: Floats
    reach: Rows
    most: int
    must: Bools
    capacity: float

    def unlimited(self) -> Problem:
        return Problem(self.people * self.worth, self.reach, self.most, self.must)


@dataclass(frozen=True, slots=True)
class Shares:
    """So many people of each settlement go to the candidate beside it."""

    settlements: Ints
    candidates: Ints
    people: Floats


def share(problem: Limited, chosen: Ints) -> Shares | None:
    """Lead as many as possible to *chosen*; None where what must be served cannot be."""
    reach = problem.reach.only(chosen)
    reached = np.zeros(len(problem.people), bool)
    reached[reach.members] = True
    if (problem.must & ~reached).any():
        return None
    pairs = len(reach.members)
    if not pairs:
        return Shares(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    columns = np.arange(pairs)
    marks = np.ones(pairs)
    of_settlement = scipy.sparse.csr_array(
        (marks, (reach.members, columns)), shape=(len(problem.people), pairs)
    )
    of_station = scipy.sparse.csr_array(
        (marks, (reach.owners, columns)), shape=(len(chosen), pairs)
    )
    program = Program(
        costs=-problem.worth[reach.members],
        rows=scipy.sparse.csr_array(scipy.sparse.vstack((of_settlement, of_station))),
        low=np.concatenate((np.where(problem.must, problem.people, 0.0), np.zeros(len(chosen)))),
        high=np.concatenate((problem.people, np.full(len(chosen), float(problem.capacity)))),
        upper=problem.people[reach.members],
        whole=np.zeros(pairs, bool),
    )
    outcome = solved(program, Unwatched(), SECONDS, 0.0)
    if outcome.x is None:
        return None
    people = np.where(
        np.abs(outcome.x - np.round(outcome.x)) < ROUNDING, np.round(outcome.x), outcome.x
    )
    going = people > ROUNDING
    return Shares(reach.members[going], chosen[reach.owners[going]], people[going])


# -- Which to open, and who goes where ------------------------------------------------------------


def _grouped(problem: Limited) -> tuple[Rows, Floats, Floats, Bools]:
    """Settlements alike in who reaches them, in worth and in whether they must: as one."""
    reached_by = problem.reach.turned(len(problem.people))
    counting = np.flatnonzero((reached_by.sizes > 0) & ((problem.people > 0) | problem.must))
    reached_by = reached_by.only(counting)
    people, worth, must = problem.people[counting], problem.worth[counting], problem.must[counting]
    _first, group = alike(reached_by)
    kinds = np.stack((group.astype(float), worth, must.astype(float)))
    _kinds, first, group = np.unique(kinds, axis=1, return_index=True, return_inverse=True)
    group = group.reshape(-1)
    merged = np.bincount(group, people, len(first)).astype(np.float64)
    return reached_by.only(first), merged, worth[first], must[first]


def program(problem: Limited, *, fewest: bool) -> Program:
    """Open candidates, and lead shares of groups to them.

    Variables: open or not, of each candidate; of each pair, what share of the group goes there.
    """
    reached_by, people, worth, must = _grouped(problem)
    stations, groups, pairs = len(problem.reach), len(reached_by), len(reached_by.members)
    owners, members = reached_by.owners, reached_by.members
    columns, marks = stations + np.arange(pairs), np.ones(pairs)
    width = stations + pairs
    each = np.arange(pairs)
    rows = [
        # Of a group goes at most the whole; where it must, the whole.
        _matrix([(owners, columns, marks)], groups, width),
        # A station takes in what it has room for, if it is opened.
        _matrix(
            [
                (members, columns, people[owners]),
                (
                    np.arange(stations),
                    np.arange(stations),
                    np.full(stations, -float(problem.capacity)),
                ),
            ],
            stations,
            width,
        ),
        # Nobody goes to one that is not opened.
        _matrix([(each, columns, marks), (each, members, -marks)], pairs, width),
        _matrix([(np.zeros(stations, np.int64), np.arange(stations), np.ones(stations))], 1, width),
    ]
    costs = np.concatenate((np.zeros(stations), -(worth * people)[owners]))
    if fewest:
        costs = np.concatenate((np.ones(stations), np.zeros(pairs)))
    return Program(
        costs=costs,
        rows=scipy.sparse.csr_array(scipy.sparse.vstack(rows)),
        low=np.concatenate(
            (must.astype(float), np.full(stations, -np.inf), np.full(pairs, -np.inf), [0.0])
        ),
        high=np.concatenate(
            (np.ones(groups), np.zeros(stations), np.zeros(pairs), [float(problem.most)])
        ),
        upper=np.ones(width),
        whole=np.arange(width) < stations,
    )


def _matrix(
    parts: Sequence[tuple[Ints, Ints, Floats]], height: int, width: int
) -> scipy.sparse.csr_array:
    return scipy.sparse.csr_array(
        (
            np.concatenate([values for _, _, values in parts]),
            (
                np.concatenate([down for down, _, _ in parts]),
                np.concatenate([across for _, across, _ in parts]),
            ),
        ),
        shape=(height, width),
    )
