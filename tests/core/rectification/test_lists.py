"""Lists: whose list something is on, what narrows it, its order, its pages, and it as a file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from io import BytesIO, StringIO
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from core.access import Actor
from core.accounts.rules import Role
from core.calendar import working
from core.calendar.queries import calendar
from core.clock import today
from core.db import writing
from core.rectification import actions, climbing
from core.rectification.lists import queries
from core.rectification.lists.rules import Asked, Show
from core.rectification.notices import actions as notices
from core.rectification.rules import Severity
from tests.core.accounts.made import ACTOR, World
from tests.core.rectification.made import COUNTY, browser, find, finding, person

CITY = "371000000000"


def waiting(actor: Actor) -> int:
    return queries.number_waiting(actor)


@pytest.fixture
def desk(app: Flask, world: World) -> FlaskClient:
    return browser(app, person(Role.CITY_ADMIN, CITY))


def shown(client: FlaskClient, query: str) -> list[str]:
    """The findings on a page, by what is wrong, in its order."""
    page = client.get(f"/findings?{query}")
    assert page.status_code == 200
    parts = page.text.split('<th scope="row">')[1:]
    return [part.split('<bdi lang="zh-CN">')[1].split("</bdi>")[0] for part in parts]


def test_it_is_on_the_list_of_whoever_has_to_do_something(
    app: Flask, world: World, manager: Actor, inspector: Actor
) -> None:
    other = person(Role.INSPECTOR, "371002000000", "elsewhere")
    county, city = person(Role.COUNTY_ADMIN, COUNTY), person(Role.CITY_ADMIN, CITY)
    everybody = (manager, inspector, other, county, city)
    uuid = find(world.own, today() - timedelta(days=90))
    assert [waiting(who) for who in everybody] == [1, 0, 0, 0, 0]
    with writing():
        climbing.climb(climbing.ACTOR, today())
    assert [waiting(who) for who in everybody] == [1, 0, 0, 1, 1]
    with writing():
        actions.answer(manager, uuid, 1, "好了")
    assert [waiting(who) for who in everybody] == [0, 1, 0, 0, 0]
    with writing():
        actions.send_back(inspector, uuid, 2, "不行")
    assert [waiting(who) for who in everybody] == [1, 0, 0, 0, 0]
    with writing():
        actions.answer(inspector, uuid, 3, "我改好了")
    assert waiting(inspector) == 0
    page = browser(app, manager).get("/findings").text
    assert "没有等您处理的问题" in page


def test_what_is_nobodys_waits_for_the_county(app: Flask, world: World) -> None:
    county = person(Role.COUNTY_ADMIN, COUNTY)
    uuid = find(world.own)
    assert waiting(county) == 1
    assert '<span class="waiting num">1</span>' in browser(app, county).get("/findings").text
    owner = person(Role.STATION_MANAGER, world.own)
    with writing():
        actions.assign(county, uuid, 1, "station-manager")
    assert (waiting(county), waiting(owner)) == (0, 1)


def test_each_sees_her_own_and_no_other(app: Flask, world: World, manager: Actor) -> None:
    for place in (world.own, world.sibling, world.other):
        find(place, words=place)
    assert shown(browser(app, manager), "show=all") == [world.own]
    assert set(shown(browser(app, person(Role.CITY_ADMIN, CITY)), "show=all")) == {
        world.own,
        world.sibling,
    }
    assert len(shown(browser(app, person(Role.AUDITOR, "")), "show=all")) == 3


def fill(world: World) -> None:
    """Four findings that differ in everything."""
    on = today()
    made: list[tuple[str, int, Severity, str]] = [
        (world.own, 100, Severity.MINOR, "标识"),
        (world.own, 50, Severity.GRAVE, "标识"),
        (world.sibling, 20, Severity.SERIOUS, "座椅"),
        (world.sibling, 0, Severity.MINOR, "老花镜"),
    ]
    for place, days, severity, words in made:
        find(
            place,
            on - timedelta(days=days),
            severity=severity,
            words=f"{words}{days}",
            criterion=f"jiuyou/{words}",
        )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("show=all", "标识100 标识50 座椅20 老花镜0"),
        ("show=all&sort=-due", "老花镜0 座椅20 标识50 标识100"),
        ("show=all&sort=-severity", "标识50 座椅20 标识100 老花镜0"),
        ("show=all&sort=-found", "老花镜0 座椅20 标识50 标识100"),
        ("show=overdue", "标识100 标识50 座椅20"),
        ("show=unfinished&severity=minor", "标识100 老花镜0"),
        ("show=all&q=zuoyi", "座椅20"),
        ("show=all&q=laohuajing", "老花镜0"),
        ("show=all&q=%25", ""),
        ("show=all&region=371082000000", "标识100 标识50"),
        ("show=all&site=0000025", "座椅20 老花镜0"),
        ("show=all&criterion=jiuyou/标识", "标识100 标识50"),
        ("show=all&again=1", "标识50"),
        ("show=all&source=trial&state=open", "标识100 标识50 座椅20 老花镜0"),
        ("show=all&state=closed", ""),
        ("show=all&sort=closed", "标识100 标识50 座椅20 老花镜0"),
        ("show=all&sort=region", "座椅20 老花镜0 标识100 标识50"),
        ("show=all&sort=site", "标识100 标识50 座椅20 老花镜0"),
    ],
)
def test_a_list_is_narrowed_and_sorted(
    world: World, desk: FlaskClient, query: str, expected: str
) -> None:
    fill(world)
    assert shown(desk, query) == expected.split()
    # What is exported is what is shown, in its order.
    rows = list(csv.reader(StringIO(desk.get(f"/findings/list.csv?{query}").text)))
    assert [row[5] for row in rows[1:]] == expected.split()


def test_days_found_bound_a_list(world: World, desk: FlaskClient) -> None:
    fill(world)
    since, until = today() - timedelta(days=50), today() - timedelta(days=20)
    assert shown(desk, f"show=all&since={since}&until={until}") == ["标识50", "座椅20"]


@pytest.mark.parametrize(
    "query",
    [
        *("show=x", "state=x", "severity=x", "sort=x", "source=x", "region=999", "again=7"),
        *("since=x", "until=1999-01-01", "since=2026-02-01&until=2026-01-01", "page=0"),
        *("page=x", "per_page=7", "q=" + "x" * 101),
    ],
)
def test_what_is_asked_wrongly_is_told(world: World, desk: FlaskClient, query: str) -> None:
    for path in ("/findings", "/findings/criteria", "/findings/list.csv"):
        if path != "/findings" and query.startswith(("show", "sort=x", "page", "per")):
            continue
        answer = desk.get(f"{path}?{query}")
        assert answer.status_code == 400
        assert "取消筛选" in answer.text or path.endswith("csv")


def test_pages_follow_one_another(world: World, desk: FlaskClient) -> None:
    for number in range(23):
        find(world.own, criterion=f"jiuyou/{number}", words=f"第{number}项")
    first, second = shown(desk, "show=all"), shown(desk, "show=all&page=2")
    assert (len(first), len(second)) == (20, 3)
    assert not set(first) & set(second)
    answer = desk.get("/findings?show=all&page=9")
    assert (answer.status_code, answer.location) == (302, "/findings?show=all&page=2")
    assert len(list(csv.reader(StringIO(desk.get("/findings/list.csv?show=all").text)))) == 24


def test_the_ledger_has_what_a_bureau_keeps(
    app: Flask, world: World, manager: Actor, inspector: Actor, desk: FlaskClient
) -> None:
    found_on = date(2026, 3, 2)
    uuid = find(world.own, found_on, actor=inspector, note="=1+1")
    due = finding(uuid).due
    with writing():
        notices.issue(inspector, uuid)
        actions.answer(manager, uuid, 1, "已经装好")
    with writing():
        actions.close(inspector, uuid, 2, "合格")
    answer = desk.get("/findings/list.xlsx?show=all")
    assert "整改台账" in unquote(answer.headers["Content-Disposition"])
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    heads, row = [[cell.value for cell in line] for line in sheet.iter_rows()]
    told = dict(zip(heads, row, strict=True))
    on = today().isoformat()
    late = working.between(calendar(), due, today())
    assert told == {
        "序号": "1",
        "通知书编号": f"荣成市医保整改〔{today().year}〕1号",
        "所在网点": "371082001001工作站",
        "网点编号": world.own,
        "区划": "荣成市崖头街道东荣成村",
        "发现的问题": "门口有统一标识",
        "检查标准": "九有标准",
        "检查依据": "第三条；来源：建议",
        "情况说明": "=1+1",
        "严重程度": "一般",
        "发现日期": "2026-03-02",
        "发现人": "检查员",
        "责任人": "站长",
        "整改期限": due.isoformat(),
        "整改措施": "已经装好",
        "反馈日期": on,
        "反馈人": "站长",
        "复查日期": on,
        "复查人": "检查员",
        "销号日期": on,
        "状态": "已销号",
        "逾期工作日": str(late),
        "一年内第几次": "1",
        "报送层级": None,
        "问题编号": uuid,
    }
    assert late > 100
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


def test_what_fails_most_comes_first(world: World, desk: FlaskClient) -> None:
    fill(world)
    rows = list(csv.reader(StringIO(desk.get("/findings/criteria.csv").text)))[1:]
    told = {row[2]: row[3:8] for row in rows}
    assert rows[0][2] == "jiuyou/标识"
    # Found, not closed, overdue, found again, sites.
    assert told["jiuyou/标识"] == ["2", "2", "2", "1", "1"]
    assert told["jiuyou/老花镜"] == ["1", "1", "0", "0", "1"]
    page = desk.get("/findings/criteria").text
    assert "标识50" in page  # as it was called the last time
    assert "criterion=jiuyou/%E6%A0%87%E8%AF%86" in page or "jiuyou%2F" in page
    page = desk.get("/findings/criteria?sort=overdue&region=371002000000").text
    assert "标识50" not in page


def test_pages_say_what_to_do_when_there_is_nothing(
    app: Flask, world: World, desk: FlaskClient
) -> None:
    for query, words in (
        ("", "没有等您处理的问题"),
        ("?show=overdue", "没有逾期的问题"),
        ("?show=all", "检查提交后会自动出现在这里"),
        ("?show=all&severity=grave", "没有符合条件的问题"),
    ):
        assert words in desk.get(f"/findings{query}").text
    assert "检查提交后会自动出现在这里" in desk.get("/findings/criteria").text


def test_a_long_list_asks_the_database_no_more_than_a_short_one(
    app: Flask, world: World, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    counted: list[int] = []
    for number in (1, 2, 30):
        for place in range(number):
            find(world.own, criterion=f"jiuyou/{number}-{place}")
        with statements() as sent:
            lines = queries.every(ACTOR, Asked(show=Show.ALL), 1000)
        counted.append(len(sent))
    assert len(lines) == 33
    assert counted[1] == counted[2]  # the first one fills what is held in memory
