"""The pages of where people live, from the upload to the set; and what would harm them."""

from __future__ import annotations

import re
import resource
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from core.accounts.rules import Role
from core.db import db
from stations.coverage.demand import rules
from stations.coverage.demand.models import PopulationImport, PopulationImportRow
from stations.coverage.models import PopulationSet
from tests.core.accounts.made import browser_of, csrf
from tests.core.imports.made import work
from tests.core.sheets.hostile import FILES
from tests.core.sheets.made import csv_file
from tests.stations.coverage.demand.made import GOOD, HEADINGS, city
from tests.stations.coverage.made import CITY, COUNTY

#: How much more memory this process may have taken meanwhile, in kilobytes.
MOST = 48 * 1024


@pytest.fixture
def clerk(app: Flask) -> FlaskClient:
    """Somebody who imports for the whole city."""
    city()
    return browser_of(app, Role.CITY_ADMIN, CITY, "clerk")


def send(clerk: FlaskClient, data: bytes, name: str = "a.csv", **more: str) -> TestResponse:
    said = {"region": CITY, "year": "2020", "source": "年报", "datum": "wgs84"}
    form = {"csrf_token": csrf(clerk), "file": (BytesIO(data), name), **(said | more)}
    answer = clerk.post("/coverage/demand/new", data=form, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # a large one is a file
    return answer


def data(tmp_path: Path, *rows: tuple[str, ...]) -> bytes:
    return csv_file(tmp_path / "a.csv", HEADINGS, *rows).read_bytes()


def address() -> str:
    newest = sa.select(PopulationImport.uuid).order_by(PopulationImport.id.desc())
    uuid = db.session.scalars(newest).first()
    db.session.rollback()
    return f"/coverage/demand/imports/{uuid}"


def digest_on(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_a_file_goes_through_the_pages_into_a_set(clerk: FlaskClient, tmp_path: Path) -> None:
    empty = clerk.get("/coverage/demand").text
    assert "还没有人口数据" in empty
    answer = send(clerk, data(tmp_path, *GOOD))
    assert answer.status_code == 303
    assert "还在读取" in clerk.get(address()).text
    work()
    page = clerk.get(address())
    assert page.headers["Cache-Control"] == "no-store"
    assert "没有错误，可以载入" in page.text
    assert "−100" in page.text
    assert "−4.8%" in page.text
    form = {"csrf_token": csrf(clerk), "digest": digest_on(page.text)}
    assert clerk.post(f"{address()}/apply", data=form).status_code == 303
    work()
    assert "已载入 3 个聚落，共 2,000 人" in clerk.get(address()).text
    assert clerk.post(f"{address()}/retry", data=form).status_code == 409
    listed = clerk.get("/coverage/demand").text
    uuid = db.session.scalars(sa.select(PopulationSet.uuid)).one()
    assert uuid in listed
    assert "年报" in listed
    one = clerk.get(f"/coverage/demand/{uuid}?q=甲子").text
    assert "甲子村" in one
    assert "乙丑村" not in one
    assert "a.csv" in one
    # The same once more has nothing to load.
    send(clerk, data(tmp_path, *GOOD))
    work()
    again = clerk.get(address()).text
    assert "完全一致" in again
    assert 'name="digest"' not in again


def test_what_is_wrong_stands_in_the_report_to_send_back(
    clerk: FlaskClient, tmp_path: Path
) -> None:
    send(clerk, data(tmp_path, (*GOOD[0][:4], "nan"), *GOOD[1:]))
    work()
    page = clerk.get(f"{address()}?verdict=refuse").text
    assert "1 行有错，整个文件暂不能载入" in page
    assert "E2" in page
    assert 'name="digest"' not in page
    with clerk.get(f"{address()}/report.xlsx") as answer:
        sheet = load_workbook(BytesIO(answer.data)).worksheets[0]
    assert "人口应为整数" in str(sheet["A2"].value)
    found = db.session.scalars(sa.select(PopulationImport.digest)).one()
    db.session.rollback()
    form = {"csrf_token": csrf(clerk), "digest": found}
    assert clerk.post(f"{address()}/apply", data=form).status_code == 400


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("datum", "", "没有坐标系不能载入"),
        ("datum", "sogou", "选"),
        ("year", "20", "1949–2100"),
        ("year", "去年", "整数"),
        ("source", "", "请填写此项"),
        ("source", "长" * 201, "200"),
        ("region", "370300000000", "选"),
    ],
)
def test_what_is_not_said_is_asked_for(
    clerk: FlaskClient, tmp_path: Path, field: str, value: str, told: str
) -> None:
    answer = send(clerk, data(tmp_path, *GOOD), **{field: value})
    assert answer.status_code == 400
    assert told in answer.text
    assert f'aria-describedby="{field}-error' in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PopulationImport)) == 0


def test_the_template_is_read_as_it_is(clerk: FlaskClient) -> None:
    book = load_workbook(BytesIO(clerk.get("/coverage/demand/template.xlsx").data))
    page = book.worksheets[0]
    assert [cell.value for cell in page[1]] == list(HEADINGS)
    page.append(GOOD[0])
    filled = BytesIO()
    book.save(filled)
    send(clerk, filled.getvalue(), "模板.xlsx")
    work()
    assert "没有错误，可以载入" in clerk.get(address()).text


def test_bad_questions_are_refused(clerk: FlaskClient, tmp_path: Path) -> None:
    send(clerk, data(tmp_path, *GOOD))
    work()
    for asked in ("verdict=x", f"q={'长' * 101}", "page=0"):
        assert clerk.get(f"{address()}?{asked}").status_code == 400, asked
    assert clerk.get("/coverage/demand/none").status_code == 404
    assert clerk.get("/coverage/demand/imports/none").status_code == 404


def test_the_page_of_a_county_offers_the_county(
    app: Flask, clerk: FlaskClient, tmp_path: Path
) -> None:
    county = browser_of(app, Role.COUNTY_ADMIN, COUNTY, "county")
    page = county.get("/coverage/demand/new").text
    assert f'value="{COUNTY}"' in page
    assert f'value="{CITY}"' not in page
    assert send(county, data(tmp_path, *GOOD)).status_code == 400


#: Where the door says no in other words than those that read while one waits.
OTHER_WORDS = {"many rows": "没有认出列名", "a text in every cell": "超过 500 个字"}


@pytest.mark.parametrize("what", FILES)
def test_files_that_would_harm_are_refused_in_words_and_no_memory_is_taken(
    clerk: FlaskClient, what: str
) -> None:
    name, make, told = FILES[what]
    hostile = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = send(clerk, hostile, name)
    if answer.status_code == 303:
        work()
        answer = clerk.get(address())
        assert "文件没有读成" in answer.text
    else:
        assert answer.status_code == 422
    assert OTHER_WORDS.get(what, told) in answer.text
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PopulationImportRow)) == 0


def test_more_rows_than_anybody_has_are_not_kept(
    clerk: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stations.coverage.demand.actions.MOST_ROWS", 2)
    assert rules.MOST_ROWS > 2
    send(clerk, data(tmp_path, *GOOD))
    work()
    assert "一次最多 2 行" in clerk.get(address()).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PopulationImportRow)) == 0
