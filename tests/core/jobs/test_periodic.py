"""What comes round by itself: once a turn, however many workers there are."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core.accounts import sign_in
from core.accounts.models import SignIn
from core.accounts.rules import KEPT, LONGEST, Role
from core.clock import CITY_TIME, now
from core.config import Config
from core.db import db, writing
from core.jobs import actions, queries, worker
from core.jobs.models import PeriodicTurn
from core.jobs.rules import turn
from core.web import Periodic
from tests.core.accounts.made import World, make_person, new_sign_in
from tests.races import EACH, PROCESSES, in_processes

DAY, NIGHT = timedelta(days=1), timedelta(hours=3)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY_TIME)


def test_every_night_at_three_is_by_the_clocks_of_the_city() -> None:
    before, after = at("2026-11-25 02:59"), at("2026-11-25 03:00")
    assert turn(DAY, NIGHT, after) == turn(DAY, NIGHT, before) + 1
    assert turn(DAY, NIGHT, after) == turn(DAY, NIGHT, at("2026-11-26 02:59"))
    assert turn(timedelta(hours=1), timedelta(), at("2026-11-25 02:00")) + 1 == turn(
        timedelta(hours=1), timedelta(), at("2026-11-25 03:00")
    )


def test_a_turn_is_taken_once_by_all_processes_together(app: Flask, config: Config) -> None:
    with writing():
        assert not actions.take_turn("trial", 0)

    def take(number: int) -> bool:
        with writing():
            return actions.take_turn("trial", number + 1)

    taken = in_processes(config, take)
    # A turn that somebody is behind with is left out, none is taken twice.
    assert 1 <= taken <= EACH < EACH * PROCESSES
    assert queries.turns() == {"trial": EACH}


def test_work_is_done_once_a_turn_and_what_fails_waits_for_the_next(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def fail() -> None:
        done.append("fails")
        raise ZeroDivisionError

    work = (
        Periodic("fails", DAY, fail, NIGHT),
        Periodic("works", DAY, lambda: done.append("works"), NIGHT),
    )
    monkeypatch.setitem(app.extensions, "onekm.periodic", work)
    worker.come_round()
    assert done == []  # what was just installed waits for its turn
    with writing():
        db.session.execute(sa.update(PeriodicTurn).values(turn=PeriodicTurn.turn - 1))
    worker.come_round()
    worker.come_round()
    assert done == ["fails", "works"]
    assert [(one.name, one.failed) for one in queries.last_turns()] == [
        ("fails", True),
        ("works", False),
    ]
    assert "periodic work failed: fails" in caplog.text


def test_sign_ins_of_long_ago_are_forgotten(app: Flask, world: World) -> None:
    account_id = make_person("admin", Role.CITY_ADMIN, "371000000000")
    for age in (KEPT + LONGEST + timedelta(hours=1), KEPT, timedelta()):
        new_sign_in(account_id)
        with writing():
            newest = sa.select(sa.func.max(SignIn.id)).scalar_subquery()
            aged = sa.update(SignIn).where(SignIn.id == newest).values(created_at=now() - age)
            db.session.execute(aged)
    sign_in.forget_old()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SignIn)) == 2
