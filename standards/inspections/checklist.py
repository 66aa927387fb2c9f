"""What is asked on a visit, with what the register says of it beside each criterion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.clock import today
from core.sites.rules import Kind
from standards import queries as standards
from standards import verdicts
from standards.inspections.queries import Line
from standards.judging import Told, derived
from standards.queries import Published
from standards.rules import Chapter, Criterion
from standards.rules import State as Standing


@dataclass(frozen=True, slots=True)
class Item:
    """A criterion to be answered; ``told`` and ``standing`` are what the register says of it."""

    key: str
    criterion: Criterion
    told: Told
    standing: Standing


@dataclass(frozen=True, slots=True)
class Checklist:
    """A version by chapters, each with what is asked in it; ``derived`` follow from the register
    alone."""

    published: Published
    chapters: tuple[tuple[Chapter, tuple[Item, ...]], ...]
    derived: tuple[Item, ...]

    @property
    def keys(self) -> list[str]:
        return [item.key for _chapter, items in self.chapters for item in items]


def checklists(one: Line, begun: Iterable[Published] | None = None) -> list[Checklist]:
    """What is asked at the site: the versions in force on the day of the visit, or today's; those
    with which it was *begun*, if it was."""
    on = today()
    asked = standards.in_force(one.kind, max(one.row.day, on)) if begun is None else begun
    return [
        _checklist(published, one.kind, verdicts.told(published, one.row.site_id, on))
        for published in asked
    ]


def _checklist(published: Published, kind: Kind, told: Mapping[str, Told]) -> Checklist:
    items = [_item(published, each, told) for each in published.version.of_kind(kind)]
    asked = [item for item in items if item.criterion.observable]
    return Checklist(
        published,
        tuple(
            (chapter, inside)
            for chapter in published.version.chapters
            if (inside := tuple(item for item in asked if item.criterion.chapter == chapter.code))
        ),
        tuple(item for item in items if not item.criterion.observable),
    )


def _item(published: Published, criterion: Criterion, told: Mapping[str, Told]) -> Item:
    shown = told.get(criterion.code, Told())
    standing = Standing.UNKNOWN if criterion.check is None else derived(criterion.check, shown)
    return Item(f"{published.code}/{criterion.code}", criterion, shown, standing)
