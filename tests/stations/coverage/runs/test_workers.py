"""Runs whatever happens to workers: real processes, killed half way and two at once."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from flask import Flask

from core.config import Config
from core.db import db, writing
from core.jobs import actions as job_actions
from core.jobs.rules import State
from core.regions.tree import Node
from stations.coverage.runs import jobs, queries, rules
from stations.coverage.runs.rules import Ground, Part
from tests.core.jobs.made import ACTOR, _soon, is_over, lines, told, until, working
from tests.stations.coverage.runs.made import ALL, asked, finished, found, numbers
from tests.stations.coverage.town import Town

__all__ = ["_soon"]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, Path]:
    """Every part but the first waits as long as a file is there; each is noted in another."""
    wait, noted = tmp_path / "wait", tmp_path / "noted"
    reckon = rules.reckon

    def waiting(ground: Ground, part: Node) -> Part:
        if part is not ground.parts[0]:
            while wait.exists():
                time.sleep(0.02)
        with noted.open("a") as file:
            file.write(f"{os.getpid()} {getattr(part, 'code', '')}\n")
        return reckon(ground, part)

    monkeypatch.setattr(rules, "reckon", waiting)
    return wait, noted


def job_uuid(uuid: str) -> str:
    return found(uuid).job_uuid


def parts(uuid: str) -> dict[int, object]:
    return dict(queries.done(found(uuid).id))


def test_killing_the_worker_half_way_loses_nothing_and_the_rerun_is_identical(
    app: Flask, config: Config, town: Town, slow: tuple[Path, Path]
) -> None:
    wait, noted = slow
    whole = finished()
    expected = numbers(whole), queries.total_of(found(whole))
    noted.unlink()
    wait.touch()
    uuid = asked()
    with working(config) as processes:
        until(lambda: len(parts(uuid)) == 1)
        os.kill(processes[0].pid or 0, signal.SIGKILL)
        processes[0].join()
    kept = parts(uuid)
    assert len(kept) == 1
    assert found(uuid).finished_at is None
    wait.unlink()
    with working(config):
        until(lambda: is_over(job_uuid(uuid)))
    job = told(job_uuid(uuid))
    assert (job.state, job.runs, job.url) == (State.DONE, 2, f"/coverage/runs/{uuid}")
    assert (numbers(uuid), queries.total_of(found(uuid))) == expected
    assert parts(uuid).items() >= kept.items()
    # The part that was done stayed done: nobody reckoned it again.
    assert len({line.split()[1] for line in lines(noted)}) == len(lines(noted)) == 2


def test_two_runs_at_once_by_two_workers_do_not_spoil_each_other(
    app: Flask, config: Config, town: Town, slow: tuple[Path, Path]
) -> None:
    wait, _ = slow
    wait.touch()
    uuids = [asked() for _ in range(4)]
    with working(config, 2):
        until(lambda: sum(len(parts(uuid)) for uuid in uuids) == 4)
        wait.unlink()
        until(lambda: all(is_over(job_uuid(uuid)) for uuid in uuids))
    assert [queries.total_of(found(uuid)) for uuid in uuids] == [ALL] * 4
    assert all(numbers(uuid) == numbers(uuids[0]) for uuid in uuids)


def test_two_workers_on_one_run_keep_each_part_once(
    app: Flask, config: Config, town: Town, slow: tuple[Path, Path]
) -> None:
    wait, noted = slow
    wait.touch()
    uuid = asked()
    first = job_uuid(uuid)
    with writing():
        jobs.go_on(ACTOR, queries.find(uuid))  # an impatient person, while the first goes on
    second = job_uuid(uuid)
    with working(config, 2):
        until(lambda: len(parts(uuid)) == 1 and len(lines(noted)) >= 1)
        wait.unlink()
        until(lambda: is_over(first) and is_over(second))
    assert {told(first).state, told(second).state} <= {State.DONE, State.FAILED}
    assert queries.total_of(found(uuid)) == ALL
    assert len(parts(uuid)) == 2


def test_a_run_that_was_stopped_goes_on_where_it_stopped(
    app: Flask, config: Config, town: Town, slow: tuple[Path, Path]
) -> None:
    wait, noted = slow
    wait.touch()
    uuid = asked()
    stopped = job_uuid(uuid)
    with working(config):
        until(lambda: len(parts(uuid)) == 1)
        with writing():
            job_actions.ask_stop(ACTOR, stopped)
        wait.unlink()
        until(lambda: is_over(stopped))
    with writing():
        if found(uuid).finished_at is None:
            jobs.go_on(ACTOR, queries.find(uuid))
    db.session.rollback()
    with working(config):
        until(lambda: is_over(job_uuid(uuid)))
    assert queries.total_of(found(uuid)) == ALL
    assert len(lines(noted)) == 2
