"""The page of a region's coverage: its numbers, and what is asked wrongly."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import db
from core.accounts.rules import Role
from core.clock import today
from core.sites.queries import network
from tests.conftest import Once
from tests.core.accounts.made import browser_of
from tests.databases import on_sqlite
from tests.stations.coverage.made import CITY, COUNTY, OTHER
from tests.stations.coverage.page import rows, text
from tests.stations.coverage.town import HALLS, NOBODYS, Town, make_empty_town


@pytest.fixture
def client(app: Flask, town: Town) -> FlaskClient:
    return browser_of(app, Role.CITY_ADMIN, CITY)


# -- The page of a region -----------------------------------------------------------------------


def test_people_and_settlements_are_told_apart_under_their_names(client: FlaskClient) -> None:
    """甲, 乙, 丙 and 己 are covered (710 of 790 people), 丁, 戊 and 庚 are not (3 of 7 places)."""
    said = text(client, f"/coverage/{CITY}")
    assert "89.9% 居民覆盖率：710 / 790 人" in said
    assert "57.1% 村居覆盖率：4 / 7 个" in said
    assert said.index("居民覆盖率") < said.index("半径（米）"), "the answer, then the question"
    assert "区内计入的网点 2" in said
    assert "不超过 1000.0 米（正好 1000.0 米算覆盖）" in said
    assert re.search(r"人口数据： ?\d{4} 年，人口普查", said)


def test_one_begins_with_the_highest_region_within_reach_and_keeps_the_question(
    app: Flask, town: Town
) -> None:
    client = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
    answer = client.get(f"/coverage?service={HALLS}&nonsense=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/coverage/{COUNTY}?service={HALLS}"
    assert client.get(f"/coverage/{CITY}").status_code == 404
    assert client.get(f"/coverage/{OTHER}").status_code == 404


def test_somebody_with_mere_sites_is_led_to_them(app: Flask, town: Town) -> None:
    client = browser_of(app, Role.STATION_MANAGER, town.clinic)
    assert "您负责的是网点" in text(client, "/coverage")
    assert f"/sites/{town.clinic}" in client.get("/coverage").get_data(as_text=True)


def test_each_region_below_leads_on_and_the_worst_comes_first(client: FlaskClient) -> None:
    page = client.get(f"/coverage/{CITY}").get_data(as_text=True)
    table = page[page.index('id="list"') :]
    assert table.index(f"/coverage/{COUNTY}") < table.index(f"/coverage/{OTHER}")
    turned = client.get(f"/coverage/{CITY}?sort=-people").get_data(as_text=True)
    table = turned[turned.index('id="list"') :]
    assert table.index(f"/coverage/{OTHER}") < table.index(f"/coverage/{COUNTY}")
    villages = text(client, f"/coverage/{CITY}?below=village")
    assert "乙丑村委会 0.0% 0 / 80 80 0.0% 0 / 3" in villages


def test_the_file_holds_what_the_table_shows(client: FlaskClient) -> None:
    found = rows(client, f"/coverage/{CITY}/regions.csv?below=county&sort=code")
    assert [row["区划代码"] for row in found] == [COUNTY, OTHER]
    assert found[0]["居民"] == "780"
    assert found[0]["已覆盖居民"] == "700"
    assert found[1]["村居覆盖率（%）"] == "100"
    answer = client.get(f"/coverage/{CITY}/regions.xlsx")
    assert answer.get_data()[:2] == b"PK"
    assert quote("各区划") in answer.headers["Content-Disposition"]


# -- For a service, at an hour ------------------------------------------------------------------


def test_a_service_of_the_hall_alone_covers_less(client: FlaskClient) -> None:
    said = text(client, f"/coverage/{CITY}?service={HALLS}")
    assert "39.2% 居民覆盖率：310 / 790 人" in said


def test_a_service_that_nobody_offers_says_so(client: FlaskClient) -> None:
    said = text(client, f"/coverage/{CITY}?service={NOBODYS}")
    assert "没有一个网点开办这个事项" in said
    assert "0.0% 居民覆盖率：0 / 790 人" in said
    assert "无" in text(client, f"/coverage/{CITY}/settlements?service={NOBODYS}")


def test_an_hour_when_one_is_shut_and_a_service_of_nobody_then(client: FlaskClient) -> None:
    assert "居民覆盖率：710 / 790 人" in text(client, f"/coverage/{CITY}?at=10:00")
    assert "居民覆盖率：600 / 790 人" in text(client, f"/coverage/{CITY}?at=20:00")
    said = text(client, f"/coverage/{CITY}?at=20:00&service={HALLS}")
    assert "这个时刻没有一个网点在办理" in said


@on_sqlite
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("radius=0", "半径应在 50 米到 50000 米之间"),
        ("radius=-1", "半径应在 50 米到 50000 米之间"),
        ("radius=1000000000", "半径应在 50 米到 50000 米之间"),
        ("radius=1e9", "半径应在 50 米到 50000 米之间"),
        ("radius=abc", "请填写一个数"),
        ("factor=0.5", "步行系数应在 1 到 3 之间"),
        ("factor=1000000000", "步行系数应在 1 到 3 之间"),
        ("at=25:00", "时刻“25:00”写法有误"),
        ("on=2026-13-01", "日期写法有误"),
        ("service=1", "没有这个事项"),
        ("on=2010-05-01", "登记里这一天还没有威海市：区划从 2021-01-01 起有记录"),
    ],
)
def test_what_is_asked_wrongly_is_told_above_the_form(
    client: FlaskClient, asked: str, words: str
) -> None:
    for page in ("", "/settlements", "/blind-spots"):
        said = text(client, f"/coverage/{CITY}{page}?{asked}", 400)
        assert words in said
    name = asked.split("=")[0]
    shown = client.get(f"/coverage/{CITY}?{asked}").get_data(as_text=True)
    assert re.search(rf'name="{name}"[^>]*aria-invalid="true"', shown)
    assert client.get(f"/coverage/{CITY}/regions.csv?{asked}").status_code == 400


def test_a_walk_is_called_what_it_is(client: FlaskClient) -> None:
    said = text(client, f"/coverage/{CITY}?factor=1.4")
    assert "步行路程估计" in said
    assert "不是实测路程" in said


# -- Nobody is known ----------------------------------------------------------------------------


def test_without_population_there_is_no_number_and_the_page_says_what_to_do(
    app: Flask, once: Once
) -> None:
    hall = once(make_empty_town).hall
    client = browser_of(app, Role.CITY_ADMIN, CITY)
    said = text(client, f"/coverage/{CITY}")
    assert "这里还没有人口数据" in said
    assert "0.0%" not in said
    for name in ("blind-spots", "services", "sites", "settlements"):
        said = text(client, f"/coverage/{CITY}/{name}")
        assert "这里还没有人口数据" in said
        assert "导出" not in said, "no list of noughts"
    said = text(client, f"/coverage/{CITY}/what-if?close={hall}")
    assert "这里还没有人口数据" in said
    assert "失去覆盖，0" not in said
    assert "没有一个村居受影响" not in said
    assert "不能选址" in text(client, f"/coverage/{CITY}/siting")
    auditor = browser_of(app, Role.AUDITOR, "")
    assert "请有导入权限的同事" in text(auditor, f"/coverage/{CITY}")


# -- Nothing is written -------------------------------------------------------------------------


def test_looking_writes_nothing(client: FlaskClient, town: Town) -> None:
    before = {subject: db.revision(subject) for subject in ("network", "demand")}
    for page in ("", "/blind-spots", "/services", "/sites", "/settlements", "/map.json"):
        text_free = client.get(f"/coverage/{CITY}{page}")
        assert text_free.status_code == 200
    assert {subject: db.revision(subject) for subject in before} == before


def test_the_day_asked_about_is_the_day_of_the_network(client: FlaskClient) -> None:
    tomorrow = today() + timedelta(1)
    assert network(tomorrow).on == tomorrow
    said = text(client, f"/coverage/{CITY}?on={tomorrow.isoformat()}")
    assert "710 / 790 人" in said


def test_a_page_asks_the_database_little_however_many_people_there_are(
    client: FlaskClient, statements: Any
) -> None:
    """What is in memory already is not read again; some are for who asks and the menu."""
    for path in ("", "/blind-spots", "/services", "/sites", "/settlements", "/map.json"):
        client.get(f"/coverage/{CITY}{path}")
        with statements() as seen:
            assert client.get(f"/coverage/{CITY}{path}").status_code == 200
        assert len(seen) <= 8, (path, seen)
