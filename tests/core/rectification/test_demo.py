"""The demonstration has findings in every state, made by the actions of people; once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa
from flask import Flask

from core.accounts.rules import Role
from core.clock import today
from core.db import db
from core.proposals.models import Proposal
from core.rectification import demo, queries
from core.rectification.lists import queries as lists
from core.rectification.lists.rules import Asked, Show
from core.rectification.models import (
    Finding,
    FindingAnswer,
    FindingClimb,
    FindingDeadline,
    FindingNotice,
)
from core.rectification.rules import Climb, Deadline, Severity, State, Verdict
from tests.core.accounts.made import ACTOR, World
from tests.core.rectification.made import find, finding, person


def every(column: sa.orm.InstrumentedAttribute[Any]) -> set[str]:
    return set(db.session.scalars(sa.select(column).distinct()))


def test_every_state_is_shown_and_a_second_time_changes_nothing(app: Flask, world: World) -> None:
    manager = person(Role.STATION_MANAGER, world.own, "station-manager")
    demo.demonstrate("3710", today())
    assert every(Finding.state) == set(State)
    assert every(Finding.severity) == set(Severity)
    assert every(FindingDeadline.why) == set(Deadline)
    assert every(FindingClimb.level) == set(Climb)
    assert {Verdict.ACCEPTED, Verdict.RETURNED} <= every(FindingAnswer.verdict)
    assert every(Proposal.state) == {"waiting", "approved"}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FindingNotice))
    assert set(db.session.scalars(sa.select(Finding.made))) == {True}
    assert lists.number_waiting(manager) > 0
    lines = lists.every(ACTOR, Asked(show=Show.ALL), 100)
    assert any(line.finding.times > 1 for line in lines)
    assert any(line.late and line.finding.state == State.OPEN for line in lines)
    assert all(
        line.last is None or line.finding.found_on <= line.last.answered_on <= today()
        for line in lines
    )
    before = Counter((line.finding.uuid, line.finding.version) for line in lines)
    demo.demonstrate("3710", today())
    after = lists.every(ACTOR, Asked(show=Show.ALL), 100)
    assert Counter((line.finding.uuid, line.finding.version) for line in after) == before


def test_what_visits_found_is_put_right_too(app: Flask, world: World) -> None:
    uuids = [find(world.own, criterion=f"jiuyou/{number}") for number in range(7)]
    demo.demonstrate("3710", today())
    states = {finding(uuid).state for uuid in uuids}
    assert len(states) > 2
    assert any(queries.answers(finding(uuid).id) for uuid in uuids)


def test_a_city_that_is_not_there_shows_nothing(app: Flask) -> None:
    demo.demonstrate("3710", today())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Finding)) == 0
