"""The pages and commands of population grids."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts.rules import Role
from core.db import db, writing
from core.errors import NotFound
from core.jobs.models import Job
from core.jobs.rules import State as JobState
from stations.coverage.grids import jobs
from stations.coverage.grids.models import PopulationGrid
from tests.core.accounts.made import browser_of, csrf, post
from tests.databases import on_sqlite
from tests.stations.coverage.grids.made import loaded, outlined, people, sent, table, write
from tests.stations.coverage.grids.test_reading import tif
from tests.stations.coverage.made import ACTOR, CITY, COUNTY, OTHER
from tests.stations.coverage.town import Town

SAID = {"region": CITY, "year": "2020", "source": "一次调查", "datum": "wgs84"}


@pytest.fixture
def admin(app: Flask, town: Town) -> FlaskClient:
    return browser_of(app, Role.CITY_ADMIN, CITY)


def upload(client: FlaskClient, data: bytes, name: str = "grid.csv", **more: str) -> TestResponse:
    form = {**SAID, **more, "csrf_token": csrf(client), "file": (BytesIO(data), name)}
    return client.post("/coverage/grids/new", data=form)


def uuid_of() -> str:
    db.session.rollback()
    return db.session.scalars(sa.select(PopulationGrid.uuid)).one()


def test_a_grid_is_sent_read_looked_at_loaded_and_asked_about(admin: FlaskClient) -> None:
    assert "还没有人口网格" in admin.get("/coverage/grids").text
    assert admin.get("/coverage/grids/new").status_code == 200
    answer = upload(admin, table().encode())
    uuid = uuid_of()
    assert (answer.status_code, answer.location) == (303, f"/coverage/grids/{uuid}")
    waiting = admin.get(f"/coverage/grids/{uuid}").text
    assert 'http-equiv="refresh"' in waiting
    jobs.read(ACTOR, uuid)
    dry = admin.get(f"/coverage/grids/{uuid}").text
    assert "没有改动任何数据" in dry
    assert f"{people().sum():,.0f}" in dry
    assert "没有载入区划轮廓" in dry
    assert post(admin, f"/coverage/grids/{uuid}/load").status_code == 303
    page = admin.get(f"/coverage/grids/{uuid}").text
    assert "按人口网格的一公里覆盖" in page
    assert "正好 1000.0 米算覆盖" in page
    assert "一格是否覆盖，看它的中心点" in page
    assert page.index("居民覆盖率") < page.index('id="radius"'), "the answer, then the question"
    assert "盲区" in page
    assert "使用中" in admin.get("/coverage/grids").text
    wide = admin.get(f"/coverage/grids/{uuid}?radius=50000").text
    assert "没有盲区" in wide
    told = admin.get(f"/coverage/grids/{uuid}?radius=0")
    assert told.status_code == 200
    assert "半径应在 50 米" in told.text
    assert (
        'id="radius" name="radius" inputmode="decimal" placeholder="1000" value="0" aria-invalid'
        in (told.text)
    )


def test_counties_are_shown_and_taken_away_where_outlines_are_known(admin: FlaskClient) -> None:
    outlined()
    uuid = loaded()
    page = admin.get(f"/coverage/grids/{uuid}").text
    assert "环翠区" in page
    assert "轮廓以外的人口" in page
    text = admin.get(f"/coverage/grids/{uuid}/regions.csv").text
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == [CITY, COUNTY, OTHER]
    assert admin.get(f"/coverage/grids/{uuid}/regions.csv?radius=x").status_code == 400


@on_sqlite
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"year": "1800"}, "年份应在"),
        ({"year": "去年"}, "请填写一个整数"),
        ({"datum": ""}, "请选择坐标系"),
        ({"datum": "gcj02"}, "不再等间距"),
        ({"source": ""}, "请填写此项"),
        ({"region": OTHER[:6]}, ""),
    ],
)
def test_what_is_said_wrongly_is_told_at_its_field(
    admin: FlaskClient, more: dict[str, str], words: str
) -> None:
    answer = upload(admin, table().encode(), **more)
    assert answer.status_code == 400
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_file_that_is_no_grid_is_refused_at_once(admin: FlaskClient) -> None:
    answer = upload(admin, b"PK\x03\x04xlsx", "grid.xlsx")
    assert answer.status_code == 422
    assert "只接受 GeoTIFF" in answer.text


def test_one_that_cannot_be_read_says_why_and_is_dropped(admin: FlaskClient) -> None:
    uuid = sent("lat,lon,people\n37,122,1\n37,122.01,<b>\n")
    with pytest.raises(Exception, match="第 3 行"):
        jobs.read(ACTOR, uuid)
    page = admin.get(f"/coverage/grids/{uuid}").text
    assert "第 3 行不是三个数" in page
    assert "Line 3" in admin.get(f"/coverage/grids/{uuid}?lang=en").text
    assert admin.get(f"/coverage/grids/{uuid}/regions.csv").status_code == 400
    assert post(admin, f"/coverage/grids/{uuid}/drop").status_code == 303
    assert admin.get(f"/coverage/grids/{uuid}").status_code == 404


def test_a_worker_that_gave_up_is_told(admin: FlaskClient) -> None:
    uuid = sent(table())
    with writing():
        db.session.execute(sa.update(Job).values(state=JobState.FAILED, ended_at=sa.func.now()))
    page = admin.get(f"/coverage/grids/{uuid}").text
    assert "读取没有完成" in page
    assert "refresh" not in page
    assert post(admin, f"/coverage/grids/{uuid}/drop").status_code == 303
    with pytest.raises(NotFound):
        jobs.read(ACTOR, uuid)


def test_what_lies_elsewhere_is_not_there(app: Flask, town: Town) -> None:
    uuid, own = loaded(), loaded(region=OTHER)
    county = browser_of(app, Role.COUNTY_ADMIN, OTHER)
    assert county.get(f"/coverage/grids/{own}").status_code == 200
    assert county.get(f"/coverage/grids/{uuid}").status_code == 404
    assert post(county, f"/coverage/grids/{uuid}/drop").status_code == 404
    assert uuid not in county.get("/coverage/grids").text
    assert upload(county, table().encode()).status_code == 400  # the city is not theirs to choose


# -- Commands --------------------------------------------------------------------------------------


def test_the_command_tries_loads_and_tells(app: Flask, town: Town, tmp_path: Path) -> None:
    runner, path = app.test_cli_runner(), write(tmp_path, table())
    load = ["coverage", "load-grid", str(path), "--region", "3710", "--year", "2020"]
    load += ["--datum", "wgs84", "--source", "a survey"]
    tried = runner.invoke(args=[*load, "--dry-run"])
    assert tried.exit_code == 0, tried.output
    assert "31 × 31 cells" in tried.output
    assert "nothing was changed" in tried.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PopulationGrid)) == 0
    done = runner.invoke(args=load)
    assert "loaded: " in done.output, done.output
    told = runner.invoke(args=["coverage", "grid", "--region", CITY, "--radius", "1000"])
    assert told.exit_code == 0, told.output
    assert f"of {people().sum():,.0f} people" in told.output
    assert "inclusive" in told.output or "1000.0" in told.output
    none = runner.invoke(args=["coverage", "grid", "--region", COUNTY])
    assert none.exit_code == 1
    assert "no population grid" in none.output


def test_the_command_refuses_what_is_no_grid(app: Flask, town: Town, tmp_path: Path) -> None:
    path = write(tmp_path, "lat,lon,people\n37,122,1\n37,122.01,x\n")
    load = ["coverage", "load-grid", str(path), "--region", CITY, "--year", "2020"]
    told = app.test_cli_runner().invoke(args=[*load, "--datum", "wgs84", "--source", "x"])
    assert told.exit_code == 1
    assert "Line 3" in told.output
    shifted = app.test_cli_runner().invoke(args=[*load, "--datum", "gcj02", "--source", "x"])
    assert shifted.exit_code == 1


@pytest.mark.filterwarnings("ignore:Use `@`:PendingDeprecationWarning")
def test_the_command_for_settlements_takes_a_geotiff_for_the_grid_that_it_is(
    app: Flask, town: Town, tmp_path: Path
) -> None:
    args = ["coverage", "load", str(tif(tmp_path / "people.tif")), "--region", CITY]
    args += ["--year", "2020", "--datum", "wgs84", "--source", "a survey"]
    told = app.test_cli_runner().invoke(args=args)
    assert told.exit_code == 0, told.output
    assert "2 × 3 cells, 5 populated" in told.output
    assert db.session.scalars(sa.select(PopulationGrid.container)).one() == "tif"
