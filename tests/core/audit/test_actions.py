"""Recording in the transaction that acts, append-only, in one chain; on both databases."""

from __future__ import annotations

import multiprocessing
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import LazyString

from core.access import Actor, command
from core.audit import queries
from core.audit.actions import record
from core.audit.chain import GENESIS, Fault, Verified
from core.audit.models import AuditEvent, AuditMember
from core.audit.queries import Filters, events, story
from core.audit.rules import HIDDEN, EventType, Member, Subject
from core.clock import now, today
from core.config import Config
from core.db import aside, db, writing
from tests.core.audit.made import without_guards
from wsgi import create_app

ACTOR = Actor("张三", account_id=5)
TOUCHED = EventType("thing.touched", LazyString(str), LazyString(str), {})


def touch(code: str = "1", **given: Any) -> None:
    with writing():
        record(ACTOR, TOUCHED, ("thing", code), **given)


def count(table: type[AuditEvent | AuditMember] = AuditEvent) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_what_was_done_is_kept(app: Flask) -> None:
    touch(
        changes={"name": ("旧", "新"), "phone": HIDDEN, "day": (None, date(2026, 1, 2))},
        region_id=7,
    )
    row = db.session.scalars(sa.select(AuditEvent)).one()
    assert (row.id, row.actor, row.account_id, row.action) == (1, "张三", 5, "thing.touched")
    assert (row.subject_kind, row.subject_code, row.region_id) == ("thing", "1", 7)
    assert row.changes == '{"day":[null,"2026-01-02"],"name":["旧","新"],"phone":null}'
    assert row.previous == GENESIS
    assert abs(now() - row.at) < timedelta(minutes=5)


def test_several_of_one_transaction_follow_one_another(app: Flask) -> None:
    with writing():
        for code in "abc":
            record(ACTOR, TOUCHED, ("thing", code))
    touch("d")
    rows = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(row.id, row.subject_code) for row in rows] == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]
    assert [row.previous for row in rows] == [GENESIS, *(row.hash for row in rows[:-1])]
    assert queries.verify() == Verified(events=4, breaks=0, first=None)


def failing() -> None:
    with writing():
        record(ACTOR, TOUCHED, ("thing", "undone"))
        raise ZeroDivisionError


def test_what_is_undone_is_not_kept(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError):
        failing()
    touch("done")
    assert [event.subject.code for event in events(Filters(), 9)] == ["done"]


def test_what_is_recorded_aside_is_kept_and_the_rest_is_not(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError):
        failing()
    with aside():
        record(ACTOR, TOUCHED, ("thing", "aside"))
    assert [event.subject.code for event in events(Filters(), 9)] == ["aside"]


def committing() -> None:
    with writing():
        record(ACTOR, TOUCHED, ("thing", "1"))
        db.session.commit()


def test_a_commit_that_would_lose_it_is_refused(app: Flask) -> None:
    with pytest.raises(RuntimeError, match=r"core\.db\.commit"):
        committing()
    assert count() == 0


def test_a_savepoint_cannot_record(app: Flask) -> None:
    with writing(), db.session.begin_nested(), pytest.raises(RuntimeError, match="savepoint"):
        record(ACTOR, TOUCHED, ("thing", "1"))


def test_nothing_is_recorded_without_being_whole(app: Flask) -> None:
    with writing(), pytest.raises(ValueError, match="control character"):
        record(Actor("a\x1fb"), TOUCHED, ("thing", "1"))
    with writing(), pytest.raises(ValueError, match="JSON"):
        record(ACTOR, TOUCHED, ("thing", "1"), {"x": (None, float("nan"))})
    with writing(), pytest.raises(TypeError, match="cannot be kept"):
        record(ACTOR, TOUCHED, ("thing", "1"), {"x": (None, object())})
    assert count() == 0


def test_many_are_one_event_with_members(app: Flask) -> None:
    members = [Member(("thing", f"{number}"), {"n": (number, number + 1)}) for number in range(7)]
    touch("", changes={"why": (None, "全部")}, members=members)
    (event,) = events(Filters(), 9)
    assert (event.members, event.subject) == (7, Subject("thing", ""))
    assert event.named == tuple(Subject("thing", f"{number}") for number in range(queries.NAMED))
    (own,) = story("thing", "6", 9)
    assert own.changes == {"why": (None, "全部"), "n": (6, 7)}
    assert story("thing", "7", 9) == []
    assert queries.verify().first is None


def test_the_story_of_one_thing_is_newest_first(app: Flask) -> None:
    for code in ("1", "2", "1", "1"):
        touch(code)
    assert [event.number for event in story("thing", "1", 9)] == [4, 3, 1]
    assert [event.number for event in story("thing", "1", 2)] == [4, 3]
    assert [event.number for event in story("thing", "1", 9, before=3)] == [1]
    assert story("other", "1", 9) == []


def test_filters_narrow_down(app: Flask) -> None:
    touch("1", region_id=1)
    touch("2", region_id=2)
    with writing():
        record(command("tests"), TOUCHED, ("other", "1"))

    def found(**asked: Any) -> list[int]:
        return [event.number for event in events(Filters(**asked), 9)]

    day = timedelta(days=1)
    assert found() == [3, 2, 1]
    assert found(actor="张三") == [2, 1]
    assert found(action="thing.touched", kind="other") == [3]
    assert found(code="1") == [3, 1]
    assert found(kind="thing", code="1") == [1]
    assert found(since=today() - day, until=today() + day) == [3, 2, 1]
    assert found(since=today() + 2 * day) == []
    assert found(until=today() - 2 * day) == []
    assert found(regions=[1, 5]) == [1]
    assert found(regions=[]) == []


# -- Append-only --------------------------------------------------------------------------------

CHANGES = [
    "UPDATE audit_event SET actor = 'x'",
    "DELETE FROM audit_event WHERE id = 2",
    "UPDATE audit_member SET changes = '{}'",
    "DELETE FROM audit_member",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_refuses_to_change_it(app: Flask, statement: str) -> None:
    touch(members=[Member(("thing", "2"))])
    touch()
    with writing(), pytest.raises(sa.exc.DatabaseError, match="only ever added to"):
        db.session.execute(sa.text(statement))
    assert queries.verify() == Verified(events=2, breaks=0, first=None)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("where", ["id = 1", "id = 2"])
def test_sqlite_refuses_to_replace(app: Flask, where: str) -> None:
    touch()
    touch()
    columns = "at, actor, account_id, action, subject_kind, subject_code, region_id, changes"
    number = "id + 7" if where == "id = 2" else "id"
    with writing(), pytest.raises(sa.exc.DatabaseError, match="only ever added to"):
        db.session.execute(
            sa.text(
                f"INSERT OR REPLACE INTO audit_event (id, {columns}, previous, hash)"
                f" SELECT {number}, {columns}, previous, hash FROM audit_event WHERE {where}"
            )
        )
    assert count() == 2


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_truncate(app: Flask) -> None:
    touch()
    with writing(), pytest.raises(sa.exc.DatabaseError, match="only ever added to"):
        db.session.execute(sa.text("TRUNCATE audit_event, audit_member"))
    assert count() == 1


def test_a_fork_cannot_be_stored(app: Flask) -> None:
    touch()
    table = AuditEvent.__table__
    first = db.session.execute(sa.select(table)).one()._asdict()
    with writing(), pytest.raises(sa.exc.DatabaseError):
        db.session.execute(sa.insert(AuditEvent).values(**(first | {"id": 2})))


# -- Around the triggers ------------------------------------------------------------------------

TAMPERED = {
    "UPDATE audit_event SET changes = '{}' WHERE id = 3": Fault.ALTERED,
    "UPDATE audit_event SET at = '2020-01-01 00:00:00' WHERE id = 3": Fault.ALTERED,
    "UPDATE audit_event SET region_id = 4 WHERE id = 3": Fault.ALTERED,
    "UPDATE audit_event SET account_id = NULL WHERE id = 3": Fault.ALTERED,
    "DELETE FROM audit_event WHERE id = 3": Fault.UNLINKED,
    "DELETE FROM audit_event WHERE id = 1": Fault.UNLINKED,
    "UPDATE audit_member SET subject_code = 'x' WHERE position = 1": Fault.ALTERED,
    "DELETE FROM audit_member WHERE position = 2": Fault.ALTERED,
    "UPDATE audit_event SET id = id + 100 WHERE id = 5": Fault.ALTERED,
}


@pytest.fixture
def unguarded(app: Flask) -> None:
    """Five events, the second with members, and no trigger."""
    for number in range(1, 6):
        members = [Member(("thing", f"{member}")) for member in range(3)] if number == 2 else []
        touch(changes={"n": (number, None)}, members=members)
    without_guards()


@pytest.mark.parametrize("statement", TAMPERED)
def test_who_goes_around_the_triggers_is_found(unguarded: None, statement: str) -> None:
    assert queries.verify() == Verified(events=5, breaks=0, first=None)
    with writing():
        db.session.execute(sa.text(statement))
    found = queries.verify().first
    assert found is not None
    assert found.fault is TAMPERED[statement]


def test_a_cut_end_shows_against_the_anchor(unguarded: None) -> None:
    anchor = queries.anchor()
    assert queries.verify([anchor]).first is None
    with writing():
        db.session.execute(sa.text("DELETE FROM audit_event WHERE id > 3"))
    assert queries.verify().first is None
    found = queries.verify([anchor]).first
    assert (found and found.number, found and found.fault) == (5, Fault.MISSING)
    for _ in range(2):
        touch("written over the cut")
    found = queries.verify([anchor]).first
    assert (found and found.number, found and found.fault) == (5, Fault.UNANCHORED)


def test_an_event_before_the_first_is_found(unguarded: None) -> None:
    row = db.session.execute(sa.select(AuditEvent.__table__).limit(1)).one()._asdict()
    with writing():
        db.session.execute(
            sa.insert(AuditEvent).values(**(row | {"id": -4, "previous": b"x" * 32}))
        )
    found = queries.verify().first
    assert (found and found.number, found and found.fault) == (-4, Fault.UNLINKED)


def test_verification_goes_on_over_many_stretches(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_STRETCH", 2)
    for number in range(7):
        touch(members=[Member(("thing", "m"))] * (number % 3))
    assert queries.verify() == Verified(events=7, breaks=0, first=None)


# -- Many at once -------------------------------------------------------------------------------

PROCESSES, APPENDS = 4, 50


def append_many(config: Config, who: int) -> None:
    app = create_app(config)
    with app.app_context():
        for number in range(APPENDS):
            with writing():
                record(Actor(f"process {who}"), TOUCHED, ("thing", f"{number}"))
        db.engine.dispose()


def test_many_processes_append_at_once_and_the_chain_holds(app: Flask, config: Config) -> None:
    db.session.remove()
    db.engine.dispose()
    context = multiprocessing.get_context("fork")
    processes = [
        context.Process(target=append_many, args=(config, who)) for who in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    total = PROCESSES * APPENDS
    assert queries.verify() == Verified(events=total, breaks=0, first=None)
    assert queries.anchor().number == total
    by = db.session.execute(sa.select(AuditEvent.actor, sa.func.count()).group_by(AuditEvent.actor))
    assert {row[1] for row in by} == {APPENDS}
