"""The cells of a row, as texts that the columns can read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from network.imports.headings import Layout
from network.sheet import CLEAR, Column, unguarded


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


_SPECIAL: Final = {
    "f": _l("这里是公式。请把公式换成数值（复制，选择性粘贴为数值）。"),
    "e": _l("这里是表格的错误值（如 #REF!）。请改成正确的内容。"),
    "d": _l("这里是日期或时间，不是这一列要的内容。请把单元格设为“文本”后重填。"),
    "m": _l("这个单元格与别的单元格合并了。请取消合并，每行都填上。"),
}
#: An error that somebody has copied as a text.
_ERROR_TEXT: Final = re.compile(r"#(REF|N/A|VALUE|NAME\?|DIV/0|NUM|NULL)!?")
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
        if isinstance(cell, list):
            faults.append(Fault(number, cell[1] if len(cell) > 1 else "", _error(cell[0])))
        elif isinstance(cell, str) and _ERROR_TEXT.fullmatch(cell.strip()):
            faults.append(Fault(number, cell, _error("e")))
        elif code == "region_name" and code in given:
            given[code] = Given(given[code].column, given[code].text + _text(cell))
        else:
            given[code] = Given(number, _text(cell))
    return Cells(given, faults, filled)


def _error(kind: str) -> BadInput:
    return BadInput(_SPECIAL[kind])


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return unguarded(cell.strip())
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return str(cell)


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
