"""What is wrong with the sheets that towns send, told at its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from core.access import command
from core.db import db, writing
from core.geo import Datum, Point, from_wgs84
from core.imports.rules import State
from core.regions import boundaries
from core.sites.models import Site
from network.imports import actions, applying, queries
from tests.core.sheets.made import csv_file, workbook
from tests.network.conftest import ENROLMENT, Made
from tests.network.imports.made import ACTOR, GOOD, HEADINGS, again, problems, rows, tried

#: A square about 东村 for 荣成市, and one west of it for 环翠区.
OUTLINES = """{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"code": "371082"}, "geometry": {"type": "Polygon",
  "coordinates": [[[122.4, 36.9], [122.6, 36.9], [122.6, 37.1], [122.4, 37.1], [122.4, 36.9]]]}},
 {"type": "Feature", "properties": {"code": "371002"}, "geometry": {"type": "Polygon",
  "coordinates": [[[122.0, 36.9], [122.4, 36.9], [122.4, 37.1], [122.0, 37.1], [122.0, 36.9]]]}}
]}"""


def one(tmp_path: Path, **cells: object) -> list[tuple[str, str]]:
    """The problems of a file with one row, good but for the cells that are given by heading."""
    row = {**dict(zip(HEADINGS, GOOD, strict=True)), **cells}
    file = tried(csv_file(tmp_path / "a.csv", list(row), list(row.values())))
    return problems(file)


@pytest.mark.parametrize(
    ("cells", "place", "told"),
    [
        ({"类型": "超市"}, "B2", "没有“超市”这种写法"),
        ({"网点名称": ""}, "A2", "要有名称"),
        ({"类型": ""}, "B2", "要有类型"),
        ({"区划代码": ""}, "C2", "区划代码或所在区划"),
        ({"区划代码": "371082999999"}, "C2", "没有代码为 371082999999 的区划"),
        ({"区划代码": "3.71082E+11"}, "C2", "后面的位数已经丢失"),
        ({"区划代码": "37108200120"}, "C2", "12 位"),
        ({"电话": "138000000001"}, "D2", "11 位"),
        ({"电话": "1.38E+10"}, "D2", "后面的位数已经丢失"),
        ({"电话": "#REF!"}, "D2", "错误值"),
        ({"经度": "37.011", "纬度": "122.51"}, "F2", "写反了"),
        ({"经度": "0", "纬度": "0"}, "F2", "都是 0"),
        ({"经度": "NaN"}, "E2", "一个数"),
        ({"纬度": "1e400"}, "F2", "一个数"),
        ({"纬度": ""}, "F2", "要么都填"),
        ({"营业时间": "找老王"}, "G2", "看不懂“找老王”"),
        ({"网点编码": "19"}, "H2", "开头的 0"),
        ({"网点编码": "9999999"}, "H2", "不是网点编码"),
        ({ENROLMENT: "√"}, "H2", "直办"),
        ({"坐标系": "北京54"}, "H2", "没有“北京54”这种写法"),
    ],
)
def test_a_wrong_cell_is_told_with_its_place(
    made: Made, tmp_path: Path, cells: dict[str, str], place: str, told: str
) -> None:
    found = one(tmp_path, **cells)
    assert [where for where, _what in found] == [place]
    assert told in found[0][1]


def test_a_phone_that_a_spreadsheet_made_a_number_is_restored_where_it_is_exact(
    made: Made, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "a.xlsx", 一=[HEADINGS, (*GOOD[:3], 13800000000.0, *GOOD[4:])])
    file = tried(path)
    assert problems(file) == []
    assert '"phone":[null,"13800000000"]' in rows(file)[0].changes
    half = workbook(tmp_path / "b.xlsx", 一=[HEADINGS, (*GOOD[:3], 1380000.5, *GOOD[4:])])
    assert "电话只能有数字" in problems(tried(half))[0][1]


def test_coordinates_need_a_datum(made: Made, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", HEADINGS, GOOD)
    assert problems(tried(path, datum=None))[0][1].startswith("有坐标却没有说明坐标系")
    without = csv_file(tmp_path / "b.csv", HEADINGS[:4], GOOD[:4])
    assert problems(tried(without, datum=None)) == []
    own = csv_file(tmp_path / "c.csv", (*HEADINGS, "坐标系"), (*GOOD, "高德"))
    assert '"datum":[null,"gcj02"]' in rows(tried(own, datum=None))[0].changes


def test_a_place_outside_its_county_is_kept_to_be_verified_and_the_datum_that_fits_is_told(
    made: Made, tmp_path: Path
) -> None:
    with writing():
        origin = boundaries.Origin(Datum.WGS84, "the tests")
        boundaries.load(command("test"), OUTLINES, origin)
    # Just inside the eastern edge; its GCJ-02 writing lies beyond it.
    lat, lon = from_wgs84(Point(37.0, 122.598), Datum.GCJ02)
    shifted = one(tmp_path, 经度=f"{lon:.6f}", 纬度=f"{lat:.6f}", 位置已核实="是")
    assert "若坐标其实是 GCJ-02" in shifted[0][1]
    assert "落在环翠区" in one(tmp_path, 经度="122.2001", 纬度="37.0102")[0][1]
    assert "之外，请核对坐标" in one(tmp_path, 经度="120.2001", 纬度="37.0102")[0][1]
    row = (*GOOD[:4], "122.2001", "37.0102", "", "是")
    file = tried(csv_file(tmp_path / "b.csv", (*HEADINGS, "位置已核实"), row))
    assert file.counts == {"create": 1}
    assert '"verified":[null,false]' in rows(file)[0].changes
    applying.apply(ACTOR, file.uuid, file.digest)


def test_coarse_and_crowded_positions_are_warned_of(made: Made, tmp_path: Path) -> None:
    assert "只精确到公里" in one(tmp_path, 经度="122.5", 纬度="37.1")[0][1]
    near = ("东村药房", "两定机构", *GOOD[2:4], "122.51002", "37.01101", "")
    file = tried(csv_file(tmp_path / "b.csv", HEADINGS, GOOD, near))
    assert file.counts == {"create": 2}
    assert "另一个网点（2）相距不到 5 米" in problems(file)[0][1]
    known = one(tmp_path, 经度="122.48001", 纬度="37.16001")
    assert "相距不到 5 米" in known[0][1]


def test_the_same_site_twice_names_both_rows(made: Made, tmp_path: Path) -> None:
    twice = tried(
        csv_file(
            tmp_path / "a.csv", ("网点编码", "电话"), *[(made.hall, f"0631-{n}") for n in (1, 2)]
        )
    )
    assert [what for _where, what in problems(twice)] == [
        "与第 3 行是同一个网点，请只留一行。",
        "与第 2 行是同一个网点，请只留一行。",
    ]
    assert twice.counts == {"refuse": 2}
    written = ("东村 医保站（村委会）", *GOOD[1:4], "", "", "")
    again_by_name = tried(csv_file(tmp_path / "b.csv", HEADINGS, GOOD, GOOD, written))
    assert again_by_name.counts["refuse"] >= 2


def test_a_name_like_one_that_is_known_waits_for_a_person(made: Made, tmp_path: Path) -> None:
    first = tried(
        csv_file(tmp_path / "a.csv", HEADINGS, ("东村宏济堂药店", *GOOD[1:4], "", "", ""))
    )
    applying.apply(ACTOR, first.uuid, first.digest)
    known = db.session.scalar(sa.select(Site.code).where(Site.name == "东村宏济堂药店"))
    path = csv_file(tmp_path / "b.csv", HEADINGS, ("东村宏济唐药店", *GOOD[1:4], "", "", ""))
    file = tried(path)
    assert file.counts == {"ask": 1}
    (row,) = rows(file)
    assert row.offered == known
    for choice, counts in (("new", {"create": 1}), (known, {"change": 1})):
        with writing():
            actions.choose(queries.find(ACTOR, file.uuid), {row.number: choice or ""})
        assert again(file).counts == counts


def test_a_sheet_as_a_town_sends_it(made: Made, tmp_path: Path) -> None:
    """Title, two heading rows with merged cells, a region by name, notes and a signature."""
    path = workbook(
        tmp_path / "a.xlsx",
        说明=[["本表由各镇街填报"]],
        宁津街道=[
            ["2026 年医保工作站一览表", *[None] * 7],
            ["序号", "网点名称", "类型", "所在区划", None, "位置", None, "开办事项"],
            [None, None, None, "镇街", "村居", "经度", "纬度", ENROLMENT],
            [1, "东村医保站", "村卫生室", "宁津街道", "东村", 122.51, 37.011, "直办"],
            [2, "西村医保站", "村卫生室", "宁津街道", "西村", 122.52, 37.012, "帮办  "],
            [None] * 8,
            ["注：以上数据截至 10 月。"],
            ["填表人：王芳", None, None, None, "联系电话：0631-7560000"],
        ],
        旧表=[["网点名称", "类型"], ["不要读", "社区"]],
    )
    book: Any = load_workbook(path)
    book["旧表"].sheet_state = "hidden"
    for area in ("A1:H1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2"):
        book["宁津街道"].merge_cells(area)
    book.save(path)
    file = tried(path)
    assert problems(file) == []
    assert file.counts == {"create": 2, "note": 2}
    assert [row.name for row in rows(file)[:2]] == ["东村医保站", "西村医保站"]
    assert '"region":[null,"371082001201"]' in rows(file)[0].changes
    assert f'"offering:{ENROLMENT}":[null,"assisted"]' in rows(file)[1].changes
    assert any("旧表" in notice for notice in file.notices)
    assert any("说明" in notice for notice in file.notices)


def test_formulas_errors_dates_and_merged_cells_are_refused(made: Made, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        一=[
            HEADINGS,
            GOOD,
            ("西村医保站", *GOOD[1:]),
            ("南村医保站", *GOOD[1:]),
            ("北村", *GOOD[1:]),
        ],
    )
    book: Any = load_workbook(path)
    page = book["一"]
    page["A2"] = '=CONCATENATE("东","村")'
    page["D3"] = "#REF!"
    page["D3"].data_type = "e"
    page["D4"] = date(2026, 1, 1)
    page.merge_cells("B4:B5")
    book.save(path)
    found = dict(problems(tried(path)))
    assert "公式" in found["一!A2"]
    assert "错误值" in found["一!D3"]
    assert "日期" in found["一!D4"]
    assert "合并" in found["一!B5"]


def test_headings_that_nobody_knows_are_asked_for(made: Made, tmp_path: Path) -> None:
    file = tried(csv_file(tmp_path / "a.csv", ("甲", "乙", "丙"), GOOD[:3]))
    assert file.state is State.COLUMNS
    mapping = {("", 0): "name", ("", 1): "kind", ("", 2): "region"}
    with writing():
        actions.name_columns(queries.find(ACTOR, file.uuid), mapping, {}, file.terms)
    assert again(file).counts == {"create": 1}


def test_english_headings_and_words(made: Made, tmp_path: Path) -> None:
    headings = ("Name", "Kind", "Region code", "Telephone", "Opening hours")
    row = ("East", "Village clinic", "371082001201", "0631-1", "Mon-Fri 8:30-17:00")
    file = tried(csv_file(tmp_path / "a.csv", headings, row))
    assert (file.counts, problems(file)) == ({"create": 1}, [])


def test_what_rows_have_in_common_is_told_once(made: Made, tmp_path: Path) -> None:
    bad = [(f"站{number}", "超市", *GOOD[2:4], "", "", "") for number in range(30)]
    file = tried(csv_file(tmp_path / "a.csv", HEADINGS, *bad))
    assert [(each.times, each.place) for each in file.summary] == [(30, "B2")]


def test_empty_cells_leave_things_and_a_word_clears_them(made: Made, tmp_path: Path) -> None:
    headings = ("网点编码", "地址", "电话", ENROLMENT)
    kept = tried(csv_file(tmp_path / "a.csv", headings, (made.hall, "", "", "直办")))
    assert kept.counts == {"same": 1}
    cleared = tried(csv_file(tmp_path / "b.csv", headings, (made.hall, "清空", "", "")))
    changes = rows(cleared)[0].changes
    assert '"address":["学府路 1 号",""]' in changes
    assert f'"offering:{ENROLMENT}":["direct",null]' in changes
