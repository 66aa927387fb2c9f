"""The lines of the tree that are in sight, each with its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.access import Reach
from core.figures import queries as figures
from core.figures.queries import Scope
from core.figures.register import ACTIVE, CONFIRMED, GAPS, KEPT, VERIFIED
from core.figures.rules import Figure, Rolled, Value
from core.regions.tree import Node, Tree

#: The figures at each node; of a share what it lacks is told: so many without a position.
SHOWN = (ACTIVE, KEPT, GAPS, VERIFIED, CONFIRMED)
#: Those of which a node tells how many are missing.
MISSING = frozenset({VERIFIED.code, CONFIRMED.code})


@dataclass(frozen=True, slots=True)
class Line:
    """A node in sight: how deep below the first, whether it is open, whether it can be.

    ``parent`` is the one above it that is in sight too.
    """

    node: Node
    parent: Node | None
    depth: int
    open: bool
    leads: bool
    values: Mapping[str, Value]

    def missing(self, figure: Figure) -> int | None:
        """How many lack what the figure measures; None where there is nothing to measure."""
        value = self.values[figure.code]
        return None if value.number is None else round(value.base - value.part)


def lines(reach: Reach, opened: Node | None, on: date) -> list[Line]:
    """The highest regions within reach, and from there what lies on the way to *opened*."""
    found = figures.day(on)
    living, place = found.ask.network.tree, found.ask.ranks.place
    rolled = {figure.code: found.rolled(figure) for figure in SHOWN}
    path = () if opened is None else living.path(opened.id)
    tops = figures.tops(reach, living)
    ways = {node.id for node in (path or tops[:1])}
    return [
        Line(node, _parent(living, node, depth), depth, *_state(living, node, ways), values)
        for top in tops
        for node, depth in _in_sight(living, top, ways, 0)
        for values in [_values(rolled, place[node.id])]
    ]


def _parent(living: Tree, node: Node, depth: int) -> Node | None:
    return living.by_id[node.parent_id] if depth and node.parent_id is not None else None


def _state(living: Tree, node: Node, ways: set[int]) -> tuple[bool, bool]:
    """Whether the node is open, and whether there is anything below it."""
    return node.id in ways, bool(living.children(node.id))


def _in_sight(living: Tree, node: Node, ways: set[int], depth: int) -> Iterator[tuple[Node, int]]:
    yield node, depth
    if node.id in ways:
        for child in living.children(node.id):
            yield from _in_sight(living, child, ways, depth + 1)


def _values(rolled: Mapping[str, Rolled], place: int) -> dict[str, Value]:
    return {code: numbers.at(place) for code, numbers in rolled.items()}


def of_region(node: Node, on: date) -> Sequence[tuple[Figure, Value]] | None:
    """The same numbers of one region; None where the day does not know it."""
    found = figures.day(on)
    if node.id not in found.ask.ranks.place:
        return None
    return [(figure, figures.value(found, figure, Scope(node))) for figure in SHOWN]
