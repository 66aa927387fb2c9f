"""Workbooks that go out: the template to fill in, and what was sent with what is wrong in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, Any, Final

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from core.sheets.columns import Column
from core.sheets.problems import Level, Problem
from core.sheets.words import ABOUT

_FILLS: Final = {
    Level.ERROR: PatternFill("solid", fgColor="F8D7D3"),
    Level.WARNING: PatternFill("solid", fgColor="FBEBC8"),
}
_BOLD: Final = Font(bold=True)

#: A row of the file: its sheet, its line and its cells.
Raw = tuple[str, int, list[Any]]


def _cell(page: Any, value: object) -> Cell:
    """A cell of text and nothing but text: no formula, no rounded code."""
    made: Cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub(" ", str(value)))
    made.data_type = "s"
    made.number_format = "@"
    return made


def template(
    file: IO[bytes],
    title: str,
    columns: Sequence[Column[Any]],
    hint: Callable[[Column[Any]], object],
) -> None:
    """A workbook with the headings in bold and, on a second sheet, what goes into each column."""
    book = Workbook(write_only=True)
    page = book.create_sheet(title)
    page.freeze_panes = "A2"
    filled = [column for column in columns if column.read is not None]
    for number, _column in enumerate(filled, 1):
        dimension = page.column_dimensions[get_column_letter(number)]
        dimension.width = 18
        dimension.number_format = "@"
    headings = [_cell(page, column.title) for column in filled]
    for cell in headings:
        cell.font = _BOLD
    page.append(headings)
    about = book.create_sheet(str(ABOUT))
    about.column_dimensions["A"].width = 30
    about.column_dimensions["B"].width = 80
    for column in filled:
        about.append([_cell(about, column.title), _cell(about, hint(column))])
    book.save(file)


def annotated(
    file: IO[bytes],
    raw: Iterable[Raw],
    told: Mapping[tuple[str, int], tuple[object, list[Problem]]],
    headings: Mapping[str, int],
    title: str,
) -> None:
    """The rows as they were sent, with what is wrong in a column in front and at the cells.

    *told* has what becomes of each row, in a word, and its problems, by sheet and line; *headings*
    in which line of each sheet they stand.  *title* is that of a sheet that has none.
    """
    book = Workbook(write_only=True)
    pages: dict[str, Any] = {}
    last: dict[str, int] = {}
    for sheet, line, cells in raw:
        if sheet not in pages:
            pages[sheet] = book.create_sheet(_title(sheet) or title)
            pages[sheet].column_dimensions["A"].width = 60
        page = pages[sheet]
        for _blank in range(last.get(sheet, 0) + 1, line):
            page.append([])
        last[sheet] = line
        page.append(_annotated(page, cells, told.get((sheet, line)), line == headings.get(sheet)))
    if not pages:
        book.create_sheet(title)
    book.save(file)


def _title(sheet: str) -> str:
    return "".join(" " if letter in "[]:*?/\\" else letter for letter in sheet).strip()[:31]


def _annotated(
    page: Any, cells: list[Any], told: tuple[object, list[Problem]] | None, heading: bool
) -> list[Any]:
    outcome, problems = told or (None, [])
    row: list[Any] = [
        None,
        *(None if cell is None else _cell(page, _shown(cell)) for cell in cells),
    ]
    if heading:
        row[0] = _cell(page, _("问题"))
        row[0].font = _BOLD
    if problems:
        row[0] = _cell(page, "\n".join(problem.told for problem in problems))
        row[0].fill = _FILLS[_worst(problems)]
    elif outcome is not None and not heading:
        row[0] = _cell(page, outcome)
    for problem in problems:
        if problem.column is None:
            continue
        row += [None] * (problem.column + 2 - len(row))
        cell = row[problem.column + 1] or _cell(page, "")
        cell.fill = _FILLS[problem.level]
        cell.comment = Comment(problem.told, "OneKm", width=320, height=90)
        row[problem.column + 1] = cell
    return row


def _worst(problems: Sequence[Problem]) -> Level:
    found = {problem.level for problem in problems}
    return Level.ERROR if Level.ERROR in found else Level.WARNING


_WORDS: Final = {"f": "（公式）", "e": "（错误值）", "m": ""}


def _shown(cell: Any) -> str:
    if isinstance(cell, list):
        return cell[1] if len(cell) > 1 else _WORDS[cell[0]]
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return str(cell)
