"""The columns of a sheet of sites."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale

from core.calendar.hours import canonical
from core.catalogue import importer
from core.catalogue.rules import Service
from core.errors import BadInput
from core.geo import Datum
from core.sheets.cells import guarded, unguarded
from core.sheets.columns import recognised
from core.sheets.words import folded, without_brackets
from core.sites.rules import Kind, Mode, Status, site_code
from network.sheets import columns as sheet
from network.sheets.columns import Line
from tests.databases import on_sqlite

SERVICES = [
    Service(
        id=number,
        **{name: getattr(entry, name) for name in entry.__dataclass_fields__},
    )
    for number, entry in enumerate(importer.read().entries)
]
COLUMNS = sheet.columns(SERVICES)
BY_CODE = {column.code: column for column in COLUMNS}
FULL = Line(
    code=site_code(1),
    name="东关村卫生室",
    name_en="Dongguan Clinic",
    kind=Kind.VILLAGE_CLINIC,
    status=Status.ACTIVE,
    region="371082001001",
    region_name="荣成市崖头街道东关村",
    address="学府路 1 号",
    phone="0631-7560000",
    given_lon=122.48670123456789,
    given_lat=37.1653,
    datum=Datum.GCJ02,
    lon=122.48,
    lat=37.16,
    verified=True,
    hours=canonical({"week": {"mon": ["08:30-11:30"]}}),
    modes={SERVICES[0].code: Mode.DIRECT, SERVICES[3].code: Mode.ASSISTED},
    confirmed_on=date(2026, 11, 1),
)
FIELDS = {"lon": "given_lon", "lat": "given_lat"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_written_is_read_again(app: Flask, language: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}), force_locale(language):
        for column in COLUMNS:
            text = column.write(FULL)
            if column.read is None or not text:
                continue
            if sheet.service_of(column) is None:
                assert column.read(text) == getattr(FULL, FIELDS.get(column.code, column.code))
            else:
                assert FULL.modes is not None
                assert column.read(text) == FULL.modes[sheet.service_of(column) or ""]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_heading_is_recognised_in_both_languages(app: Flask, language: str) -> None:
    known = recognised(COLUMNS)
    with app.test_request_context(), force_locale(language):
        found = [known[folded(column.title)] for column in COLUMNS]
    assert found == [column.code for column in COLUMNS]
    assert known[folded("联系 电话")] == "phone"
    assert known[folded(without_brackets("联系电话（区号-号码）"))] == "phone"
    assert known[folded("*网点名称：")] == "name"


def test_an_empty_line_has_empty_cells() -> None:
    assert set(sheet.row(Line(), COLUMNS)) == {""}


@on_sqlite
@pytest.mark.parametrize(
    ("code", "text", "told"),
    [
        ("code", "19", "开头的 0"),
        ("code", "0000018", "校验码"),
        ("region", "3.71002E+11", "后面的位数"),
        ("region", "37108200100", "12 位"),
        ("phone", "1.38E+10", "后面的位数"),
        ("phone", "138000000000", "11 位"),
        ("phone", "找老王", "数字"),
        ("kind", "超市", "村卫生室"),
        ("lat", "nan", "一个数"),
        ("lat", "1e400", "一个数"),
        ("hours", "随时", "看不懂"),
        (f"{sheet.OFFERING}{SERVICES[0].code}", "√", "直办"),
        ("name", "长" * 101, "太长"),
    ],
)
def test_what_is_no_value_of_the_column_is_told(
    app: Flask, code: str, text: str, told: str
) -> None:
    read = BY_CODE[code].read
    assert read is not None
    with pytest.raises(BadInput) as fault:
        read(text)
    assert told in str(fault.value)


def test_what_towns_write_is_read() -> None:
    def read(code: str, text: str) -> object:
        taken = BY_CODE[code].read
        assert taken is not None
        return taken(text)

    assert read("region", "371082") == "371082000000"
    assert read("kind", "卫生所") is Kind.VILLAGE_CLINIC
    assert read("datum", "高德") is Datum.GCJ02
    assert read("lat", "３７．５") == 37.5
    assert read("phone", "０６３１—７５６００００") == "0631-7560000"
    assert read("name", " 东关\u202e  村\n卫生室 ") == "东关 村 卫生室"


@pytest.mark.parametrize(
    "text", ["=1+1", "+86 1", "-5", "@x", "'=1", "''", "'", "'a", "a", "", "\tx"]
)
def test_no_cell_of_a_csv_file_is_a_formula_and_none_is_changed(text: str) -> None:
    kept = guarded(text)
    assert kept[:1] not in tuple("=+-@\t\r")
    assert unguarded(kept) == text
