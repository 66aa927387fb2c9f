"""How many records somebody may add in a day that nobody planned, and how she is told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.access import Actor
from core.clock import today
from core.config import Config
from core.db import db, writing
from standards.inspections import counting
from standards.inspections.models import AddedDay, Inspection, RejectedCopy
from standards.inspections.rules import DAYS_COUNTED, Enough
from tests.races import EACH, PROCESSES, in_processes
from tests.standards.inspections.made import Ground, new_uuid
from tests.standards.inspections.test_filing import count
from tests.standards.inspections.test_views import admin


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_ADDED_A_DAY", 2)


def test_a_telephone_that_runs_wild_is_told_so_in_words_and_keeps_what_it_has(
    ground: Ground,
) -> None:
    phone, record = ground.phone(), ground.record()
    assert [phone.send(new_uuid(), record).status_code for _ in range(2)] == [201, 201]
    last = new_uuid()
    told = phone.send(last, record)
    # 429 is what a telephone tries again later, with the record still in its queue.
    error = json.loads(told.data)["error"]
    assert (told.status_code, error["code"]) == (429, "quota")
    assert "明天自动再发" in error["message"]
    assert "停用账号" in error["message"]
    assert count(Inspection) == 2
    with writing():
        db.session.execute(sa.update(AddedDay).values(day=today() - timedelta(1)))
    assert phone.send(last, record).status_code == 201


def test_the_same_again_and_what_was_planned_are_not_counted(ground: Ground) -> None:
    phone, record, own = ground.phone(), ground.record(), new_uuid()
    assert [phone.send(own, record).status_code for _ in range(4)] == [201, 200, 200, 200]
    planned = [ground.plan() for _ in range(4)]
    assert {phone.send(uuid, record).status_code for uuid in planned} == {201}
    assert db.session.scalar(sa.select(AddedDay.records)) == 1


def test_other_records_of_a_visit_are_counted(ground: Ground) -> None:
    uuid, phone = ground.plan(), ground.phone()
    phone.send(uuid, ground.record())
    sent = [phone.send(uuid, ground.record(words=f"copy {number}")) for number in range(3)]
    assert [answer.status_code for answer in sent] == [409, 409, 429]
    assert count(RejectedCopy) == 2


def test_the_page_of_a_new_visit_says_so_too(ground: Ground) -> None:
    phone, site = ground.phone(), ground.world.own
    assert [phone.post("/inspections/new", site=site).status_code for _ in range(2)] == [303, 303]
    told = phone.post("/inspections/new", site=site)
    assert "已到上限（每人每天 300 份）" in told.text
    assert count(Inspection) == 2


def test_who_plans_for_others_is_not_counted(ground: Ground) -> None:
    for _ in range(3):
        ground.plan()
    boss = admin(ground)
    assert boss.client.get("/inspections/all").status_code == 200
    assert count(AddedDay) == 0


def test_all_processes_together_keep_to_the_limit(
    ground: Ground, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_ADDED_A_DAY", 25)
    assert EACH * PROCESSES > 25
    who = Actor("li", account_id=ground.inspector)

    def add(_number: int) -> bool:
        try:
            with writing():
                counting.count(who)
        except Enough:
            return False
        return True

    assert in_processes(config, add) == 25


def test_counts_of_long_ago_are_forgotten(ground: Ground) -> None:
    old = today() - DAYS_COUNTED - timedelta(1)
    with writing():
        for day in (old, today()):
            db.session.add(AddedDay(account_id=ground.inspector, day=day, records=1))
    counting.forget_old()
    assert db.session.scalars(sa.select(AddedDay.day)).all() == [today()]
