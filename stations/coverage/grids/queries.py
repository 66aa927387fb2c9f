"""Reading population grids: what was sent, what is in it, whom the network reaches of it."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from numpy.typing import NDArray

from core.access import Actor, Permission, Reach
from core.clock import today
from core.db import db
from core.errors import NotFound
from core.files import store
from core.regions import boundaries, census
from core.regions.queries import require_standing, standing_in, tree
from core.regions.rules import Level
from core.regions.tree import Node
from core.sites.queries import network
from stations.coverage import comparing
from stations.coverage.comparing import Compared, Sum
from stations.coverage.grids import labels, reading, stamping, sums
from stations.coverage.grids.frame import Frame
from stations.coverage.grids.models import PopulationGrid
from stations.coverage.grids.rules import State
from stations.coverage.grids.stamping import Counts
from stations.coverage.grids.sums import Area, People, Sums
from stations.coverage.models import PopulationSet
from stations.coverage.rules import Question
from stations.coverage.serving import serving, sites_of

#: How many cells are held in memory between questions, in all.
MOST_HELD: Final = 60_000_000
#: How many blind spots are told.
MOST_SPOTS: Final = 50


# -- The file -------------------------------------------------------------------------------------


def find(uuid: str) -> PopulationGrid:
    """Raises NotFound."""
    found = db.session.scalar(sa.select(PopulationGrid).where(PopulationGrid.uuid == uuid))
    if found is None:
        raise NotFound(_l("没有这个人口网格。"))
    return found


def readable(reach: Reach, uuid: str) -> PopulationGrid:
    """The grid, if its region lies within reach today. Raises NotFound."""
    found = find(uuid)
    require_standing(reach, found.region_id)
    return found


def node_of(grid: PopulationGrid) -> Node | None:
    """Its region today, or what came after it."""
    return standing_in(grid.region_id, today())


@dataclass(frozen=True, slots=True)
class Listed:
    """A grid of the list; ``in_use`` where it counts and none has taken its place."""

    grid: PopulationGrid
    node: Node | None
    in_use: bool


def listed(reach: Reach) -> list[Listed]:
    """The grids of regions within reach, the latest year first."""
    living = tree(today())
    asked = (
        sa.select(PopulationGrid, PopulationSet.replaced_at)
        .outerjoin(PopulationSet, PopulationSet.id == PopulationGrid.set_id)
        .order_by(PopulationGrid.year.desc(), PopulationGrid.id.desc())
        .limit(500)
    )
    if not reach.everywhere:
        asked = asked.where(PopulationGrid.region_id.in_(sorted(reach.region_ids(living))))
    return [
        Listed(grid, node_of(grid), grid.state == State.APPLIED and replaced is None)
        for grid, replaced in db.session.execute(asked)
    ]


def kept_too_long(before: datetime) -> list[str]:
    """The grids that were sent before then and that nobody has let count."""
    return list(
        db.session.scalars(
            sa.select(PopulationGrid.uuid)
            .where(PopulationGrid.state != State.APPLIED, PopulationGrid.created_at < before)
            .order_by(PopulationGrid.id)
        )
    )


def latest(region_id: int, year: int | None = None) -> PopulationGrid | None:
    """The grid that counts for the region: of a year, or of the latest."""
    asked = (
        sa.select(PopulationGrid)
        .join(PopulationSet, PopulationSet.id == PopulationGrid.set_id)
        .where(PopulationGrid.region_id == region_id, PopulationSet.replaced_at.is_(None))
        .order_by(PopulationGrid.year.desc())
        .limit(1)
    )
    if year is not None:
        asked = asked.where(PopulationGrid.year == year)
    return db.session.scalar(asked)


def places(actor: Actor) -> list[Node]:
    """The cities and counties for which *actor* may send a grid."""
    reach, living = actor.reach(Permission.REGISTER_IMPORT), tree(today())
    known = [
        node
        for top in living.top()
        for node in (top, *(one for one in living.children(top.id) if one.level is Level.COUNTY))
    ]
    return [node for node in known if reach.region(living, node.id)]


# -- What is in it --------------------------------------------------------------------------------


def frame_of(grid: PopulationGrid) -> Frame:
    """Raises NotFound where nothing was read of it."""
    numbers = (grid.north, grid.west, grid.lat_step, grid.lon_step, grid.rows, grid.cols)
    north, west, lat_step, lon_step, rows, cols = numbers
    if None in numbers:
        raise NotFound(_l("没有这个人口网格。"))
    return Frame(north or 0, west or 0, lat_step or 0, lon_step or 0, rows or 0, cols or 0)


class _Held:
    """The people of grids by the hash of their cells, those asked for last."""

    def __init__(self) -> None:
        self.grids: OrderedDict[str, People] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, sha256: str) -> People:
        with self.lock:
            found = self.grids.pop(sha256, None)
            if found is None:
                found = reading.people(store.path(sha256))
                found.setflags(write=False)
            self.grids[sha256] = found
            while len(self.grids) > 1 and sum(one.size for one in self.grids.values()) > MOST_HELD:
                self.grids.popitem(last=False)
        return found


_held: Final = _Held()


def people_of(grid: PopulationGrid) -> People:
    """The people of its cells; not to be written into."""
    return _held.get(grid.cells_sha256)


@dataclass(frozen=True, slots=True)
class Labelled:
    """In which of the regions each cell lies: from 1 on in their order, 0 for none of them."""

    regions: tuple[Node, ...]
    cells: NDArray[np.uint16]


def labelled(frame: Frame, region: Node) -> Labelled | None:
    """The counties of a city, else the region itself, as far as outlines are known."""
    living, known = tree(today()), boundaries.shapes(today())
    counties = [one for one in living.children(region.id) if one.level is Level.COUNTY]
    nodes = tuple(one for one in counties or [region] if one.id in known)
    if not nodes:
        return None
    return Labelled(nodes, labels.labelled(frame, [known[one.id] for one in nodes]))


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in a grid: in all, and by region where outlines are known."""

    people: float
    populated: int
    outside: float | None
    by_region: dict[int, Sum]


def content(frame: Frame, people: People, region: Node) -> Content:
    """Who lives in the grid, and where."""
    nobody = np.zeros((), np.uint16)
    total = sums.total(people, np.broadcast_to(nobody, people.shape))
    found = labelled(frame, region)
    if found is None:
        return Content(float(total.people[0]), int(total.cells[0]), None, {})
    each = sums.by_region(
        people, np.broadcast_to(nobody, people.shape), found.cells, len(found.regions) + 1
    )
    by_region = {
        node.id: Sum(int(each.cells[number]), float(each.people[number]))
        for number, node in enumerate(found.regions, 1)
    }
    outside = float(each.people[0])
    return Content(float(total.people[0]), int(total.cells[0]), outside, by_region)


def compared(grid: PopulationGrid, node: Node) -> Sequence[Compared]:
    """The sums of the grid's regions beside the census; without outlines that of the whole."""
    living = tree(today())
    told: dict[int, Sum] = {int(key): Sum(*value) for key, value in json.loads(grid.sums).items()}
    if not told:
        told = {node.id: Sum(grid.populated or 0, grid.people or 0.0)}
    ids = [node.id, *(one.id for one in living.children(node.id))]
    figures = census.of_year(ids, grid.year, today())
    found = comparing.compared(living, node, told, figures)
    return found if len(told) > 1 else found[:1]


# -- Whom the network reaches ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A region of a grid with its numbers."""

    node: Node
    people: float
    people_covered: float
    cells: int
    cells_covered: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whom the network reaches of the people in a grid; ``lines`` only where outlines are known.

    With outlines what lies in none of them does not count.
    """

    total: Line
    lines: list[Line]
    spots: list[Area]
    sites: int


def coverage(grid: PopulationGrid, node: Node, question: Question) -> Coverage:
    """The answer to a question about a grid."""
    frame, people = frame_of(grid), people_of(grid)
    net = network(question.on)
    sites = sites_of(net, serving(net, question.service_id, question.at))
    where = sites.positions
    counts: Counts = stamping.count(frame, where.lat, where.lon, question.rule.straight)
    found = labelled(frame, node)
    if found is None:
        whole = _line(node, sums.total(people, counts), 0)
        return Coverage(whole, [], sums.blind_spots(frame, people, counts, MOST_SPOTS), len(sites))
    each = sums.by_region(people, counts, found.cells, len(found.regions) + 1)
    lines = [_line(one, each, number) for number, one in enumerate(found.regions, 1)]
    inside: Any = np.where(found.cells != labels.NOWHERE, people, np.float32(0))
    spots = sums.blind_spots(frame, inside, counts, MOST_SPOTS)
    return Coverage(_together(node, lines), lines, spots, len(sites))


def _line(node: Node, found: Sums, number: int) -> Line:
    return Line(
        node,
        float(found.people[number]),
        float(found.people_covered[number]),
        int(found.cells[number]),
        int(found.cells_covered[number]),
    )


def _together(node: Node, lines: Sequence[Line]) -> Line:
    return Line(
        node,
        sum(one.people for one in lines),
        sum(one.people_covered for one in lines),
        sum(one.cells for one in lines),
        sum(one.cells_covered for one in lines),
    )
