"""The same question asked of a population grid: who in its cells would drop out, or be won.

The grid is counted once; then each site that anything happens to opens and closes in it, which
touches the cells of its own window alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.geo import Point
from core.sites.network import Network
from core.sites.queries import network
from stations.coverage.grids import labels, stamping
from stations.coverage.grids import queries as grids
from stations.coverage.grids.frame import Frame
from stations.coverage.grids.models import PopulationGrid
from stations.coverage.grids.stamping import Counts, Stamp
from stations.coverage.grids.sums import People
from stations.coverage.positions import Wanted
from stations.coverage.rules import Question
from stations.coverage.serving import serving, sites_of
from stations.coverage.whatif.reckoning import Side
from stations.coverage.whatif.rules import WhatIf, changed, part


@dataclass(frozen=True, slots=True)
class OnGrid:
    """People and populated cells of a grid that drop out, and that are won, in the region."""

    grid: PopulationGrid
    people_lost: float
    cells_lost: int
    people_won: float
    cells_won: int


def on_grid(question: Question, what: WhatIf) -> OnGrid | None:
    """What a grid of the region, or one above it, tells; None where there is none to tell it."""
    region, net = question.region, network(question.on)
    if region is None:
        return None
    path = reversed(net.tree.path(region.id))
    held = ((one, grid) for one in path if (grid := grids.latest(one.id)) is not None)
    of, grid = next(held, (region, None))
    if grid is None:
        return None
    frame = grids.frame_of(grid)
    known = grids.labelled(frame, region)
    if known is None and of is not region:  # without outlines it cannot be narrowed down
        return None
    inside = None if known is None else known.cells != labels.NOWHERE
    lost, won = _changed(frame, _counted(frame, net, question), net, question, what)
    people = grids.people_of(grid)
    told = [_sum(people, inside, cells) for cells in (lost, won)]
    return OnGrid(grid, *told[0], *told[1])


def _counted(frame: Frame, net: Network, question: Question) -> Counts:
    where = sites_of(net, serving(net, question.service_id, question.at)).positions
    return stamping.count(frame, where.lat, where.lon, question.rule.straight)


Cells = list[tuple[Stamp, Wanted]]


def _changed(
    frame: Frame, counts: Counts, net: Network, question: Question, what: WhatIf
) -> tuple[Cells, Cells]:
    """The cells that nobody covers any more, and those that are covered only now.

    What opens does so first: so no cell is lost that another site takes over.
    """
    few = part(net, np.searchsorted(net.rows.ids, np.array(what.site_ids, np.int64)))
    before, after = (Side.of(one, question) for one in (few, changed(few, what.changes)))
    straight = question.rule.straight
    opening = [stamping.stamp(frame, at, straight) for at in _places(after)]
    closing = [stamping.stamp(frame, at, straight) for at in _places(before)]
    won = [(one, stamping.opened(counts, one)) for one in opening]
    lost = [(one, stamping.closed(counts, one)) for one in closing]
    return lost, won


def _places(side: Side) -> Iterator[Point]:
    """Where the sites stand that count."""
    for number in np.flatnonzero(side.counts).tolist():
        yield Point(float(side.positions.lat[number]), float(side.positions.lon[number]))


def _sum(people: People, inside: Wanted | None, cells: Cells) -> tuple[float, int]:
    """How many people live in the cells, and in how many of them anybody does."""
    total, lived = 0.0, 0
    for stamp, which in cells:
        if inside is not None:
            which = which & inside[stamp.window]
        some = people[stamp.window][which]
        total, lived = total + float(some.sum(dtype=np.float64)), lived + int((some > 0).sum())
    return total, lived
