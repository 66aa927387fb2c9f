"""The matrix as a sheet: a row a site, a column a service; written, and read back strictly.

What is written reads back as no difference.  A gap is written as a word of its own, so that whoever
fills the sheet in sees it; read, it means the same as an empty cell: not offered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.catalogue.rules import Service
from core.errors import BadInput
from core.i18n import named
from core.sheets import cells as kept
from core.sheets.reading import SheetRow
from core.sheets.words import folded
from core.sites.rules import Mode, is_site_code
from network.matrix.rules import Difference, Matrix, Sign
from network.sheets.words import MODES

_CODE: Final = ("网点编号", "网点编码", "site code")
_NOT_OFFERED: Final = ("", "—", "-", "/", "无", "不开办", "none", "no")


def headings(services: Sequence[Service]) -> list[str]:
    """Four columns that say which site, then one a service."""
    known = [_("网点编号"), _("网点"), _("类型"), _("区划")]
    return [*map(str, known), *(named(one.name, one.name_en) for one in services)]


def lines(matrix: Matrix) -> list[list[str]]:
    """The rows of the matrix as text."""
    net, tree = matrix.ask.network, matrix.ask.network.tree
    written: list[list[str]] = []
    for row, index in enumerate(matrix.indexes.tolist()):
        place = net.place(index)
        about = [place.code, place.name, str(place.kind.label), tree.full_name(place.region.id)]
        cells = [_word(matrix, row, column) for column in range(len(matrix.services))]
        written.append([*about, *cells])
    return written


def _word(matrix: Matrix, row: int, column: int) -> str:
    if matrix.gaps[row, column]:
        return str(_("缺"))
    return MODES.write(matrix.mode(row, column))


# -- Read back ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell: where, what it holds, and how to mend it."""

    row: int
    column: str
    held: str
    message: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file says: per site and service the mode, with the row it stands in."""

    cells: Mapping[tuple[str, str], Mode | None]
    rows: Mapping[str, int]
    faults: tuple[Fault, ...]


def read(rows: Sequence[SheetRow], services: Sequence[Service]) -> Sheet:
    """What the rows say, the first of them being the headings. Raises BadInput without them."""
    if not rows:
        raise BadInput(_l("文件是空的。"), field="file")
    heads = [kept.held(cell) for cell in rows[0].cells]
    columns = _columns(heads, services)
    cells: dict[tuple[str, str], Mode | None] = {}
    found: dict[str, int] = {}
    faults: list[Fault] = []
    first = next(place for place, service in columns.items() if service is None)
    for _sheet, number, row in rows[1:]:
        cell = row[first] if first < len(row) else None
        code = kept.held(cell).lstrip("'")
        if (wrong := kept.wrong(cell)) is not None:
            faults.append(_fault(number, heads[first], code, wrong.message))
        elif not is_site_code(code):
            faults.append(_fault(number, heads[first], code, _l("不是网点编号，请照导出的填。")))
        elif code in found:
            message = _l("这个网点在第 %(row)s 行已经有了。", row=found[code])
            faults.append(_fault(number, heads[first], code, message))
        else:
            found[code] = number
            _read_row(number, code, row, heads, columns, cells, faults)
    return Sheet(cells, found, tuple(faults))


def _columns(heads: Sequence[str], services: Sequence[Service]) -> dict[int, str | None]:
    """Per column the code of its service, None for the column of the sites' codes."""
    known: dict[str, str | None] = {folded(text): None for text in _CODE}
    for service in services:
        for text in (service.name, service.name_en, service.code):
            known[folded(text)] = service.code
    found: dict[int, str | None] = {
        place: known[folded(head)] for place, head in enumerate(heads) if folded(head) in known
    }
    told = list(found.values())
    if None not in told:
        raise BadInput(_l("第一行里没有“网点编号”这一列，请用矩阵导出的表。"), field="file")
    if len(told) != len(set(told)):
        raise BadInput(_l("第一行里有两列是同一个标题，请删去一列。"), field="file")
    if len(told) == 1:
        raise BadInput(_l("第一行里没有一个认识的事项，请用矩阵导出的表。"), field="file")
    return found


def _read_row(
    number: int,
    code: str,
    row: Sequence[Any],
    heads: Sequence[str],
    columns: Mapping[int, str | None],
    cells: dict[tuple[str, str], Mode | None],
    faults: list[Fault],
) -> None:
    for place, service in columns.items():
        if service is None:
            continue
        cell = row[place] if place < len(row) else None
        held = kept.held(cell)
        if (wrong := kept.wrong(cell)) is not None:
            faults.append(_fault(number, heads[place], held, wrong.message))
            continue
        try:
            cells[code, service] = _mode(held)
        except BadInput:
            message = _l("请填“直办”“帮办”，或者留空表示不开办。")
            faults.append(_fault(number, heads[place], held, message))


def _mode(held: str) -> Mode | None:
    gaps = {folded(text) for text in (*_NOT_OFFERED, "缺", "gap", str(Sign.GAP.label))}
    return None if folded(held) in gaps else MODES.read(held)


def _fault(row: int, column: str, held: str, message: str) -> Fault:
    return Fault(row, column[:60], held[:60], str(message))


def compared(sheet: Sheet, matrix: Matrix) -> tuple[list[Difference], list[Fault]]:
    """The cells in which the sheet differs, row by row; faults for sites that are not there."""
    codes = matrix.ask.network.rows.codes
    by_code = {codes[index]: row for row, index in enumerate(matrix.indexes.tolist())}
    by_service = {service.code: column for column, service in enumerate(matrix.services)}
    missing = [
        _fault(row, str(_("网点编号")), code, _l("您负责的服务中的网点里没有这一个。"))
        for code, row in sheet.rows.items()
        if code not in by_code
    ]
    found: list[Difference] = []
    for (code, service), mode in sheet.cells.items():
        if code in by_code:
            held = matrix.mode(by_code[code], by_service[service])
            if held is not mode:
                found.append((code, service, held, mode))
    return found, missing
