"""What is known of regions that are no more, and whose ground they lay on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from core.access import Reach, command
from core.clock import today
from core.db import db, writing
from core.regions import importer, past, queries
from core.regions.heirs import Heirs
from core.regions.models import RegionChange

ACTOR = command("test")
HEADER = "code,name,level,parent\n371000000000,威海市,city,\n"
COUNTIES = "371002000000,环翠区,county,371000000000\n371082000000,荣成市,county,371000000000\n"
TOWN, FIRST, SECOND, KEPT = "371082001000", "371082001201", "371082001202", "371082001203"
NEW = "371002001201"
LIST = f"""{HEADER}{COUNTIES}371002001000,楼,town,371002000000
{TOWN},宁津街道,town,371082000000
{FIRST},甲子村委会,village,{TOWN}
{SECOND},乙丑村委会,village,{TOWN}
{KEPT},丙寅村委会,village,{TOWN}
"""
LATER = f"""{HEADER}{COUNTIES}371002001000,楼,town,371002000000
{NEW},新村委会,village,371002001000
"""
SINCE, ENDED = date(2021, 1, 1), date(2024, 1, 1)
WAS: dict[str, int] = {}


@pytest.fixture(autouse=True)
def lists(app: Flask) -> None:
    """A town ends with its villages: one goes to another county, two are simply no more."""
    with writing():
        importer.apply(ACTOR, importer.plan(LIST, SINCE, "a document"))
    WAS.update({node.code: node.id for node in queries.load(SINCE).by_id.values()})
    with writing():
        plan = importer.plan(LATER, ENDED, "a document")
        importer.apply(ACTOR, plan, {FIRST: Heirs((NEW,))})


def within(code: str, on: date | None = None) -> set[str]:
    """The codes of the gone regions that lay within the region of a code."""
    reach = Reach(regions=frozenset({WAS[code]}))
    found = past.within(reach, on or today())
    return {code for code, known in WAS.items() if known in found} - {code}


def test_what_ended_is_known_with_what_came_after() -> None:
    known = past.gone(today())
    assert set(known) == {WAS[code] for code in (TOWN, FIRST, SECOND, KEPT)}
    first = known[WAS[FIRST]]
    assert (first.name, first.on, first.parent_id) == ("甲子村委会", ENDED, WAS[TOWN])
    assert [heir.code for heir in first.heirs] == [NEW]
    assert known[WAS[SECOND]].heirs == ()
    assert past.gone(ENDED - timedelta(days=1)) == {}


def test_it_lay_within_what_it_was_part_of_and_within_what_came_after() -> None:
    assert within("371082000000") == {TOWN, FIRST, SECOND, KEPT}
    assert within("371002000000") == {"371002001000", FIRST}
    assert within("371082000000", ENDED - timedelta(days=1)) == {TOWN, FIRST, SECOND, KEPT}


def test_what_a_region_gave_away_while_it_lived_is_no_heir() -> None:
    with writing():
        db.session.add(
            RegionChange(
                from_region_id=WAS[SECOND],
                to_region_id=queries.load(today()).by_code[NEW].id,
                kind="split",
                on=date(2023, 1, 1),
                source="a document",
            )
        )
    assert past.gone(today())[WAS[SECOND]].heirs == ()
