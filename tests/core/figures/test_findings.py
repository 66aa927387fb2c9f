"""Figures of findings: today's, and those of a day that is over, with the rows behind them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask

from core.access import Actor
from core.accounts.rules import Role
from core.clock import CITY_TIME, today
from core.db import db, writing
from core.figures import findings, queries
from core.figures.queries import Scope
from core.figures.rules import Figure
from core.rectification import actions
from core.regions.queries import tree
from tests.core.accounts.made import ACTOR, World, make_world
from tests.core.rectification.made import COUNTY, find, person

CITY = "371000000000"
DUE = date(2026, 6, 1)
FOUND = date(2026, 5, 20)


@pytest.fixture
def world(app: Flask) -> World:
    return make_world()


@pytest.fixture
def manager(world: World) -> Actor:
    return person(Role.STATION_MANAGER, world.own)


def number(figure: Figure, on: date, place: str = CITY) -> float | None:
    db.session.rollback()
    found = queries.day(on)
    return queries.value(found, figure, Scope(tree(on).by_code[place])).number


def at(day: date) -> datetime:
    """Noon of a day."""
    return datetime.combine(day, time(12), CITY_TIME)


def test_a_day_that_is_over_tells_what_was_so_then(world: World, manager: Actor) -> None:
    inspector = person(Role.INSPECTOR, COUNTY)
    uuid = find(world.own, FOUND, due=DUE)
    find(world.sibling, FOUND, due=DUE + timedelta(days=30))
    with writing():
        actions.answer(manager, uuid, 1, "好了", at=at(date(2026, 6, 5)))
    with writing():
        again = date(2026, 6, 12)
        actions.send_back(inspector, uuid, 2, "不行", again, at=at(date(2026, 6, 9)))
    with writing():
        actions.answer(manager, uuid, 3, "好了", at=at(again))
    with writing():
        actions.close(inspector, uuid, 4, "合格", at=at(date(2026, 6, 20)))
    told = {
        FOUND - timedelta(days=1): (0.0, 0.0),
        FOUND: (2.0, 0.0),
        DUE: (2.0, 0.0),
        DUE + timedelta(days=1): (2.0, 1.0),
        date(2026, 6, 5): (2.0, 0.0),
        date(2026, 6, 8): (2.0, 0.0),
        date(2026, 6, 9): (2.0, 0.0),
        date(2026, 6, 12): (2.0, 0.0),
        date(2026, 6, 19): (2.0, 0.0),
        date(2026, 6, 20): (1.0, 0.0),
        date(2026, 7, 2): (1.0, 1.0),
    }
    for day, (unfinished, late) in told.items():
        assert (day, number(findings.OPEN, day)) == (day, unfinished)
        assert (day, number(findings.OVERDUE, day)) == (day, late)
    assert number(findings.CLOSED_IN_TIME, date(2026, 6, 19)) is None
    assert number(findings.CLOSED_IN_TIME, date(2026, 6, 20)) == 1.0
    assert number(findings.CLOSED_IN_TIME, date(2026, 6, 20), COUNTY) == 1.0
    assert number(findings.OPEN, date(2026, 6, 20), COUNTY) == 0.0


def test_the_share_closed_in_time_is_of_what_was_closed(world: World, manager: Actor) -> None:
    late, in_time, given_up = (find(world.own, FOUND, due=DUE) for _ in range(3))
    inspector = person(Role.INSPECTOR, COUNTY)
    for uuid, day in ((in_time, DUE), (late, DUE + timedelta(days=1))):
        with writing():
            actions.answer(manager, uuid, 1, "好了", at=at(day))
        with writing():
            actions.close(inspector, uuid, 2, "合格", at=at(day))
    with writing():
        actions.lapse(ACTOR, given_up, 1, "网点撤销")
    assert number(findings.CLOSED_IN_TIME, DUE) == 1.0
    assert number(findings.CLOSED_IN_TIME, DUE + timedelta(days=1)) == 0.5
    assert number(findings.CLOSED_IN_TIME, DUE + timedelta(days=370)) is None
    rows = queries.day(DUE + timedelta(days=1)).rows(findings.CLOSED_IN_TIME)
    assert (rows.part.tolist(), rows.base.tolist()) == ([1.0], [2.0])
    assert number(findings.OPEN, today()) == 0.0
