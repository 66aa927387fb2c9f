"""The pages of the import, from the upload to the register."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from core.accounts.rules import Role
from core.db import db
from core.sites.models import Site
from network.imports.models import ImportRun
from tests.core.accounts.made import csrf, give_authenticator, make_person, signed_in
from tests.core.imports.made import work
from tests.core.sheets.made import csv_file
from tests.network.conftest import Made
from tests.network.imports.made import GOOD, HEADINGS

COUNTY = "371082000000"


@pytest.fixture
def clerk(made: Made, app: Flask) -> FlaskClient:
    """Somebody who imports for 荣成市."""
    account = make_person("clerk", Role.COUNTY_ADMIN, COUNTY)
    give_authenticator(account)
    return signed_in(app, account)


def send(clerk: FlaskClient, path: Path, name: str = "", **data: str) -> TestResponse:
    said = {"datum": "wgs84", "way": "correction", "csrf_token": csrf(clerk), **data}
    file = (io.BytesIO(path.read_bytes()), name or path.name)
    return clerk.post("/imports/new", data={**said, "file": file})


def address() -> str:
    uuid = db.session.scalars(sa.select(ImportRun.uuid).order_by(ImportRun.id.desc())).first()
    db.session.rollback()
    return f"/imports/{uuid}"


def test_a_file_goes_through_the_pages_into_the_register(
    clerk: FlaskClient, tmp_path: Path
) -> None:
    assert "还没有上传过文件" in clerk.get("/imports").text
    answer = send(clerk, csv_file(tmp_path / "a.csv", HEADINGS, GOOD), "C:\\表\\东村.csv")
    assert (answer.status_code, answer.location.startswith("/jobs/")) == (303, True)
    assert "还在读取" in clerk.get(address()).text
    work()
    page = clerk.get(address()).text
    assert "没有错误，可以导入" in page
    assert "东村.csv" in page
    digest = re.findall(r'name="digest" value="(\w{64})"', page)[0]
    token = csrf(clerk)
    wrong = clerk.post(f"{address()}/apply", data={"digest": "0" * 64, "csrf_token": token})
    assert wrong.status_code == 409
    done = clerk.post(f"{address()}/apply", data={"digest": digest, "csrf_token": token})
    assert done.status_code == 303
    work()
    assert "已导入：新增 1 个网点" in clerk.get(address()).text
    assert db.session.scalar(sa.select(Site.id).where(Site.name == GOOD[0])) is not None
    again = clerk.post(f"{address()}/apply", data={"digest": digest, "csrf_token": token})
    assert again.status_code == 409
    assert clerk.post(f"{address()}/retry", data={"csrf_token": token}).status_code == 409


def test_a_file_with_faults_is_sent_back_annotated(clerk: FlaskClient, tmp_path: Path) -> None:
    bad = ("=HYPERLINK(1)", "超市", *GOOD[2:4], "", "", "")
    send(clerk, csv_file(tmp_path / "a.csv", HEADINGS, GOOD, bad))
    work()
    page = clerk.get(f"{address()}?verdict=refuse").text
    assert "B3" in page
    assert "没有“超市”这种写法" in page
    with clerk.get(f"{address()}/report.xlsx") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert sheet["A1"].value == "问题"
    assert "没有“超市”" in sheet["A3"].value
    assert sheet["C3"].comment is not None
    assert sheet["C3"].fill.fgColor.rgb == "00F8D7D3"
    assert (sheet["B3"].value, sheet["B3"].data_type) == ("=HYPERLINK(1)", "s")
    token = csrf(clerk)
    refused = clerk.post(f"{address()}/apply", data={"digest": "x", "csrf_token": token})
    assert refused.status_code in (400, 409)


def test_what_cannot_be_read_is_told_at_the_file(clerk: FlaskClient, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", HEADINGS, GOOD)
    answer = send(clerk, path, "a.xlsx")
    assert answer.status_code == 422
    assert "纯文本" in answer.text
    assert "请选择是更正还是变更" in send(clerk, path, way="").text
    assert "变更要写明从哪一天起" in send(clerk, path, way="change").text
    nothing = clerk.post("/imports/new", data={"way": "correction", "csrf_token": csrf(clerk)})
    assert "请选择文件" in nothing.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ImportRun)) == 0


def test_columns_are_named_by_a_person(clerk: FlaskClient, tmp_path: Path) -> None:
    send(clerk, csv_file(tmp_path / "a.csv", ("甲", "乙", "丙"), GOOD[:3]))
    work()
    assert clerk.get(address()).location.endswith("/columns")
    page = clerk.get(f"{address()}/columns").text
    assert "东村医保站" in page
    said = {"csrf_token": csrf(clerk), "way": "correction", "datum": "", "first-0": "2"}
    twice = {"column-0-0": "name", "column-0-1": "name"}
    assert "有两列选成了同一项" in clerk.post(f"{address()}/columns", data=said | twice).text
    unknown = {"column-0-0": "password"}
    assert "没有这样的列" in clerk.post(f"{address()}/columns", data=said | unknown).text
    named = {"column-0-0": "name", "column-0-1": "kind", "column-0-2": "region"}
    assert clerk.post(f"{address()}/columns", data=said | named).status_code == 303
    work()
    assert "没有错误，可以导入" in clerk.get(address()).text


def test_the_template_is_recognised_whole(clerk: FlaskClient, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(clerk.get("/imports/template.xlsx").data)
    book = load_workbook(path)
    page = book.worksheets[0]
    headings = [cell.value for cell in page[1]]
    for heading, value in zip(HEADINGS, GOOD, strict=True):
        page.cell(2, headings.index(heading) + 1, value)
    book.save(path)
    send(clerk, path)
    work()
    text = clerk.get(address()).text
    assert "没有错误，可以导入" in text
    assert "填写说明" not in text


@pytest.mark.parametrize("query", ["verdict=nonsense", "page=0", f"q={'长' * 101}"])
def test_odd_questions_are_refused(clerk: FlaskClient, tmp_path: Path, query: str) -> None:
    send(clerk, csv_file(tmp_path / "a.csv", HEADINGS, GOOD))
    work()
    assert clerk.get(f"{address()}?{query}").status_code == 400
