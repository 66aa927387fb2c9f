"""Small questions of covering at random, and their answers by trying every choice."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np

from stations.coverage.siting.assigning import Limited
from stations.coverage.siting.problem import Problem
from stations.coverage.siting.rows import Rows


def problem(seed: int) -> Problem:
    """Up to 12 settlements and 8 candidates; weights whole or not, some none, some equal."""
    random = np.random.default_rng(seed)
    settlements, candidates = int(random.integers(1, 13)), int(random.integers(1, 9))
    weights = random.integers(0, 9, settlements).astype(float)
    if seed % 3 == 0:
        weights = weights + random.random(settlements).round(3)
    must = np.flatnonzero(random.random(settlements) < (0.15 if seed % 2 else 0.0))
    most = int(random.integers(0, candidates + 2))
    return Problem.of(weights, rows(random, settlements, candidates), most, must)


def rows(random: np.random.Generator, settlements: int, candidates: int) -> Rows:
    share = random.uniform(0.1, 0.6)
    owners, members = np.nonzero(random.random((candidates, settlements)) < share)
    return Rows.of(owners, members, candidates)


def choices(candidates: int, most: int) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Every choice of at most *most*."""
    return [
        np.array(chosen, np.int64)
        for size in range(min(most, candidates) + 1)
        for chosen in combinations(range(candidates), size)
    ]


def greatest(asked: Problem) -> float | None:
    """The greatest weight that a choice reaches with all that must be; None without one."""
    values = [
        asked.value(chosen)
        for chosen in choices(asked.candidates, asked.most)
        if asked.reached(chosen)[asked.must].all()
    ]
    return max(values, default=None)


def least(reach: Rows, settlements: int) -> int | None:
    """The fewest candidates that reach all settlements; None where not even all do."""
    everybody = Problem.of(np.ones(settlements), reach, len(reach), list(range(settlements)))
    return min(
        (
            len(chosen)
            for chosen in choices(len(reach), len(reach))
            if everybody.reached(chosen).all()
        ),
        default=None,
    )


def limited(seed: int) -> Limited:
    """Up to 7 settlements and 5 candidates with room for some people each."""
    random = np.random.default_rng(seed)
    settlements, candidates = int(random.integers(1, 8)), int(random.integers(1, 6))
    return Limited(
        people=random.integers(0, 9, settlements).astype(float),
        worth=random.integers(1, 4, settlements).astype(float),
        reach=rows(random, settlements, candidates),
        most=int(random.integers(0, candidates + 1)),
        must=random.random(settlements) < (0.2 if seed % 2 else 0.0),
        capacity=float(random.integers(1, 16)),
    )


def greatest_limited(asked: Limited) -> float | None:
    """The greatest worth that any choice serves, person by person; None without one."""
    values = [_served(asked, chosen) for chosen in choices(len(asked.reach), asked.most)]
    return max((value for value in values if value is not None), default=None)


def least_limited(asked: Limited) -> int | None:
    """The fewest candidates that take in everybody; None where not even all do."""
    everybody = replace(asked, must=(asked.people > 0) | asked.must)
    enough = (
        len(chosen)
        for chosen in choices(len(asked.reach), len(asked.reach))
        if _served(everybody, chosen) is not None
    )
    return min(enough, default=None)


def _served(asked: Limited, chosen: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float | None:
    """The greatest worth that *chosen* serve: those who must first, then the dearest, each person
    by a chain of moves that frees a place for her (a matching: none who has a place loses it)."""
    reached = Problem.of(asked.people, asked.reach, 0).reached(chosen)
    if (asked.must & ~reached).any():
        return None
    stations = {int(number): set(asked.reach.row(int(number)).tolist()) for number in chosen}
    places: list[tuple[int, list[int]]] = [
        (number, []) for number in stations for _ in range(int(asked.capacity))
    ]
    order = sorted(
        range(len(asked.people)), key=lambda one: (not asked.must[one], -asked.worth[one], one)
    )
    total = 0.0
    for settlement in order:
        for _ in range(int(asked.people[settlement])):
            if _find_place(settlement, places, stations, set()):
                total += float(asked.worth[settlement])
            elif asked.must[settlement]:
                return None
    return total


def _find_place(
    settlement: int,
    places: list[tuple[int, list[int]]],
    stations: dict[int, set[int]],
    seen: set[int],
) -> bool:
    for number, (station, person) in enumerate(places):
        if number in seen or settlement not in stations[station]:
            continue
        seen.add(number)
        if not person or _find_place(person[0], places, stations, seen):
            person[:] = [settlement]
            return True
    return False
