"""What a census counted: shipped, taken from files, and what becomes of it when regions change."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import command
from core.audit import queries as audit
from core.clock import today
from core.db import writing
from core.errors import BadInput
from core.regions import census, importer, queries
from core.regions.census import Figure
from core.regions.heirs import Heirs
from core.regions.rules import Level

ACTOR = command("test")
SINCE, ON = date(2021, 1, 1), date(2024, 1, 1)
CITY, FIRST, SECOND, THIRD, NEW = (
    f"{code}000000" for code in ("371000", "371002", "371003", "371082", "371004")
)
LIST = f"""code,name,level,parent
{CITY},威海市,city,
{FIRST},环翠区,county,{CITY}
{SECOND},文登区,county,{CITY}
{THIRD},荣成市,county,{CITY}
"""
FIGURES = {CITY: 600, FIRST: 100, SECOND: 200, THIRD: 300}


@pytest.fixture
def city(app: Flask) -> dict[str, int]:
    with writing():
        importer.apply(ACTOR, importer.plan(LIST, SINCE, "a document"))
        census.load(ACTOR, FIGURES, 2020, "a census")
    return {node.code: node.id for node in queries.load(SINCE).by_id.values()}


def change(text: str, heirs: dict[str, Heirs]) -> dict[str, int]:
    with writing():
        importer.apply(ACTOR, importer.plan(text, ON, "a document"), heirs)
    return {node.code: node.id for node in queries.load(ON).by_id.values()}


def people(region_id: int, on: date = ON) -> list[tuple[int, int]]:
    return [(one.year, one.people) for one in census.figures(region_id, on)]


@pytest.mark.parametrize("code", ["3710", "3703"])
def test_the_shipped_figures_of_the_counties_add_up_to_the_citys(app: Flask, code: str) -> None:
    with writing():
        importer.apply(ACTOR, importer.plan(importer.shipped_text(code), SINCE, "a document"))
        loaded = census.load_shipped(ACTOR, code)
    tree = queries.load(today())
    found = census.of_year(tree.by_id, 2020, today())
    top = tree.top()[0]
    counties = tree.children(top.id)
    assert loaded.changed == len(found) == 1 + len(counties)
    assert all(node.level is Level.COUNTY for node in counties)
    assert sum(found[node.id].people for node in counties) == found[top.id].people
    assert "第七次" in found[top.id].source
    with writing():
        assert census.load_shipped(ACTOR, code) == census.Outcome(0, 0)


def test_known_figures_of_the_city() -> None:
    held = census.read(census._FILE.read_text("utf-8"))
    # 威海市第七次全国人口普查公报: 2,906,548; 荣成市 714,211.
    assert held["371000000000"] == 2_906_548
    assert held["371082000000"] == 714_211
    assert "census2020" not in importer.shipped()


def test_a_figure_is_corrected_and_the_same_again_changes_nothing(city: dict[str, int]) -> None:
    with writing():
        assert census.load(ACTOR, FIGURES, 2020, "a census") == census.Outcome(0, 4)
    with writing():
        assert census.load(ACTOR, {FIRST: 101}, 2020, "a better one") == census.Outcome(1, 0)
    assert census.figures(city[FIRST], SINCE) == [Figure(2020, 101, "a better one")]
    told = audit.story("region", FIRST, 9)
    assert [(event.action, event.changes["people"]) for event in told[:2]] == [
        ("region.census.loaded", (100, 101)),
        ("region.census.loaded", (None, 100)),
    ]


def test_of_several_the_latest_up_to_a_year_is_told(city: dict[str, int]) -> None:
    with writing():
        census.load(ACTOR, {FIRST: 90}, 2010, "an older one")
        census.load(ACTOR, {FIRST: 120}, 2030, "a later one")
    told = {year: census.of_year([city[FIRST]], year, ON) for year in (2000, 2015, 2025, 2035)}
    assert [found[city[FIRST]].people for found in told.values()] == [90, 90, 100, 120]
    assert people(city[FIRST]) == [(2030, 120), (2020, 100), (2010, 90)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code,people\n", "第 1 行"),
        (f"code,name,people\n{FIRST},环翠区\n", "第 2 行"),
        (f"code,name,people\n{FIRST},环翠区,-1\n", "整数"),
        (f"code,name,people\n{FIRST},环翠区,nan\n", "整数"),
        (f"code,name,people\n{FIRST},环翠区,4.5\n", "整数"),
        (f"code,name,people\n{FIRST},环翠区,{'9' * 5000}\n", "整数"),
        (f"code,name,people\n{FIRST},环翠区,100000001\n", "整数"),
        ("code,name,people\n371002,环翠区,1\n", "12 位"),
        (f"code,name,people\n{FIRST},a,1\n{FIRST},a,1\n", "出现了两次"),
        ('code,name,people\n"a,b,1\n', "CSV"),
    ],
)
def test_a_file_that_is_wrong_names_the_line(text: str, told: str) -> None:
    with pytest.raises(BadInput) as fault:
        census.read(text)
    assert told in str(fault.value)


@pytest.mark.parametrize(
    ("figures", "year", "source", "field"),
    [
        ({"371099000000": 1}, 2020, "a census", "code"),
        ({FIRST: 1}, 20, "a census", "year"),
        ({FIRST: 1}, 2020, " ", "source"),
    ],
)
def test_what_cannot_be_loaded_is_refused(
    city: dict[str, int], figures: dict[str, int], year: int, source: str, field: str
) -> None:
    with pytest.raises(BadInput) as fault, writing():
        census.load(ACTOR, figures, year, source)
    assert fault.value.field == field


def test_what_takes_others_in_has_the_sum_from_that_day_on(city: dict[str, int]) -> None:
    later = LIST.replace(f"{SECOND},文登区,county,{CITY}\n", "")
    change(later, {SECOND: Heirs((FIRST,))})
    assert people(city[FIRST]) == [(2020, 300)]
    assert people(city[FIRST], ON - timedelta(days=1)) == [(2020, 100)]
    assert people(city[SECOND]) == []
    assert people(city[SECOND], ON - timedelta(days=1)) == [(2020, 200)]
    assert people(city[THIRD]) == [(2020, 300)]
    told = audit.story("region", FIRST, 1)[0]
    assert (told.action, told.changes["people"]) == ("region.census.followed", (None, 300))


def test_what_two_become_has_the_sum_where_both_are_known(city: dict[str, int]) -> None:
    with writing():
        census.load(ACTOR, {FIRST: 90}, 2010, "of one alone")
    later = LIST.replace(f"{SECOND},文登区", f"{NEW},威东区").replace(
        f"{FIRST},环翠区,county,{CITY}\n", ""
    )
    now = change(later, {FIRST: Heirs((NEW,)), SECOND: Heirs((NEW,))})
    assert census.figures(now[NEW], ON) == [Figure(2020, 300, "a census")]


def test_what_is_split_leaves_no_figure(city: dict[str, int]) -> None:
    later = LIST.replace(f"{SECOND},文登区,county,{CITY}\n", "")
    change(later, {SECOND: Heirs((FIRST, THIRD))})
    assert people(city[FIRST]) == people(city[THIRD]) == []
    assert people(city[CITY]) == [(2020, 600)]


def test_the_shell_and_the_page_tell_it(
    app: Flask, client: FlaskClient, city: dict[str, int], tmp_path: Path
) -> None:
    path = tmp_path / "census.csv"
    path.write_text(f"code,name,people\n{THIRD},荣成市,714211\n", "utf-8")
    line: list[Any] = ["regions", "census", str(path), "--year", "2021", "--source", "年鉴"]
    done = app.test_cli_runner().invoke(args=line)
    assert (done.exit_code, done.output) == (0, "1 figures loaded, 0 known already\n")
    page = client.get(f"/network/{THIRD}").text
    assert "714,211" in page
    assert "年鉴" in page
