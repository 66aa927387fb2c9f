"""A row of a file in hand, from what stands in its cells to what would become of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

from core.errors import BadInput
from core.sheets import problems as wrong
from core.sheets.headings import Layout
from core.sheets.problems import Level, Problem
from core.sheets.rows import Cells
from core.sites.bulk import Dossier, Work
from network.imports.rules import Verdict
from network.sheets.columns import Column

#: What somebody chose where a row may mean a site that is there: it is another.
NEW: Final = "new"


class Staged(NamedTuple):
    """A row of the file, as it waits; ``choice`` is the code of a site, ``new``, or empty."""

    number: int
    layout: Layout
    line: int
    cells: list[Any]
    choice: str = ""


@dataclass(slots=True)
class Judged:
    """What would become of a row; ``changes`` is as the audit keeps them."""

    number: int
    verdict: Verdict
    name: str = ""
    problems: list[Problem] = field(default_factory=list)
    code: str = ""
    region_id: int | None = None
    site_id: int | None = None
    seen: int | None = None
    values: dict[str, Any] | None = None
    modes: dict[int, str] = field(default_factory=dict)
    work: Work | None = None
    changes: str = ""
    offered: tuple[str, ...] = ()


class Known(Protocol):
    """What the register knows of the sites that rows may mean, within reach."""

    def by_codes(self, codes: Sequence[str]) -> dict[str, Dossier]: ...

    def by_ids(self, ids: Sequence[int]) -> dict[int, Dossier]: ...

    def called(self, region_id: int, key: str) -> Sequence[int]:
        """The sites of the region that are called so."""

    def around(self, region_id: int) -> Iterable[tuple[int, str]]:
        """The sites of the region, and what they are called."""

    def near(self, lat: float, lon: float) -> Iterator[tuple[int, str, float, float]]:
        """Sites near a place: id, code and where."""


@dataclass(slots=True)
class Row:
    """A row in hand."""

    staged: Staged
    cells: Cells
    judged: Judged
    problems: list[Problem]
    values: dict[str, Any] = field(default_factory=dict)
    region_id: int | None = None
    key: str = ""
    site: Dossier | None = None

    def fault(self, code: str | None, message: object, level: Level = Level.ERROR) -> None:
        given = None if code is None else self.cells.given.get(code)
        number = self.staged.layout.place_of(code) if given is None and code else None
        column = given.column if given is not None else number
        value = "" if given is None else given.text
        self.problems.append(wrong.problem(level, column, value, message))

    @property
    def wrong(self) -> bool:
        return any(problem.level is Level.ERROR for problem in self.problems)

    def read(self, column: Column) -> Any:
        """The value in a column, kept in the row; None, and a problem, where it is none."""
        given = self.cells.given.get(column.code)
        if given is None or column.read is None:
            return None
        try:
            self.values[column.code] = value = column.read(given.text)
        except BadInput as fault:
            self.fault(column.code, fault)
            return None
        return value

    def says(self, *codes: str) -> bool:
        """Whether something stands in any of the columns."""
        return any(code in self.cells.given for code in codes)

    def faulty(self, code: str) -> bool:
        number = self.staged.layout.place_of(code)
        return number is not None and any(each.column == number for each in self.problems)
