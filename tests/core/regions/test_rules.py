"""Codes and their levels, rows that are refused, and what two lists differ in."""

from __future__ import annotations

import pytest

from core.errors import BadInput
from core.regions.rules import (
    ChangeKind,
    Level,
    Row,
    check_complete,
    differences,
    level_of,
    parent_of,
    row_of,
    statutory_by_code,
)


def row(code: str, name: str, name_en: str = "") -> Row:
    level = level_of(code)
    assert level is not None
    return Row(code, name, level, parent_of(code, level), statutory_by_code(code, level), name_en)


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("371000000000", Level.CITY, ""),
        ("371082000000", Level.COUNTY, "371000000000"),
        ("371082001000", Level.TOWN, "371082000000"),
        ("371082100000", Level.TOWN, "371082000000"),
        ("371082001010", Level.VILLAGE, "371082001000"),
    ],
)
def test_the_zeros_tell_level_and_parent(code: str, level: Level, parent: str) -> None:
    assert level_of(code) is level
    assert parent_of(code, level) == parent


@pytest.mark.parametrize("code", ["370000000000", "371000001000", "371082000001", "370082001000"])
def test_a_province_or_a_gap_has_no_level(code: str) -> None:
    assert level_of(code) is None


@pytest.mark.parametrize(
    ("code", "statutory"),
    [
        ("371000000000", True),
        ("371071000000", False),
        ("371082000000", True),
        ("371071004000", True),
        ("371003400000", False),
        ("371071004201", True),
        ("371071004401", False),
    ],
)
def test_digits_tell_what_only_the_statistics_know(code: str, statutory: bool) -> None:
    level = level_of(code)
    assert level is not None
    assert statutory_by_code(code, level) is statutory


GOOD = {"code": "371082000000", "name": "荣成市", "level": "county", "parent": "371000000000"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", 371082000000),
        ("code", 371082),
        ("code", None),
        ("code", "371082"),
        ("code", "3.71082E+11"),
        ("code", "371082000000.0"),
        ("code", "３７１０８２００００００"),
        ("code", "071082000000"),
        ("level", "province"),
        ("level", ""),
        ("level", "town"),
        ("parent", "370300000000"),
        ("parent", "371082000000"),
        ("parent", ""),
        ("parent", 371000000000),
        ("name", ""),
        ("name", "  "),
        ("name", "荣\x00成"),
        ("name", "长" * 101),
        ("statutory", "yes"),
        ("name_en", "x" * 101),
    ],
)
def test_a_wrong_cell_is_refused_by_its_name(field: str, value: object) -> None:
    with pytest.raises(BadInput) as refused:
        row_of(7, {**GOOD, field: value})
    assert refused.value.field == field
    assert "7" in str(refused.value)


def test_a_row_is_read() -> None:
    assert row_of(2, GOOD) == Row(
        "371082000000", "荣成市", Level.COUNTY, "371000000000", statutory=True
    )
    assert row_of(2, {**GOOD, "statutory": "0"}).statutory is False
    assert row_of(2, {**GOOD, "name": "<script>`${1}`\u202e"}).name == "<script>`${1}`\u202e"


@pytest.mark.parametrize("parent", ["", "370000000000"])
def test_a_city_may_name_its_province_or_nothing(parent: str) -> None:
    cells = {"code": "371000000000", "name": "威海市", "level": "city", "parent": parent}
    assert row_of(2, cells).parent == ""


# -- Differences --------------------------------------------------------------------------------

CITY = row("371000000000", "威海市", "Weihai City")
RONGCHENG = row("371082000000", "荣成市", "Rongcheng City")
WENDENG = row("371081000000", "文登市")
TOWN = row("371082001000", "崖头街道")
OTHER = row("371082002000", "寻山街道")
VILLAGE = row("371082001001", "王家村委会")
TREE = [CITY, RONGCHENG, WENDENG, TOWN, OTHER, VILLAGE]


def told(before: list[Row], after: list[Row]) -> set[tuple[str, str, tuple[ChangeKind, ...]]]:
    return {
        (d.before.code if d.before else "", d.after.code if d.after else "", d.kinds)
        for d in differences(before, after)
    }


def test_the_same_list_changes_nothing() -> None:
    assert differences(TREE, TREE) == []


def test_an_english_name_is_kept_where_a_list_has_none() -> None:
    assert differences(TREE, [CITY, row("371082000000", "荣成市"), *TREE[2:]]) == []


def test_an_english_name_goes_with_the_name_it_translates() -> None:
    (change,) = differences([CITY, RONGCHENG], [CITY, row("371082000000", "荣成区")])
    assert change.kinds == (ChangeKind.RENAMED,)
    assert change.after is not None
    assert change.after.name_en == ""


def test_created_and_abolished() -> None:
    fresh = row("371082003000", "斥山街道")
    after = [one for one in TREE if one is not OTHER] + [fresh]
    assert told(TREE, after) == {
        ("", fresh.code, (ChangeKind.CREATED,)),
        (OTHER.code, "", (ChangeKind.ABOLISHED,)),
    }


def test_a_new_code_under_the_old_name_is_the_same_region() -> None:
    moved = row("371082009000", OTHER.name)
    assert told(TREE, [CITY, RONGCHENG, WENDENG, TOWN, moved, VILLAGE]) == {
        (OTHER.code, moved.code, (ChangeKind.RECODED,))
    }


def test_a_county_that_becomes_a_district_takes_its_towns_along() -> None:
    town = row("371081001000", "龙山街道")
    before = [CITY, WENDENG, town]
    district, moved = row("371003000000", "文登区"), row("371003001000", "龙山街道")
    assert told(before, [CITY, district, moved]) == {
        (WENDENG.code, district.code, (ChangeKind.RENAMED, ChangeKind.RECODED)),
        (town.code, moved.code, (ChangeKind.RECODED,)),
    }


def test_a_village_goes_over_to_another_town() -> None:
    moved = row("371082002001", VILLAGE.name)
    assert told(TREE, [CITY, RONGCHENG, WENDENG, TOWN, OTHER, moved]) == {
        (VILLAGE.code, moved.code, (ChangeKind.RECODED, ChangeKind.REPARENTED))
    }


def test_a_name_borne_twice_is_no_proof() -> None:
    twin = row("371082001002", VILLAGE.name)
    moved = [row("371082002001", VILLAGE.name), row("371082002002", VILLAGE.name)]
    above = [CITY, RONGCHENG, WENDENG, TOWN, OTHER]
    kinds = [d.kinds for d in differences([*above, VILLAGE, twin], [*above, *moved])]
    assert kinds == [(ChangeKind.CREATED,)] * 2 + [(ChangeKind.ABOLISHED,)] * 2


def test_a_zone_that_becomes_statutory() -> None:
    zone = row("371071000000", "开发区")
    by_law = Row(zone.code, zone.name, zone.level, zone.parent, statutory=True)
    assert told([CITY, zone], [CITY, by_law]) == {
        (zone.code, zone.code, (ChangeKind.RECLASSIFIED,))
    }


def test_a_list_that_leaves_a_whole_level_out_is_refused() -> None:
    check_complete(TREE, TREE)
    with pytest.raises(BadInput) as refused:
        check_complete(TREE, [CITY, RONGCHENG, WENDENG, TOWN])
    assert refused.value.field == "level"
