"""More time: asked for with a reason, granted by a second person, or not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from core.access import Actor
from core.accounts.rules import Role
from core.clock import today
from core.db import writing
from core.errors import BadInput, Conflict, Forbidden, NotFound
from core.proposals import actions as proposals
from core.proposals import queries as proposed
from core.rectification import actions, extending, queries
from tests.core.accounts.made import World
from tests.core.rectification.made import COUNTY, find, finding, later, person


@pytest.fixture
def manager(world: World) -> Actor:
    return person(Role.STATION_MANAGER, world.own)


@pytest.fixture
def admin(world: World) -> Actor:
    return person(Role.COUNTY_ADMIN, COUNTY)


def ask(actor: Actor, uuid: str, days: int = 7, words: str = "等材料") -> str:
    made = finding(uuid)
    with writing():
        return extending.ask(actor, uuid, made.version, later(made.due, days), words).uuid


def test_a_second_person_grants_it(app: Flask, world: World, manager: Actor, admin: Actor) -> None:
    uuid = find(world.own)
    before = finding(uuid).due
    asked = ask(manager, uuid)
    assert finding(uuid).due == before
    row = proposed.find(admin, asked)
    lines = extending.EXTENSION.lines(proposed.asked(row))
    assert lines == [f"整改期限：{before} → {later(before)}（多 5 个工作日）"]
    with writing():
        proposals.approve(admin, proposed.find(admin, asked), 1)
    assert finding(uuid).due == later(before)
    assert [one.why for one in queries.deadlines(finding(uuid).id)] == ["extended", "found"]
    assert extending.waiting(uuid) is None


def test_nobody_grants_her_own(app: Flask, world: World, admin: Actor) -> None:
    uuid = find(world.own)
    asked = ask(admin, uuid)
    with pytest.raises(Forbidden), writing():
        proposals.approve(admin, proposed.find(admin, asked), 1)


def test_one_at_a_time_later_and_not_too_late(
    app: Flask, world: World, manager: Actor, admin: Actor
) -> None:
    uuid = find(world.own)
    for days in (0, -1, 29):
        with pytest.raises(BadInput):
            ask(manager, uuid, days)
    with pytest.raises(BadInput):
        ask(manager, uuid, words=" ")
    ask(manager, uuid, 28)
    with pytest.raises(Conflict, match="等审批"):
        ask(admin, uuid)


def test_what_was_answered_meanwhile_is_not_put_off(
    app: Flask, world: World, manager: Actor, admin: Actor
) -> None:
    uuid = find(world.own)
    before = finding(uuid).due
    asked = ask(manager, uuid)
    with writing():
        actions.answer(manager, uuid, 1, "好了")
    for seen in (1, 2, None):
        with pytest.raises(Conflict), writing():
            proposals.approve(admin, proposed.find(admin, asked), seen)
    assert finding(uuid).due == before
    with writing():
        proposals.refuse(admin, proposed.find(admin, asked), "已经反馈了")


def test_a_stranger_does_not_ask(app: Flask, world: World) -> None:
    uuid = find(world.own)
    stranger = person(Role.STATION_MANAGER, world.sibling)
    with pytest.raises(NotFound), writing():
        extending.ask(stranger, uuid, 1, today() + timedelta(days=60), "等材料")
