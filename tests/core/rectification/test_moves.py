"""From found to closed: who may do what, in which order, and who is told that she was late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import Actor
from core.accounts import actions as accounts
from core.accounts import places
from core.accounts import queries as accounts_read
from core.accounts.actions import Held
from core.accounts.rules import Role
from core.audit.models import AuditEvent
from core.clock import today
from core.db import db, writing
from core.errors import BadInput, Conflict, Forbidden, NotFound
from core.rectification import actions, queries
from core.rectification.models import FindingAnswer, FindingDeadline
from core.rectification.rules import State
from core.regions.queries import tree
from core.sites import actions as sites
from core.staff import actions as staff
from core.staff.actions import Described
from core.staff.changes import posted
from core.staff.rules import Duty
from tests.core.accounts.made import ACTOR, World
from tests.core.rectification.made import COUNTY, find, finding, person, site_id


def told(uuid: str) -> list[str]:
    events = sa.select(AuditEvent.action).filter_by(subject_code=uuid).order_by(AuditEvent.id)
    return list(db.session.scalars(events))


def test_answered_returned_answered_again_and_closed(
    app: Flask, world: World, manager: Actor, inspector: Actor
) -> None:
    uuid = find(world.own, actor=inspector)
    with writing():
        actions.answer(manager, uuid, 1, "已经装好\r\n新的标识")
    made = finding(uuid)
    assert (made.state, made.round, made.version) == ("answered", 1, 2)
    with writing():
        actions.send_back(inspector, uuid, 2, "还差英文")
    made = finding(uuid)
    assert (made.state, made.round) == ("returned", 1)
    with writing():
        actions.answer(manager, uuid, made.version, "英文已补")
    with writing():
        actions.close(inspector, uuid, 4, "现场看过，合格")
    made = finding(uuid)
    assert (made.state, made.round, made.closed_on) == ("closed", 2, today())
    assert (made.closed_by, made.closed_words) == ("检查员", "现场看过，合格")
    second, first = queries.answers(made.id)
    assert (first.verdict, first.checked_words) == ("returned", "还差英文")
    assert first.words == "已经装好\n新的标识"
    assert (second.verdict, second.checked_by_id) == ("accepted", inspector.account_id)
    names = ("opened", "answered", "returned", "answered", "closed")
    assert told(uuid) == [f"finding.{name}" for name in names]


def test_what_is_returned_has_another_deadline(
    app: Flask, world: World, manager: Actor, inspector: Actor
) -> None:
    uuid = find(world.own)
    first = finding(uuid).due
    with writing():
        actions.answer(manager, uuid, 1, "好了")
    day = today() + timedelta(days=9)
    for wrong in (today() - timedelta(days=1), today() + timedelta(days=400)):
        with pytest.raises(BadInput), writing():
            actions.send_back(inspector, uuid, 2, "没有", wrong)
    with pytest.raises(BadInput, match="原因"), writing():
        actions.send_back(inspector, uuid, 2, "  ", day)
    with writing():
        actions.send_back(inspector, uuid, 2, "没有", day)
    made = finding(uuid)
    assert made.due == day
    kept = queries.deadlines(made.id)
    assert [(one.due, one.why) for one in kept] == [(day, "returned"), (first, "found")]


def test_nobody_re_checks_what_is_her_own(app: Flask, world: World, inspector: Actor) -> None:
    uuid = find(world.own)
    with writing():
        actions.answer(inspector, uuid, 1, "我替网点改好了")
    with pytest.raises(Forbidden, match="自己反馈"), writing():
        actions.close(inspector, uuid, 2, "合格")
    other = person(Role.INSPECTOR, COUNTY, "other")
    with writing():
        actions.close(other, uuid, 2, "合格")
    assert finding(uuid).state == State.CLOSED


def test_an_inspector_who_works_at_the_station_does_not_re_check_there(
    app: Flask, world: World, manager: Actor
) -> None:
    for number, place in enumerate((world.own, "371082001000")):
        inspector = person(Role.INSPECTOR, COUNTY, f"inspector{number}")
        at_home = person(Role.STATION_MANAGER, place, f"home{number}")
        both = Actor("两职", (*inspector.held, *at_home.held), inspector.account_id)
        uuid = find(world.own)
        with writing():
            actions.answer(manager, uuid, 1, "好了")
        for act in (actions.close, actions.send_back):
            with pytest.raises(Forbidden, match="所在网点"), writing():
                act(both, uuid, 2, "合格")
    elsewhere = person(Role.WINDOW_CLERK, world.sibling, "clerk")
    both = Actor("两职", (*inspector.held, *elsewhere.held), inspector.account_id)
    with writing():
        actions.close(both, uuid, 2, "合格")


def test_a_manager_neither_re_checks_nor_names_nor_gives_up(
    app: Flask, world: World, manager: Actor
) -> None:
    uuid = find(world.own)
    with writing():
        actions.answer(manager, uuid, 1, "好了")
    for act in (actions.close, actions.send_back, actions.lapse, actions.assign):
        with pytest.raises(NotFound), writing():
            act(manager, uuid, 2, "manager")
    assert finding(uuid).state == State.ANSWERED


@pytest.mark.parametrize("state", ["open", "answered", "closed", "lapsed"])
def test_a_move_that_does_not_fit_is_refused_with_what_it_is_now(
    app: Flask, world: World, manager: Actor, inspector: Actor, state: str
) -> None:
    admin = person(Role.COUNTY_ADMIN, COUNTY)
    uuid = find(world.own)
    steps: dict[str, list[Callable[[], None]]] = {
        "open": [],
        "answered": [lambda: actions.answer(manager, uuid, 1, "好了")],
        "closed": [
            lambda: actions.answer(manager, uuid, 1, "好了"),
            lambda: actions.close(inspector, uuid, 2, "合格"),
        ],
        "lapsed": [lambda: actions.lapse(admin, uuid, 1, "网点撤销")],
    }
    for step in steps[state]:
        with writing():
            step()
    version = finding(uuid).version
    moves = {
        "answer": lambda: actions.answer(manager, uuid, version, "好了"),
        "close": lambda: actions.close(inspector, uuid, version, "合格"),
        "send_back": lambda: actions.send_back(inspector, uuid, version, "不行"),
        "lapse": lambda: actions.lapse(admin, uuid, version, "不整改了"),
    }
    fits = {"open": {"answer", "lapse"}, "answered": {"close", "send_back", "lapse"}}
    for name in moves.keys() - fits.get(state, set()):
        with pytest.raises(Conflict, match=str(State(state).label)), writing():
            moves[name]()
    assert finding(uuid).version == version


def test_whoever_saw_an_older_version_is_told(
    app: Flask, world: World, manager: Actor, inspector: Actor
) -> None:
    uuid = find(world.own)
    with writing():
        actions.answer(manager, uuid, 1, "好了")
    with writing():
        actions.send_back(inspector, uuid, 2, "不行")
    with pytest.raises(Conflict, match="已退回"), writing():
        actions.answer(manager, uuid, 1, "好了")
    assert len(queries.answers(finding(uuid).id)) == 1


def test_a_finding_is_given_up_with_a_reason(app: Flask, world: World) -> None:
    admin = person(Role.COUNTY_ADMIN, COUNTY)
    uuid = find(world.own)
    with pytest.raises(BadInput), writing():
        actions.lapse(admin, uuid, 1, "")
    with writing():
        actions.lapse(admin, uuid, 1, "网点已撤销")
    made = finding(uuid)
    assert (made.state, made.closed_on, made.closed_words) == ("lapsed", today(), "网点已撤销")


def test_an_owner_is_chosen_among_those_who_answer_there(
    app: Flask, world: World, manager: Actor
) -> None:
    admin = person(Role.COUNTY_ADMIN, COUNTY)
    person(Role.STATION_MANAGER, world.sibling, "stranger")
    uuid = find(world.own)
    for wrong in ("stranger", "nobody", ""):
        with pytest.raises(BadInput), writing():
            actions.assign(admin, uuid, 1, wrong)
    with writing():
        actions.assign(admin, uuid, 1, "county-admin")
    assert finding(uuid).owner_id == admin.account_id
    with pytest.raises(Conflict), writing():
        actions.assign(admin, uuid, 1, "station-manager")


@pytest.mark.parametrize("words", ["", " \n ", "x" * 1001, "a\x07b", "‮abc"])
def test_words_that_cannot_be_kept_are_refused(
    app: Flask, world: World, manager: Actor, words: str
) -> None:
    uuid = find(world.own)
    with pytest.raises(BadInput), writing():
        actions.answer(manager, uuid, 1, words)
    assert finding(uuid).state == State.OPEN
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FindingAnswer)) == 0


def test_out_of_reach_is_not_found(app: Flask, world: World, manager: Actor) -> None:
    uuid = find(world.sibling)
    with pytest.raises(NotFound):
        queries.find(manager, uuid)
    with pytest.raises(NotFound), writing():
        actions.answer(manager, uuid, 1, "好了")
    with pytest.raises(NotFound):
        queries.find(person(Role.HOTLINE_AGENT, "371000000000"), uuid)


def test_deadlines_are_kept_from_the_day_they_were_set(app: Flask, world: World) -> None:
    uuid = find(world.own, date(2026, 3, 2))
    kept = db.session.scalars(sa.select(FindingDeadline)).one()
    assert (kept.set_on, kept.due) == (date(2026, 3, 2), finding(uuid).due)


def test_a_command_is_nobody_who_is_posted_without_an_account(
    app: Flask, world: World, manager: Actor
) -> None:
    uuid = find(world.own)
    region_id = tree(today()).by_code[COUNTY].id
    with writing():
        member = staff.enter(ACTOR, Described("李敏", region_id))
        change = posted({member.code: [Duty.GUIDE]}, today())
        sites.do(ACTOR, site_id(world.own), None, change)
        actions.answer(manager, uuid, 1, "好了")
    with writing():
        actions.close(ACTOR, uuid, 2, "合格")
    assert finding(uuid).state == State.CLOSED


def test_nobody_gives_up_what_is_to_be_put_right_at_her_own_station(
    app: Flask, world: World
) -> None:
    uuid = find(world.own)
    admin = person(Role.COUNTY_ADMIN, COUNTY, name="管理员")
    manager = Held(Role.STATION_MANAGER, places.find_place(world.own), today())
    assert admin.account_id is not None
    with writing():
        accounts.grant(ACTOR, accounts_read.own(admin.account_id), manager)
    both = accounts_read.acting(admin.account_id)
    assert both is not None
    with pytest.raises(Forbidden), writing():
        actions.lapse(both, uuid, 1, "不整改了")
    assert finding(uuid).state == "open"
