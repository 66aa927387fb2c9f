"""Tables to take away: nothing in them runs, nothing is rounded."""

from __future__ import annotations

import csv
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from core import tables
from core.sheets import cells

CELLS = ["=cmd|' /C calc'!A1", "@x", "+86", "-3.5", "0533", date(2026, 1, 2), None, 1.0, "a\x01b"]


def test_csv_begins_no_formula() -> None:
    read = list(csv.reader(tables.as_csv(["一"], [CELLS]).decode("utf-8-sig").splitlines()))
    assert read[0] == ["一"]
    assert read[1][:5] == ["'=cmd|' /C calc'!A1", "'@x", "+86", "-3.5", "0533"]
    assert read[1][5:8] == ["2026-01-02", "", "1"]


@pytest.mark.parametrize("cell", ["＝1+1", "＋1", "－1", "＠x", "\n=1+1", "\t=1", "\r=1"])
def test_nothing_that_is_taken_for_a_formula_somewhere_begins_a_cell(cell: str) -> None:
    assert tables.harmless(cell) == f"'{cell}"
    assert cells.guarded(cell) == f"'{cell}"
    assert cells.unguarded(cells.guarded(cell)) == cell


def test_headings_are_no_formulas_either() -> None:
    read = list(csv.reader(tables.as_csv(["=1+1"], []).decode("utf-8-sig").splitlines()))
    assert read == [["'=1+1"]]
    head = load_workbook(BytesIO(tables.as_xlsx(["=1+1"], []))).worksheets[0]["A1"]
    assert (head.data_type, head.value) == ("s", "=1+1")


def test_xlsx_holds_text_only() -> None:
    book = load_workbook(BytesIO(tables.as_xlsx(["一"], [CELLS])))
    sheet = book.worksheets[0]
    row = next(iter(sheet.iter_rows(min_row=2)))
    assert {cell.data_type for cell in row if cell.value is not None} == {"s"}
    assert [cell.value for cell in row][:5] == CELLS[:5]
    assert row[8].value == "ab"
    assert sheet.freeze_panes == "B2"
