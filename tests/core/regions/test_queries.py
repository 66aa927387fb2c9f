"""Codes of other days, names as people write them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from core.access import command
from core.db import db, writing
from core.errors import BadInput, NotFound
from core.geo import Point
from core.regions import actions, importer, queries, succession
from core.regions.models import Region, RegionPeriod
from core.regions.rules import ChangeKind

ACTOR = command("test")
HEADER = "code,name,level,parent\n"
LIST = (
    HEADER
    + """\
371000000000,威海市,city,
371081000000,文登市,county,371000000000
371082000000,荣成市,county,371000000000
371082001000,崖头街道,town,371082000000
371082002000,荣成路街道,town,371082000000
371082001001,东荣成村委会,village,371082001000
371082001002,荣成村委会,village,371082001000
371082001003,100%_村委会,village,371082001000
"""
)
# 荣成路 was merged into 崖头, whose code changed; 文登 became a district.
LATER = (
    HEADER
    + """\
371000000000,威海市,city,
371003000000,文登区,county,371000000000
371082000000,荣成市,county,371000000000
371082009000,崖头街道,town,371082000000
371082009001,东荣成村委会,village,371082009000
371082009002,荣成村委会,village,371082009000
371082009003,100%_村委会,village,371082009000
"""
)
FIRST, SECOND = date(2014, 1, 1), date(2021, 6, 1)
DAY_BEFORE = date(2021, 5, 31)


@pytest.fixture(autouse=True)
def lists(app: Flask) -> None:
    for text, on in ((LIST, FIRST), (LATER, SECOND)):
        with writing():
            importer.apply(ACTOR, importer.plan(text, on, "a document"))


def names(text: str, on: date = FIRST, limit: int = 20) -> list[str]:
    return [node.name for node in queries.search(text, on, limit)]


def test_whole_names_then_beginnings_then_levels_then_codes() -> None:
    everything = ["荣成市", "荣成村委会", "荣成路街道", "东荣成村委会"]
    assert names("荣成") == everything
    assert names("rongcheng") == everything
    assert names("荣成", limit=2) == everything[:2]


def test_a_name_is_searched_among_those_of_the_day() -> None:
    assert names("wendeng", DAY_BEFORE) == ["文登市"]
    assert names("wendeng", SECOND) == ["文登区"]
    assert names("荣成路", SECOND) == []


@pytest.mark.parametrize("sign", ["%", "_", "%_", "100%"])
def test_signs_of_the_database_are_literal(sign: str) -> None:
    assert names(sign) == ["100%_村委会"]


@pytest.mark.parametrize("text", ["", "  ", "\x00"])
def test_nothing_finds_nothing(text: str) -> None:
    assert names(text) == []


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(BadInput):
        names("荣" * 50_000)


def test_a_code_is_its_bearers_of_the_day() -> None:
    found = queries.find_code("371081000000", DAY_BEFORE)
    assert (found.node.name, found.succeeded) == ("文登市", False)
    found = queries.find_code("371003000000", SECOND)
    assert (found.node.name, found.succeeded) == ("文登区", False)


def test_a_code_out_of_use_leads_to_the_code_of_now() -> None:
    found = queries.find_code("371081000000", SECOND)
    assert (found.node.code, found.succeeded) == ("371003000000", True)


@pytest.mark.parametrize(
    ("code", "on"),
    [
        ("371003000000", DAY_BEFORE),
        ("371081000000", date(2013, 12, 31)),
        ("371082002000", SECOND),
        ("999999999999", SECOND),
        ("3710", SECOND),
        ("", SECOND),
        ("3" * 5000, SECOND),
    ],
)
def test_a_code_that_leads_nowhere_is_not_found(code: str, on: date) -> None:
    with pytest.raises(NotFound):
        queries.find_code(code, on)


def test_a_merged_region_leads_to_what_it_went_into() -> None:
    with writing():
        succession.record_successor(
            ACTOR, "371082002000", "371082009000", ChangeKind.MERGED, "a document"
        )
    found = queries.find_code("371082002000", SECOND)
    assert (found.node.name, found.succeeded) == ("崖头街道", True)
    assert not queries.find_code("371082002000", DAY_BEFORE).succeeded
    gone = queries.find_code("371082002000", DAY_BEFORE).node
    assert [(change.kind, change.on) for change in queries.changes(gone.id)] == [
        ("abolished", SECOND),
        ("merged", SECOND),
    ]


@pytest.mark.parametrize(
    ("code", "by", "kind"),
    [
        ("371082000000", "371082009000", ChangeKind.MERGED),
        ("371081000000", "371082009000", ChangeKind.MERGED),
        ("371082002000", "371082002000", ChangeKind.MERGED),
        ("371082002000", "371082009000", ChangeKind.RENAMED),
        ("371082002000", "999999999999", ChangeKind.MERGED),
        ("999999999999", "371082009000", ChangeKind.MERGED),
    ],
)
def test_what_cannot_have_been_merged_is_refused(code: str, by: str, kind: ChangeKind) -> None:
    with pytest.raises((BadInput, NotFound)), writing():
        succession.record_successor(ACTOR, code, by, kind, "a document")


def test_a_point_stands_for_a_region() -> None:
    region = queries.tree(SECOND).by_code["371082009000"]
    assert region.point is None
    with writing():
        actions.place(ACTOR, {region.id: Point(37.165, 122.486)}, "made for the test")
    placed = queries.tree(SECOND).by_id[region.id]
    assert (placed.point, placed.point_source) == (Point(37.165, 122.486), "made for the test")


def test_the_tree_is_built_once_for_a_revision() -> None:
    assert queries.tree(SECOND) is queries.tree(SECOND)
    assert queries.tree(FIRST) is not queries.tree(SECOND)


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "371082000000"},
        {"code": "1"},
        {"level": "street"},
        {"parent_id": None},
        {"level": "city"},
        {"name": ""},
        {"until": date(2021, 6, 1)},
    ],
)
def test_the_database_keeps_what_must_hold(changes: dict[str, object]) -> None:
    parent = queries.tree(SECOND).by_code["371082000000"].id
    good = {
        "code": "371082777000",
        "name": "新街道",
        "name_en": "",
        "level": "town",
        "parent_id": parent,
        "search": "",
        "source": "a document",
        "since": SECOND,
    }
    add(good)
    with pytest.raises(IntegrityError):
        add({**good, "code": "371082778000", **changes})


def add(period: dict[str, object]) -> None:
    with writing():
        db.session.add(region := Region())
        db.session.flush()
        db.session.add(RegionPeriod(region_id=region.id, **period))


# -- Within ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", [FIRST, DAY_BEFORE, SECOND])
def test_who_writes_is_told_the_same_as_who_reads_and_no_tree_is_made(
    on: date, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    every = db.session.scalars(sa.select(Region.id)).all()
    asked = [(one, {other}) for one in every for other in every]
    reading = [queries.is_within(*pair, on) for pair in asked]
    assert any(reading)
    assert not all(reading)
    with writing():
        assert [queries.is_within(*pair, on) for pair in asked] == reading
    village = queries.tree(on).by_code["371082001001" if on < SECOND else "371082009001"]
    city = queries.tree(on).by_code["371000000000"]
    with writing(), statements() as sent:
        assert queries.is_within(village.id, {city.id}, on)
    assert len([one for one in sent if "region_period" in one]) == 4
