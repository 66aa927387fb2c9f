"""The pages on which a second person says yes or no."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts import sign_in
from core.accounts.rules import Role
from core.db import db, writing
from core.pages import PER_PAGE
from core.proposals import queries
from core.proposals.models import Proposal
from core.sites import changes
from core.sites.actions import do
from tests.core.accounts.made import ACTOR, World, give_authenticator, make_person, post, signed_in
from tests.core.proposals.made import GRAVE, NUMBER, ask, stands

COUNTY, SIBLING = "371082000000", "371002000000"


@pytest.fixture
def admin(app: Flask, world: World) -> FlaskClient:
    """The browser of the administrator of the own county."""
    return browser(app, "admin", Role.COUNTY_ADMIN, COUNTY)


@pytest.fixture
def manager(app: Flask, world: World) -> FlaskClient:
    """The browser of whoever asked: the manager of the own site."""
    return browser(app, "manager", Role.STATION_MANAGER, world.own)


def browser(app: Flask, name: str, role: Role, place: str, *, fresh: bool = True) -> FlaskClient:
    account_id = make_person(name, role, place)
    give_authenticator(account_id)
    return signed_in(app, account_id, fresh=fresh)


def asked_by_manager(world: World, client: FlaskClient) -> str:
    with client.session_transaction() as session:
        found = sign_in.current(session["_user_id"])
    assert found is not None
    return ask(world, actor=found.actor)


def seen(world: World) -> dict[str, str]:
    return {"seen": str(stands(world.own).version)}


def state(uuid: str) -> str:
    db.session.rollback()
    return queries.find(ACTOR, uuid).state


def test_what_waits_is_told_with_its_number_in_the_menu(
    world: World, admin: FlaskClient, manager: FlaskClient
) -> None:
    assert "没有等您审批的申请" in admin.get("/proposals").text
    uuid = asked_by_manager(world, manager)
    ask(world, world.sibling)
    page = admin.get("/proposals").text
    assert page.count("/proposals/") == 1
    assert f"/proposals/{uuid}" in page
    assert '<span class="waiting num">1</span>' in page
    page = manager.get("/proposals").text
    assert "没有等您审批的申请" in page
    assert 'class="waiting' not in page
    assert f"/proposals/{uuid}" in manager.get("/proposals?show=mine").text


def test_the_menu_says_where_one_is(world: World, admin: FlaskClient) -> None:
    uuid = ask(world)
    assert '<a href="/proposals" aria-current="page">' in admin.get("/proposals").text
    page = admin.get(f"/proposals/{uuid}").text
    assert '<a href="/proposals" aria-current="true">' in page
    assert page.count("aria-current") == 1
    assert "aria-current" not in admin.get("/proposalsx").text


def test_the_change_is_told_against_what_holds_now(world: World, admin: FlaskClient) -> None:
    uuid = ask(world)
    page = admin.get(f"/proposals/{uuid}").text
    assert f"电话： → {NUMBER}" in page
    assert "换了号码" in page
    assert "又有过改动" not in page
    with writing():
        do(ACTOR, stands(world.own).id, None, changes.described(phone="0631-1"))
    page = admin.get(f"/proposals/{uuid}").text
    assert f"电话：0631-1 → {NUMBER}" in page
    assert "又有过改动" in page


def test_yes_makes_the_change_and_is_remembered(world: World, admin: FlaskClient) -> None:
    uuid = ask(world)
    answer = post(admin, f"/proposals/{uuid}/approve", words="好", **seen(world))
    assert (answer.status_code, answer.location) == (303, "/proposals")
    assert stands(world.own).phone == NUMBER
    page = admin.get("/proposals?show=decided").text
    assert f"/proposals/{uuid}" in page
    assert "已同意" in page
    assert "同意，立即生效" not in admin.get(f"/proposals/{uuid}").text


def test_no_needs_a_reason(world: World, admin: FlaskClient) -> None:
    uuid = ask(world)
    answer = post(admin, f"/proposals/{uuid}/refuse", words=" ", **seen(world))
    assert answer.status_code == 422
    assert "请写明退回的原因" in answer.text
    assert state(uuid) == "waiting"
    answer = post(admin, f"/proposals/{uuid}/refuse", words="号码不对", **seen(world))
    assert answer.status_code == 303
    assert "号码不对" in admin.get(f"/proposals/{uuid}").text
    assert stands(world.own).phone == ""


def test_what_changed_while_the_page_was_open_is_shown_first(
    world: World, admin: FlaskClient
) -> None:
    uuid = ask(world)
    shown = seen(world)
    with writing():
        do(ACTOR, stands(world.own).id, None, changes.described(phone="0631-1"))
    answer = post(admin, f"/proposals/{uuid}/approve", **shown)
    assert answer.status_code == 409
    assert f"电话：0631-1 → {NUMBER}" in answer.text
    assert state(uuid) == "waiting"
    assert post(admin, f"/proposals/{uuid}/approve", **seen(world)).status_code == 303
    assert stands(world.own).phone == NUMBER


def test_the_second_decider_is_told(app: Flask, world: World, admin: FlaskClient) -> None:
    other = browser(app, "other", Role.COUNTY_ADMIN, COUNTY)
    uuid = ask(world)
    shown = seen(world)
    assert post(admin, f"/proposals/{uuid}/approve", **shown).status_code == 303
    answer = post(other, f"/proposals/{uuid}/refuse", words="不行", **shown)
    assert answer.status_code == 409
    assert "已经有人处理了" in answer.text
    assert state(uuid) == "approved"


def test_nobody_decides_on_her_own(app: Flask, world: World, admin: FlaskClient) -> None:
    uuid = asked_by_manager(world, admin)
    assert "自己提出的申请要由另一个人审批" in admin.get(f"/proposals/{uuid}").text
    assert post(admin, f"/proposals/{uuid}/approve", **seen(world)).status_code == 403
    assert state(uuid) == "waiting"
    assert post(admin, f"/proposals/{uuid}/withdraw").status_code == 303
    assert state(uuid) == "withdrawn"
    assert post(admin, f"/proposals/{uuid}/withdraw").status_code == 409


def test_only_who_asked_takes_back(world: World, admin: FlaskClient) -> None:
    uuid = ask(world)
    assert post(admin, f"/proposals/{uuid}/withdraw").status_code == 404
    assert state(uuid) == "waiting"


def test_what_is_grave_asks_once_more_who_it_is(app: Flask, world: World) -> None:
    stale = browser(app, "stale", Role.COUNTY_ADMIN, COUNTY, fresh=False)
    uuid = ask(world, kind=GRAVE)
    page = stale.get(f"/proposals/{uuid}").text
    assert "此操作需要再次验证身份" in page
    assert "同意，立即生效" not in page
    answer = post(stale, f"/proposals/{uuid}/approve", **seen(world))
    assert (answer.location or "").startswith("/signin/again?next=")
    assert state(uuid) == "waiting"
    plain = ask(world)
    assert post(stale, f"/proposals/{plain}/approve", **seen(world)).status_code == 303


def test_a_waiting_proposal_shows_on_the_page_of_its_subject(
    app: Flask, world: World, admin: FlaskClient, client: FlaskClient
) -> None:
    uuid = ask(world)
    link = f"/proposals/{uuid}"
    assert link in admin.get(f"/sites/{world.own}").text
    assert link not in client.get(f"/sites/{world.own}").text
    sibling = browser(app, "sibling", Role.COUNTY_ADMIN, SIBLING)
    assert link not in sibling.get(f"/sites/{world.own}").text


def test_a_subject_that_is_gone_is_told_not_an_error(world: World, admin: FlaskClient) -> None:
    uuid = ask(world)
    with writing():
        row = db.session.get_one(Proposal, queries.find(ACTOR, uuid).id)
        row.kind = "gone.away"
    assert admin.get(f"/proposals/{uuid}").status_code == 404
    assert admin.get("/proposals").status_code == 200


def test_the_list_is_narrowed_down_and_paged(world: World, admin: FlaskClient) -> None:
    for _ in range(PER_PAGE):
        ask(world)
    ask(world, kind=GRAVE)
    page = admin.get("/proposals").text
    assert f"共 {PER_PAGE + 1} 项" in page
    assert "第 1 页，共 2 页" in page
    assert admin.get("/proposals?page=2").text.count('scope="row"') == 1
    assert "共 1 项" in admin.get("/proposals?kind=test.grave").text
    assert "没有符合条件的申请" in admin.get("/proposals?show=mine&state=refused").text


@pytest.mark.parametrize(
    "query", ["show=all", "kind=nothing", "state=x", "page=0", "page=1e3", "page=10000001"]
)
def test_what_cannot_be_asked_is_refused(admin: FlaskClient, query: str) -> None:
    assert admin.get(f"/proposals?{query}").status_code == 400


@pytest.mark.parametrize("number", ["x", "1.5", "9" * 40])
def test_a_version_that_is_none_is_refused(world: World, admin: FlaskClient, number: str) -> None:
    uuid = ask(world)
    assert post(admin, f"/proposals/{uuid}/approve", seen=number).status_code in (400, 422)
    assert state(uuid) == "waiting"


def test_words_without_end_are_refused(world: World, admin: FlaskClient) -> None:
    uuid = ask(world)
    answer = post(admin, f"/proposals/{uuid}/approve", words="长" * 301, **seen(world))
    assert answer.status_code == 422
    assert state(uuid) == "waiting"


def test_the_maker_sees_it_and_decides_nothing(world: World, manager: FlaskClient) -> None:
    uuid = asked_by_manager(world, manager)
    page = manager.get(f"/proposals/{uuid}").text
    assert "撤回这项申请" in page
    assert "同意，立即生效" not in page
    assert post(manager, f"/proposals/{uuid}/approve", **seen(world)).status_code == 404
