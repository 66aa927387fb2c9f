"""A standard ends: asked for by one, agreed to by another, from a day on, and its past stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core.audit.models import AuditEvent
from core.clock import today
from core.db import db, writing
from core.errors import BadInput, NotFound
from standards import actions, queries, verdicts
from standards.models import StandardEnd
from tests.standards.drafting.made import Editor
from tests.standards.made import ACTOR, FILE, make_city, publish


def end(days: int = 0) -> None:
    with writing():
        actions.end(ACTOR, "sample", today() + timedelta(days))


@pytest.mark.usefixtures("hall")
class TestFromADayOn:
    def test_no_site_is_judged_by_it_and_earlier_days_stay(self) -> None:
        before = verdicts.verdicts(today() - timedelta(1)).of("sample")
        assert before is not None
        end()
        assert verdicts.verdicts().of("sample") is None
        assert queries.in_force() == ()
        assert verdicts.verdicts(today() - timedelta(1)).of("sample") is not None
        assert queries.shown("sample").ended == today()

    def test_until_then_it_holds(self) -> None:
        end(10)
        assert [one.ended for one in queries.in_force()] == [today() + timedelta(10)]
        assert queries.in_force(on=today() + timedelta(10)) == ()

    def test_not_twice_not_in_the_past_not_before_it_began(self) -> None:
        with pytest.raises(BadInput, match="早于今天"):
            end(-1)
        end(3)
        with pytest.raises(BadInput, match="已经定了"):
            end(4)
        with writing(), pytest.raises(NotFound):
            actions.end(ACTOR, "nothing", today())

    def test_a_version_that_is_yet_to_come_into_force_is_not_forgotten(self) -> None:
        publish(FILE.replace("meets = 60", "meets = 70"), today() + timedelta(5))
        with pytest.raises(BadInput, match="应晚于第 2 版"):
            end(5)
        end(6)
        assert queries.version("sample", 1).until == today() + timedelta(5)
        assert queries.version("sample", 2).ended == today() + timedelta(6)

    def test_a_later_version_brings_it_back(self) -> None:
        end(3)
        other = FILE.replace("meets = 60", "meets = 70")
        with pytest.raises(BadInput, match="终止"):
            publish(other, today() + timedelta(2))
        publish(other, today() + timedelta(30))
        assert queries.in_force(on=today() + timedelta(10)) == ()
        (again,) = queries.in_force(on=today() + timedelta(30))
        assert (again.number, again.ended) == (2, None)

    def test_the_database_lets_none_be_taken_back(self) -> None:
        end()
        change = sa.update(StandardEnd).values(until=today() + timedelta(9))
        for statement in (change, sa.delete(StandardEnd)):
            with pytest.raises(sa.exc.DatabaseError), writing():
                db.session.execute(statement)


def test_two_people_end_it(app: Flask) -> None:
    make_city()
    publish()
    first, second = Editor(app, "first"), Editor(app, "second")
    assert "终止这个标准" in first.client.get("/standards/sample/versions").text
    assert "从哪一天起不再判定" in first.client.get("/standards/sample/end").text
    status, page = first.post("/standards/sample/end", until=today().isoformat(), words="")
    assert (status, "请写明为什么终止" in page) == (422, True)
    status, where = first.post(
        "/standards/sample/end", until=today().isoformat(), words="并入另一个标准"
    )
    assert status == 303
    path = where.partition("#")[0]
    asked = second.client.get(path).text
    assert "起终止" in asked
    assert "并入另一个标准" in asked
    assert first.post(f"{path}/approve")[0] in (403, 404, 409)
    assert len(queries.in_force()) == 1
    status, told = second.post(f"{path}/approve", seen="1")
    assert status == 303, told
    assert queries.in_force() == ()
    page = second.client.get("/standards/sample").text
    assert "起终止" in page
    assert "起终止" in second.client.get("/standards").text
    ended = sa.select(AuditEvent.actor).where(AuditEvent.action == "standard.ended")
    assert db.session.scalars(ended).all() == ["second"]


def test_an_operator_ends_it_from_the_shell(app: Flask) -> None:
    make_city()
    publish()
    runner = app.test_cli_runner()
    told = runner.invoke(args=["standards", "end", "sample", "--from", today().isoformat()])
    assert (told.exit_code, "ends" in told.output) == (0, True)
    assert "until" in runner.invoke(args=["standards", "list"]).output
    assert runner.invoke(args=["standards", "end", "x", "--from", "2030-01-01"]).exit_code == 1
