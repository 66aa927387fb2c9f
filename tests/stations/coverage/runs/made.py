"""Runs of the small town, worked out at once or by workers."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from core.clock import today
from core.db import db, writing
from core.regions.queries import tree
from stations.coverage.rules import Question, Rule, Tally
from stations.coverage.runs import jobs, queries
from stations.coverage.runs.models import CoverageRun
from tests.stations.coverage.made import ACTOR, CITY

#: All of the town, and its two counties.
ALL: Final = Tally(790.0, 710.0, 7, 4)
MINE, OTHERS = Tally(780.0, 700.0, 6, 3), Tally(10.0, 10.0, 1, 1)
HALF: Final = Rule(500.0)


def question(region: str = CITY, on: date | None = None, **more: Any) -> Question:
    day = on or today()
    return Question(region=tree(day).by_code[region], on=day, **more)


def asked(region: str = CITY, on: date | None = None, **more: Any) -> str:
    """A run for which a worker waits; its UUID."""
    with writing():
        uuid = jobs.start(ACTOR, question(region, on, **more))
    assert uuid is not None
    return uuid


def finished(region: str = CITY, on: date | None = None, **more: Any) -> str:
    """A run that is worked out; its UUID."""
    uuid = asked(region, on, **more)
    assert jobs.work(ACTOR, uuid)
    return uuid


def found(uuid: str) -> CoverageRun:
    db.session.rollback()
    return queries.find(uuid)


def numbers(uuid: str) -> dict[str, Tally]:
    """The counties and towns of a run, by code."""
    run = found(uuid)
    return {line.node.code: line.tally for line in queries.lines(run) if line.tally is not None}
