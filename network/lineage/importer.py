"""A list of regions as somebody sends it to the page: CSV or xlsx."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.regions import importer
from core.regions.rules import Row, check_list, row_of
from core.sheets import cells as kept
from core.sheets.reading import SheetRow, first_sheet


def read(data: bytes, name: str) -> list[Row]:
    """The rows of a file. Raises BadInput naming the line."""
    if not data:
        raise BadInput(_l("请选择文件。"), field="file")
    rows = first_sheet(data, name)
    return check_list((line, row_of(line, cells)) for line, cells in _cells(rows))


def _cells(rows: Sequence[SheetRow]) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Line number and cells of each row."""
    header = [kept.held(cell) for cell in rows[0].cells] if rows else []
    importer.check_header(header)
    for _sheet, line, cells in rows[1:]:
        if len(cells) > len(header):
            message = _l(
                "第 %(line)s 行：应有 %(expected)s 列，却有 %(number)s 列。",
                line=line,
                expected=len(header),
                number=len(cells),
            )
            raise BadInput(message)
        for cell in cells:
            if (wrong := kept.wrong(cell)) is not None:
                raise BadInput(_l("第 %(line)s 行：%(what)s", line=line, what=wrong.message))
        texts = [_text(cell) for cell in cells] + [""] * (len(header) - len(cells))
        found = dict(zip(header, texts, strict=True))
        yield line, found | {"statutory": _flag(found.get("statutory"))}


def _text(cell: Any) -> object:
    """A cell as it is written; a number stays one, so that a code is never guessed."""
    return "" if cell is None else cell.strip() if isinstance(cell, str) else cell


def _flag(cell: object) -> object:
    """1 and 0, which a sheet has as numbers or as truths, as the texts that a list has."""
    return str(int(cell)) if isinstance(cell, bool | float | int) and cell in (0, 1) else cell
