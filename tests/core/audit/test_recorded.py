"""Every write to the ground leaves an event: who, what, from what to what."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import command
from core.audit import queries
from core.audit.queries import Event, Filters, events, story
from core.audit.rules import Hidden, Subject
from core.calendar import actions as calendar_actions
from core.calendar.rules import DayKind, SpecialDay, Year
from core.catalogue import actions as catalogue_actions
from core.catalogue import importer as catalogue_importer
from core.catalogue.models import Service
from core.db import db, writing
from core.geo import Datum, Point
from core.regions import actions as region_actions
from core.regions import boundaries, importer, succession
from core.regions.boundaries import Origin
from core.regions.queries import load
from core.regions.rules import ChangeKind
from core.sites import actions, closures
from core.sites.actions import Entry
from core.sites.changes import Position
from core.sites.closures import Notice
from core.sites.rules import Kind, Mode, site_code

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ACTOR = command("tests")
SINCE, LATER = date(2021, 1, 1), date(2024, 1, 1)
BEFORE = """code,name,level,parent
371000000000,威海市,city,
371002000000,环翠区,county,371000000000
371081000000,文登市,county,371000000000
371082000000,荣成市,county,371000000000
"""
#: One county has another code and name, one is gone.
AFTER = """code,name,level,parent
371000000000,威海市,city,
371002000000,环翠区,county,371000000000
371003000000,文登区,county,371000000000
"""
CITY, COUNTY = "371000000000", "371002000000"


def pair(change: tuple[Any, Any] | Hidden) -> tuple[Any, Any]:
    assert isinstance(change, tuple)
    return change


def take(text: str, on: date) -> dict[str, int]:
    """Take a list of regions; the ids by code."""
    with writing():
        importer.apply(ACTOR, importer.plan(text, on, "a document"))
    with writing():
        return {node.code: node.id for node in load(on).by_id.values()}


@pytest.fixture
def regions(app: Flask) -> dict[str, int]:
    return take(BEFORE, SINCE)


def newest() -> Event:
    return events(Filters(), 1)[0]


def test_a_list_of_regions(regions: dict[str, int]) -> None:
    event = newest()
    assert (event.actor, event.action) == ("tests", "region.list.applied")
    assert (event.subject, event.region_id) == (Subject("region", CITY), regions[CITY])
    assert (event.members, event.changes["source"]) == (4, (None, "a document"))
    take(BEFORE, LATER)
    assert newest() == event


def test_what_a_later_list_changes(regions: dict[str, int]) -> None:
    take(AFTER, LATER)
    assert newest().members == 3
    renamed = story("region", "371081000000", 9)[0].changes
    assert renamed["name"] == ("文登市", "文登区")
    assert renamed["code"] == ("371081000000", "371003000000")
    assert story("region", "371003000000", 9)[0].changes == renamed
    assert story("region", "371082000000", 9)[0].changes["name"] == ("荣成市", None)
    assert len(story("region", COUNTY, 9)) == 1
    with writing():
        succession.record_successor(ACTOR, "371082000000", COUNTY, ChangeKind.MERGED, "a notice")
    event = newest()
    assert event.subject == Subject("region", "371082000000")
    assert event.changes["successor"] == (None, COUNTY)
    assert event.region_id == regions[COUNTY]


def test_points_of_regions(regions: dict[str, int]) -> None:
    for point in (Point(37.5, 122.1), Point(37.6, 122.2)):
        with writing():
            region_actions.place(ACTOR, {regions[COUNTY]: point}, "a survey")
    (now, before, _) = story("region", COUNTY, 9)
    assert before.changes["point"] == (None, [37.5, 122.1])
    assert now.changes["point"] == ([37.5, 122.1], [37.6, 122.2])


def test_outlines(regions: dict[str, int]) -> None:
    def load_square(side: float) -> None:
        ring = [[122, 37], [122 + side, 37], [122 + side, 37 + side], [122, 37]]
        feature = {
            "type": "Feature",
            "properties": {"code": "371002"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        text = json.dumps({"type": "FeatureCollection", "features": [feature]})
        with writing():
            boundaries.load(ACTOR, text, Origin(Datum.WGS84, "a survey"))

    load_square(0.5)
    load_square(0.25)
    (now, before, _) = story("region", COUNTY, 9)
    nothing, first = pair(before.changes["outline"])
    replaced, second = pair(now.changes["outline"])
    assert nothing is None
    assert replaced == first
    assert second != first
    assert now.changes["datum"] == (None, "wgs84")


def test_services(app: Flask) -> None:
    entries = catalogue_importer.read().entries
    with writing():
        catalogue_actions.take_over(ACTOR, entries, SINCE)
    first = newest()
    assert (first.action, first.members) == ("service.list.applied", len(entries))
    changed = replace(entries[0], name="另一个名称")
    for on in (SINCE, LATER):  # a correction, and then nothing that is new
        with writing():
            catalogue_actions.take_over(ACTOR, [changed], on)
    event = story("service", changed.code, 1)[0]
    assert event.changes["name"] == (entries[0].name, "另一个名称")
    assert event.changes["outcome"] == (None, "corrected")
    assert len(events(Filters(), 9)) == 2
    with writing():
        catalogue_actions.take_over(ACTOR, [entries[0]], LATER)
    event = story("service", changed.code, 1)[0]
    assert event.changes["name"] == ("另一个名称", entries[0].name)
    assert event.changes["outcome"] == (None, "changed")
    assert "materials" not in event.changes


def test_the_calendar(app: Flask) -> None:
    new_year = SpecialDay(DayKind.HOLIDAY, "元旦")
    for days in ({date(2027, 1, 1): new_year}, {date(2027, 1, 2): new_year}):
        with writing():
            calendar_actions.load(ACTOR, Year(2027, "a notice", days))
    event = newest()
    assert event.subject == Subject("calendar", "2027")
    assert event.sentence == "tests 载入了 2027 年的工作日历"
    assert event.lines == [
        "去掉日期 2027-01-01，原为 放假（元旦）",
        "日期 2027-01-02：放假（元旦）",
    ]


def test_a_site_and_what_is_done_to_it(regions: dict[str, int]) -> None:
    code = site_code(1)
    with writing():
        service = Service(code="002036001002")
        db.session.add(service)
        db.session.flush()
        position = Position(37.5, 122.1, Datum.GCJ02, verified=True)
        site = actions.enter(ACTOR, Entry("大厅", Kind.HALL, regions[COUNTY], position), SINCE)
        actions.set_hours(ACTOR, site.id, {"week": {"mon": ["08:30-11:30"]}}, SINCE)
        actions.offer(ACTOR, site.id, {service.id: Mode.DIRECT}, SINCE)
        closures.announce(ACTOR, Notice(LATER, None, "装修", site_id=site.id))
    told = story("site", code, 9)
    assert {event.region_id for event in told} == {regions[COUNTY]}
    assert [event.sentence for event in told] == [
        f"tests 发布了 大厅（{code}） 的停办通知",
        f"tests 登记了 大厅（{code}） 开办的事项",
        f"tests 登记了 大厅（{code}） 的营业时间",
        f"tests 登记了网点 大厅（{code}）",
    ]
    announced, offered, hours, entered = (event.lines for event in told)
    assert announced == ["停办日期：2024-01-01", "公告：装修"]
    assert offered == ["事项 002036001002：可直接办理", "起始日期：2021-01-01"]
    assert hours[0] == "营业时间：周一 8:30-11:30；周二至周日 休息；节假日 休息"
    assert entered == [
        "名称：大厅",
        "类型：服务大厅",
        "状态：服务中",
        f"区划：环翠区（{COUNTY}）",
        "纬度：37.5",
        "经度：122.1",
        "坐标系：GCJ-02",
        "位置已核实：是",
        "起始日期：2021-01-01",
    ]
    assert queries.verify().first is None


def test_a_closure_of_a_region(regions: dict[str, int]) -> None:
    with writing():
        notice = Notice(LATER, date(2024, 1, 3), "停电", "No power", region_id=regions[COUNTY])
        closures.announce(ACTOR, notice)
    event = story("region", COUNTY, 1)[0]
    assert event.sentence == f"tests 发布了 环翠区（{COUNTY}） 的停办通知"
    assert event.changes["until"] == (None, "2024-01-03")
    assert event.region_id == regions[COUNTY]


def enter_nowhere() -> None:
    with writing():
        actions.enter(ACTOR, Entry("大厅", Kind.HALL, 999, None), SINCE)


def test_what_is_refused_leaves_nothing(regions: dict[str, int]) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        enter_nowhere()
    assert newest().action == "region.list.applied"
