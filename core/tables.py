"""A table as a file to take away: CSV that spreadsheets read, and xlsx; never with a formula in it.

Every cell is text, so that no spreadsheet rounds a code or runs what somebody was called.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO, StringIO
from typing import Final

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from core import downloads

CSV: Final = "csv"
XLSX: Final = "xlsx"
TYPES: Final = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

#: How many rows a sheet can hold beside its headings.
MOST_XLSX: Final = 2**20 - 1

Row = Sequence[object]

#: What a spreadsheet would take for the beginning of a formula; one that writes Chinese, in
#: full width too.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def text(value: object) -> str:
    """A value as it stands in a cell; nothing where it is None."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def as_csv(headings: Row, rows: Iterable[Row]) -> bytes:
    """UTF-8 with a mark that spreadsheets know it by."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerows([harmless(text(value)) for value in row] for row in (headings, *rows))
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _number(cell) else cell


def _number(cell: str) -> bool:
    return cell[1:].replace(".", "", 1).isdigit() and cell[0] in "+-"


def as_xlsx(headings: Row, rows: Iterable[Row]) -> bytes:
    """One sheet, its first row and column in sight while one scrolls."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "B2"
    heads = [WriteOnlyCell(sheet, value=_cell(heading)) for heading in headings]
    for head in heads:
        head.data_type = "s"  # what is asked of a site is a heading, too, and people write it
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in rows:
        cells = [WriteOnlyCell(sheet, value=_cell(value)) for value in row]
        for cell in cells:
            cell.data_type = "s"
        sheet.append(cells)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _cell(value: object) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", text(value))


def answer(kind: str, name: str, headings: Row, rows: Iterable[Row]) -> Response:
    """The table as a file called *name*, in one of TYPES."""
    content = (as_csv if kind == CSV else as_xlsx)(headings, rows)
    response = Response(content, content_type=TYPES[kind])
    response.headers["Cache-Control"] = "no-store"
    return downloads.named(response, f"{name}.{kind}")
