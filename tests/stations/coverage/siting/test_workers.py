"""The search whatever happens to it: real processes, killed half way, two at once, stopped."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from core.config import Config
from core.db import db, writing
from core.errors import Conflict
from core.jobs import actions as job_actions
from core.jobs.rules import State
from core.sites.models import Site
from core.sites.rules import Kind
from stations.coverage.siting import actions, jobs, queries, reckoning
from stations.coverage.siting.answer import Answer, How
from stations.coverage.siting.models import SitingProposal
from stations.coverage.siting.problem import Watch
from stations.coverage.siting.setting import Setting
from tests.core.jobs.made import ACTOR, _soon, is_over, told, until, working
from tests.races import at_once
from tests.stations.coverage.made import CITY
from tests.stations.coverage.siting.made import best, proposed, question
from tests.stations.coverage.town import HALLS, Town

__all__ = ["_soon"]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, Path]:
    """A search goes on as long as a file is there; each that begins is noted in another."""
    wait, noted = tmp_path / "wait", tmp_path / "noted"
    answer = reckoning.answer

    def waiting(setting: Setting, watch: Watch, seconds: float | None = None) -> Answer:
        if seconds is not None:
            with noted.open("a") as file:
                file.write(f"{os.getpid()}\n")
            while wait.exists() and not watch.over():
                time.sleep(0.02)
        return answer(setting, watch, seconds)

    monkeypatch.setattr(reckoning, "answer", waiting)
    return wait, noted


def started(uuid: str) -> str:
    with writing():
        return jobs.start(ACTOR, queries.find(uuid)).uuid


def found(uuid: str) -> SitingProposal:
    db.session.rollback()
    return queries.find(uuid)


def test_killing_the_worker_half_way_loses_nothing_and_the_rerun_is_identical(
    app: Flask, config: Config, town: Town, slow: tuple[Path, Path]
) -> None:
    wait, noted = slow
    ask = question(CITY, HALLS, most=2)
    expected = best(ask)
    noted.unlink()
    wait.touch()
    uuid = proposed(ask)
    before = found(uuid).answer
    job = started(uuid)
    with working(config) as processes:
        until(lambda: noted.exists())
        os.kill(processes[0].pid or 0, signal.SIGKILL)
        processes[0].join()
    assert found(uuid).answer == before
    wait.unlink()
    with working(config):
        until(lambda: is_over(job))
    assert told(job).state == State.DONE
    assert len(noted.read_text().splitlines()) == 2
    assert queries.answer_of(found(uuid)) == expected
    assert expected.how is How.EXACT


def test_a_search_that_is_stopped_leaves_an_answer_and_ends_as_stopped(
    app: Flask, config: Config, town: Town, slow: tuple[Path, Path]
) -> None:
    wait, noted = slow
    wait.touch()
    uuid = proposed(question(CITY, HALLS, most=2))
    job = started(uuid)
    with working(config):
        until(lambda: noted.exists())
        with writing():
            job_actions.ask_stop(ACTOR, job)
        until(lambda: is_over(job))
    assert told(job).state == State.STOPPED
    assert queries.answer_of(found(uuid)).people_won == 480.0
    assert started(uuid) != job


def test_of_many_who_begin_a_search_at_once_one_does(
    app: Flask, config: Config, town: Town
) -> None:
    uuid = proposed()
    assert _race(config, _begin, uuid) == 1


def test_of_many_who_turn_a_proposal_into_sites_at_once_one_does(
    app: Flask, config: Config, town: Town
) -> None:
    uuid = proposed(name="北部")
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Site)) or 0
    assert _race(config, _turn, uuid) == 1
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Site)) == before + 1
    assert len(queries.planned_of(found(uuid))) == 1


def _begin(uuid: str) -> None:
    jobs.start(ACTOR, queries.find(uuid))


def _turn(uuid: str) -> None:
    actions.plan(ACTOR, uuid, Kind.COMMUNITY)


def _race(config: Config, act: Callable[[str], None], uuid: str) -> int:
    """How many of all who try succeed."""

    def attempt() -> bool:
        with suppress(Conflict):
            with writing():
                act(uuid)
            return True
        return False

    return sum(at_once(config, [attempt] * 6))
