"""Members that are listed before their event: as safe as those that are written with it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import LazyString

from core.access import Actor
from core.audit import queries
from core.audit.actions import Batch, begin_batch, forget_members, list_members, record
from core.audit.chain import Fault, Verified, seal_members
from core.audit.models import AuditBatch, AuditBatchMember
from core.audit.queries import events, seal_of, story
from core.audit.rules import EventType, Member, Subject
from core.db import db, writing
from tests.core.audit.made import without_guards

ACTOR = Actor("张三", account_id=5)
TOUCHED = EventType("thing.touched", LazyString(str), LazyString(str), {})


def listed(codes: Sequence[str], begin: int = 0) -> int:
    """A batch of things, listed from a place on; gives its number."""
    with writing():
        batch_id = begin_batch()
        add(batch_id, codes, begin)
    return batch_id


def add(batch_id: int, codes: Sequence[str], begin: int = 0) -> None:
    for place, code in enumerate(codes, begin):
        facts = ("thing", code, f'{{"n":[null,"{code}"]}}')
        list_members(sa.select(sa.literal(batch_id), sa.literal(place), *map(sa.literal, facts)))


def touch(batch_id: int) -> None:
    with writing():
        members = Batch(batch_id, seal_of(batch_id, 2))
        record(ACTOR, TOUCHED, ("thing", ""), {"why": (None, "x")}, members=members)


def test_the_members_are_told_as_those_of_any_event(app: Flask) -> None:
    touch(listed("abcdefg"))
    with writing():
        record(ACTOR, TOUCHED, ("thing", ""), members=[Member(("thing", "b"))])
    newest, before = story("thing", "b", 10)
    assert (newest.number, newest.members, before.number, before.members) == (2, 1, 1, 7)
    assert before.changes == {"why": (None, "x"), "n": (None, "b")}
    assert before.named == tuple(Subject("thing", code) for code in "abcde")
    assert story("thing", "x", 10) == []
    assert [event.members for event in events(queries.Filters(), 10)] == [1, 7]
    db.session.rollback()
    assert queries.verify() == Verified(events=2, breaks=0, first=None)


def test_a_seal_is_that_of_the_same_members_written_at_once(app: Flask) -> None:
    batch_id = listed("abcde")
    facts = [("thing", code, f'{{"n":[null,"{code}"]}}') for code in "abcde"]
    whole = seal_members([(place, *each) for place, each in enumerate(facts)])
    assert {seal_of(batch_id, most) for most in (1, 2, 5, 100)} == {whole}


def test_what_no_event_names_tells_of_nothing_and_may_go(app: Flask) -> None:
    left, kept = listed("abc"), listed("ab")
    touch(kept)
    assert [event.members for event in story("thing", "a", 10)] == [2]
    gone = 0
    while not gone:
        with writing():
            gone = forget_members(left, 2)
    with writing():
        assert forget_members(kept, 2)
    count = sa.select(AuditBatchMember.batch_id, sa.func.count()).group_by(sa.text("1"))
    assert [tuple(row) for row in db.session.execute(count)] == [(kept, 2)]
    assert db.session.scalars(sa.select(AuditBatch.id)).all() == [kept]
    db.session.rollback()
    assert queries.verify() == Verified(events=1, breaks=0, first=None)


def test_no_number_comes_twice(app: Flask) -> None:
    first = listed("")
    with writing():
        assert forget_members(first, 2)
    assert listed("") > first


CHANGES = [
    "UPDATE audit_batch_member SET changes = '{}'",
    "DELETE FROM audit_batch_member",
    "DELETE FROM audit_batch_member WHERE position = 1",
    "INSERT INTO audit_batch_member SELECT batch_id, 9, subject_kind, subject_code, changes"
    " FROM audit_batch_member WHERE position = 0",
    "UPDATE audit_event SET batch_id = NULL",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_refuses_to_change_it(app: Flask, statement: str) -> None:
    touch(listed("abc"))
    with writing(), pytest.raises(sa.exc.DatabaseError, match="only ever added to"):
        db.session.execute(sa.text(statement))
    assert queries.verify() == Verified(events=1, breaks=0, first=None)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_refuses_to_replace(app: Flask) -> None:
    listed("abc")
    with writing(), pytest.raises(sa.exc.DatabaseError, match="only ever added to"):
        db.session.execute(
            sa.text(
                "INSERT OR REPLACE INTO audit_batch_member"
                " SELECT batch_id, position, subject_kind, 'x', changes FROM audit_batch_member"
            )
        )


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_truncate(app: Flask) -> None:
    listed("abc")
    with writing(), pytest.raises(sa.exc.DatabaseError, match="only ever added to"):
        db.session.execute(sa.text("TRUNCATE audit_batch_member"))


TAMPERED = [
    "UPDATE audit_batch_member SET changes = '{}' WHERE position = 2",
    "UPDATE audit_batch_member SET subject_code = 'x' WHERE position = 0",
    "UPDATE audit_batch_member SET position = 7 WHERE position = 2",
    "UPDATE audit_batch_member SET batch_id = 2 WHERE position = 2",
    "DELETE FROM audit_batch_member WHERE position = 1",
    "INSERT INTO audit_batch_member SELECT batch_id, 9, subject_kind, subject_code, changes"
    " FROM audit_batch_member WHERE position = 0",
    "INSERT INTO audit_member SELECT 1, 9, subject_kind, subject_code, changes"
    " FROM audit_batch_member WHERE position = 0",
    "UPDATE audit_event SET batch_id = NULL",
    "UPDATE audit_event SET batch_id = 2",
]


@pytest.mark.parametrize("statement", TAMPERED)
def test_who_goes_around_the_triggers_is_found(app: Flask, statement: str) -> None:
    first = listed("abc")
    with writing():
        assert (first, begin_batch()) == (1, 2)
    touch(first)
    assert queries.verify() == Verified(events=1, breaks=0, first=None)
    without_guards()
    with writing():
        db.session.execute(sa.text(statement))
    found = queries.verify().first
    assert found is not None
    assert found.fault is Fault.ALTERED
