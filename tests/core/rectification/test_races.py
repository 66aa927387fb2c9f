"""Several who move a finding, climb or issue at the same time: one of them does it, once."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date

import sqlalchemy as sa
from flask import Flask

from core.accounts.rules import Role
from core.audit.models import AuditEvent
from core.config import Config
from core.db import db, writing
from core.errors import Conflict
from core.proposals import actions as proposals
from core.proposals import queries as proposed
from core.rectification import actions, climbing, extending
from core.rectification.models import (
    Finding,
    FindingAnswer,
    FindingClimb,
    FindingDeadline,
    FindingNotice,
)
from core.rectification.notices import actions as notices
from tests.core.accounts.made import World
from tests.core.rectification.made import COUNTY, find, finding, later, person
from tests.races import EACH, in_processes


def count(model: type, **where: object) -> int:
    statement = sa.select(sa.func.count()).select_from(model).filter_by(**where)
    return db.session.scalar(statement) or 0


def race(config: Config, act: Callable[[int], None]) -> int:
    """How many of all who try succeed."""

    def attempt(number: int) -> bool:
        try:
            with writing():
                act(number)
        except Conflict:
            return False
        return True

    return in_processes(config, attempt)


def test_of_all_who_answer_at_once_one_does(app: Flask, world: World, config: Config) -> None:
    manager = person(Role.STATION_MANAGER, world.own)
    uuids = [find(world.own) for _ in range(EACH)]
    won = race(config, lambda number: actions.answer(manager, uuids[number], 1, "好了"))
    assert won == EACH
    assert count(FindingAnswer) == EACH
    assert count(AuditEvent, action="finding.answered") == EACH
    assert db.session.scalars(sa.select(Finding.version).distinct()).all() == [2]


def test_a_re_check_closes_or_returns_never_both(app: Flask, world: World, config: Config) -> None:
    manager = person(Role.STATION_MANAGER, world.own)
    inspectors = [person(Role.INSPECTOR, COUNTY, f"inspector{number}") for number in range(2)]
    uuids = [find(world.own) for _ in range(EACH)]
    for uuid in uuids:
        with writing():
            actions.answer(manager, uuid, 1, "好了")

    def check(number: int) -> None:
        # At each finding some want the opposite of others; who comes first is not known.
        if os.getpid() % 2:
            actions.close(inspectors[0], uuids[number], 2, "合格")
        else:
            actions.send_back(inspectors[1], uuids[number], 2, "不行")

    assert race(config, check) == EACH
    done = count(AuditEvent, action="finding.closed") + count(AuditEvent, action="finding.returned")
    assert done == EACH
    assert count(Finding, state="closed") == count(AuditEvent, action="finding.closed")
    assert count(Finding, state="returned") == count(AuditEvent, action="finding.returned")


def test_workers_that_climb_at_once_make_each_record_once(
    app: Flask, world: World, config: Config
) -> None:
    for _ in range(EACH):
        find(world.own, date(2026, 1, 5))

    def climb(_number: int) -> None:
        climbing.climb(climbing.ACTOR, date(2026, 6, 1))

    race(config, climb)
    assert count(FindingClimb) == 3 * EACH
    assert count(AuditEvent, action="finding.climbed") == 3 * EACH


def test_notices_issued_at_once_are_numbered_without_gaps(
    app: Flask, world: World, config: Config
) -> None:
    uuids = [find(world.own) for _ in range(EACH)]
    inspector = person(Role.INSPECTOR, COUNTY)

    def issue(number: int) -> None:
        notices.issue(inspector, uuids[number])

    assert race(config, issue) == EACH
    serials = db.session.scalars(sa.select(FindingNotice.serial).order_by(FindingNotice.serial))
    assert serials.all() == list(range(1, EACH + 1))
    assert count(Finding, notice_id=None) == 0


def test_extensions_granted_at_once_are_granted_once(
    app: Flask, world: World, config: Config
) -> None:
    manager = person(Role.STATION_MANAGER, world.own)
    admins = [person(Role.COUNTY_ADMIN, COUNTY, f"admin{number}") for number in range(2)]
    asked = []
    for _ in range(EACH):
        uuid = find(world.own)
        with writing():
            asked.append(extending.ask(manager, uuid, 1, later(finding(uuid).due), "等材料").uuid)

    def grant(number: int) -> None:
        admin = admins[number % 2]
        proposals.approve(admin, proposed.find(admin, asked[number]), 1)

    assert race(config, grant) == EACH
    assert count(AuditEvent, action="finding.extended") == EACH
    assert count(FindingDeadline, why="extended") == EACH
