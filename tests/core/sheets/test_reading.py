"""What kind of file it is, and reading it in a process with limits."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from core.sheets.container import Container, Unreadable, check
from core.sheets.reading import Hidden, SheetRow, opened
from tests.core.sheets.made import csv_file, workbook


def read(path: Path) -> list[Any]:
    with opened(path, check(path, path.name)) as rows:
        return list(rows)


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


BOOK = {"xl/workbook.xml": b"<workbook/>"}
HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _bytes(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def _zip(entries: dict[str, bytes]) -> Callable[[Path], object]:
    return lambda path: zipped(path, entries)


@pytest.mark.parametrize(
    ("name", "make", "told"),
    [
        ("a.csv", _bytes(b""), "空的"),
        ("a.csv", _bytes(b"x" * (20 * 1024 * 1024 + 1)), "20 MB"),
        ("a.xls", _bytes(HEAD + b"\0" * 600), "旧版 .xls"),
        ("a.xlsx", _bytes(HEAD + "EncryptedPackage".encode("utf-16-le")), "密码"),
        ("a.xls", _bytes(b"<html><table><tr><td>1</td></tr></table>"), "网页"),
        ("a.xlsx", _bytes("网点名称,类型\n".encode()), "纯文本"),
        ("a.csv", _bytes(b"%PDF-1.7"), "PDF"),
        ("a.csv", _bytes(b"\x89PNG\r\n\x1a\n"), "图片"),
        ("a.xlsx", _bytes(b"PK\x03\x04 and nothing more"), "不完整"),
        ("a.xlsx", _zip({"word/document.xml": b"<w/>"}), "不是 .xlsx"),
        ("a.xlsm", _zip({**BOOK, "xl/vbaProject.bin": b"x"}), "宏"),
        ("a.xlsx", _zip({**BOOK, "xl/a.xml": b"\0" * (60 * 1024 * 1024)}), "压缩得异常"),
        ("a.xlsx", _zip(BOOK | {f"xl/{n}.xml": b"" for n in range(1000)}), "部件太多"),
    ],
)
def test_files_that_are_not_read_are_told_by_their_kind(
    tmp_path: Path, name: str, make: Callable[[Path], object], told: str
) -> None:
    make(tmp_path / name)
    with pytest.raises(Unreadable, match=told) as fault:
        check(tmp_path / name, name)
    assert fault.value.status == 422


def test_a_bomb_of_many_parts_is_not_unpacked(tmp_path: Path) -> None:
    noise = bytes(range(256)) * 8
    part = noise * 500  # a megabyte that is packed to some kilobytes
    path = zipped(tmp_path / "a.xlsx", BOOK | {f"xl/{n}.xml": part for n in range(210)})
    with pytest.raises(Unreadable, match=r"200 MB|压缩得异常"):
        check(path, path.name)


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    entities = "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' if n else '<!ENTITY a0 "lol">' for n in range(12)
    )
    bomb = f"<!DOCTYPE x [{entities}]><workbook>&a11;</workbook>".encode()
    path = zipped(
        tmp_path / "a.xlsx", {"xl/workbook.xml": bomb, "[Content_Types].xml": b"<Types/>"}
    )
    with pytest.raises(Unreadable):
        read(path)


def test_whatever_eats_memory_ends_only_its_own_process(tmp_path: Path) -> None:
    # A sheet that says that something stands in its last cell: as dense as it looks, 17 milliards.
    book, file = Workbook(), io.BytesIO()
    page: Any = book.active
    page["A1"], page["XFD1048576"] = "x", "y"
    book.save(file)
    path = tmp_path / "a.xlsx"
    path.write_bytes(file.getvalue())
    with pytest.raises(Unreadable, match=r"超出了内存|列太多"):
        read(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_that_spreadsheets_write(tmp_path: Path, encoding: str) -> None:
    path = csv_file(
        tmp_path / "a.csv", ("名称", "电话"), ("东村\n卫生室", " 0631 "), encoding=encoding
    )
    assert read(path) == [
        SheetRow("", 1, ["名称", "电话"]),
        SheetRow("", 2, ["东村\n卫生室", " 0631 "]),
    ]


def test_lines_are_counted_as_the_file_has_them(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", ("a", "b"), (), ("two\nlines", ""), ("last", "c"))
    assert [row.line for row in read(path)] == [1, 3, 5]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("名称".encode("utf-16"), "UTF-16"),
        (b'a,"b\nc', "第 .* 行不是 CSV"),
        (b"\xff\xfa\xff" * 10, "编码"),
    ],
)
def test_text_that_is_no_csv_is_told(tmp_path: Path, data: bytes, told: str) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(Unreadable, match=told):
        read(tmp_path / "a.csv")


def test_cells_of_a_workbook_say_what_they_are(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", 一=[["标题", None], ["=1+1", 13800000000.0, 0.5]], 二=[["x"]]
    )
    book = _loaded(path)
    page = book["一"]
    page["A3"] = "#REF!"
    page["A3"].data_type = "e"
    page["C4"] = "merged"
    page.merge_cells("C4:C5")
    page["A5"] = "z"
    book["二"].sheet_state = "hidden"
    book.save(path)
    assert read(path) == [
        SheetRow("一", 1, ["标题"]),
        SheetRow("一", 2, [["f"], 13800000000, 0.5]),
        SheetRow("一", 3, [["e"]]),
        SheetRow("一", 4, [None, None, "merged"]),
        SheetRow("一", 5, ["z", None, ["m"]]),
        Hidden("二"),
    ]


def test_a_sheet_that_begins_further_in_keeps_its_places(tmp_path: Path) -> None:
    book = Workbook()
    page: Any = book.active
    page["C4"] = "x"
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == [SheetRow("Sheet", 4, [None, None, "x"])]


def _loaded(path: Path) -> Any:
    return load_workbook(path)


def test_the_kinds_that_are_read(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", 一=[["x"]])
    assert check(book, "a.xlsx") is Container.XLSX
    assert check(csv_file(tmp_path / "b.txt", ["x"]), "b.txt") is Container.CSV
