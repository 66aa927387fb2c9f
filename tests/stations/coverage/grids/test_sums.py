"""People in covered cells and outside them, beside the plain sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stations.coverage.grids import sums
from stations.coverage.grids.frame import Frame


def some(seed: int, rows: int = 700, cols: int = 900) -> tuple[NDArray[np.float32], NDArray[Any]]:
    """People in a third of the cells, and counts in half of them; larger than a band of rows."""
    random = np.random.default_rng(seed)
    people = random.gamma(2, 30, (rows, cols)).astype(np.float32)
    people[random.random((rows, cols)) < 2 / 3] = 0
    return people, random.integers(0, 2, (rows, cols)).astype(np.uint16) * 3


def test_the_total_is_the_sum_over_all_cells() -> None:
    people, counts = some(1)
    total = sums.total(people, counts)
    exact = people.astype(np.float64)
    assert total.people[0] == pytest.approx(exact.sum(), rel=1e-9)
    assert total.people_covered[0] == pytest.approx(exact[counts > 0].sum(), rel=1e-7)
    assert total.cells[0] == np.count_nonzero(people)
    assert total.cells_covered[0] == np.count_nonzero((people > 0) & (counts > 0))


def test_the_regions_together_are_the_total_and_each_is_its_own_sum() -> None:
    people, counts = some(2)
    labels = (np.arange(700)[:, np.newaxis] // 90 + np.arange(900) // 250 * 8).astype(np.int32)
    labels %= 30
    found = sums.by_region(people, counts, labels, 31)
    for region in range(31):
        mine = people[labels == region].astype(np.float64)
        covered = (counts > 0)[labels == region]
        assert found.people[region] == pytest.approx(mine.sum())
        assert found.people_covered[region] == pytest.approx(mine[covered].sum())
        assert found.cells[region] == np.count_nonzero(mine)
        assert found.cells_covered[region] == np.count_nonzero((mine > 0) & covered)
    assert found.cells[30] == 0
    total = sums.total(people, counts)
    assert found.people_covered.sum() == pytest.approx(total.people_covered[0], rel=1e-7)


def test_blind_spots_are_the_areas_that_touch_even_at_a_corner_and_the_largest_comes_first() -> (
    None
):
    frame = Frame(37.0, 120.0, 0.01, 0.02, 5, 6)
    people = np.array(
        [
            [5, 0, 0, 9, 0, 0],
            [0, 7, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0],
            [2, 0, 0, 0, 0, 30],
            [2, 0, 0, 0, 40, 0],
        ],
        np.float32,
    )
    counts = np.zeros((5, 6), np.uint16)
    counts[0, 3] = 1
    found = sums.blind_spots(frame, people, counts)
    assert [(area.people, area.cells) for area in found] == [(70, 2), (12, 2), (4, 2)]
    assert found[0].lat == pytest.approx((36.97 * 30 + 36.96 * 40) / 70)
    assert found[0].lon == pytest.approx((120.10 * 30 + 120.08 * 40) / 70)
    assert sums.blind_spots(frame, people, counts, most=1) == found[:1]


def test_where_nobody_is_without_cover_there_is_no_blind_spot() -> None:
    frame = Frame(37.0, 120.0, 0.01, 0.02, 3, 3)
    people = np.ones((3, 3), np.float32)
    assert sums.blind_spots(frame, people, np.ones((3, 3), np.uint16)) == []
    assert sums.blind_spots(frame, people * 0, np.zeros((3, 3), np.uint16)) == []
