"""Reading a file that somebody has sent, by the process that does it within limits (parse.py)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from network.imports.container import Container, Unreadable
from network.imports.parse import WRONG

_ROOT: Final = Path(__file__).parent.parent.parent

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


@contextmanager
def opened(path: Path, kind: Container) -> Iterator[Iterator[SheetRow | Hidden]]:
    """The rows of the file, as they come. Raises Unreadable on the way where it cannot be read."""
    child = subprocess.Popen(  # noqa: S603 - our own program, and a path that we have made
        [sys.executable, "-m", "network.imports.parse", kind.value, str(path.resolve())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=_ROOT,
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(map(str, (_ROOT, *sys.path)))}
        | {"PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"},
        encoding="utf-8",
    )
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
    said = (child.stderr.read() if child.stderr is not None else "").strip()
    if child.wait() != WRONG:
        return Unreadable(_TOO_MUCH)
    word, _colon, place = said.partition(":")
    if word == "csv":
        return Unreadable(_l("第 %(line)s 行不是 CSV：引号没有成对，或内容太长。", line=place))
    return Unreadable(_WHY.get(word, _TOO_MUCH))
