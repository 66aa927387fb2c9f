"""The matrix as people see it: whose, what is told, what is taken away."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from core.accounts.rules import Role
from tests.network.conftest import ENROLMENT, HOSTILE, RESIDENTS, Made
from tests.network.matrix.conftest import COUNTY, SignIn


@pytest.fixture
def county(planned: Made, enter: SignIn) -> FlaskClient:
    return enter()


def test_gaps_are_told_in_words_and_lead_to_their_cell(county: FlaskClient, planned: Made) -> None:
    page = county.get("/matrix").text
    assert "计划 4 格，已开 3，缺 1，计划外 0" in page
    assert f"/sites/{planned.clinic}/services/{RESIDENTS}" in page
    assert page.count(" 应开未开</span>") == 1
    assert page.index(planned.clinic) < page.index(planned.hall)
    assert "<script>alert" not in page


@pytest.mark.parametrize("by", ["towns", "kinds"])
def test_groups_lead_to_their_sites(county: FlaskClient, by: str) -> None:
    page = county.get(f"/matrix?by={by}").text
    assert 'class="count"' in page
    assert ("region=371082001000" if by == "towns" else "kind=village_clinic") in page
    assert 'name="site"' not in page


def test_a_page_takes_few_statements(
    county: FlaskClient, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    county.get("/matrix")
    with statements() as asked:
        county.get("/matrix")
    assert len(asked) <= 12, asked


def test_out_of_reach_is_not_there(county: FlaskClient, enter: SignIn, made: Made) -> None:
    for path in ("/matrix", "/matrix/sheet.csv", "/matrix/nowhere"):
        assert county.get(f"{path}?region=371000000000").status_code == 404
    assert county.get(f"/sites/{made.unverified}/services/{ENROLMENT}").status_code == 404
    assert county.get(f"/sites/{made.hall}/services/002036999999").status_code == 404


def test_a_station_manager_reads_the_row_of_the_own_station(enter: SignIn, planned: Made) -> None:
    manager = enter(Role.STATION_MANAGER, planned.clinic)
    page = manager.get("/matrix").text
    assert planned.clinic in page
    assert planned.hall not in page
    assert 'name="site"' not in page
    cell = manager.get(f"/sites/{planned.clinic}/services/{RESIDENTS}")
    assert cell.status_code == 200
    assert "<form" not in cell.text.partition("<main")[2]
    assert manager.get(f"/sites/{planned.hall}/services/{RESIDENTS}").status_code == 404


@pytest.mark.parametrize(
    "query", ["by=street", "kind=shop", "gaps=maybe", "on=1", "page=2", "page=x"]
)
def test_what_cannot_be_asked(county: FlaskClient, query: str) -> None:
    assert county.get(f"/matrix?{query}").status_code == 400


def test_the_cell_tells_its_story(county: FlaskClient, planned: Made) -> None:
    page = county.get(f"/sites/{planned.clinic}/services/{ENROLMENT}").text
    assert "帮办" in page
    assert "荣成市" in page
    assert f"/audit/site/{planned.clinic}" in page
    empty = county.get(f"/sites/{planned.clinic}/services/{RESIDENTS}").text
    assert "这里从没有开办过这一项" in empty
    assert "应开未开" in empty


def test_nothing_planned_is_missing_says_so(enter: SignIn, made: Made) -> None:
    assert "没有应开未开的格子" in enter().get("/matrix?gaps=1").text


def test_the_sheet_has_every_site_and_no_formula(county: FlaskClient, planned: Made) -> None:
    lines = list(csv.reader(county.get("/matrix/sheet.csv").data.decode("utf-8-sig").splitlines()))
    assert len(lines[0]) == 4 + 21
    assert [line[0] for line in lines[1:]] == [planned.clinic, planned.hall]
    assert lines[1][1] == HOSTILE
    assert lines[1][4:].count("缺") == 1
    narrowed = county.get("/matrix/sheet.xlsx?gaps=1")
    rows = list(load_workbook(BytesIO(narrowed.data)).worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [planned.clinic]


def test_where_nothing_is_offered(county: FlaskClient) -> None:
    page = county.get(f"/matrix/nowhere?region={COUNTY}").text
    assert "宁津街道" in page
    assert "<b>20</b>" in page
