"""A program of its own that reads a file which somebody has sent, within limits of the system's.

    python -m core.sheets.parse KIND FILE [SECONDS]

It writes a line of JSON for each sheet and each row to its standard output, nothing else, so that
a file that eats memory or time takes this process with it and no other.  A cell is a text, a
number, a truth, or a list that says what else it is: ``["f"]`` a formula, ``["e"]`` an error,
``["d", text]`` a day or a time, ``["m"]`` hidden under the cell above or left that it is merged
with.  It exits with 3 where the file is not what it seems, and says why in one word.
"""

from __future__ import annotations

import csv
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

MEMORY: Final = 512 * 1024 * 1024
SECONDS: Final = 60
WRONG: Final = 3
#: The widest sheet and the longest cell that are read.
MOST_COLUMNS: Final = 300
MOST_LETTERS: Final = 30_000
#: The longest run of blank rows within a sheet; what lies beyond is not looked at.
MOST_BLANK: Final = 1000

MOST_MERGED: Final = 100_000

Special = dict[tuple[int, int], str]
Cell = str | int | float | bool | list[str] | None

_ERROR: Final = re.compile(rb'<(?:\w+:)?c\b[^>]*?\bt="e"[^>]*>')
_FORMULA: Final = re.compile(rb"<(?:\w+:)?c\b[^>]*>\s*<(?:\w+:)?f\b")
_REFERENCE: Final = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_CHUNK: Final = 1 << 20


class Wrong(Exception):
    """The file is not what it seems; the message is one word."""


def limit(seconds: int) -> None:
    """Let this process have no more than it may need."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def lines(kind: str, path: Path) -> Iterator[dict[str, Any]]:
    """What is in the file: ``{"sheet": …}``, then ``{"row": number, "cells": […]}`` each."""
    if kind == "csv":
        yield {"sheet": "", "visible": True}
        yield from _csv(path)
    else:
        yield from _workbook(path)


# -- CSV ----------------------------------------------------------------------------------------


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        head = file.readline()
    delimiter = max(",\t;", key=head.count)
    csv.field_size_limit(MOST_LETTERS)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        at = 1
        try:
            for cells in reader:
                row, at = at, reader.line_num + 1
                yield from _row(row, [cell if cell.strip() else None for cell in cells])
        except csv.Error:
            raise Wrong(f"csv:{reader.line_num}") from None


def _encoding(path: Path) -> str:
    """The encoding in which all of the file is text; it is never in memory as a whole."""
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            raise Wrong("utf16")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding, newline="") as file:
                if any("\x00" in text for text in iter(partial(file.read, _CHUNK), "")):
                    break
        except UnicodeDecodeError:
            continue
        return encoding
    raise Wrong("encoding")


def _row(number: int, cells: list[Cell]) -> Iterator[dict[str, Any]]:
    while cells and cells[-1] is None:
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise Wrong("columns")
    if cells:
        yield {"row": number, "cells": cells}


# -- Workbooks ----------------------------------------------------------------------------------


def _workbook(path: Path) -> Iterator[dict[str, Any]]:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
    except calamine.PasswordError:
        raise Wrong("password") from None
    except calamine.CalamineError:
        raise Wrong("workbook") from None
    parts = _parts(path)
    for number, about in enumerate(book.sheets_metadata):
        visible = about.visible == calamine.SheetVisibleEnum.Visible
        if about.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        yield {"sheet": about.name, "visible": visible}
        if visible:
            try:
                sheet = book.get_sheet_by_index(number)
            except calamine.CalamineError:
                raise Wrong("workbook") from None
            special = _special(path, parts.get(about.name))
            yield from _sheet(sheet, special)


def _sheet(sheet: Any, special: Special) -> Iterator[dict[str, Any]]:
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (row, column), kind in {**dict(_covered(sheet)), **special}.items():
        by_row.setdefault(row, []).append((column, kind))
    # Rows come from the first on, columns only from the first in which anything stands.
    left = [None] * (sheet.start[1] if sheet.start else 0)
    blank = 0
    for number, cells in enumerate(sheet.iter_rows()):
        found: list[Cell] = [*left, *map(_cell, cells)]
        for column, kind in by_row.get(number, ()):
            if column < len(found):
                found[column] = [kind]
        blank = 0 if any(cell is not None for cell in found) else blank + 1
        if blank > MOST_BLANK:
            return
        yield from _row(number + 1, found)


def _covered(sheet: Any) -> Iterator[tuple[tuple[int, int], str]]:
    """The cells that lie under the first of those that they are merged with."""
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if (bottom - top + 1) * (right - left + 1) > MOST_MERGED:
            raise Wrong("merged")
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    yield (row, column), "m"


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        if len(value) > MOST_LETTERS:
            raise Wrong("cell")
        return value if value.strip() else None
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return int(value) if value == value and float(value).is_integer() else value
    if isinstance(value, date | datetime | time | timedelta):
        return ["d", str(value)]
    return str(value)


def _parts(path: Path) -> dict[str, str]:
    """The file within the workbook that holds each sheet, by the sheet's name."""
    space = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    try:
        with zipfile.ZipFile(path) as archive:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - limited
            kept = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - limited
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile):
        raise Wrong("workbook") from None
    targets = {each.get("Id"): each.get("Target", "") for each in kept}
    found = {}
    for each in book.iter():
        if each.tag.endswith("}sheet"):
            target = targets.get(each.get(space), "")
            found[each.get("name", "")] = (
                target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            )
    return found


def _special(path: Path, part: str | None) -> Special:
    """The cells of a sheet that hold a formula or an error, of which calamine says nothing."""
    found: Special = {}
    with zipfile.ZipFile(path) as archive:
        if part is None or part not in archive.namelist():
            return found
        with archive.open(part) as file:
            kept = b""
            while chunk := file.read(_CHUNK):
                text = kept + chunk
                for pattern, kind in ((_ERROR, "e"), (_FORMULA, "f")):
                    for each in pattern.finditer(text):
                        where = _REFERENCE.search(each.group())
                        if where is not None:
                            found[_place(where)] = kind
                kept = text[max(0, text.rfind(b"<", 0, len(text) - 400)) :][-2000:]
    return found


def _place(found: re.Match[bytes]) -> tuple[int, int]:
    column = 0
    for letter in found[1]:
        column = column * 26 + letter - 64
    return int(found[2]) - 1, column - 1


def main(kind: str, path: str, seconds: str = str(SECONDS)) -> int:
    limit(int(seconds))
    try:
        write = sys.stdout.write
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        for line in lines(kind, Path(path)):
            write(encode(line) + "\n")
        write('{"end":true}\n')
        sys.stdout.flush()
    except Wrong as fault:
        print(fault, file=sys.stderr)
        return WRONG
    except MemoryError:
        print("memory", file=sys.stderr)
        return WRONG
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
