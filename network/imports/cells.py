"""The cells of a row, as texts that the columns can read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from core.errors import BadInput
from network.imports.headings import Layout
from network.sheets.cells import held, text, wrong
from network.sheets.columns import CLEAR, Column


class Given(NamedTuple):
    """What stands in a column of a row: the number of the column and the text."""

    column: int
    text: str


class Fault(NamedTuple):
    """A cell that holds nothing that can be read."""

    column: int
    text: str
    error: BadInput


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


def of_row(cells: list[Any], layout: Layout, known: Mapping[str, Column]) -> Cells:
    """The cells of the columns that are read."""
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
        elif code == "region_name" and code in given:
            given[code] = Given(given[code].column, given[code].text + text(cell))
        else:
            given[code] = Given(number, text(cell))
    return Cells(given, faults, filled)


def is_remark(cells: Cells, raw: list[Any]) -> bool:
    """Whether the row is no site but a note or a signature below the list."""
    if "code" in cells.given:
        return False
    first = next((cell for cell in raw if cell not in (None, ["m"])), None)
    begins = isinstance(first, str) and _REMARK.match(first) is not None
    named = "name" in cells.given
    placed = "region" in cells.given or "kind" in cells.given
    if begins and not placed:
        return True
    return not named and cells.filled <= 1


def clears(text: str) -> bool:
    return text.casefold() in CLEAR
