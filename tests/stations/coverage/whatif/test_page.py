"""The page of a what-if: asked by its address, answered with who drops out and where they would go;
nothing is written by asking."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import db
from core.accounts.rules import Role
from core.clock import today
from core.db import Base, writing
from core.sites import actions
from core.sites.actions import Entry
from core.sites.rules import Kind
from tests.core.accounts.made import browser_of
from tests.databases import on_sqlite
from tests.stations.coverage.made import ACTOR, CITY, COUNTY, OTHER, SINCE, VILLAGE
from tests.stations.coverage.page import layers, rows, text
from tests.stations.coverage.town import COMMON, HALLS, Town

PAGE = f"/coverage/{CITY}/what-if"


@pytest.fixture
def client(app: Flask, town: Town) -> FlaskClient:
    return browser_of(app, Role.CITY_ADMIN, CITY)


def led_to(client: FlaskClient, path: str) -> dict[str, list[str]]:
    """The arguments of the address that the form leads to."""
    answer = client.get(path)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert urlsplit(answer.headers["Location"]).path == PAGE
    return parse_qs(urlsplit(answer.headers["Location"]).query)


# -- Asking -------------------------------------------------------------------------------------


def test_without_a_supposition_the_page_asks_for_one(client: FlaskClient) -> None:
    said = text(client, PAGE)
    assert "只是假设，不会改动任何登记" in said
    assert "环翠区环翠楼街道" in client.get(PAGE).get_data(as_text=True)
    assert "失去覆盖的村居" not in said


def test_what_the_form_says_becomes_an_address_that_can_be_sent(
    client: FlaskClient, town: Town
) -> None:
    one = led_to(client, f"{PAGE}?do=close&site={town.hall}&site={town.clinic}&at=&service=")
    assert one == {"change": [f"close:{town.hall}", f"close:{town.clinic}"]}
    two = led_to(
        client, f"{PAGE}?change=close:{town.hall}&do=lose&lose={COMMON}&site={town.clinic}&at=10:00"
    )
    assert two["change"] == [f"close:{town.hall}", f"lose:{town.clinic}:{COMMON}"]
    assert two["at"] == ["10:00"]
    moved = led_to(client, f"{PAGE}?do=move&site={town.hall}&lat=37.5&lon=122.2&datum=gcj02")
    assert moved["change"] == [f"move:{town.hall}:37.5,122.2,gcj02"]
    typed = led_to(client, f"{PAGE}?do=close&site={town.hall}，{town.clinic}")
    assert len(typed["change"]) == 2


def test_a_suspension_that_begins_later_is_looked_at_on_its_first_day(
    client: FlaskClient, town: Town
) -> None:
    first, last = today() + timedelta(3), today() + timedelta(4)
    found = led_to(client, f"{PAGE}?do=suspend&site={town.hall}&since={first}&last={last}")
    assert found == {"change": [f"suspend:{town.hall}:{first}..{last}"], "on": [str(first)]}
    said = text(client, f"{PAGE}?change=suspend:{town.hall}:{first}..{last}&on={last}")
    assert "110 居民失去覆盖" in said
    after = last + timedelta(1)
    path = f"{PAGE}?change=suspend:{town.hall}:{first}..{last}&on={after}"
    assert "所查的日期不在停办期间" in text(client, path, 400)


@on_sqlite
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("do=close", "请先写明网点"),
        ("do=nonsense&site={hall}", "请选择会发生什么"),
        ("do=suspend&site={hall}", "请填写停办的第一天"),
        ("do=suspend&site={hall}&since=2026-13-01", "日期写法有误"),
        ("do=suspend&site={hall}&since={today}&last=2021-01-01", "恢复的日期应晚于停办的日期"),
        ("do=move&site={hall}&lat=&lon=", "请填写一个数"),
        ("do=move&site={hall}&lat=1&lon=122", "位置在中国以外"),
        ("do=move&site={hall}&lat=122&lon=37", "似乎写反了"),
        ("do=move&site={hall}&lat=37&lon=122&datum=moon", "坐标系不认识"),
        ("do=lose&site={hall}", "请选择不再办的事项"),
        ("do=lose&site={hall}&lose=1", "没有这个事项"),
        ("do=close&named=没有的站", "您的管辖范围内没有“没有的站”这个网点"),
        ("do=close&named=%20，", "请先写明网点"),
        ("do=hours&site={hall}&hours=17:00-08:00&at=10:00", "08:00"),
        ("do=hours&site={hall}&hours=周八 8:00-9:00&at=10:00", "看不懂“周八"),
        ("change=hours:{hall}:有空就开&at=10:00", "看不懂“有空就开”"),
        ("do=hours&site={hall}&hours=9-5&at=10:00", "“9-5”不是时段，请写成 08:30-11:30"),
        ("change=hours:{hall}:08:00-12:00", "请同时选一个时刻"),
        ("change=nonsense", "地址里的这一项看不懂"),
        ("change=explode:{hall}", "地址里的这一项看不懂"),
        ("change=move:{hall}:x,y", "请填写一个数"),
        ("close={hall}&radius=0", "半径应在 50 米到 50000 米之间"),
    ],
)
def test_what_is_supposed_wrongly_is_told_above_the_form(
    client: FlaskClient, town: Town, asked: str, words: str
) -> None:
    asked = asked.format(hall=town.hall, today=today())
    assert words in text(client, f"{PAGE}?{asked}", 400)
    assert client.get(f"{PAGE}/map.json?{asked}").status_code == 400


def test_a_site_out_of_reach_is_not_there(app: Flask, town: Town) -> None:
    client = browser_of(app, Role.COUNTY_ADMIN, OTHER)
    assert client.get(f"/coverage/{COUNTY}/what-if").status_code == 404
    page = f"/coverage/{OTHER}/what-if"
    for code in (town.hall, "0000000"):
        assert client.get(f"{page}?close={code}").status_code == 404
        said = text(client, f"{page}?do=close&site={code}", 400)
        assert "您的管辖范围内没有这个编号的网点" in said


# -- The answer ---------------------------------------------------------------------------------


def test_who_drops_out_and_where_they_would_go(client: FlaskClient, town: Town) -> None:
    """乙 stays within reach of the clinic; 甲 and 己 had the hall alone."""
    said = text(client, f"{PAGE}?close={town.hall}")
    assert "大厅 关停" in said
    assert "110 居民失去覆盖，2 个村居" in said
    assert "89.9% → 75.9% 居民覆盖率：710 → 600 人" in said
    assert "57.1% → 28.6% 村居覆盖率：4 → 2 个" in said
    assert "甲 环翠区环翠楼街道甲子村委会 100 卫生室 1.5 公里" in said
    found = {row["代码"]: row for row in rows(client, _file(f"close={town.hall}"))}
    assert set(found) == {"甲", "乙", "己"}
    assert (found["甲"]["之后已覆盖（1 是 0 否）"], found["甲"]["之后最近网点"]) == (
        "0",
        town.clinic,
    )
    assert found["甲"]["直线距离（米）"] == "1500"
    assert found["乙"]["失去的事项（编码、最近网点、米）"] == HALLS


def _file(asked: str) -> str:
    return f"{PAGE}/settlements.csv?{asked}"


def test_whoever_keeps_a_site_for_fewer_services_is_told_apart(
    client: FlaskClient, town: Town
) -> None:
    said = text(client, f"{PAGE}?change=lose:{town.hall}:{HALLS}")
    assert "0 居民失去覆盖，0 个村居" in said
    assert "仍有网点、但能办的事项变少的村居 3 个" in said
    asked = text(client, f"{PAGE}?change=lose:{town.hall}:{HALLS}&service={HALLS}")
    assert "310 居民失去覆盖，3 个村居" in asked
    assert "没有了" in asked


def test_a_move_loses_some_and_wins_others(client: FlaskClient, town: Town) -> None:
    said = text(client, f"{PAGE}?change=move:{town.hall}:37.545046,122.1")
    assert "搬到 37.54505, 122.10000" in said
    assert "110 居民失去覆盖，2 个村居" in said
    assert "80 居民新覆盖，3 个村居" in said


def test_other_hours_at_an_hour(client: FlaskClient, town: Town) -> None:
    said = text(client, f"{PAGE}?change=hours:{town.hall}:08:30-11:30,13:30-17:00&at=12:00")
    assert "办理时间改为每天 8:30–11:30, 13:30–17:00" in said
    assert "110 居民失去覆盖" in said
    typed = led_to(
        client, f"{PAGE}?do=hours&site={town.hall}&hours=8：30-11:30、13:30～17:00&at=9:00"
    )
    assert typed["change"] == [f"hours:{town.hall}:8:30-11:30,13:30-17:00"]
    never = text(client, f"{PAGE}?change=hours:{town.hall}:&at=10:00")
    assert "每天都不办理" in never


def test_hours_may_differ_from_day_to_day(client: FlaskClient, town: Town) -> None:
    """The hall opens on Saturdays alone: on a Monday it is shut, on a Saturday it is not."""
    words = "周六 9:00-12:00"
    typed = led_to(client, f"{PAGE}?do=hours&named=大厅&hours={words}&at=9:30")
    assert typed["change"] == [f"hours:{town.hall}:{words}"]
    monday = date(today().year, 3, 2)
    monday -= timedelta(monday.weekday())
    change = f"change=hours:{town.hall}:{words}&at=9:30"
    on_monday = text(client, f"{PAGE}?{change}&on={monday}")
    assert "办理时间改为：周六 9:00–12:00" in on_monday
    assert "110 居民失去覆盖" in on_monday
    assert " 0 居民失去覆盖" in text(client, f"{PAGE}?{change}&on={monday + timedelta(5)}")
    many = text(
        client, f"{PAGE}?change=hours:{town.hall}:周一至周五 8:30-17:00；节假日 9:00-10:00&at=10:00"
    )
    assert "办理时间改为：周一–周五 8:30–17:00；节假日 9:00–10:00" in many


def test_a_site_is_named_as_people_name_it(client: FlaskClient, town: Town) -> None:
    """By its code, by its name, by a part of it that no other has; several at a time."""
    for named in (f"{town.hall}，卫生", f"大厅;{town.clinic}", f"{town.hall} {town.clinic}"):
        found = led_to(client, f"{PAGE}?do=close&named={named}")
        assert found["change"] == [f"close:{town.hall}", f"close:{town.clinic}"], named
    with writing():
        code = actions.enter(
            ACTOR, Entry("大厅东门", Kind.COMMUNITY, town.regions[VILLAGE], None), SINCE
        ).code
    assert led_to(client, f"{PAGE}?do=close&named=大厅")["change"] == [f"close:{town.hall}"]
    said = text(client, f"{PAGE}?do=close&named=大", 400)
    assert f"“大”可以指 2 个网点：大厅（{town.hall}）、大厅东门（{code}）" in said
    assert 'value="大"' in client.get(f"{PAGE}?do=close&named=大").get_data(as_text=True)


def test_who_keeps_a_site_for_fewer_services_stands_among_the_numbers(
    client: FlaskClient, town: Town
) -> None:
    said = text(client, f"{PAGE}?change=lose:{town.hall}:{HALLS}")
    assert "310 居民仍有网点，但能办的事项变少，3 个村居" in said


def test_what_does_not_count_anyway_is_said(client: FlaskClient, town: Town) -> None:
    said = text(client, f"{PAGE}?close={town.clinic}&service={HALLS}")
    assert "本来就不计入" in said
    assert "卫生室" in said


def test_what_happens_beyond_the_region_is_said_and_not_listed(app: Flask, town: Town) -> None:
    client = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
    said = text(client, f"/coverage/{COUNTY}/what-if?close={town.hall}")
    assert "100 居民失去覆盖，1 个村居" in said
    assert "本区划以外：10 人失去覆盖" in said
    assert "己" not in said


def test_each_supposition_can_be_taken_back(client: FlaskClient, town: Town) -> None:
    page = client.get(f"{PAGE}?close={town.hall}&close={town.clinic}").get_data(as_text=True)
    assert f'what-if?change=close:{town.hall}"' in page
    assert f'what-if?change=close:{town.clinic}"' in page


# -- The map and the file -----------------------------------------------------------------------


def test_the_map_tells_before_from_after(client: FlaskClient, town: Town) -> None:
    drawn = layers(client, f"{PAGE}/map.json?close={town.hall}")
    assert {spot[3] for spot in drawn["lost-after"]["spots"]} == {"甲", "己"}
    assert drawn["lost-after"]["look"] == "lost"
    assert (drawn["lost-before"]["when"], drawn["lost-before"]["look"]) == ("before", "covered")
    assert {spot[3] for spot in drawn["covered"]["spots"]} == {"乙", "丙"}
    assert [spot[3] for spot in drawn["was"]["spots"]] == ["大厅"]
    assert [spot[3] for spot in drawn["gone"]["spots"]] == ["大厅"]
    assert len(drawn["gone-reach"]["rings"]) == len(drawn["reach"]["rings"]) == 1


def test_a_site_that_moves_goes_from_one_place_and_comes_to_another(
    client: FlaskClient, town: Town
) -> None:
    drawn = layers(client, f"{PAGE}/map.json?change=move:{town.hall}:37.545046,122.1")
    assert drawn["gone"]["spots"][0][:2] == [37.5, 122.1]
    assert drawn["added"]["spots"][0][:2] == [37.545046, 122.1]
    assert {spot[3] for spot in drawn["won-after"]["spots"]} == {"丁", "戊", "庚"}


def test_from_the_map_another_site_is_supposed_to_close_too(
    client: FlaskClient, town: Town
) -> None:
    drawn = layers(client, f"{PAGE}/map.json?close={town.hall}")
    ((words, url),) = drawn["sites"]["spots"][0][6]
    assert words == "假设它也关停"
    assert parse_qs(urlsplit(url).query)["change"] == [
        f"close:{town.hall}",
        f"close:{town.clinic}",
    ]
    plain = layers(client, f"/coverage/{CITY}/map.json")
    urls = {way[1] for spot in plain["sites"]["spots"] for way in spot[6]}
    assert urls == {f"{PAGE}?close={town.hall}", f"{PAGE}?close={town.clinic}"}


def test_the_script_asks_for_the_same_suppositions(client: FlaskClient, town: Town) -> None:
    script = client.get(f"{PAGE}/map.js?close={town.hall}").get_data(as_text=True)
    assert f"change=close:{town.hall}" in script


def test_the_answer_is_taken_away_as_one_file(client: FlaskClient, town: Town) -> None:
    answer = client.get(f"{PAGE}/map.html?close={town.hall}")
    file = answer.get_data(as_text=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "110" in file
    assert 'href="/' not in file.split('id="map-data"')[0].split("<main")[1]
    sheet = client.get(f"{PAGE}/settlements.xlsx?close={town.hall}")
    assert sheet.get_data()[:2] == b"PK"


# -- Nothing is written -------------------------------------------------------------------------


def test_asking_writes_nothing(app: Flask, client: FlaskClient, town: Town) -> None:
    before = _everything()
    for what in (
        f"close={town.hall}",
        f"change=lose:{town.hall}:{COMMON}",
        f"change=move:{town.hall}:37.5,122.2",
        f"change=suspend:{town.hall}:{today()}..",
        f"change=hours:{town.hall}:&at=10:00",
    ):
        for page in (PAGE, f"{PAGE}/map.json", f"{PAGE}/map.html", f"{PAGE}/settlements.csv"):
            assert client.get(f"{page}?{what}").status_code == 200
    assert _everything() == before


def _everything() -> dict[str, int]:
    """How many rows each table has, but for who was seen when, and each subject's revision."""
    found = {subject: db.revision(subject) for subject in ("network", "demand", "facts")}
    with db.db.engine.connect() as connection:
        for name, table in Base.metadata.tables.items():
            counted = sa.select(sa.func.count()).select_from(table)
            found[name] = connection.execute(counted).scalar_one()
    return found
