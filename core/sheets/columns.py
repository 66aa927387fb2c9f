"""What a column of a sheet is: what it is called, how a value gets in and out of its cells.

All cells are text, so that no spreadsheet rounds a code; what is written is read again without
loss.  Headings and words are written in the language being spoken and read in either, and as towns
write them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from core.i18n import named
from core.sheets.words import folded

L = TypeVar("L")


@dataclass(frozen=True)
class Column(Generic[L]):
    """A column: what it is called, and how the value of a line gets in and out of a cell.

    ``read`` takes the text of a cell that is not empty and raises BadInput; where it is None the
    column is only told, and an import passes over it.
    """

    code: str
    heading: str
    heading_en: str
    also: tuple[str, ...]
    write: Callable[[L], str]
    read: Callable[[str], Any] | None = None

    @property
    def title(self) -> str:
        """The heading in the language being spoken."""
        return named(self.heading, self.heading_en)


def recognised(known: Iterable[Column[Any]]) -> dict[str, str]:
    """The code of a column by each folded way of writing its heading."""
    found: dict[str, str] = {}
    for column in known:
        for heading in (column.code, column.heading, column.heading_en, *column.also):
            found.setdefault(folded(heading), column.code)
    return found
