"""The two pages: who may read what, what they say, and how far back they go."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import lazy_gettext as _l

from core import access
from core.access import ANONYMOUS, EVERYWHERE, Actor, Held, Permission, Reach
from core.accounts import guard
from core.audit import views
from core.audit.actions import record
from core.audit.rules import Member, event_type
from core.clock import today
from core.db import writing
from core.regions import importer
from core.regions.heirs import Heirs
from core.regions.queries import load
from core.regions.rules import Level, Row
from core.sites.actions import Entry, enter, set_hours
from core.sites.rules import Kind

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

SINCE = date(2021, 1, 1)
REGIONS = """code,name,level,parent
371000000000,威海市,city,
371002000000,环翠区,county,371000000000
371082000000,荣成市,county,371000000000
371082001000,宁津街道,town,371082000000
"""
HOSTILE = "<script>alert(1)</script>"
CLERK = access.command("李四")
THING = event_type("trial.touched", _l("碰了"), _l("%(actor)s 碰了"), {})


def holder(reach: Reach) -> Actor:
    return Actor("审计员", (Held("auditor", frozenset({Permission.AUDIT_READ}), reach),), 1)


class Acting:
    """Lets requests be those of an actor."""

    actor = ANONYMOUS


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch) -> Acting:
    acting = Acting()
    for module in (access, guard, views):
        monkeypatch.setattr(module, "current_actor", lambda: acting.actor)
    acting.actor = holder(EVERYWHERE)
    return acting


@pytest.fixture
def regions(app: Flask) -> dict[str, int]:
    """The regions of a small city, and a site in each of its two counties."""
    with writing():
        importer.apply(CLERK, importer.plan(REGIONS, SINCE, "the list of the tests"))
    with writing():
        ids = {node.code: node.id for node in load(today()).by_id.values()}
        for code, name in (("371082001000", HOSTILE), ("371002000000", "环翠大厅")):
            entry = Entry(name, Kind.HALL, ids[code], None, phone="0631 7560000")
            site = enter(CLERK, entry, SINCE)
            set_hours(CLERK, site.id, {"week": {"mon": ["08:30-11:30"]}}, SINCE)
    return ids


@pytest.fixture
def client(app: Flask, acting: Acting, regions: dict[str, int]) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("path", ["/audit", "/audit/site/0000017"])
def test_it_is_for_those_who_may_read_it(client: FlaskClient, acting: Acting, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    everything = frozenset(Permission) - {Permission.AUDIT_READ}
    acting.actor = Actor("别人", (Held("other", everything, EVERYWHERE),), 2)
    assert client.get(path).status_code == 403
    acting.actor = ANONYMOUS
    assert client.get(path).status_code == 303  # to the page for signing in


def test_what_happened_to_a_site(client: FlaskClient) -> None:
    text = client.get("/audit/site/0000017").text
    hours, entered = text.index("李四 登记了"), text.rindex("李四 登记了")
    assert hours < entered
    assert "营业时间：周一 8:30-11:30；周二至周日 休息；节假日 休息" in text
    assert "类型：服务大厅" in text
    assert "区划：宁津街道（371082001000）" in text
    assert "电话：0631 7560000" in text
    assert HOSTILE not in text
    assert "&lt;script&gt;" in text
    assert "环翠" not in text


def test_what_happened_to_a_region_as_one_of_many(client: FlaskClient) -> None:
    text = client.get("/audit/region/371002000000").text
    assert "李四 更新了区划名单：威海市（371000000000）" in text
    assert "来源：the list of the tests" in text
    assert "名称：环翠区" in text
    assert "宁津" not in text


@pytest.mark.parametrize("path", ["/audit/nothing/5", "/audit/site/9999999", "/audit/region/5"])
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_auditor_sees_everything_and_the_members(client: FlaskClient) -> None:
    text = client.get("/audit").text
    assert text.count("李四 登记了") == 4
    assert "包括：" in text
    assert "/audit/region/371082000000" in text


def test_a_county_sees_its_own(
    client: FlaskClient, acting: Acting, regions: dict[str, int]
) -> None:
    acting.actor = holder(Reach(regions=frozenset({regions["371082000000"]})))
    text = client.get("/audit").text
    assert text.count("李四 登记了") == 2
    assert "环翠" not in text
    assert client.get("/audit/site/0000017").status_code == 200
    assert client.get("/audit/site/0000025").status_code == 404
    acting.actor = holder(Reach())
    assert "没有这样的操作记录" in client.get("/audit").text


def test_a_county_sees_what_ended_on_its_ground(
    client: FlaskClient, acting: Acting, regions: dict[str, int]
) -> None:
    town, county, other = (
        regions[code] for code in ("371082001000", "371082000000", "371002000000")
    )
    with writing():
        record(CLERK, THING, ("site", "0000017"), region_id=town)
    heir = Row("371002002000", "孙家疃街道", Level.TOWN, "371002000000", statutory=True)
    gone = [row for row in importer.read(REGIONS) if row.code != "371082001000"]
    with writing():
        plan = importer.plan_rows([*gone, heir], today(), "a document")
        importer.apply(CLERK, plan, {"371082001000": Heirs((heir.code,))})
    assert town not in load(today()).by_id
    for within in (county, other):  # where it lay, and where what came after it lies
        acting.actor = holder(Reach(regions=frozenset({within})))
        assert "李四 碰了" in client.get("/audit").text
        assert client.get("/audit/site/0000017").status_code == 200
    acting.actor = holder(Reach(regions=frozenset({load(today()).by_code[heir.code].id + 99})))
    assert "李四 碰了" not in client.get("/audit").text


@pytest.mark.parametrize(
    ("query", "times"),
    [
        ("actor=李四", 4),
        ("actor=王五", 0),
        ("action=site.entered", 2),
        ("kind=site", 4),
        ("kind=region", 0),
        ("code=0000017", 2),
        (f"since={today()}&until={today()}", 4),
        ("until=2020-01-01", 0),
    ],
)
def test_filters(client: FlaskClient, query: str, times: int) -> None:
    assert client.get(f"/audit?{query}").text.count("李四 登记了") == times


WRONG = ["since=1", "until=2020-02-30", "since=9999-12-31", "before=x", "before=0"]


@pytest.mark.parametrize("query", [*WRONG, f"actor={'x' * 101}"])
def test_what_cannot_be_asked_is_said(client: FlaskClient, query: str) -> None:
    assert client.get(f"/audit?{query}").status_code == 400


def test_older_ones_are_a_page_away(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PER_PAGE", 2)
    with writing():
        for number in range(4):
            given: dict[str, Any] = {"members": [Member(("site", "0000017"))]} if number % 2 else {}
            record(CLERK, THING, ("site", "0000017" if number % 2 == 0 else ""), **given)
    first = client.get("/audit?actor=李四&endpoint=x&_external=1").text
    assert "第 9 条" in first
    assert "before=8" in first
    assert "endpoint=x" not in first
    second = client.get("/audit?actor=李四&before=8").text
    assert ("第 7 条" in second, "第 6 条" in second, "第 8 条" in second) == (True, True, False)
    assert "before=8" in client.get("/audit/site/0000017?code=x").text
    last = client.get("/audit/site/0000017?before=3").text
    assert ("第 2 条" in last, "更早的" in last) == (True, False)
