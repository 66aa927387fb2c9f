"""What kind of file somebody has sent, looked at from outside before anything opens it."""

from __future__ import annotations

import zipfile
from enum import StrEnum
from pathlib import Path
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.errors import BadInput

#: The largest file that is taken, in bytes, and what a workbook may come to when it is unpacked.
MOST_BYTES: Final = 20 * 1024 * 1024
MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_RATIO: Final = 50
MOST_ENTRIES: Final = 1000
#: Below this many bytes a part of a workbook may be packed as tightly as it likes.
_SMALL: Final = 1024 * 1024

XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK: Final = "xl/workbook.xml"


class Container(StrEnum):
    """The kinds of file that are read."""

    XLSX = "xlsx"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        return "text/csv" if self is Container.CSV else XLSX_TYPE


class Unreadable(BadInput):
    """A file of a kind that is not read."""

    status = 422
    code = "unreadable_file"

    def __init__(self, message: LazyString) -> None:
        super().__init__(message, field="file")


def check(path: Path, name: str) -> Container:
    """The kind of the file at *path*, which somebody calls *name*.

    Raises Unreadable, naming what it is, for anything that is not to be opened.
    """
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(_l("文件是空的。"))
    if size > MOST_BYTES:
        raise Unreadable(_l("文件超过 %(most)s MB。", most=MOST_BYTES // 1024 // 1024))
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(_ZIP):
        _check_zip(path)
        return Container.XLSX
    _refuse_others(head)
    if name.lower().endswith((".xlsx", ".xlsm", ".xls")):
        raise Unreadable(_l("文件名像表格，内容却是纯文本（CSV）。请把扩展名改为 .csv 后再上传。"))
    return Container.CSV


def _refuse_others(head: bytes) -> None:
    """Raise Unreadable for what is neither a zip nor text, and for pages of the web."""
    if head.startswith(_OLE):
        if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in head:
            raise Unreadable(_l("工作簿有密码保护。请去掉密码后再上传。"))
        raise Unreadable(
            _l("这是旧版 .xls 工作簿，或有密码保护的工作簿。请去掉密码，另存为 .xlsx 后再上传。")
        )
    if head.startswith(b"%PDF"):
        raise Unreadable(_l("这是 PDF 文件。请上传 .xlsx 或 .csv。"))
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise Unreadable(_l("这是图片。请上传 .xlsx 或 .csv。"))
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<meta", b"<?xml")):
        raise Unreadable(
            _l("这是网页或 XML 格式的“表格”，不是工作簿。请用表格软件打开，另存为 .xlsx 后再上传。")
        )


def _check_zip(path: Path) -> None:
    """Look at the directory alone: nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError):
        raise Unreadable(_l("文件不完整，或不是工作簿。请重新保存后再上传。")) from None
    if len(entries) > MOST_ENTRIES:
        raise Unreadable(_l("工作簿里的部件太多，不予打开。"))
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise Unreadable(_l("工作簿展开后超过 200 MB，不予打开。请分成几个文件。"))
    if any(map(_bomb, entries)):
        raise Unreadable(_l("工作簿压缩得异常，不予打开。请重新另存为 .xlsx 后再上传。"))
    names = {entry.filename for entry in entries}
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable(_l("工作簿有密码保护。请去掉密码后再上传。"))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Unreadable(_l("工作簿带有宏（.xlsm）。请另存为不带宏的 .xlsx 后再上传。"))
    if _WORKBOOK not in names:
        raise Unreadable(_l("这是压缩包或其他软件的文件，不是 .xlsx 工作簿。"))


def _bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > _SMALL and entry.file_size > MOST_RATIO * max(1, entry.compress_size)
