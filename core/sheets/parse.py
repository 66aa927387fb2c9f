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
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from core.child import Wrong, limited
from core.sheets import workbook
from core.sheets.parts import MOST_LETTERS
from core.sheets.workbook import MOST_COLUMNS, Cell

MEMORY: Final = 512 * 1024 * 1024
SECONDS: Final = 60
_CHUNK: Final = 1 << 20


def lines(kind: str, path: Path) -> Iterator[dict[str, Any]]:
    """What is in the file: ``{"sheet": …}``, then ``{"row": number, "cells": […]}`` each."""
    if kind == "csv":
        yield {"sheet": "", "visible": True}
        yield from _csv(path)
    else:
        yield from workbook.lines(str(path))


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


def main(kind: str, path: str, seconds: str = str(SECONDS)) -> int:
    """Write the lines of a sheet to standard output as JSON, one each; gives the exit code."""

    def tell() -> None:
        write = sys.stdout.write
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        for line in lines(kind, Path(path)):
            write(encode(line) + "\n")
        write('{"end":true}\n')
        sys.stdout.flush()

    return limited(MEMORY, int(seconds), tell)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
