"""What is recorded of two sites is of the one that they become, once; earlier days stay."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from core.audit import queries as audit
from core.clock import today
from core.db import db, writing
from core.facilities import queries as facilities
from core.facilities.changes import fitted
from core.facilities.rules import Fit, Group, items
from core.regions.queries import tree
from core.sites import actions
from core.sites.changes import Change
from core.staff import actions as staff
from core.staff import queries as postings
from core.staff.actions import Described
from core.staff.changes import posted
from core.staff.models import Member
from core.staff.rules import Duty
from halls.windows import queries as windows
from halls.windows.changes import windowed
from halls.windows.rules import Lane, Opened, WindowKind
from tests.core.accounts.made import ACTOR, SINCE
from tests.network.duplicates.conftest import EAST, Pairs, Person, id_of
from tests.network.duplicates.test_views import address, versions

YESTERDAY = today() - timedelta(days=1)
FIRST, SECOND = (one.code for one in items().of(Group.EQUIPMENT)[:2])
WIDE = Opened(WindowKind.COMPREHENSIVE, frozenset({Lane.ELDERLY}))
NARROW = Opened(WindowKind.SPECIAL, title="门诊慢特病")


def merge(county: Person, made: Pairs) -> None:
    seen = versions(made.clinic, made.again)
    assert county.post(f"{address(made)}/merge", survivor=made.clinic, **seen)[0] == 303
    db.session.rollback()


def take_apart(county: Person, made: Pairs) -> None:
    seen = versions(made.again)[f"seen-{made.again}"]
    assert county.post(f"/duplicates/merged/{made.again}/apart", seen=seen)[0] == 303
    db.session.rollback()


def do(code: str, *changes: Change) -> None:
    with writing():
        actions.do(ACTOR, id_of(code), None, *changes)


def story(code: str, action: str) -> list[str]:
    events = [one for one in audit.story("site", code, 9) if one.action == action]
    return [line for one in events for line in one.lines]


def test_facilities_of_both_are_the_survivors(county: Person, made: Pairs) -> None:
    do(made.clinic, fitted({FIRST: Fit(2)}, SINCE))
    do(made.again, fitted({FIRST: Fit(3), SECOND: Fit(1, "门口")}, SINCE))
    page = county.get(address(made))[1]
    assert "设施和制度" in page
    assert "同一项两边都有的，保留原有的数量" in page
    merge(county, made)
    survivor, other = id_of(made.clinic), id_of(made.again)
    assert facilities.held(survivor).fits == {FIRST: Fit(2), SECOND: Fit(1, "门口")}
    assert facilities.held(survivor, YESTERDAY).fits == {FIRST: Fit(2)}
    (told,) = (
        one.changes
        for one in audit.story("site", made.clinic, 9)
        if one.action == "site.facilities.followed"
    )
    both = {"kept": {"count": 2, "note": ""}, "left": {"count": 3, "note": ""}}
    assert told[f"joined:{FIRST}"] == (None, both)
    assert told["merged"] == (None, made.again)
    assert any(
        "并入的网点登记为：3" in line for line in story(made.clinic, "site.facilities.followed")
    )
    take_apart(county, made)
    assert facilities.held(other).fits == {FIRST: Fit(3), SECOND: Fit(1, "门口")}
    assert facilities.held(survivor).fits == {FIRST: Fit(2), SECOND: Fit(1, "门口")}


def test_what_only_the_other_has_on_record_is_known_of_the_survivor(
    county: Person, made: Pairs
) -> None:
    do(made.again, fitted({FIRST: None}, SINCE), windowed({}, SINCE))
    merge(county, made)
    survivor = id_of(made.clinic)
    assert facilities.held(survivor).groups == {Group.EQUIPMENT}
    assert facilities.held(survivor, YESTERDAY).groups == frozenset()
    assert windows.recorded(survivor)
    assert not windows.recorded(survivor, YESTERDAY)
    numbers = windows.windows().of_site(survivor)
    assert numbers[windows.ALL] == 0


def test_windows_go_over_only_where_none_are_known(county: Person, made: Pairs) -> None:
    do(made.clinic, windowed({"1": WIDE}, SINCE))
    do(made.again, windowed({"1": NARROW, "2": NARROW}, SINCE))
    merge(county, made)
    assert windows.held(id_of(made.clinic)) == {"1": WIDE}
    assert windows.held(id_of(made.again)) == {"1": NARROW, "2": NARROW}
    assert story(made.clinic, "site.windows.followed") == []


def test_windows_of_the_other_are_the_survivors_from_the_day_on(
    county: Person, made: Pairs
) -> None:
    do(made.again, windowed({"1": NARROW, "2": WIDE}, SINCE))
    merge(county, made)
    survivor = id_of(made.clinic)
    assert windows.held(survivor) == {"1": NARROW, "2": WIDE}
    assert windows.held(survivor, YESTERDAY) == {}
    assert windows.windows().of_site(survivor)[windows.ALL] == 2
    lines = story(made.clinic, "site.windows.followed")
    assert any("门诊慢特病" in line for line in lines)


def member(name: str) -> str:
    with writing():
        region = tree(today()).by_code[EAST].id
        return staff.enter(ACTOR, Described(name, region)).code


def test_whoever_was_posted_to_the_other_is_posted_to_the_survivor_once(
    county: Person, made: Pairs
) -> None:
    both, one, new = member("甲"), member("乙"), member("丙")
    do(made.clinic, posted({both: [Duty.GUIDE]}, SINCE))
    duties = {both: [Duty.GUIDE, Duty.AGENT], one: [Duty.MANAGER]}
    do(made.again, posted(duties, SINCE))
    do(made.again, posted({new: [Duty.GUIDE]}, today()))
    merge(county, made)
    survivor, other = id_of(made.clinic), id_of(made.again)
    held = {at.code: at.held for at in postings.at_site(survivor)}
    assert held == {both: {Duty.GUIDE, Duty.AGENT}, one: {Duty.MANAGER}, new: {Duty.GUIDE}}
    assert postings.at_site(other) == []
    assert {at.code for at in postings.at_site(other, YESTERDAY)} == {both, one}
    assert postings.postings().of_site(survivor)[postings.POSTED] == 3
    assert "乙" in "".join(story(made.clinic, "site.postings.followed"))
    assert "甲" in "".join(story(made.again, "site.postings.set"))
    with writing():  # she may leave: nothing of hers stays at a site that nobody may change
        seen = staff_version(one)
        staff.leave(ACTOR, one, seen, today() + timedelta(days=1))
    take_apart(county, made)
    assert postings.at_site(other) == []
    assert len(postings.at_site(survivor)) == 3


def staff_version(code: str) -> int:
    return db.session.scalars(sa.select(Member.version).where(Member.code == code)).one()


def test_the_page_says_how_much_there_is_and_what_becomes_of_it(
    county: Person, made: Pairs
) -> None:
    assert "名下的其他内容" not in county.get(address(made))[1]
    do(made.again, windowed({"1": NARROW, "2": NARROW}, SINCE))
    text = county.get(address(made))[1]
    row = text[text.index('<th scope="row">窗口</th>') :]
    row = row[: row.index("</tr>")]
    assert f'data-label="{made.clinic}">0<' in row
    assert f'data-label="{made.again}">2<' in row
    assert "登记过的，保留原有的" in row
