"""Lists of regions: read strictly, planned, applied all or nothing, true as of each day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import command
from core.db import db, revision, writing
from core.errors import BadInput, NotFound
from core.regions import actions, cli, importer, queries
from core.regions.models import Region, RegionChange, RegionPeriod
from core.regions.rules import ASSUMED_SINCE, ChangeKind, Difference, Level
from core.textfile import read_text

ACTOR = command("test")
HEADER = "code,name,level,parent\n"
LIST = (
    HEADER
    + """\
371000000000,威海市,city,
371071000000,高技术产业开发区,county,371000000000
371081000000,文登市,county,371000000000
371082000000,荣成市,county,371000000000
371081001000,龙山街道,town,371081000000
371082001000,崖头街道,town,371082000000
371082002000,寻山街道,town,371082000000
371081001001,天福村委会,village,371081001000
371082001001,王家村委会,village,371082001000
371082002001,李家村委会,village,371082002000
"""
)
# Seven years later: 文登 became a district, 寻山 was renamed, 李家 went, 张家 came.
LATER = (
    HEADER
    + """\
371000000000,威海市,city,
371003000000,文登区,county,371000000000
371071000000,高技术产业开发区,county,371000000000
371082000000,荣成市,county,371000000000
371003001000,龙山街道,town,371003000000
371082001000,崖头街道,town,371082000000
371082002000,寻山镇,town,371082000000
371003001001,天福村委会,village,371003001000
371082001001,王家村委会,village,371082001000
371082002009,张家村委会,village,371082002000
"""
)
FIRST, SECOND = date(2014, 1, 1), date(2021, 6, 1)


def take(text: str, on: date) -> None:
    with writing():
        importer.apply(ACTOR, importer.plan(text, on, "a document"))


def count(model: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


# -- Reading ------------------------------------------------------------------------------------


def replaced(old: str, new: str) -> str:
    assert old in LIST
    return LIST.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "field", "line"),
    [
        pytest.param(
            HEADER + "371000000000,威海市,city,\n371082001000,崖头街道,town,371082000000\n",
            "parent",
            3,
            id="child before parent",
        ),
        pytest.param(
            replaced("崖头街道,town,371082", "崖头街道,town,371081"), "parent", 7, id="prefix"
        ),
        pytest.param(replaced("371082002000,", "371082001000,"), "code", 8, id="doubled"),
        pytest.param(replaced("371082000000,", "371082,"), "code", 5, id="not padded"),
        pytest.param(replaced("371082000000,", "3.71082E+11,"), "code", 5, id="spreadsheet"),
        pytest.param(replaced("371082000000,", "371082000000.0,"), "code", 5, id="decimal"),
        pytest.param(replaced("寻山街道,town", "寻山街道,street"), "level", 8, id="level"),
        pytest.param(replaced("寻山街道,town", "寻山街道,village"), "level", 8, id="other level"),
        pytest.param(replaced("寻山街道", " "), "name", 8, id="no name"),
        pytest.param(LIST + "370300000000,淄博市,city,\n", "level", 12, id="two cities"),
        pytest.param(replaced(",寻山街道", ""), None, 8, id="a cell short"),
        pytest.param(replaced("寻山街道", '"寻山'), None, 11, id="open quote"),
        pytest.param(replaced("level", "rank"), "header", 1, id="header"),
        pytest.param(replaced("level", "level,level"), "header", 1, id="doubled header"),
    ],
)
def test_a_wrong_list_is_refused_by_its_line(text: str, field: str | None, line: int) -> None:
    with pytest.raises(BadInput) as refused:
        importer.read(text)
    assert refused.value.field == field
    assert f"第 {line} 行" in str(refused.value)


@pytest.mark.parametrize("text", ["", HEADER, "\n"])
def test_an_empty_list_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        importer.read(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_list_is_read_in_the_encodings_people_save(encoding: str, line_end: str) -> None:
    data = LIST.replace("\n", line_end).encode(encoding)
    rows = importer.read(read_text(data))
    assert len(rows) == 10
    assert rows[3].name == "荣成市"


@pytest.mark.parametrize(
    ("city", "levels", "zones"),
    [
        (
            "3710",
            {"city": 1, "county": 7, "town": 73, "village": 2768},
            {"371071", "371072", "371073"},
        ),
        ("3703", {"city": 1, "county": 8, "town": 88, "village": 2931}, set()),
    ],
)
def test_the_shipped_lists_are_whole(city: str, levels: dict[str, int], zones: set[str]) -> None:
    rows = importer.read(importer.shipped_text(city))
    assert {level: sum(row.level == level for row in rows) for level in levels} == levels
    assert zones == {
        row.code[:6] for row in rows if row.level is Level.COUNTY and not row.statutory
    }


def test_only_two_lists_are_shipped() -> None:
    assert importer.shipped() == ["3703", "3710"]
    with pytest.raises(NotFound):
        importer.shipped_text("../data/3710")


# -- Applying -----------------------------------------------------------------------------------


def test_a_first_list_is_the_tree_and_changes_nothing_again(app: Flask) -> None:
    take(LIST, FIRST)
    tree = queries.tree(FIRST)
    (city,) = tree.top()
    assert [node.name for node in tree.children(city.id)] == [
        "高技术产业开发区",
        "文登市",
        "荣成市",
    ]
    village = tree.by_code["371082002001"]
    assert [node.name for node in tree.path(village.id)] == [
        "威海市",
        "荣成市",
        "寻山街道",
        "李家村委会",
    ]
    assert tree.full_name(village.id) == "荣成市寻山街道李家村委会"
    assert len(tree.descendants(city.id)) == 9
    assert (village.since, village.source, village.statutory) == (FIRST, "a document", True)
    assert not tree.by_code["371071000000"].statutory
    assert queries.tree(date(2013, 12, 31)).top() == ()
    assert count(RegionChange) == 0
    before = revision("network")
    for day in (FIRST, SECOND):
        take(LIST, day)
    assert revision("network") == before
    assert count(RegionPeriod) == 10


def test_each_day_has_its_own_tree(app: Flask) -> None:
    take(LIST, FIRST)
    take(LATER, SECOND)
    old, new = queries.tree(date(2021, 5, 31)), queries.tree(SECOND)
    assert sorted(old.by_code) == sorted(line[:12] for line in LIST.splitlines()[1:])
    assert sorted(new.by_code) == sorted(line[:12] for line in LATER.splitlines()[1:])
    for was, now in (("371081000000", "371003000000"), ("371081001001", "371003001001")):
        assert old.by_code[was].id == new.by_code[now].id
    assert new.full_name(new.by_code["371003001001"].id) == "文登区龙山街道天福村委会"
    town = new.by_code["371082002000"]
    assert (town.name, town.since, old.by_id[town.id].name) == ("寻山镇", SECOND, "寻山街道")
    kept = new.by_code["371082001001"]
    assert kept == old.by_code["371082001001"]
    assert kept.since == FIRST
    told = db.session.scalars(sa.select(RegionChange.kind).where(RegionChange.on == SECOND))
    assert sorted(told) == sorted(
        ["renamed", "recoded", "recoded", "recoded", "renamed", "abolished", "created"]
    )


@pytest.mark.parametrize("text", [LIST, LATER])
def test_a_day_before_the_last_change_is_refused(app: Flask, text: str) -> None:
    take(LIST, FIRST)
    take(LATER, SECOND)
    with pytest.raises(BadInput) as refused:
        take(text, date(2020, 1, 1))
    assert refused.value.field == "on"
    assert "2021-06-01" in str(refused.value)


def test_a_second_truth_for_one_day_is_refused(app: Flask) -> None:
    take(LIST, FIRST)
    with pytest.raises(BadInput) as refused:
        take(LATER, FIRST)
    assert refused.value.field == "on"
    assert "2014-01-01" in str(refused.value)


def test_another_city_is_left_alone(app: Flask) -> None:
    take(LIST, FIRST)
    other = HEADER + "370300000000,淄博市,city,\n370303000000,张店区,county,370300000000\n"
    take(other, FIRST)
    take(LATER, SECOND)
    tree = queries.tree(SECOND)
    assert [city.name for city in tree.top()] == ["淄博市", "威海市"]
    assert tree.by_code["370303000000"].since == FIRST


def test_a_wrong_source_is_refused(app: Flask) -> None:
    for source in (" ", "x" * 201):
        with pytest.raises(BadInput) as refused:
            importer.plan(LIST, FIRST, source)
        assert refused.value.field == "source"


def test_a_parent_does_not_end_before_its_children(app: Flask) -> None:
    take(LIST, FIRST)
    rows = {row.code: row for row in importer.read(LIST)}
    town = Difference(rows["371082002000"], None, (ChangeKind.ABOLISHED,))
    with pytest.raises(BadInput) as refused, writing():
        actions.apply(ACTOR, [town], SECOND, "a document")
    assert refused.value.field == "parent"
    assert "371082002001" in str(refused.value)
    assert "371082002000" in queries.tree(SECOND).by_code


def test_nothing_stays_of_a_list_that_fails_midway(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(LIST, FIRST)

    def fail(*_: object) -> None:
        raise BadInput("midway")

    monkeypatch.setattr(actions, "note", fail)
    with pytest.raises(BadInput):
        take(LATER, SECOND)
    assert sorted(queries.load(SECOND).by_code) == sorted(queries.load(FIRST).by_code)
    assert count(RegionPeriod) == 10


# -- Commands -----------------------------------------------------------------------------------


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(cli.commands, ["import", *words])
    return result.exit_code, result.output


def test_the_command_tells_plans_and_applies(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="gb18030")
    options = (str(file), "--source", "a document", "--on")
    code, output = run(app, *options, "2014-01-01", "--dry-run")
    assert code == 0
    assert "10 created" in output
    assert "dry run" in output
    assert (count(Region), count(RegionPeriod), revision("network")) == (0, 0, 0)
    assert run(app, *options, "2014-01-01")[0] == 0
    assert run(app, *options, "2015-01-01") == (0, "nothing to change\n")
    file.write_text(LATER, encoding="utf-8-sig")
    code, output = run(app, *options, "2021-06-01")
    assert code == 0
    assert "1 created, 2 renamed, 3 recoded, 1 abolished" in output
    assert "renamed+recoded: 371081000000 文登市" in output
    assert "-> 371003000000 文登区" in output
    code, output = run(app, *options, "2016-01-01")
    assert code == 1
    assert "2021-06-01" in output
    file.write_text(LATER.replace("371003000000", "371003", 1))
    code, output = run(app, *options, "2022-01-01")
    assert code == 1
    assert "371003" in output


def test_the_command_needs_to_know_what_and_since_when(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST)
    for words in (
        (),
        (str(file),),
        (str(file), "--on", "2021-01-01"),
        (str(file), "--source", "a document"),
        (str(file), "--shipped", "3710"),
        (str(file), "--on", "2021-13-01", "--source", "a document"),
    ):
        assert run(app, *words)[0] == 2, words
    assert run(app, "--shipped", "1101")[0] == 1


def test_the_shipped_list_is_loaded_and_searched(app: Flask) -> None:
    code, output = run(app, "--shipped", "3710")
    assert code == 0
    assert "2849 created" in output
    assert run(app, "--shipped", "3710") == (0, "nothing to change\n")
    tree = queries.tree(ASSUMED_SINCE)
    (city,) = tree.top()
    assert city.assumed
    assert city.source == importer.SHIPPED_SOURCE
    levels = [node.level for node in tree.descendants(city.id)]
    assert [levels.count(level) for level in Level] == [0, 7, 73, 2768]
    for asked in ("rc", "RongCheng", "荣成", "荣成市", "Rongcheng City"):
        assert queries.search(asked, ASSUMED_SINCE, 20)[0].code == "371082000000", asked
    assert queries.search("rushan", ASSUMED_SINCE, 20)[0].name == "乳山市"
    assert queries.search("rs", ASSUMED_SINCE, 20)[0].name == "乳山市"
