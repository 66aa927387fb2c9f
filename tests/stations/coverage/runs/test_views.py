"""The pages of runs: who asks for one, what it tells, and what of it is whose."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from core.catalogue.queries import catalogue
from core.clock import today
from core.db import db, writing
from core.jobs.models import Job
from core.jobs.rules import State
from core.sites import actions as sites
from core.sites import changes
from stations.coverage.models import PopulationSet
from stations.coverage.runs import jobs
from stations.coverage.runs.models import CoverageRun
from tests.core.accounts.made import browser_of, post
from tests.databases import on_sqlite
from tests.stations.coverage.made import ACTOR, CITY, COUNTY, OTHER
from tests.stations.coverage.runs.made import HALF, asked, finished, found
from tests.stations.coverage.town import COMMON, Town


@pytest.fixture
def admin(app: Flask, town: Town) -> FlaskClient:
    return browser_of(app, Role.CITY_ADMIN, CITY)


@pytest.fixture
def county(app: Flask, town: Town) -> FlaskClient:
    return browser_of(app, Role.COUNTY_ADMIN, OTHER)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))


def test_a_run_is_asked_for_worked_out_and_read(admin: FlaskClient) -> None:
    page = admin.get("/coverage/runs")
    assert "还没有符合条件的测算" in page.text
    assert 'href="/coverage/runs/new?region=371000000000"' in page.text
    form = admin.get("/coverage/runs/new")
    assert form.status_code == 200
    answer = post(admin, "/coverage/runs/new", region=CITY, radius="1000", factor="1")
    assert answer.status_code == 303, answer.text
    uuid = db.session.scalars(sa.select(CoverageRun.uuid)).one()
    assert answer.location == f"/coverage/runs/{uuid}"
    waiting = admin.get(f"/coverage/runs/{uuid}").text
    assert 'http-equiv="refresh"' in waiting
    assert "正在排队" in waiting
    assert "未完成" in admin.get("/coverage/runs").text
    assert jobs.work(ACTOR, uuid)
    told = admin.get(f"/coverage/runs/{uuid}").text
    assert "refresh" not in told
    assert "89.9%" in told  # 710 of 790 people
    assert "57.1%" in told  # 4 of 7 settlements
    assert "正好 1000.0 米算覆盖" in told
    assert "2020 年，人口普查" in told
    assert "演示数据" not in told


def test_people_and_settlements_made_for_show_are_marked(admin: FlaskClient) -> None:
    with writing():
        db.session.execute(sa.update(PopulationSet).values(made=True))
    uuid = finished()
    assert "演示数据" in admin.get(f"/coverage/runs/{uuid}").text
    assert "演示数据" in admin.get("/coverage/runs").text


@on_sqlite
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("radius", "0", "半径应在 50 米到 50000 米之间"),
        ("radius", "-1", "半径应在"),
        ("radius", "999999999", "半径应在"),
        ("radius", "一千", "请填写一个数"),
        ("factor", "0.5", "步行系数应在"),
        ("service", "999", "没有这个事项"),
        ("on", "2026-13-01", "日期写法有误"),
        ("at", "25:00", "时刻“25:00”写法有误"),
    ],
)
def test_what_cannot_be_asked_is_told_at_its_field_and_the_rest_is_kept(
    admin: FlaskClient, field: str, value: str, words: str
) -> None:
    sent = {"region": COUNTY, "radius": "800", "at": "09:30", field: value}
    answer = post(admin, "/coverage/runs/new", **sent)
    assert answer.status_code == 400
    assert words in answer.text
    assert f'id="{field}-error"' in answer.text
    assert f'value="{COUNTY}" selected' in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CoverageRun)) == 0


def test_what_lies_elsewhere_is_not_there(county: FlaskClient) -> None:
    city, own = finished(CITY), finished(OTHER)
    assert county.get(f"/coverage/runs/{own}").status_code == 200
    for path in (f"/{city}", f"/{city}/rows.csv", f"?region={CITY}", f"/new?region={CITY}"):
        assert county.get(f"/coverage/runs{path}").status_code == 404
    assert post(county, "/coverage/runs/new", region=CITY).status_code == 404
    assert post(county, f"/coverage/runs/{city}/go-on").status_code == 404
    assert county.get("/coverage/runs/no-such-run").status_code == 404
    listed = county.get("/coverage/runs").text
    assert own in listed
    assert city not in listed


def test_the_list_is_narrowed_down_and_taken_away_as_it_is_shown(admin: FlaskClient) -> None:
    one, other = finished(), finished(rule=HALF, on=today() - timedelta(days=40))
    rare = asked(service=catalogue(today()).by_code[COMMON])
    assert rows(admin.get("/coverage/runs/list.csv").text)[0]["编号"] == rare
    told = rows(admin.get("/coverage/runs/list.csv?service=all").text)
    assert [line["编号"] for line in told] == [one, other]
    assert told[0]["已覆盖居民"] == "710"
    assert told[1]["半径（米）"] == "500"
    page = admin.get("/coverage/runs?service=all").text
    assert "全部测算" in page
    assert "覆盖规则不同" in page
    assert rare not in page
    assert admin.get(f"/coverage/runs?service={COMMON}").status_code == 200
    assert admin.get("/coverage/runs?service=1").status_code == 400
    assert admin.get("/coverage/runs?page=0").status_code == 400


def test_the_counties_and_towns_are_taken_away(admin: FlaskClient) -> None:
    uuid = finished()
    told = rows(admin.get(f"/coverage/runs/{uuid}/rows.csv").text)
    assert [line["区划代码"] for line in told] == [
        *("371002000000", "371002001000", "371082000000", "371082001000")
    ]
    assert told[0]["居民"] == "780"
    assert admin.get(f"/coverage/runs/{uuid}/rows.xlsx").data[:2] == b"PK"


def test_a_run_that_broke_off_can_be_gone_on_with(admin: FlaskClient) -> None:
    uuid = asked()
    with writing():
        db.session.execute(sa.update(Job).values(state=State.FAILED, ended_at=sa.func.now()))
    page = admin.get(f"/coverage/runs/{uuid}").text
    assert "接着做" in page
    assert "refresh" not in page
    before = found(uuid).job_uuid
    answer = post(admin, f"/coverage/runs/{uuid}/go-on")
    assert (answer.status_code, answer.location) == (303, f"/coverage/runs/{uuid}")
    assert found(uuid).job_uuid != before
    assert jobs.work(ACTOR, uuid)
    assert post(admin, f"/coverage/runs/{uuid}/go-on").status_code == 409


def test_a_correction_since_is_told_and_the_numbers_stay(admin: FlaskClient, town: Town) -> None:
    uuid = finished()
    with writing():
        sites.do(ACTOR, town.clinic_id, None, changes.closed(today()))
    told = admin.get(f"/coverage/runs/{uuid}").text
    assert "测算之后数据有更正" in told
    assert "89.9%" in told
    jobs.look_again()
    assert "数据已更正" in admin.get("/coverage/runs").text
    assert "radius=1000.0" in told
