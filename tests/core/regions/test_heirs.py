"""What comes after a region that ends: proposed from two lists, read from a file."""

from __future__ import annotations

from collections import Counter

import pytest

from core.errors import BadInput
from core.regions import importer
from core.regions.heirs import Heirs, Proposer, Reason, places_of_sites, read_heirs
from core.regions.rules import ChangeKind, Level, Row, differences, level_of, parent_of
from tests.core.regions.later import COUNTY, IN_COUNTY, MERGED, MOVED, RENAMED, SPLIT, later
from tests.processor import at_most


def row(code: str, name: str) -> Row:
    level = level_of(code)
    assert level is not None
    return Row(code, name, level, parent_of(code, level), statutory=True)


ABOVE = [
    row("371000000000", "威海市"),
    row("371082000000", "荣成市"),
    row("371082001000", "宁津街道"),
    row("371082002000", "港湾街道"),
]


def proposed(before: list[Row], after: list[Row]) -> dict[str, tuple[str, ...]]:
    """The heirs that are chosen beforehand, by the code of what ends."""
    changed = differences(before, after)
    proposer = Proposer(after, changed)
    found = {}
    for change in changed:
        if change.before is not None and change.after is None:
            children = [one for one in before if one.parent == change.before.code]
            found[change.before.code] = proposer.chosen(
                proposer.candidates(change.before, children)
            )
    return found


def test_the_change_set_of_a_later_list_is_exactly_what_happened() -> None:
    before, after = importer.read(importer.shipped_text("3710")), importer.read(later())
    with at_most(20):
        changed = differences(before, after)
        assert proposed(before, after) == {MERGED[0]: (MERGED[1],), SPLIT[0]: SPLIT[1]}
    kinds = Counter(kind for change in changed for kind in change.kinds)
    assert kinds == {
        ChangeKind.ABOLISHED: 2,
        ChangeKind.CREATED: 2,
        ChangeKind.RECODED: IN_COUNTY + 1,
        ChangeKind.REPARENTED: 1,
        ChangeKind.RENAMED: 2,
    }
    by_old = {change.before.code: change for change in changed if change.before is not None}
    for old in (code for code in by_old if code.startswith(COUNTY[0])):
        became = by_old[old].after
        assert became is not None
        assert became.code == COUNTY[1] + old[6:]
    moved, renamed = by_old[MOVED[0]].after, by_old[RENAMED[0]].after
    assert moved is not None
    assert renamed is not None
    assert (moved.code, renamed.name) == (MOVED[1], RENAMED[1])


def test_an_heir_is_told_with_the_reasons_for_it() -> None:
    gone = row("371082001223", "西钱家村委会")
    heir, other = row("371082001222", "东钱家村委会"), row("371082001230", "马家寨村委会")
    before, after = [*ABOVE, gone, heir, other], [*ABOVE, heir, other]
    found = Proposer(after, differences(before, after)).candidates(gone, [])
    assert [one.row.code for one in found] == [heir.code, other.code]
    assert found[0].reasons == (Reason.NAME, Reason.PARENT, Reason.CODE)
    assert found[0].score > found[1].score


def test_a_town_goes_where_its_villages_went() -> None:
    villages = [row(f"37108200120{number}", f"村{number}村委会") for number in range(1, 5)]
    moved = [row(f"37108200210{number}", f"村{number}村委会") for number in range(1, 5)]
    before = [*ABOVE, *villages]
    after = [one for one in ABOVE if one.code != "371082001000"] + moved
    assert proposed(before, after) == {"371082001000": ("371082002000",)}


def test_a_town_whose_villages_went_two_ways_was_split() -> None:
    third = row("371082003000", "桃园街道")
    villages = [row(f"37108200120{number}", f"村{number}村委会") for number in range(1, 5)]
    moved = [
        row(f"37108200{2 + number % 2}10{number}", f"村{number}村委会") for number in range(1, 5)
    ]
    before = [*ABOVE, third, *villages]
    after = [one for one in [*ABOVE, third] if one.code != "371082001000"] + moved
    assert proposed(before, after) == {"371082001000": ("371082002000", "371082003000")}


def test_nothing_is_chosen_where_nothing_speaks_for_it() -> None:
    gone = row("371082001223", "西钱家村委会")
    far = row("371082002299", "龙须岛村委会")
    assert proposed([*ABOVE, gone, far], [*ABOVE, far]) == {gone.code: ()}


def test_a_name_elsewhere_is_offered_and_not_chosen() -> None:
    gone = row("371082001231", "后店子村委会")
    elsewhere = row("371082002209", "后店村委会")
    before, after = [*ABOVE, gone, elsewhere], [*ABOVE, elsewhere]
    found = Proposer(after, differences(before, after)).candidates(gone, [])
    assert [one.row.code for one in found] == [elsewhere.code]
    assert proposed(before, after) == {gone.code: ()}


def test_an_heir_is_of_the_same_level() -> None:
    gone = row("371082001223", "港湾村委会")
    after = [*ABOVE, row("371082001230", "马家寨村委会")]
    changed = differences([*after, gone], after)
    found = Proposer(after, changed).candidates(gone, [])
    assert {one.row.level for one in found} == {Level.VILLAGE}


def test_sites_say_by_their_name_where_they_are() -> None:
    heirs = {"1": "东周庄村委会", "2": "西周庄村委会"}
    sites = {"a": "东周庄村卫生室", "b": "周庄卫生室宁津街道西周庄", "c": "周庄卫生室"}
    assert places_of_sites(sites, heirs) == {"a": "1", "b": "2"}


def test_heirs_are_read_from_a_file() -> None:
    text = "old,new\n1,2\n\n3, 4 ,0000017\n3,5\n"
    assert read_heirs(text) == {
        "1": Heirs(("2",)),
        "3": Heirs(("4", "5"), {"0000017": "4"}),
    }


@pytest.mark.parametrize("text", ["1\n", "1,\n", ",2\n", "1,2,3,4\n"])
def test_a_wrong_line_is_named(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_heirs("old,new\n" + text)
    assert "第 2 行" in str(refused.value)
