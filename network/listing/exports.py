"""A list as a file: xlsx, CSV or GeoJSON, all pages of it, in its order."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import TextIOWrapper
from itertools import islice
from typing import IO, Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from core.catalogue.rules import Service
from core.errors import BadInput
from core.sheets.cells import guarded
from network.listing.rules import Form
from network.sheets import columns as sheet
from network.sheets.columns import Column, Line

#: How many rows a sheet of a workbook has; the first holds the headings.
SHEET_ROWS: Final = 1_048_576
#: How many sites are read and written at a time.
AT_ONCE: Final = 500

Progress = Callable[[int], None]


def check(form: Form, count: int) -> None:
    """Raise BadInput where so many sites do not fit into a file of this form."""
    most = SHEET_ROWS - 1
    if form is Form.XLSX and count > most:
        message = _l(
            "一张工作表最多放 %(most)s 个网点：请导出 CSV，或先筛选再分批导出。", most=most
        )
        raise BadInput(message, field="format")


def write(
    form: Form,
    file: IO[bytes],
    lines: Iterable[Line],
    services: Sequence[Service],
    progress: Progress = lambda _count: None,
) -> None:
    """Write the sites into *file*; *progress* is told of every few how many they were."""
    _WRITERS[form](file, _told(lines, progress), sheet.columns(services))


def _told(lines: Iterable[Line], progress: Progress) -> Iterator[Line]:
    rest = iter(lines)
    while some := list(islice(rest, AT_ONCE)):
        yield from some
        progress(len(some))


def _xlsx(file: IO[bytes], lines: Iterable[Line], columns: Sequence[Column]) -> None:
    """Cells of text and nothing but text: no formula, no rounded code."""
    book = Workbook(write_only=True)
    page = book.create_sheet(_("网点"))
    page.freeze_panes = "C2"

    def cell(text: str) -> Cell:
        made: Cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub(" ", text))
        made.data_type = "s"
        made.number_format = "@"
        return made

    for number, column in enumerate(columns):
        letters = page.column_dimensions[_letters(number)]
        letters.width = _WIDTHS.get(column.code, 13)
    page.append([cell(column.title) for column in columns])
    for line in lines:
        page.append([cell(text) if text else None for text in sheet.row(line, columns)])
    book.save(file)


#: How many letters wide a column is that holds more than a word or a number.
_WIDTHS: Final = {
    **dict.fromkeys(("name", "region_name"), 34),
    **dict.fromkeys(("address", "hours"), 44),
    **dict.fromkeys(("name_en", "phone", "kind", "region"), 18),
}


def _letters(number: int) -> str:
    """How a spreadsheet calls the column; 0 is A."""
    high, low = divmod(number, 26)
    return (_letters(high - 1) if high else "") + chr(ord("A") + low)


def _csv(file: IO[bytes], lines: Iterable[Line], columns: Sequence[Column]) -> None:
    """UTF-8 with the mark by which spreadsheets know it; no cell is taken for a formula."""
    text = TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([guarded(column.title) for column in columns])
    for line in lines:
        writer.writerow(map(guarded, sheet.row(line, columns)))
    text.detach()


def _geojson(file: IO[bytes], lines: Iterable[Line], _columns: Sequence[Column]) -> None:
    """RFC 7946: WGS-84, longitude first; a site without a position has no geometry."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    file.write(b'{"type":"FeatureCollection","features":[')
    for number, line in enumerate(lines):
        file.write(b",\n" if number else b"\n")
        file.write(encode(_feature(line)).encode())
    file.write(b"\n]}\n")


def _feature(line: Line) -> dict[str, Any]:
    placed = line.lat is not None and line.lon is not None
    return {
        "type": "Feature",
        "id": line.code,
        "geometry": {"type": "Point", "coordinates": [line.lon, line.lat]} if placed else None,
        "properties": {
            "code": line.code,
            "name": line.name,
            "name_en": line.name_en,
            "kind": line.kind,
            "status": line.status,
            "region": {"code": line.region, "name": line.region_name},
            "address": line.address,
            "phone": line.phone,
            "position_verified": line.verified if placed else None,
            "hours": json.loads(line.hours) if line.hours else None,
            "services": dict(line.modes or {}),
            "confirmed_on": None if line.confirmed_on is None else line.confirmed_on.isoformat(),
        },
    }


_WRITERS: Final = {Form.XLSX: _xlsx, Form.CSV: _csv, Form.GEOJSON: _geojson}
