"""The cells of a row, as texts that the columns can read."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from core.errors import BadInput
from core.sheets.cells import held, text, wrong
from core.sheets.columns import Column
from core.sheets.headings import Layout
from core.sheets.problems import Level, Problem, problem


class Given(NamedTuple):
    """What stands in a column of a row: the number of the column and the text."""

    column: int
    text: str


class Fault(NamedTuple):
    """A cell that holds nothing that can be read."""

    column: int
    text: str
    error: BadInput

    @property
    def problem(self) -> Problem:
        return problem(Level.ERROR, self.column, self.text, self.error)


@dataclass(slots=True)
class Cells:
    """What a row says, by the code of the column; empty cells are left out."""

    given: dict[str, Given]
    faults: list[Fault]
    filled: int


#: How lines begin that stand below a list and belong to nobody in it.
_REMARK: Final = re.compile(
    r"\s*(注|备注|说明|填表|填报|制表|审核|审批|负责人|联系人|合计|总计|小计|共计|单位|盖章|日期"
    r"|签字|签名|note|total|prepared)",
    re.IGNORECASE,
)


def of_row(
    cells: list[Any],
    layout: Layout,
    known: Mapping[str, Column[Any]],
    parted: Collection[str] = (),
) -> Cells:
    """The cells of the columns that are read; those of a *parted* column are put together."""
    given: dict[str, Given] = {}
    faults: list[Fault] = []
    filled = 0
    for number, (cell, code) in enumerate(zip(cells, layout.columns, strict=False)):
        if cell is None:
            continue
        filled += cell != ["m"]
        column = known.get(code or "")
        if code is None or column is None or column.read is None:
            continue
        if (error := wrong(cell)) is not None:
            faults.append(Fault(number, held(cell), error))
        elif code in parted and code in given:
            given[code] = Given(given[code].column, given[code].text + text(cell))
        else:
            given[code] = Given(number, text(cell))
    return Cells(given, faults, filled)


def begins_remark(raw: list[Any]) -> bool:
    """Whether a row begins as notes, sums and signatures below a list do."""
    first = next((cell for cell in raw if cell not in (None, ["m"])), None)
    return isinstance(first, str) and _REMARK.match(first) is not None


@dataclass(slots=True)
class InHand:
    """A row while it is read: what its columns say, and what is wrong with it."""

    layout: Layout
    cells: Cells
    problems: list[Problem]
    values: dict[str, Any] = field(default_factory=dict)

    def fault(self, code: str | None, message: object, level: Level = Level.ERROR) -> None:
        """Something is wrong in the column of a code, or with the row as a whole."""
        given = None if code is None else self.cells.given.get(code)
        number = self.layout.place_of(code) if given is None and code else None
        column = given.column if given is not None else number
        value = "" if given is None else given.text
        self.problems.append(problem(level, column, value, message))

    @property
    def wrong(self) -> bool:
        return any(problem.level is Level.ERROR for problem in self.problems)

    def read(self, column: Column[Any]) -> Any:
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
        number = self.layout.place_of(code)
        return number is not None and any(each.column == number for each in self.problems)
