"""What becomes of each row of a file of settlements."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from core.clock import today
from core.db import db, writing
from core.errors import OneKmError
from core.geo import Datum, Point, from_wgs84
from core.imports.rules import State
from core.regions import queries
from core.regions.actions import place
from core.regions.models import Boundary
from tests.core.sheets.made import csv_file, workbook
from tests.stations.coverage.demand.made import (
    COUNTIES,
    GOOD,
    HEADINGS,
    city,
    of_rows,
    problems,
    region,
    rows,
    tried,
)
from tests.stations.coverage.made import ACTOR, COUNTY, OTHER, SECOND, TOWN, VILLAGE

CODE, NAME, LAT, LON, PEOPLE = range(5)


@pytest.fixture(autouse=True)
def _city(app: Flask) -> None:
    city()


def changed(column: int, value: object, row: int = 0) -> list[object]:
    found: list[object] = list(GOOD[row])
    found[column] = value
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_good_rows_are_taken(tmp_path: Path, encoding: str) -> None:
    file = tried(csv_file(tmp_path / "a.csv", HEADINGS, *GOOD, encoding=encoding))
    assert (file.state, file.counts, problems(file)) == (State.READY, {"take": 3}, [])
    assert {id: tuple(each) for id, each in file.sums.items()} == {
        region(VILLAGE): (1, 1200.0),
        region(SECOND): (1, 300.0),
        region("371082001201"): (1, 500.0),
    }
    assert file.people == 2000
    assert file.notices == []


def test_english_headings_titles_and_totals_in_a_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        一=[
            ["2020 年各村人口"],
            ["Code", "Name", "Latitude", "Longitude", "People"],
            [VILLAGE, "甲子村", 37.5012, 122.1034, 1200.0],
            ["合计", None, None, None, 1200],
            ["填表人：王芳"],
        ],
    )
    file = tried(path)
    assert file.counts == {"note": 2, "take": 1}


def test_a_row_of_totals_without_a_position_is_no_settlement(tmp_path: Path) -> None:
    file = of_rows(tmp_path, *GOOD, ("合计", "", "", "", "2000"))
    assert file.counts == {"note": 1, "take": 3}


@pytest.mark.parametrize(
    ("column", "value", "where", "told"),
    [
        (LAT, "", "C2", "没有纬度"),
        (LON, "", "D2", "没有经度"),
        (PEOPLE, "", "E2", "没有人口"),
        (PEOPLE, "-3", "E2", "负数"),
        (PEOPLE, "nan", "E2", "整数"),
        (PEOPLE, "12.5", "E2", "整数"),
        (PEOPLE, "1.2万", "E2", "整数"),
        (PEOPLE, "1e9", "E2", "整数"),
        (PEOPLE, "99999999", "E2", "最多"),
        (LAT, "nan", "C2", "一个数"),
        (LAT, "1e400", "C2", "一个数"),
        (LAT, "0", "C2", "中国以外"),
        (LON, "200", "D2", "中国以外"),
        (CODE, "3.71002E+11", "A2", "后面的位数"),
        (CODE, "370302001001", "A2", "没有这个区划代码"),
        (CODE, "x" * 41, "A2", "太长"),
    ],
)
def test_what_can_be_no_settlement_is_refused_where_it_stands(
    tmp_path: Path, column: int, value: str, where: str, told: str
) -> None:
    row = changed(column, value)
    if told == "没有这个区划代码":
        row[LAT], row[LON] = "37.25", "122.35"  # between the counties
    file = of_rows(tmp_path, row, *GOOD[1:])
    assert file.counts == {"refuse": 1, "take": 2}
    found = [(at, words) for at, level, words in problems(file) if level == "error"]
    assert [at for at, _words in found] == [where]
    assert told in found[0][1]


def test_swapped_degrees_are_told_as_what_they_are(tmp_path: Path) -> None:
    row = changed(LAT, GOOD[0][LON])
    row[LON] = GOOD[0][LAT]
    file = of_rows(tmp_path, row)
    assert file.open == 1
    assert "写反" in problems(file)[0][2]


def test_a_code_stands_once(tmp_path: Path) -> None:
    file = of_rows(tmp_path, GOOD[0], changed(CODE, VILLAGE, 1))
    assert file.counts == {"refuse": 1, "take": 1}
    assert problems(file) == [("A3", "error", "代码与第 2 行相同。每个聚落只留一行。")]


def test_nobody_at_a_place_and_two_at_one_are_warned_of(tmp_path: Path) -> None:
    there = (SECOND, "乙丑村", GOOD[0][LAT], GOOD[0][LON], "0")
    file = of_rows(tmp_path, GOOD[0], there)
    assert file.counts == {"take": 2}
    assert [(at, level) for at, level, _words in problems(file)] == [
        ("E3", "warning"),
        ("C3", "warning"),
    ]
    told = " ".join(words for _at, _level, words in problems(file))
    assert "不算居民" in told
    assert "第 2 行在同一点" in told


def test_a_metre_apart_are_two_places(tmp_path: Path) -> None:
    near = (SECOND, "乙丑村", "37.50122", "122.1034", "10")  # 2.2 m further north
    assert problems(of_rows(tmp_path, GOOD[0], near)) == []


def test_what_lies_in_another_county_or_at_sea_is_warned_of(tmp_path: Path) -> None:
    elsewhere = changed(LAT, "37.02")
    elsewhere[LON] = "122.51"
    sea = changed(LAT, "37.9", 1)
    file = of_rows(tmp_path, elsewhere, sea)
    assert file.counts == {"take": 2}
    first, second = problems(file)
    assert first[:2] == ("C2", "warning")
    assert "落在荣成市" in first[2]
    assert second[:2] == ("C3", "warning")
    assert "海上或外市" in second[2]


def written_as(datum: Datum, points: dict[str, Point]) -> list[tuple[str, ...]]:
    """Rows of settlements at the points, as a datum writes them."""
    return [
        (code, f"村{code[-3:]}", *(f"{each:.7f}" for each in from_wgs84(point, datum)), "9")
        for code, point in points.items()
    ]


def test_a_datum_that_would_fit_is_named(tmp_path: Path) -> None:
    # Just inside the western edge: GCJ-02 writes them half a kilometre further east.
    west, south = COUNTIES[COUNTY].bounds[:2]
    points = {VILLAGE: Point(south + 0.05, west + 0.001), SECOND: Point(south + 0.1, west + 0.001)}
    given = written_as(Datum.GCJ02, points)
    right = of_rows(tmp_path, *given, datum=Datum.GCJ02)
    assert (problems(right), right.notices) == ([], [])
    wrong = of_rows(tmp_path, *given, datum=Datum.BD09)
    assert {level for _at, level, _words in problems(wrong)} == {"warning"}
    assert all("GCJ-02" in words for _at, _level, words in problems(wrong))
    assert "坐标看来是 WGS-84、GCJ-02，而上传时说明的是 BD-09" in wrong.notices[0]


@pytest.mark.parametrize("true", [Datum.WGS84, Datum.GCJ02, Datum.BD09])
def test_where_villages_are_known_to_stand_tells_the_datum(tmp_path: Path, true: Datum) -> None:
    tree = queries.load(today())
    codes = (VILLAGE, SECOND, TOWN, COUNTY, "371082001201", "371082001000", OTHER)
    points = {code: Point(37.45 + n / 100, 122.15) for n, code in enumerate(codes)}
    with writing():
        place(ACTOR, {tree.by_code[code].id: at for code, at in points.items()}, "known")
    given = written_as(true, points)
    for stated in (Datum.WGS84, Datum.GCJ02, Datum.BD09):
        file = of_rows(tmp_path, *given, datum=stated)
        told = [notice for notice in file.notices if "坐标看来是" in notice]
        if stated is true:
            assert told == []
        else:
            assert f"坐标看来是 {true.symbol}，" in told[0]


def test_a_code_of_nobody_is_placed_by_its_position(tmp_path: Path) -> None:
    own = ("A-12", "小河沿", "37.55", "122.25", "40")
    bare = ("", "半山", "37.1", "122.5", "50")
    file = of_rows(tmp_path, own, bare)
    assert file.counts == {"take": 2}
    assert [row.code for row in rows(file)] == ["A-12", ""]
    assert set(file.sums) == {region(COUNTY), region(OTHER)}


def test_what_has_no_code_and_lies_nowhere_is_refused(tmp_path: Path) -> None:
    file = of_rows(tmp_path, ("", "海里", "37.9", "122.2", "40"))
    assert file.open == 1
    assert "12 位区划代码" in problems(file)[0][2]


def test_a_county_holds_nothing_of_another(tmp_path: Path) -> None:
    file = of_rows(tmp_path, *GOOD, code=COUNTY)
    assert file.counts == {"refuse": 1, "take": 2}
    assert "不在 环翠区 内" in problems(file)[0][2]


def test_the_codes_of_a_county_and_a_town_may_be_short(tmp_path: Path) -> None:
    town = (TOWN[:9], "镇驻地", "37.51", "122.11", "10")
    file = of_rows(tmp_path, town, (OTHER[:6], "县城", "37.0", "122.5", "20"))
    assert file.counts == {"take": 2}
    assert set(file.sums) == {region(TOWN), region(OTHER)}


def test_thousands_may_be_set_apart(tmp_path: Path) -> None:
    assert of_rows(tmp_path, changed(PEOPLE, "1,200"), changed(PEOPLE, "３００", 1)).people == 1500


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        (("甲", "乙", "丙"), "没有认出列名"),
        (("区划代码", "名称", "纬度", "经度"), "没有认出这些列：人口"),
        (("区划代码", "名称", "人口"), "没有认出这些列：纬度、经度"),
    ],
)
def test_a_file_without_the_columns_is_told_so(
    tmp_path: Path, headings: tuple[str, ...], told: str
) -> None:
    with pytest.raises(OneKmError) as fault:
        tried(csv_file(tmp_path / "a.csv", headings, GOOD[0][: len(headings)]))
    assert told in str(fault.value)


def test_formulas_and_errors_of_a_workbook_are_refused(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        一=[HEADINGS, (VILLAGE, "甲", 37.5, 122.1, "=1+1"), (SECOND, "乙", 37.5, 122.1, "#REF!")],
    )
    file = tried(path)
    assert file.open == 2
    assert ["公式" in words or "错误值" in words for _at, _level, words in problems(file)] == [
        True,
        True,
    ]


def test_without_outlines_a_countys_file_holds_the_countys_settlements(tmp_path: Path) -> None:
    with writing():
        db.session.execute(sa.delete(Boundary))
    bare = ("", "半山", "37.1", "122.5", "50")
    own = of_rows(tmp_path, bare, code=COUNTY)
    assert (own.counts, set(own.sums)) == ({"take": 1}, {region(COUNTY)})
    assert "没有载入区划轮廓" in own.notices[0]
    odd = of_rows(
        tmp_path, ("370302001001", *bare[1:]), ("X1", *bare[1:2], "37.2", "122.5", "1"), code=COUNTY
    )
    assert odd.counts == {"take": 2}
    ((at, level, words),) = [one for one in problems(odd) if "区划代码" in one[2]]
    assert (at, level) == ("A2", "warning")
    assert "登记里没有这个区划代码" in words
    whole = of_rows(tmp_path, bare, ("X1", "乙", "37.2", "122.5", "1"))
    assert whole.counts == {"refuse": 2}
    first, second = (words for _at, _level, words in problems(whole))
    assert "请填写 12 位区划代码" in first
    assert "改正代码" in second
