"""The lists behind the numbers of coverage, and their files."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from tests.core.accounts.made import browser_of
from tests.stations.coverage.made import CITY, COUNTY, OTHER, TOWN
from tests.stations.coverage.page import rows, text
from tests.stations.coverage.town import COMMON, HALLS, NOBODYS, Town


@pytest.fixture
def client(app: Flask, town: Town) -> FlaskClient:
    return browser_of(app, Role.CITY_ADMIN, CITY)


def test_settlements_by_state_with_their_nearest_site_and_distance(client: FlaskClient) -> None:
    found = rows(client, f"/coverage/{CITY}/settlements.csv?state=uncovered")
    assert [row["代码"] for row in found] == ["丁", "戊", "庚"]
    assert {row["已覆盖（1 是 0 否）"] for row in found} == {"0"}
    far = rows(client, f"/coverage/{CITY}/settlements.csv?state=uncovered&sort=distance")
    assert [row["代码"] for row in far] == ["戊", "丁", "庚"]
    assert far[1]["直线距离（米）"] == "5000"
    covered = rows(client, f"/coverage/{TOWN}/settlements.csv?state=covered&sort=-people")
    assert [row["代码"] for row in covered] == ["甲", "乙", "丙"]
    assert "1,000.0" not in text(client, f"/coverage/{CITY}/settlements?state=rim")


def test_the_rim_lists_who_lies_within_five_metres_of_the_limit(client: FlaskClient) -> None:
    said = text(client, f"/coverage/{CITY}/settlements?state=rim&radius=752")
    assert "乙 环翠区环翠楼街道甲子村委会" in said
    assert "750.0" in said
    assert "丙" not in said


def test_sites_with_those_who_depend_on_them_alone_lead_to_these(
    client: FlaskClient, town: Town
) -> None:
    found = {row["网点编号"]: row for row in rows(client, f"/coverage/{CITY}/sites.csv")}
    assert found[town.hall]["范围内居民"] == "310"
    assert found[town.hall]["只靠它的居民"] == "110"
    assert found[town.clinic]["只靠它的村居"] == "1"
    alone = rows(client, f"/coverage/{CITY}/settlements.csv?site={town.hall}&alone=1")
    assert [row["代码"] for row in alone] == ["甲", "己"]
    reached = rows(client, f"/coverage/{CITY}/settlements.csv?site={town.hall}")
    assert [row["代码"] for row in reached] == ["乙", "甲", "己"]
    here = rows(client, f"/coverage/{COUNTY}/settlements.csv?site={town.hall}&alone=1")
    assert [row["代码"] for row in here] == ["甲"], "己 lies in the other county"


def test_each_service_has_its_own_line(client: FlaskClient) -> None:
    found = {row["事项编码"]: row for row in rows(client, f"/coverage/{CITY}/services.csv")}
    assert len(found) == 21
    assert found[COMMON]["已覆盖居民"] == "710"
    assert found[HALLS]["已覆盖居民"] == "310"
    assert (found[NOBODYS]["能办的网点"], found[NOBODYS]["居民覆盖率（%）"]) == ("0", "0")
    assert found == {
        row["事项编码"]: row
        for row in rows(client, f"/coverage/{CITY}/services.csv?service={HALLS}")
    }


def test_blind_spots_lead_to_their_settlements(client: FlaskClient) -> None:
    found = rows(client, f"/coverage/{CITY}/blind-spots.csv")
    assert [(row["居民"], row["村居"], row["设点后覆盖居民"]) for row in found] == [
        ("80", "3", "80")
    ]
    inside = rows(client, f"/coverage/{CITY}/settlements.csv?spot=1")
    assert [row["代码"] for row in inside] == ["丁", "戊", "庚"]
    assert client.get(f"/coverage/{CITY}/settlements?spot=2").status_code == 400
    assert client.get(f"/coverage/{CITY}/settlements?spot=0").status_code == 400
    assert "没有盲区" in text(client, f"/coverage/{OTHER}/blind-spots")


@pytest.mark.parametrize("asked", ["state=x", "site=nobody", "spot=x", "page=9", "alone=2"])
def test_a_list_that_there_is_not_is_refused_in_words(client: FlaskClient, asked: str) -> None:
    assert len(text(client, f"/coverage/{CITY}/settlements?{asked}", 400)) > 20


def test_a_level_that_there_is_not_is_refused(client: FlaskClient) -> None:
    assert client.get(f"/coverage/{CITY}?below=street").status_code == 400


# -- Looking for a name -------------------------------------------------------------------------


def test_every_list_is_searched_by_name_and_code_and_its_file_holds_what_is_found(
    client: FlaskClient, town: Town
) -> None:
    for name, asked, expected in (
        ("settlements", "丁", ["丁"]),
        ("settlements", "甲子村", ["丙", "乙", "甲"]),
        ("settlements", "丁&state=covered", []),
        ("sites", "卫生", [town.clinic]),
        ("sites", town.hall, [town.hall]),
        ("regions", "环翠&below=county", [COUNTY]),
        ("services", HALLS, [HALLS]),
        ("blind-spots", "没有这里", []),
    ):
        found = rows(client, f"/coverage/{CITY}/{name}.csv?q={asked}")
        assert [next(iter(row.values())) for row in found] == expected, (name, asked)


def test_what_is_looked_for_goes_along_and_what_is_not_there_is_said(client: FlaskClient) -> None:
    page = client.get(f"/coverage/{CITY}/settlements?q=甲&service={COMMON}").get_data(as_text=True)
    assert 'name="q" type="search" maxlength="100" value="甲"' in page
    assert f'<input type="hidden" name="service" value="{COMMON}">' in page
    assert "settlements.csv" in page.split("导出 Excel")[1]
    assert "q=%E7%94%B2" in page.split("导出 Excel")[1]
    assert "没有名称或代码含“龙”的" in text(client, f"/coverage/{CITY}/settlements?q=龙")
    assert "没有名称或代码含“龙”的" in text(client, f"/coverage/{CITY}?q=龙")
    assert "搜索内容太长" in text(client, f"/coverage/{CITY}/sites?q={'龙' * 101}", 400)


def test_a_radius_that_leaves_no_blind_spots_is_told_above_the_form(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stations.coverage.spots.MOST_LINKS", 1)
    page = client.get(f"/coverage/{CITY}/blind-spots?radius=900")
    assert page.status_code == 400
    said = page.get_data(as_text=True)
    assert "请缩小半径" in said
    assert 'value="900" aria-invalid="true"' in said
    assert client.get(f"/api/v1/coverage/blind-spots?region={CITY}").status_code == 400
