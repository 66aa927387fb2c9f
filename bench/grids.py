"""How many sites cover each cell of a province's population grid, beside the distance transform.

The peer is what such questions are usually asked with: the distance of each cell to the nearest
cell that has a site, in a plane.  It answers less (whether, not how many) and not exactly.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from bench.made import SEED, SHANDONG, Made, made, points
from bench.measure import Finding, Promise, Sense, beside, duration, seconds
from core.geo import Point, earth_centred
from stations.coverage.grids import stamping, sums
from stations.coverage.grids.frame import Frame

#: What ours takes beside the peer: an eighth of its time.
FASTER: Final = Promise(Sense.AT_MOST, 1 / 8)
LEAN: Final = Promise(Sense.AT_MOST, 2)
AT_ONCE: Final = Promise(Sense.AT_MOST, 1)
LIMIT: Final = 0.001

SITES, POPULATED = 70_000, 15_000_000
RADIUS: Final = 1000.0
CELL: Final = 3 / 3600
METRES_A_DEGREE: Final = 111_195.0
ROUNDS, ONES = 7, 300
# The chord is 1 µm short of a kilometre; no centre may lie so near to the edge.
CLOSE: Final = 1e-5


def findings(small: bool) -> Iterator[Finding]:
    frame = _frame(600 if small else 4_800)
    sites = made(SITES)
    people = _people(frame)
    _agree(frame, sites)
    # What was promised was promised of a province.
    for finding in (_counting(frame, sites), _memory(frame, sites, people)):
        yield replace(finding, promise=None) if small else finding
    yield _one(frame, sites, people)


def _frame(rows: int) -> Frame:
    width = round((SHANDONG.east - SHANDONG.west) / CELL)
    return Frame(SHANDONG.north, SHANDONG.west, CELL, CELL, rows, width)


def _people(frame: Frame) -> NDArray[np.float32]:
    """A third of the cells are lived in."""
    random = np.random.default_rng((SEED, 2))
    people = np.zeros(frame.rows * frame.cols, np.float32)
    share = POPULATED / 45_504_000
    lived = np.flatnonzero(random.random(len(people), np.float32) < share)
    people[lived] = random.gamma(2, 3, len(lived))
    return people.reshape(frame.shape)


def _count(frame: Frame, sites: Made) -> stamping.Counts:
    return stamping.count(frame, sites.lat, sites.lon, RADIUS)


def _counting(frame: Frame, sites: Made) -> Finding:
    def peer() -> NDArray[np.bool_]:
        return _transformed(frame, sites)

    counts, near = _count(frame, sites), peer()
    wrong = np.count_nonzero((counts > 0) != near)
    took = beside(lambda: _count(frame, sites), peer, ROUNDS)
    cells = frame.rows * frame.cols
    name = f"{SITES:,} sites over {cells / 1e6:.1f} M cells"
    return took.finding(name, "distance transform", FASTER, more=f", {wrong:,} cells wrong")


def _transformed(frame: Frame, sites: Made) -> NDArray[np.bool_]:
    row = np.rint((frame.north - sites.lat) / frame.lat_step).astype(int)
    col = np.rint((sites.lon - frame.west) / frame.lon_step).astype(int)
    inside = (row >= 0) & (row < frame.rows) & (col >= 0) & (col < frame.cols)
    away = np.ones(frame.shape, bool)
    away[row[inside], col[inside]] = False
    high = METRES_A_DEGREE * frame.lat_step
    wide = high * np.cos(np.radians((frame.north + frame.south) / 2))
    near: NDArray[np.bool_] = ndimage.distance_transform_edt(away, (high, wide)) <= RADIUS
    return near


def _agree(frame: Frame, sites: Made) -> None:
    """What is fast but wrong is not worth measuring: every cell, one row at a time."""
    tree = cKDTree(earth_centred(sites.lat, sites.lon))
    counts = _count(frame, sites)
    for row in range(frame.rows):
        lat = np.full(frame.cols, frame.lat[row])
        found, _ = tree.query(
            earth_centred(lat, frame.lon), distance_upper_bound=RADIUS + 1, workers=2
        )
        plain = np.abs(found - RADIUS) > CLOSE
        near = np.less_equal(np.asarray(found), RADIUS)
        if not np.array_equal(near[plain], np.greater(counts[row], 0)[plain]):
            raise AssertionError(f"row {row} is not what the tree says")


def _memory(frame: Frame, sites: Made, people: NDArray[np.float32]) -> Finding:
    """The grid itself, and the most that counting and adding up need beside it."""
    tracemalloc.start()
    counts = _count(frame, sites)
    total = sums.total(people, counts)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    share = float(total.people_covered[0] / total.people[0])
    return Finding(
        name=f"memory with the grid, {share:.1%} of the people covered",
        ours=f"{(people.nbytes + most) / 1e6:.0f} MB",
        peer=f"the grid {people.nbytes / 1e6:.0f} MB",
        ratio=(people.nbytes + most) / people.nbytes,
        promise=LEAN,
    )


def _one(frame: Frame, sites: Made, people: NDArray[np.float32]) -> Finding:
    counts = _count(frame, sites)
    before = counts.copy()
    took = []
    for point in islice(cycle(points(500)), ONES):

        def there_and_back(point: Point = point) -> float:
            site = stamping.stamp(frame, point, RADIUS)
            won, lost = stamping.opened(counts, site), stamping.closed(counts, site)
            some = people[site.window]
            return float(some[won].sum(dtype=np.float64) - some[lost].sum(dtype=np.float64))

        took.append(seconds(there_and_back) / 2)
    if not np.array_equal(before, counts):
        raise AssertionError("what was opened and closed again is not what it was")
    each = median(took)
    return Finding("one site closes or opens", duration(each), "limit 1 ms", each / LIMIT, AT_ONCE)
