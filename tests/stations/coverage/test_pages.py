"""The pages of coverage: numbers, the lists behind them, their files, and what is asked wrongly."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import db
from core.accounts.rules import Role
from core.clock import today
from core.db import writing
from core.geo import Datum
from core.regions import boundaries
from core.regions.boundaries import Origin
from core.sites.queries import network
from tests.conftest import Once
from tests.stations.coverage.made import ACTOR, CITY, COUNTY, OTHER, TOWN
from tests.stations.coverage.page import layers, rows, sign_in, text
from tests.stations.coverage.town import COMMON, HALLS, NOBODYS, Town, make_empty_town, make_town


@pytest.fixture
def town(once: Once) -> Town:
    return once(make_town)


@pytest.fixture
def client(app: Flask, town: Town) -> FlaskClient:
    return sign_in(app, Role.CITY_ADMIN, CITY)


# -- The page of a region -----------------------------------------------------------------------


def test_people_and_settlements_are_told_apart_under_their_names(client: FlaskClient) -> None:
    """甲, 乙, 丙 and 己 are covered (710 of 790 people), 丁, 戊 and 庚 are not (3 of 7 places)."""
    said = text(client, f"/coverage/{CITY}")
    assert "89.9% 居民：710 / 790 人" in said
    assert "57.1% 村居：4 / 7 个" in said
    assert "不超过 1000.0 米（正好 1000.0 米算覆盖）" in said
    assert re.search(r"人口数据： ?\d{4} 年，人口普查", said)


def test_one_begins_with_the_highest_region_within_reach_and_keeps_the_question(
    app: Flask, town: Town
) -> None:
    client = sign_in(app, Role.COUNTY_ADMIN, COUNTY)
    answer = client.get(f"/coverage?service={HALLS}&nonsense=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/coverage/{COUNTY}?service={HALLS}"
    assert client.get(f"/coverage/{CITY}").status_code == 404
    assert client.get(f"/coverage/{OTHER}").status_code == 404


def test_somebody_with_mere_sites_is_led_to_them(app: Flask, town: Town) -> None:
    client = sign_in(app, Role.STATION_MANAGER, town.clinic)
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
    assert "39.2% 居民：310 / 790 人" in said


def test_a_service_that_nobody_offers_says_so(client: FlaskClient) -> None:
    said = text(client, f"/coverage/{CITY}?service={NOBODYS}")
    assert "没有一个网点开办这个事项" in said
    assert "0.0% 居民：0 / 790 人" in said
    assert "无" in text(client, f"/coverage/{CITY}/settlements?service={NOBODYS}")


def test_an_hour_when_one_is_shut_and_a_service_of_nobody_then(client: FlaskClient) -> None:
    assert "居民：710 / 790 人" in text(client, f"/coverage/{CITY}?at=10:00")
    assert "居民：600 / 790 人" in text(client, f"/coverage/{CITY}?at=20:00")
    said = text(client, f"/coverage/{CITY}?at=20:00&service={HALLS}")
    assert "这个时刻没有一个网点在办理" in said


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("radius=0", "半径应在 50 米到 50000 米之间"),
        ("radius=-1", "半径应在 50 米到 50000 米之间"),
        ("radius=1000000000", "半径应在 50 米到 50000 米之间"),
        ("radius=1e9", "半径应在 50 米到 50000 米之间"),
        ("radius=abc", "请填写一个数"),
        ("factor=0.5", "步行系数应在 1 到 3 之间"),
        ("at=25:00", "时刻写法有误"),
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
    once(make_empty_town)
    client = sign_in(app, Role.CITY_ADMIN, CITY)
    said = text(client, f"/coverage/{CITY}")
    assert "这里还没有人口数据" in said
    assert "无 居民" in said
    assert "0.0%" not in said
    auditor = sign_in(app, Role.AUDITOR, "")
    assert "请有导入权限的同事" in text(auditor, f"/coverage/{CITY}")


# -- The lists ----------------------------------------------------------------------------------


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


# -- The map ------------------------------------------------------------------------------------


def test_the_map_shows_what_the_lists_show(client: FlaskClient) -> None:
    drawn = layers(client, f"/coverage/{CITY}/map.json")
    assert {spot[3] for spot in drawn["covered"]["spots"]} == {"甲", "乙", "丙", "己"}
    assert {spot[3] for spot in drawn["uncovered"]["spots"]} == {"丁", "戊", "庚"}
    assert len(drawn["reach"]["rings"]) == 2
    assert {spot[3] for spot in drawn["sites"]["spots"]} == {"大厅", "卫生室"}


def test_sites_that_do_not_count_are_told_apart(client: FlaskClient) -> None:
    drawn = layers(client, f"/coverage/{CITY}/map.json?service={HALLS}")
    assert [spot[3] for spot in drawn["idle"]["spots"]] == ["卫生室"]
    assert [spot[3] for spot in drawn["sites"]["spots"]] == ["大厅"]


def test_the_map_of_a_county_shows_who_serves_it_from_beyond(client: FlaskClient) -> None:
    drawn = layers(client, f"/coverage/{OTHER}/map.json")
    assert {spot[3] for spot in drawn["covered"]["spots"]} == {"己"}
    assert [spot[3] for spot in drawn["sites"]["spots"]] == ["大厅"]


def test_where_outlines_are_known_the_map_shades_regions_by_their_share(
    client: FlaskClient,
) -> None:
    corners = [(122.0, 37.4), (122.2, 37.4), (122.2, 37.6), (122.0, 37.6), (122.0, 37.4)]
    outline = {
        "type": "Feature",
        "properties": {"adcode": COUNTY[:6]},
        "geometry": {"type": "Polygon", "coordinates": [corners]},
    }
    whole = json.dumps({"type": "FeatureCollection", "features": [outline]})
    assert "shares-county" not in layers(client, f"/coverage/{CITY}/map.json")
    with writing():
        boundaries.load(ACTOR, whole, Origin(Datum.WGS84))
    shaded = layers(client, f"/coverage/{CITY}/map.json")["shares-county"]
    (feature,) = shaded["features"]["features"]
    assert feature["properties"] == {"name": "环翠区 89.7%", "shade": 4}
    assert not shaded["shown"]


def test_the_map_of_blind_spots_shows_where_one_more_would_do_most(client: FlaskClient) -> None:
    drawn = layers(client, f"/coverage/{CITY}/map.json?layer=blind-spots")
    assert "covered" not in drawn
    assert len(drawn["would"]["rings"]) == len(drawn["places"]["spots"]) == 1
    script = client.get(f"/coverage/{CITY}/map.js?layer=blind-spots").get_data(as_text=True)
    assert "layer=blind-spots" in script.replace("\\u0026", "&")


def test_the_map_is_taken_away_as_one_file_with_its_numbers(client: FlaskClient) -> None:
    answer = client.get(f"/coverage/{CITY}/map.html")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    file = answer.get_data(as_text=True)
    assert 'content="default-src' in file.replace("&#39;", "'")
    assert "710 / 790 人" in file
    assert "<script src" not in file
    assert "<link" not in file
    assert "/sites/" not in file[file.index('id="map-data"') :].split("</script>")[0]


# -- Nothing is written -------------------------------------------------------------------------


def test_looking_writes_nothing(client: FlaskClient, town: Town) -> None:
    before = {subject: db.revision(subject) for subject in ("network", "demand")}
    for page in ("", "/blind-spots", "/services", "/sites", "/settlements", "/map.json"):
        text_free = client.get(f"/coverage/{CITY}{page}")
        assert text_free.status_code == 200
    assert {subject: db.revision(subject) for subject in before} == before


# -- On the pages of others ---------------------------------------------------------------------


def test_a_sites_page_tells_staff_whom_it_reaches_and_nobody_else(
    app: Flask, client: FlaskClient, town: Town
) -> None:
    said = text(client, f"/sites/{town.hall}")
    assert "1 公里内 300 人 2 个村居" in said
    assert "其中只靠它 100 人 1 个村居" in said
    manager = sign_in(app, Role.STATION_MANAGER, town.hall)
    assert "其中只靠它 100 人" in text(manager, f"/sites/{town.hall}")
    assert "只靠它" not in text(app.test_client(), f"/sites/{town.hall}")
    assert "只靠它" not in text(manager, f"/sites/{town.clinic}")


def test_a_regions_page_tells_staff_both_shares(app: Flask, client: FlaskClient) -> None:
    said = text(client, f"/network/{COUNTY}")
    assert "居民 89.7% 700 / 780 人" in said
    assert "村居 50.0% 3 / 6 个" in said
    assert "700 / 780" not in text(app.test_client(), f"/network/{COUNTY}")


def test_the_day_asked_about_is_the_day_of_the_network(client: FlaskClient) -> None:
    tomorrow = today() + timedelta(1)
    assert network(tomorrow).on == tomorrow
    said = text(client, f"/coverage/{CITY}?on={tomorrow.isoformat()}")
    assert "710 / 790 人" in said
