"""A list of regions as somebody sends it to the page: CSV or xlsx."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Final

from flask_babel import lazy_gettext as _l
from python_calamine import CalamineError, CalamineWorkbook

from core.errors import BadInput
from core.regions import importer
from core.regions.rules import Row, check_list, row_of
from core.textfile import read_text

#: What a workbook may unpack to, in bytes: a list of a city has some hundred thousand.
MOST_UNPACKED: Final = 30 * 1024 * 1024
MOST_ROWS: Final = 20_000

_XLSX: Final = b"PK\x03\x04"


def read(data: bytes) -> list[Row]:
    """The rows of a file. Raises BadInput naming the line."""
    if not data:
        raise BadInput(_l("请选择文件。"), field="file")
    if not data.startswith(_XLSX):
        return importer.read(read_text(data))
    lines = _sheet(data)
    return check_list((line, row_of(line, cells)) for line, cells in _cells(lines))


def _sheet(data: bytes) -> Sequence[Sequence[object]]:
    """The cells of the first sheet."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > MOST_UNPACKED:
            raise BadInput(_l("文件太大。"), field="file")
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        lines: Sequence[Sequence[object]] = book.get_sheet_by_index(0).to_python(
            skip_empty_area=False, nrows=MOST_ROWS
        )
    except (CalamineError, zipfile.BadZipFile, IndexError):
        raise BadInput(_l("文件不是 Excel 工作簿（xlsx），或已损坏。"), field="file") from None
    return lines


def _cells(lines: Sequence[Sequence[object]]) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Line number and cells of each row that is not blank."""
    header = [str(cell).strip() for cell in lines[0]] if lines else []
    while header and not header[-1]:
        header.pop()
    importer.check_header(header)
    for number, line in enumerate(lines[1:], 2):
        cells = [_text(cell) for cell in line[: len(header)]]
        if any(cell != "" for cell in cells):
            found = dict(zip(header, cells, strict=False))
            yield number, found | {"statutory": _flag(found.get("statutory"))}


def _text(cell: object) -> object:
    """A cell as it is written; a number stays one, so that a code is never guessed."""
    return cell.strip() if isinstance(cell, str) else cell


def _flag(cell: object) -> object:
    """1 and 0, which a sheet has as numbers or as truths, as the texts that a list has."""
    return str(int(cell)) if isinstance(cell, bool | float | int) and cell in (0, 1) else cell
