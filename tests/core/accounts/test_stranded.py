"""Roles over regions that ended before anything followed them: shown, and handed on at once."""

from __future__ import annotations

import logging
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import Actor, Permission
from core.accounts import actions, following, queries
from core.accounts.models import Grant
from core.accounts.places import find_place
from core.accounts.rules import Role
from core.audit import queries as audit
from core.clock import now, today
from core.db import db, writing
from core.errors import BadInput, Forbidden
from core.regions import importer
from core.regions.queries import load
from core.regions.rules import ChangeKind
from core.regions.succession import record_successor
from core.sites.models import SitePeriod
from tests.core.accounts.made import (
    ACTOR,
    CITIES,
    SINCE,
    World,
    as_actor,
    give_authenticator,
    make_person,
    post,
    signed_in,
)
from tests.core.accounts.test_cli import run

TOWN, VILLAGE, HEIR = "371082001000", "371082001001", "371082001002"
COUNTY, SIBLING = "371082000000", "371002000000"
ENDED = SINCE + timedelta(days=30)


@pytest.fixture
def stranded(world: World) -> int:
    """Somebody whose village ended, as it was before roles followed; gives her id."""
    account = make_person("stranded", Role.STATION_MANAGER, VILLAGE, "赵敏")
    with writing():
        db.session.execute(sa.update(Grant).values(since=SINCE))
    end_village()
    return account


def end_village(*, heir: bool = True) -> None:
    """Let the village go into another; the role over it stays behind."""
    rows = [row for row in importer.read(CITIES[0]) if row.code != VILLAGE]
    text = importer.text_of(rows) + f"{HEIR},新东荣成村,village,{TOWN},1,\n"
    with writing():
        gone = load(today()).by_code[VILLAGE].id
        db.session.execute(sa.delete(SitePeriod).where(SitePeriod.region_id == gone))
        grants = sa.update(Grant).where(Grant.region_id == gone)
        db.session.execute(grants.values(revoked_at=now()))
        importer.apply(ACTOR, importer.plan(text, ENDED, "a document"))
        db.session.execute(grants.values(revoked_at=None))
    if heir:
        with writing():
            record_successor(ACTOR, VILLAGE, HEIR, ChangeKind.MERGED, "a document")


def admin(place: str, role: Role = Role.COUNTY_ADMIN) -> int:
    account = make_person(f"admin-{place}", role, place)
    give_authenticator(account)
    return account


def hand_on(actor: Actor, username: str) -> None:
    """Hand on the first role that somebody holds."""
    with writing():
        whom = queries.person(ACTOR, username)
        actions.hand_on(actor, whom, whom.grants[0].id)


def reach(account: int) -> frozenset[int]:
    db.session.rollback()
    return as_actor(account).reach(Permission.REGISTER_PROPOSE).regions


def test_her_county_sees_that_it_reaches_nothing_and_hands_it_on(app: Flask, stranded: int) -> None:
    heir = load(today()).by_code[HEIR].id
    assert heir not in reach(stranded)
    browser = signed_in(app, admin(COUNTY))
    listed = browser.get("/people").text
    assert "有 1 人的授权所在区划已撤销" in listed
    assert "赵敏" in listed
    only = browser.get("/people?stranded=1").text
    assert ("赵敏" in only, "admin-" in only) == (True, False)
    page = browser.get("/people/stranded").text
    for told in ("授权不起作用", f"{VILLAGE} 已于 {ENDED} 撤销", "新东荣成村", "转到承接区划"):
        assert told in page
    number = db.session.scalars(sa.select(Grant.id).where(Grant.account_id == stranded)).one()
    answer = post(browser, "/people/stranded/hand-on", grant=str(number))
    assert (answer.status_code, answer.location) == (303, "/people/stranded")
    assert reach(stranded) == {heir}
    assert "授权不起作用" not in browser.get("/people/stranded").text
    assert "已撤销，授权" not in browser.get("/people").text
    event = audit.story("account", "stranded", 1)[0]
    assert (event.action, event.changes["place"]) == ("account.followed", (VILLAGE, HEIR))
    assert post(browser, "/people/stranded/hand-on", grant=str(number)).status_code == 404


def test_another_county_sees_nothing_of_it(app: Flask, stranded: int) -> None:
    browser = signed_in(app, admin(SIBLING))
    assert "赵敏" not in browser.get("/people").text
    assert browser.get("/people/stranded").status_code == 404
    assert post(browser, "/people/stranded/hand-on", grant="1").status_code == 404


def test_it_can_be_taken_back_instead(app: Flask, stranded: int) -> None:
    actor = as_actor(admin(COUNTY))
    with writing():
        whom = queries.person(actor, "stranded")
        actions.revoke(actor, whom, whom.grants[0].id)
    assert queries.stranded(actor) == 0


def test_without_an_heir_there_is_nothing_to_hand_it_on_to(app: Flask, world: World) -> None:
    make_person("stranded", Role.STATION_MANAGER, VILLAGE)
    end_village(heir=False)
    browser = signed_in(app, admin(COUNTY))
    page = browser.get("/people/stranded").text
    assert "没有登记承接的区划" in page
    assert "转到承接区划" not in page
    actor = as_actor(admin("371000000000", Role.CITY_ADMIN))
    with pytest.raises(BadInput):
        hand_on(actor, "stranded")


def test_a_living_region_and_ones_own_role_are_not_handed_on(stranded: int) -> None:
    actor = as_actor(admin(COUNTY))
    make_person("other", Role.STATION_MANAGER, HEIR)
    with pytest.raises(BadInput):
        hand_on(actor, "other")
    with pytest.raises(Forbidden):
        hand_on(as_actor(stranded), "stranded")


def test_who_holds_it_over_the_heir_already_does_not_hold_it_twice(stranded: int) -> None:
    actor = as_actor(admin(COUNTY))
    with writing():
        whom = queries.person(actor, "stranded")
        held = actions.Held(Role.STATION_MANAGER, find_place(HEIR), today())
        actions.grant(actor, whom, held)
    with writing():
        whom = queries.person(actor, "stranded")
        gone = next(one for one in whom.grants if one.ended is not None)
        actions.hand_on(actor, whom, gone.id)
    assert len(queries.person(actor, "stranded").grants) == 1


def test_the_shell_tells_and_hands_on(app: Flask, stranded: int) -> None:
    heir = load(today()).by_code[HEIR].id
    told = run(app, "list", "--stranded")[1]
    assert f"region ended on {ENDED}, grant reaches nothing; heir: 新东荣成村 {HEIR}" in told
    code, told = run(app, "hand-on", "stranded")
    assert (code, f"新东荣成村 {HEIR} from today on" in told) == (0, True)
    assert reach(stranded) == {heir}
    assert run(app, "list", "--stranded")[1] == ""
    assert "nothing that could be handed on" in run(app, "hand-on", "stranded")[1]


def test_the_shell_takes_it_back_by_the_old_code(app: Flask, stranded: int) -> None:
    assert run(app, "revoke", "stranded", "station_manager", "--place", VILLAGE)[0] == 0
    assert run(app, "list", "--stranded")[1] == ""


def test_every_night_it_is_said(
    app: Flask, stranded: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        following.tell_stranded()
    assert "1 people hold roles over regions that ended" in caplog.text
    with writing():
        db.session.execute(sa.update(Grant).values(until=date(2026, 6, 1)))
    caplog.clear()
    following.tell_stranded()
    assert caplog.text == ""
