"""Publishing, and recording what was seen; what is written is never written again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core.audit.models import AuditEvent
from core.clock import today
from core.db import db, writing
from core.errors import BadInput, Conflict, NotFound
from core.sites.rules import Kind
from standards import actions, format, queries, verdicts
from standards.actions import Recorded, Said
from standards.models import Observation, Standard, StandardCriterion, StandardVersion
from standards.rules import Result
from tests.standards.made import ACTOR, FILE, SINCE, changed, make_city, make_site, publish

SECOND = changed('text = "有咨询台"', 'text = "有咨询台和投诉台"')
VISIT = Recorded("inspection", "6b1d0f0e-0000-4000-8000-000000000001")


def said(**results: str) -> dict[str, Said]:
    return {code: Said(Result(one)) for code, one in results.items()}


class TestPublishing:
    def test_the_first_may_have_been_in_force_for_long(self, app: Flask) -> None:
        one = publish()
        assert (one.code, one.number, one.in_force, one.until) == ("sample", 1, SINCE, None)
        assert queries.document(one.id) == FILE
        assert set(one.criteria) == {"guide", "hours", "position", "desk"}
        event = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert event is not None
        assert (event.action, event.subject_code) == ("standard.published", "sample")

    def test_the_next_follows_it(self, app: Flask) -> None:
        publish()
        later = today() + timedelta(10)
        publish(SECOND, later)
        first, second = queries.versions("sample")
        assert (first.until, second.number, second.in_force) == (later, 2, later)
        assert [one.number for one in queries.in_force()] == [1]
        assert [one.number for one in queries.in_force(on=later)] == [2]
        assert queries.in_force(Kind.HALL) == queries.in_force(Kind.COMMUNITY)
        assert queries.in_force(Kind.VILLAGE_CLINIC) == ()
        assert queries.shown("sample", SINCE - timedelta(1)).number == 1

    def test_the_next_cannot_begin_in_the_past(self, app: Flask) -> None:
        publish()
        with pytest.raises(BadInput) as caught:
            publish(SECOND, today() - timedelta(1))
        assert caught.value.field == "in_force"
        publish(SECOND, today())

    def test_the_next_begins_after_the_one_before(self, app: Flask) -> None:
        publish(in_force=today() + timedelta(5))
        with pytest.raises(BadInput):
            publish(SECOND, today() + timedelta(5))
        with pytest.raises(BadInput):
            publish(SECOND, today() + timedelta(4))

    def test_the_same_again_is_no_version(self, app: Flask) -> None:
        publish()
        with pytest.raises(BadInput):
            publish(FILE, today() + timedelta(1))

    def test_what_is_not_there_is_not_found(self, app: Flask) -> None:
        publish()
        for ask in (
            lambda: queries.versions("other"),
            lambda: queries.version("sample", 2),
        ):
            with pytest.raises(NotFound):
                ask()


class TestNothingChanges:
    @pytest.mark.parametrize(
        "statement",
        [
            sa.update(StandardVersion).values(document="x"),
            sa.update(StandardVersion).values(in_force=SINCE - timedelta(1)),
            sa.delete(StandardVersion),
            sa.update(StandardCriterion).values(asked="x"),
            sa.delete(StandardCriterion),
            sa.update(Standard).values(code="x"),
            sa.update(Observation).values(result="fail"),
            sa.delete(Observation),
        ],
    )
    def test_the_database_refuses(self, app: Flask, statement: sa.UpdateBase) -> None:
        make_city()
        site, one = make_site("甲"), publish()
        with writing():
            actions.observe(ACTOR, site, one, said(guide="pass"), VISIT, today())
        with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), writing():
            db.session.execute(statement)

    def test_no_row_is_put_in_the_place_of_another(self, app: Flask) -> None:
        one = publish()
        values = f"{one.id}, 1, 1, '2026-01-01', 'x', 'x', 'x', '2026-01-01'"
        columns = "id, standard_id, number, in_force, digest, document, published_by, published_at"
        replace = "INSERT OR REPLACE" if db.engine.dialect.name == "sqlite" else "INSERT"
        with pytest.raises(sa.exc.DBAPIError), db.engine.begin() as connection:
            connection.exec_driver_sql(
                f"{replace} INTO standard_version ({columns}) VALUES ({values})"
            )
        assert queries.document(one.id) == FILE


class TestObserving:
    def test_it_is_recorded_once(self, app: Flask) -> None:
        make_city()
        site, one = make_site("甲"), publish()
        with writing():
            number = actions.observe(
                ACTOR, site, one, said(guide="pass", desk="not_applicable"), VISIT, today()
            )
        assert number == 2
        with pytest.raises(Conflict), writing():
            actions.observe(ACTOR, site, one, said(guide="fail"), VISIT, today())
        rows = db.session.scalars(sa.select(Observation).order_by(Observation.id)).all()
        assert [row.result for row in rows] == ["pass", "not_applicable"]

    @pytest.mark.parametrize("results", [{"nothing": "pass"}, {"position": "pass"}])
    def test_what_cannot_be_seen_is_refused(self, app: Flask, results: dict[str, str]) -> None:
        make_city()
        site, one = make_site("甲"), publish()
        with pytest.raises(BadInput) as caught, writing():
            actions.observe(ACTOR, site, one, said(**results), VISIT, today())
        assert caught.value.field == next(iter(results))
        assert db.session.scalar(sa.select(sa.func.count(Observation.id))) == 0

    def test_before_the_site_was_there_nobody_saw_it(self, app: Flask) -> None:
        make_city()
        site, one = make_site("甲"), publish()
        with pytest.raises(BadInput), writing():
            actions.observe(ACTOR, site, one, said(guide="pass"), VISIT, SINCE - timedelta(1))

    def test_to_contradict_a_figure_takes_a_reason(self, app: Flask) -> None:
        make_city()
        site, one = make_site("甲"), publish()
        shown = verdicts.told(one, site, today())
        assert shown["hours"].value == 1
        with pytest.raises(BadInput) as caught, writing():
            actions.observe(ACTOR, site, one, said(hours="pass"), VISIT, today(), shown)
        assert caught.value.field == "hours"
        reason = {"hours": Said(Result.PASSED, "门上贴着营业时间")}
        with writing():
            actions.observe(ACTOR, site, one, reason, VISIT, today(), shown)
        agreeing = Recorded("inspection", "2")
        with writing():
            actions.observe(ACTOR, site, one, said(hours="fail"), agreeing, today(), shown)

    def test_a_version_out_of_another_file_is_pinned_by_its_digest(self, app: Flask) -> None:
        make_city()
        site, one = make_site("甲"), publish()
        publish(SECOND, today())
        with writing():
            actions.observe(ACTOR, site, one, said(desk="pass"), VISIT, today())
        assert format.digest(queries.document(one.id)) == one.digest
