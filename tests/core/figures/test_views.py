"""The pages and the interface of figures: whose, of which day, each number with its rows."""

from __future__ import annotations

import csv
import json
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from core.accounts.rules import Role
from core.clock import today
from core.figures.register import FIGURES
from tests.core.accounts.made import give_authenticator, make_person, signed_in
from tests.network.conftest import HOSTILE, Made, made

__all__ = ["made"]

CITY, COUNTY, OTHER, VILLAGE = "371000000000", "371082000000", "371002000000", "371082001202"


@pytest.fixture
def county(app: Flask, made: Made) -> FlaskClient:
    account_id = make_person("county", Role.COUNTY_ADMIN, COUNTY)
    give_authenticator(account_id)
    return signed_in(app, account_id)


def ask(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = json.loads(answer.text)
    return told


def test_all_figures_of_the_county_each_with_its_own_page(county: FlaskClient) -> None:
    page = county.get("/figures").text
    for figure in FIGURES:
        assert f'href="/figures/{figure.code}?region={COUNTY}"' in page
        detail = county.get(f"/figures/{figure.code}")
        assert detail.status_code == 200
        assert str(figure.rule) in detail.text
        assert f"定义第 {figure.version} 版" in detail.text
    told = ask(county, "/figures")
    assert told["meta"] == {"on": today().isoformat(), "region": COUNTY, "kind": None}
    values = {one["code"]: one["value"] for one in told["data"]}
    assert values["sites.active"] == 2
    assert values["positions.verified"] == 1
    assert values["plan.gaps"] is None  # nobody plans anything here


def test_nothing_to_measure_is_not_zero(county: FlaskClient) -> None:
    values = {
        one["code"]: one["value"] for one in ask(county, f"/figures?region={VILLAGE}")["data"]
    }
    assert values["sites.active"] == 0  # the one site there is closed
    assert values["positions.verified"] is None
    page = county.get(f"/figures/positions.verified?region={VILLAGE}").text
    assert "无" in page
    assert "不是 0" in page


def test_what_is_out_of_reach_is_not_there(county: FlaskClient) -> None:
    for path in ("/figures", "/figures/plan.gaps", "/figures/plan.gaps/rows.csv"):
        for region in (CITY, OTHER):
            assert county.get(f"{path}?region={region}").status_code == 404
    assert county.get(f"/api/v1/figures?region={OTHER}").status_code == 404
    assert county.get("/figures/no.such").status_code == 404


@pytest.mark.parametrize(
    "query", ["on=yesterday", "kind=shop", "below=street", "page=9", "region=1", "page=0"]
)
def test_what_cannot_be_asked(county: FlaskClient, query: str) -> None:
    assert county.get(f"/figures/sites.active?{query}").status_code == 400


def test_a_station_manager_sees_the_figures_of_the_own_station(app: Flask, made: Made) -> None:
    account_id = make_person("manager", Role.STATION_MANAGER, made.clinic)
    give_authenticator(account_id)
    manager = signed_in(app, account_id)
    told = ask(manager, "/figures")
    assert told["meta"]["region"] is None
    assert {one["code"]: one["value"] for one in told["data"]}["sites.active"] == 1
    page = manager.get("/figures/hours.missing").text
    assert made.clinic in page
    assert made.hall not in page
    assert manager.get(f"/figures?region={COUNTY}").status_code == 404


def test_the_rows_are_a_file_too(county: FlaskClient, made: Made) -> None:
    answer = county.get("/figures/sites.active/rows.csv")
    lines = list(csv.reader(answer.data.decode("utf-8-sig").splitlines()))
    assert [line[0] for line in lines] == ["网点编号", made.hall, made.clinic]
    assert lines[2][1] == HOSTILE
    book = load_workbook(BytesIO(county.get("/figures/sites.active/rows.xlsx").data))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["网点编号", made.hall, made.clinic]
    narrowed = county.get("/figures/sites.active/rows.csv?kind=hall").data.decode("utf-8-sig")
    assert len(narrowed.splitlines()) == 2


def test_regions_below_are_ranked(county: FlaskClient) -> None:
    told = ask(county, "/figures/sites.active?below=village")["data"]
    assert told["value"] == 2
    assert [one["value"] for one in told["regions"]] == [1, 0]
    assert {one["level"] for one in told["regions"]} == {"village"}
    assert {one["level"] for one in ask(county, "/figures/sites.active")["data"]["regions"]} == {
        "town"
    }


def test_another_day_is_said(county: FlaskClient) -> None:
    page = county.get("/figures?on=2021-06-01").text
    assert "这是 2021年6月1日 的情况" in page
    assert "region=371082000000&amp;on=2021-06-01" in page
