"""A figure in lists: ranked among regions, and row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.figures import rules
from core.figures.queries import Day, Kinds, Scope
from core.figures.rules import Figure, Reduce, Rows, Subject, Value, Worse
from core.regions.rules import LEVELS, Level
from core.regions.tree import Node
from core.sites.network import Place


@dataclass(frozen=True, slots=True)
class Row:
    """A row behind a figure, with the site or region that it is about."""

    place: Place | None
    region: Node
    value: Value


def rows_in_order(found: Day, figure: Figure, where: Scope, kinds: Kinds) -> Rows:
    """The rows of what is looked at, what wants looking at first."""
    rows = where.of(found.ask, figure, found.rows(figure, kinds))
    return rules.in_order(figure, rows)


def rows_of(found: Day, figure: Figure, rows: Rows) -> list[Row]:
    """The rows with their subjects."""
    return [_row(found, figure, rows, number) for number in range(len(rows))]


def _row(found: Day, figure: Figure, rows: Rows, number: int) -> Row:
    entity = int(rows.entities[number])
    one = rules.value(figure, rows.only(np.array([number])))
    if figure.subject is Subject.REGION:
        return Row(None, found.ask.ranks.nodes[entity], one)
    place = found.ask.network.place(entity)
    return Row(place, place.region, one)


def levels_below(where: Scope) -> tuple[Level, ...]:
    """Which levels the number of a region can be told for."""
    return () if where.region is None else LEVELS[where.region.level.depth + 1 :]


def ranked(
    found: Day, figure: Figure, where: Scope, below: Level | None, kinds: Kinds
) -> Sequence[tuple[Node, Value]]:
    """The regions of a level in what is looked at, what wants looking at first, 无 last."""
    levels = levels_below(where)
    if where.region is None or not levels:
        return ()
    level = below if below in levels else levels[0]
    rolled = found.rolled(figure, kinds)
    nodes = [
        node for node in found.ask.network.tree.descendants(where.region.id) if node.level is level
    ]
    told = [(node, rolled.at(found.ask.ranks.place[node.id])) for node in nodes]
    return sorted(told, key=lambda pair: _worst_first(figure, pair[1]))


def _worst_first(figure: Figure, value: Value) -> tuple[bool, float]:
    if value.number is None:
        return True, 0.0
    low_first = figure.worse is Worse.LOW or (
        figure.worse is None and figure.reduce is Reduce.SHARE
    )
    return False, value.number if low_first else -value.number
