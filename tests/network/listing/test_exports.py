"""Lists as files: everything that is shown, in its order, and nothing that could be a formula."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from core.catalogue.queries import catalogue
from core.clock import today
from core.errors import BadInput
from core.geo import Datum
from core.sheets.cells import unguarded
from core.sites.changes import Position
from network.cli import sites
from network.listing import exports
from network.listing.rules import Form
from tests.network.conftest import ENROLMENT, HOSTILE, Made
from tests.network.listing.conftest import AddSite, SignIn
from tests.network.listing.test_views import listed

ALL = Role.CITY_ADMIN, "371000000000"
FORMULA = "=cmd|'/c calc'!A0"


def read_csv(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def read_xlsx(data: bytes) -> list[dict[str, Any]]:
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert page is not None
    headings, *rows = page.iter_rows()
    for row in (headings, *rows):
        assert {cell.data_type for cell in row if cell.value is not None} == {"s"}
        assert {cell.number_format for cell in row if cell.value is not None} == {"@"}
    names = [str(cell.value) for cell in headings]
    return [dict(zip(names, [cell.value for cell in row], strict=True)) for row in rows]


def fetch(client: FlaskClient, form: str, query: str = "") -> bytes:
    answer = client.get(f"/register/sites.{form}{query}")
    assert answer.status_code == 200, answer.text
    told = answer.headers["Content-Disposition"]
    name = f"{today().isoformat()}.{form}"
    assert f'attachment; filename="onekm-{name}"; ' in told
    assert unquote(told).endswith(f"filename*=UTF-8''网点登记-{name}")
    assert answer.headers["Cache-Control"] == "no-store"
    with answer:
        return bytes(answer.data)


@pytest.mark.parametrize("query", ["", "?sort=-code", "?kind=village_clinic&sort=name", "?q=没有"])
def test_what_is_exported_is_what_is_shown(sign_in: SignIn, add_site: AddSite, query: str) -> None:
    for number in range(25):
        add_site(f"会口{number}")
    client = sign_in()
    shown = listed(client, f"{query}{'&' if query else '?'}per_page=200")
    assert [row["网点编码"] for row in read_csv(fetch(client, "csv", query))] == shown
    assert [row["网点编码"] for row in read_xlsx(fetch(client, "xlsx", query))] == shown
    features = json.loads(fetch(client, "geojson", query))["features"]
    assert [feature["id"] for feature in features] == shown


def test_all_is_told_of_a_site(sign_in: SignIn, made: Made) -> None:
    by_code = {row["网点编码"]: row for row in read_csv(fetch(sign_in(*ALL), "csv"))}
    hall, guessed = by_code[made.hall], by_code[made.unverified]
    service = catalogue(today()).by_code[ENROLMENT].name
    assert hall["网点名称"] == "荣成大厅"
    assert (hall["类型"], hall["状态"]) == ("服务大厅", "服务中")
    assert (hall["区划代码"], hall["所在区划"]) == ("371082000000", "荣成市")
    assert (hall[service], hall["位置已核实"]) == ("直办", "是")
    assert hall["营业时间"].startswith("每天")
    assert (guessed["经度"], guessed["纬度"], guessed["坐标系"]) == ("122.1", "37.5", "GCJ-02")
    assert guessed["WGS-84 经度"] != "122.1"
    assert guessed["位置已核实"] == "否"
    assert by_code[made.planned]["经度"] == ""


def test_names_that_mean_harm_stay_text(sign_in: SignIn, made: Made, add_site: AddSite) -> None:
    code = add_site(FORMULA, address="@SUM(1)")
    client = sign_in()
    told = {row["网点编码"]: row for row in read_csv(fetch(client, "csv"))}
    assert told[code]["网点名称"] == "'" + FORMULA
    assert told[code]["地址"] == "'@SUM(1)"
    assert unguarded(told[code]["网点名称"]) == FORMULA
    cells = {row["网点编码"]: row for row in read_xlsx(fetch(client, "xlsx"))}
    assert cells[code]["网点名称"] == FORMULA
    assert cells[made.clinic]["网点名称"] == HOSTILE
    features = json.loads(fetch(client, "geojson"))["features"]
    assert HOSTILE in {feature["properties"]["name"] for feature in features}


def test_geojson_is_of_the_standard(sign_in: SignIn, made: Made) -> None:
    told = json.loads(fetch(sign_in(*ALL), "geojson"))
    assert set(told) == {"type", "features"}
    by_code = {feature["id"]: feature for feature in told["features"]}
    hall = by_code[made.hall]
    assert hall["geometry"] == {"type": "Point", "coordinates": [122.48, 37.16]}
    assert hall["properties"]["services"][ENROLMENT] == "direct"
    assert hall["properties"]["hours"]["holiday"] == ["00:00-24:00"]
    assert by_code[made.planned]["geometry"] is None
    unverified = by_code[made.unverified]
    assert unverified["properties"]["position_verified"] is False
    assert unverified["geometry"]["coordinates"] != [122.1, 37.5]


def test_out_of_reach_is_not_exported(sign_in: SignIn, made: Made) -> None:
    codes = {row["网点编码"] for row in read_csv(fetch(sign_in(), "csv"))}
    assert codes == {made.hall, made.clinic, made.gone}


def test_more_than_a_browser_waits_for(
    sign_in: SignIn, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("network.listing.rules.MOST_EXPORTED", 2)
    answer = sign_in().get("/register/sites.csv")
    assert answer.status_code == 400
    assert "一次最多导出 2 个网点" in answer.text


def test_a_workbook_holds_so_many_rows() -> None:
    exports.check(Form.XLSX, 1_048_575)
    exports.check(Form.CSV, 1_048_576)
    with pytest.raises(BadInput):
        exports.check(Form.XLSX, 1_048_576)


def test_the_columns_of_a_sheet_have_letters() -> None:
    assert [exports._letters(number) for number in (0, 25, 26, 51, 52, 701, 702)] == [
        *("A", "Z", "AA", "AZ", "BA", "ZZ", "AAA")
    ]


# -- The command --------------------------------------------------------------------------------


def run(app: Flask, *arguments: str, status: int = 0) -> str:
    told = app.test_cli_runner().invoke(sites, ["export", *arguments])
    assert told.exit_code == status, told.output
    return told.output


def test_the_command_writes_the_same(
    app: Flask, sign_in: SignIn, made: Made, tmp_path: Path
) -> None:
    out = tmp_path / "sites.csv"
    told = run(app, "--format", "csv", "--out", str(out), "region=371082000000", "sort=-code")
    assert "3 sites" in told
    shown = listed(sign_in(), "?sort=-code")
    assert [next(iter(row.values())) for row in read_csv(out.read_bytes())] == shown
    assert [path.name for path in tmp_path.glob("*csv*")] == ["sites.csv"]


@pytest.mark.parametrize(
    "filters", [("kind=castle",), ("colour=red",), ("kind",), ("region=999999999999",)]
)
def test_the_command_says_what_is_wrong(
    app: Flask, made: Made, tmp_path: Path, filters: tuple[str, ...]
) -> None:
    out = tmp_path / "sites.csv"
    out.write_text("what was there")
    assert "Error: " in run(app, "--format", "csv", "--out", str(out), *filters, status=1)
    assert out.read_text() == "what was there"


def test_a_file_that_is_cut_short_is_not_left(
    app: Flask, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("network.listing.exports.write", fail)
    out = tmp_path / "sites.csv"
    out.write_text("what was there")
    run(app, "--format", "csv", "--out", str(out), status=1)
    assert [path.name for path in tmp_path.iterdir() if "csv" in path.name] == ["sites.csv"]
    assert out.read_text() == "what was there"


def test_positions_are_given_as_somebody_gave_them(sign_in: SignIn, add_site: AddSite) -> None:
    code = add_site("某站", position=Position(37.1653, 122.4867, Datum.BD09, verified=True))
    row = next(row for row in read_csv(fetch(sign_in(), "csv")) if row["网点编码"] == code)
    assert (row["纬度"], row["经度"], row["坐标系"]) == ("37.1653", "122.4867", "BD-09")
