"""Reading a file that somebody has sent, by the process that does it within limits (parse.py)."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.child import begin, gave_up
from core.sheets.container import Container, Unreadable, check
from core.sheets.parse import SECONDS

T = TypeVar("T")

#: How many rows, and letters and cells in all, somebody who waits for the page may send.
MOST_ROWS: Final = 20_000
MOST_HELD: Final = 10_000_000
#: How long the processor may read then, in seconds.
_AT_ONCE: Final = 10

_PROGRAM: Final = "core.sheets.parse"

_TOO_MUCH: Final = _l(
    "文件太复杂，读取时超出了内存或时间的限制。请删去多余的格式和工作表，或分成几个文件。"
)
_WHY: Final[dict[str, LazyString]] = {
    "utf16": _l("文件是 UTF-16 编码，请另存为 UTF-8 或 GB18030。"),
    "encoding": _l("文件不是文本，或编码不是 UTF-8、GB18030。"),
    "password": _l("工作簿有密码保护。请去掉密码后再上传。"),
    "workbook": _l("文件不完整，或不是工作簿。请重新保存后再上传。"),
    "columns": _l("列太多，最多 300 列。请删去多余的列。"),
    "cell": _l("有单元格的内容太长。"),
    "merged": _l("合并的单元格太多。请取消合并后再上传。"),
    "memory": _TOO_MUCH,
}


class SheetRow(NamedTuple):
    """A row of a sheet as the file has it; ``sheet`` is empty in a CSV file."""

    sheet: str
    line: int
    cells: list[Any]


class Hidden(NamedTuple):
    """A sheet that is hidden and was not read."""

    sheet: str


def first_sheet(data: bytes, name: str) -> list[SheetRow]:
    """The rows of the first sheet that is not hidden, for somebody who waits for the page.

    Raises Unreadable, for more than a page can hold, too.
    """
    with tempfile.NamedTemporaryFile(prefix="onekm-sheet-") as file:
        file.write(data)
        file.flush()
        path = Path(file.name)
        with opened(path, check(path, name), _AT_ONCE) as rows:
            return list(_held(rows))


def _held(rows: Iterator[SheetRow | Hidden]) -> Iterator[SheetRow]:
    first: str | None = None
    held = 0
    for number, row in enumerate(rows, 1):
        if isinstance(row, Hidden):
            continue
        if first is None:
            first = row.sheet
        if row.sheet != first:
            return
        held += sum(1 + len(cell) if isinstance(cell, str) else 1 for cell in row.cells)
        if number > MOST_ROWS or held > MOST_HELD:
            raise Unreadable(_l("表格太大，一次最多 %(most)s 行。请分成几个文件。", most=MOST_ROWS))
        yield row


def stretches(rows: Iterable[T], length: int) -> Iterator[list[T]]:
    """The rows, so many at a time; the last stretch may be short or empty."""
    rest = iter(rows)
    while len(stretch := list(islice(rest, length))) == length:
        yield stretch
    yield stretch


@contextmanager
def opened(
    path: Path, kind: Container, seconds: int = SECONDS
) -> Iterator[Iterator[SheetRow | Hidden]]:
    """The rows of the file, as they come. Raises Unreadable on the way where it cannot be read.

    The processor reads for so many *seconds* at most.
    """
    child = begin(_PROGRAM, kind, path.resolve(), seconds)
    try:
        yield _rows(child)
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()


def _rows(child: subprocess.Popen[str]) -> Iterator[SheetRow | Hidden]:
    sheet = ""
    for line in child.stdout or ():
        told = json.loads(line)
        if "row" in told:
            yield SheetRow(sheet, told["row"], told["cells"])
        elif "sheet" in told:
            sheet = told["sheet"]
            if not told["visible"]:
                yield Hidden(sheet)
        else:
            return
    raise _why(child)


def _why(child: subprocess.Popen[str]) -> Unreadable:
    """Why the child ended before the file did."""
    errors = child.stderr.read() if child.stderr is not None else ""
    why = gave_up(child.wait(), errors)
    if why.word == "csv":
        return Unreadable(_l("第 %(line)s 行不是 CSV：引号没有成对，或内容太长。", line=why.told))
    return Unreadable(_WHY.get(why.word, _TOO_MUCH))
