"""The tree of the regions of one day, frozen in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain

from core.geo import Point
from core.regions.rules import ASSUMED_SINCE, Level, Row


@dataclass(frozen=True, slots=True)
class Node:
    """A region as it is on a day; it has been so since the day ``since``, by what ``source`` says.

    ``point`` stands for the region on a map (WGS-84), where one is known from ``point_source``.
    """

    id: int
    code: str
    name: str
    name_en: str
    level: Level
    parent_id: int | None
    statutory: bool
    point: Point | None
    point_source: str
    since: date
    source: str

    @property
    def assumed(self) -> bool:
        """Whether ``since`` is the day assumed for the shipped lists, not a known one."""
        return self.since == ASSUMED_SINCE


@dataclass(frozen=True, slots=True)
class Tree:
    """The regions of a day, by id and by code. Children are in the order of their codes."""

    on: date
    by_id: Mapping[int, Node]
    by_code: Mapping[str, Node]
    _children: Mapping[int | None, tuple[Node, ...]]

    @classmethod
    def of(cls, on: date, nodes: Iterable[Node]) -> Tree:
        """The tree of *nodes*, which come in the order of their codes."""
        by_id: dict[int, Node] = {}
        children: dict[int | None, list[Node]] = {}
        for node in nodes:
            by_id[node.id] = node
            children.setdefault(node.parent_id, []).append(node)
        return cls(
            on=on,
            by_id=by_id,
            by_code={node.code: node for node in by_id.values()},
            _children={parent: tuple(below) for parent, below in children.items()},
        )

    def top(self) -> tuple[Node, ...]:
        """The cities."""
        return self._children.get(None, ())

    def children(self, region_id: int) -> tuple[Node, ...]:
        """The regions one level below."""
        return self._children.get(region_id, ())

    def path(self, region_id: int) -> tuple[Node, ...]:
        """From the city down to the region itself. Raises KeyError if it is not of this day."""
        node = self.by_id[region_id]
        return (node,) if node.parent_id is None else (*self.path(node.parent_id), node)

    def descendants(self, region_id: int) -> tuple[Node, ...]:
        """All below the region, without itself, level by level."""
        found: list[Node] = []
        rank = self.children(region_id)
        while rank:
            found.extend(rank)
            rank = tuple(chain.from_iterable(self.children(node.id) for node in rank))
        return tuple(found)

    def full_name(self, region_id: int) -> str:
        """The names from the county down, which tell villages of one name apart; a city's own."""
        path = self.path(region_id)
        return "".join(node.name for node in path[1:] or path)

    def rows(self, city: Node) -> list[Row]:
        """The list that a file of *city* would hold: itself and all below, parents first."""
        return [self._row(node) for node in (city, *self.descendants(city.id))]

    def _row(self, node: Node) -> Row:
        parent = "" if node.parent_id is None else self.by_id[node.parent_id].code
        return Row(node.code, node.name, node.level, parent, node.statutory, node.name_en)
