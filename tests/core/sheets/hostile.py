"""Files that would harm whoever opens them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

from openpyxl import Workbook

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(**parts: bytes) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("_rels/.rels", _rels({"officeDocument": "xl/workbook.xml"}))
        for name, data in parts.items():
            archive.writestr(f"xl/{name}" if "." in name else f"xl/{name}.xml", data)
    return written.getvalue()


def _rels(kinds: dict[str, str]) -> str:
    kept = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(kinds.items(), 1)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{kept}</Relationships>'


def workbook(fill: Callable[[Any], object]) -> bytes:
    book, written = Workbook(), BytesIO()
    fill(book.active)
    book.save(written)
    return written.getvalue()


def entities() -> bytes:
    said = "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' if n else '<!ENTITY a0 "lol">' for n in range(12)
    )
    return f"<!DOCTYPE x [{said}]><workbook>&a11;</workbook>".encode()


def sparse(page: Any) -> None:
    page["A1"], page["XFD1048576"] = "x", "y"


def repeated() -> bytes:
    """One long text, which is kept once and stands in a great many cells."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kinds = {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "sharedStrings.xml"}
    cells = "".join(
        f'<row r="{row}">' + f'<c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 1001)
    )
    text = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(20_000))
    parts = {
        "workbook": f'<workbook {main} xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "_rels/workbook.xml.rels": _rels(kinds),
        "worksheets/sheet1": f"<worksheet {main}><sheetData>{cells}</sheetData></worksheet>",
        "sharedStrings": f"<sst {main}><si><t>{text}</t></si></sst>",
    }
    return packed(**{name: part.encode() for name, part in parts.items()})


FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "zip bomb": ("a.xlsx", lambda: packed(workbook=b"\0" * (60 << 20)), "压缩得异常"),
    "entity bomb": ("a.xlsx", lambda: packed(workbook=entities()), "不完整"),
    "a sheet of milliards": ("a.xlsx", lambda: workbook(sparse), "列太多"),
    "a text in every cell": ("a.xlsx", repeated, "表格太大"),
    "many rows": ("a.csv", lambda: b"a\n" * 20_001, "表格太大"),
    "a row of many columns": ("a.csv", lambda: b"," * 400 + b"a\n", "列太多"),
    "a long cell": ("a.csv", lambda: b"a" * 100_000, "不是 CSV"),
    "no text": ("a.csv", lambda: b"\xff\xfa\xff" * 10, "编码"),
    "another name": ("a.xlsx", lambda: b"code,name\n", "纯文本"),
    "old workbook": ("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
}
