"""Workbooks as spreadsheets write them, and as nobody should: read as they come, or refused."""

from __future__ import annotations

import random
import subprocess
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from openpyxl import Workbook, load_workbook

from core.child import Wrong
from core.sheets import workbook

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def made(
    path: Path,
    sheet: str,
    *,
    texts: str = "",
    styles: str = "",
    pr: str = "",
    before: str = "",
    prefix: str = "",
) -> Path:
    """A workbook of one sheet, whose parts are given; *before* stands before the sheet's root."""
    named, colon = (f":{prefix}", f"{prefix}:") if prefix else ("", "")
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{pr}<sheets>'
        '<sheet name="一" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        f'<Relationship Id="r1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{LINKS}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        f'<Relationship Id="r3" Type="{LINKS}/styles" Target="styles.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{before}<{colon}worksheet xmlns{named}="{MAIN}">'
        f"{sheet}</{colon}worksheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def rows(path: Path) -> dict[int, list[Any]]:
    told = list(workbook.lines(str(path)))
    assert told[0] == {"sheet": "一", "visible": True}
    return {one["row"]: one["cells"] for one in told[1:]}


def data(*cells: str) -> str:
    return f"<sheetData><row>{''.join(cells)}</row></sheetData>"


def test_texts_are_shared_rich_escaped_and_not_as_they_are_spoken(tmp_path: Path) -> None:
    texts = (
        "<si><t>东村</t></si>"
        "<si><r><rPr><b/></rPr><t>卫生</t></r><r><t xml:space='preserve'>室 </t></r></si>"
        "<si><t>課長</t><rPh sb='0' eb='2'><t>カチョウ</t></rPh></si>"
        "<si><t>a_x000A_b_x0041__xD83D_&amp;&#20013;</t></si>"
    )
    cells = "".join(f'<c t="s"><v>{number}</v></c>' for number in range(4))
    inline = '<c t="inlineStr"><is><r><t>行</t></r><t>内</t></is></c>'
    path = made(tmp_path / "a.xlsx", data(cells, inline), texts=texts)
    assert rows(path) == {1: ["东村", "卫生室 ", "課長", "a\nbA_xD83D_&中", "行内"]}


def test_days_and_times_are_known_by_the_style_of_their_cell(tmp_path: Path) -> None:
    codes = ['yyyy"年"m"月"d"日"', "[h]:mm", '"day"0.0', "[Red]0", "0.00E+00", "General", "mm:ss"]
    numbers = "".join(
        f"<numFmt numFmtId='{170 + place}' formatCode='{code}'/>".replace('"', "&quot;")
        for place, code in enumerate(codes)
    )
    formats = [0, 14, 22, 46, 57, *range(170, 170 + len(codes))]
    listed = "".join(f'<xf numFmtId="{one}"/>' for one in formats)
    styles = (
        f"<numFmts>{numbers}</numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
        f"<cellXfs>{listed}</cellXfs><dxfs><xf numFmtId='14'/></dxfs>"
    )
    cells = [f'<c s="{place}"><v>45352.5</v></c>' for place in range(len(formats))]
    day, passed = ["d", "2024-03-01 12:00:00"], ["d", "45352 days, 12:00:00"]
    plain = 45352.5
    path = made(tmp_path / "a.xlsx", data(*cells), styles=styles)
    assert rows(path)[1] == [
        *(plain, day, day, passed, day),
        *(day, passed, plain, plain, plain, plain, day),
    ]
    early = data(*(f'<c s="1"><v>{one}</v></c>' for one in (1, 59, 61, 45352, 0.25, 1e9)))
    told = [cell[1] for cell in rows(made(tmp_path / "b.xlsx", early, styles=styles))[1]]
    assert told == ["1900-01-01", "1900-02-28", "1900-03-01", "2024-03-01", "06:00:00", str(1e9)]
    mac = made(tmp_path / "c.xlsx", early, styles=styles, pr='<workbookPr date1904="1"/>')
    assert rows(mac)[1][3] == ["d", "2028-03-02"]


def test_formulas_errors_truths_and_places(tmp_path: Path) -> None:
    sheet = (
        '<dimension ref="A1:G9"/><sheetData>'
        '<row r="2"><c r="B2"><f>A1</f><v>7</v></c><c r="D2" t="e"><v>#REF!</v></c>'
        '<c t="b"><v>1</v></c><c r="G2" s="3"/></row>'
        '<row><c><v>3</v></c><c t="str"><f t="shared" si="0"/><v>x</v></c><c><v> </v></c></row>'
        '<row r="7"><c r="A7"><v>13800000000.0</v></c><c r="XFD7" s="1"/></row></sheetData>'
        '<mergeCells count="1"><mergeCell ref="A7:C8"/></mergeCells>'
    )
    assert rows(made(tmp_path / "a.xlsx", sheet)) == {
        2: [None, ["f"], None, ["e"], True],
        3: [3, ["f"]],
        7: [13800000000, ["m"], ["m"]],
    }
    prefixed = sheet.replace("<", "<x:").replace("<x:/", "</x:")
    assert rows(made(tmp_path / "b.xlsx", prefixed, prefix="x")) == rows(tmp_path / "a.xlsx")


def test_what_stands_beyond_a_thousand_blank_rows_is_not_looked_at(tmp_path: Path) -> None:
    for last, seen in ((1002, True), (1003, False)):
        sheet = (
            f'<sheetData><row r="1"><c><v>1</v></c></row><row r="{last}"><c><v>2</v></c></row>'
            "</sheetData>"
        )
        assert (last in rows(made(tmp_path / "a.xlsx", sheet))) is seen


ONE = "<c><v>1</v></c>"


@pytest.mark.parametrize(
    ("sheet", "why"),
    [
        (data('<c t="s"><v>0</v></c>'), "workbook"),
        (data('<c t="s"><v>-1</v></c>'), "workbook"),
        (data("<c><v>ten</v></c>"), "workbook"),
        (data("<c><v>1e999</v></c>"), "workbook"),
        (data("<c><v>nan</v></c>"), "workbook"),
        (data('<c t="new"><v>1</v></c>'), "workbook"),
        (data(f'<c r="B1"><v>1</v></c><c r="A1"><v>2</v></c>{ONE}'), "workbook"),
        (data('<c r="1A"><v>1</v></c>'), "workbook"),
        ('<sheetData><row r="2"/><row r="2"/></sheetData>', "workbook"),
        ('<sheetData><row r="0"/></sheetData>', "workbook"),
        ("<sheetData><row>", "workbook"),
        (data('<c r="KO1"><v>1</v></c>'), "columns"),
        (data(f'<c t="inlineStr"><is><t>{"x" * 30_001}</t></is></c>'), "cell"),
        (data(ONE) + '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>', "merged"),
    ],
)
def test_what_is_no_sheet_is_refused(tmp_path: Path, sheet: str, why: str) -> None:
    with pytest.raises(Wrong, match=f"^{why}$"):
        rows(made(tmp_path / "a.xlsx", sheet))


def test_no_part_declares_a_document_type(tmp_path: Path) -> None:
    path = made(tmp_path / "a.xlsx", data(ONE))
    assert rows(path) == {1: [1]}
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert len(parts) == 5
    for name in parts:
        with zipfile.ZipFile(path, "w") as archive:
            for each, text in parts.items():
                declared = b'<!DOCTYPE x [<!ENTITY a "b">]>' if each == name else b""
                archive.writestr(each, declared + text)
        with pytest.raises(Wrong):
            rows(path)


def test_a_workbook_that_was_damaged_on_the_way_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.xlsx", data(*[ONE] * 200))
    sound = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 60
    for place in range(start, start + 120, 3):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 0xFF]) + sound[place + 1 :])
        with pytest.raises((Wrong, zipfile.BadZipFile)):
            rows(path)


# -- Beside openpyxl ------------------------------------------------------------------------------

TEXTS: Final = ("东村", "  x ", "a\nb", '&<>"', "𠮷野", "0631", " ", "x" * 100, "'q")
VALUES: Final[tuple[Any, ...]] = (
    *(0, 1, -5, 13800000000, 0.5, 1 / 3, 1e-9, 37.123456, True, False),
    *(datetime(2024, 3, 1, 8, 30), date(2024, 3, 1), time(8, 30), timedelta(hours=30)),
    *TEXTS,
    *([None] * 12),
)


@pytest.mark.parametrize("seed", range(20))
def test_it_reads_what_openpyxl_reads(tmp_path: Path, seed: int) -> None:
    chosen, book = random.Random(seed), Workbook()
    page: Any = book.active
    page.title = "一"
    for _ in range(12):
        page.append([chosen.choice(VALUES) for _ in range(chosen.randrange(9))])
    path = tmp_path / "a.xlsx"
    book.save(path)
    found: dict[Any, list[Any]] = dict(rows(path))
    for row in load_workbook(path)["一"].iter_rows():
        expected = [_told(cell.value) for cell in row]
        cells = found.get(row[0].row, [])
        assert cells + [None] * (len(expected) - len(cells)) == expected


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return ["d", str(value).removesuffix(" 00:00:00")]
    if isinstance(value, time | timedelta):
        return ["d", str(value)]
    if isinstance(value, str) and not value.strip():
        return None
    return value


# -- Large ----------------------------------------------------------------------------------------

MEASURE: Final = """
import resource, sys
from core.sheets import workbook
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
number = sum(1 for _ in workbook.lines(sys.argv[1]))
print(number, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_a_large_sheet_is_never_held(tmp_path: Path) -> None:
    row = "<row>" + "".join(
        f'<c t="inlineStr"><is><t>{"x" * 40}{column}</t></is></c>' for column in range(20)
    )
    path = made(tmp_path / "a.xlsx", f"<sheetData>{(row + '</row>') * 30_000}</sheetData>")
    told = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, check=True
    ).stdout
    number, megabytes = told.split()
    assert int(number) == 30_001
    assert float(megabytes) < 12
