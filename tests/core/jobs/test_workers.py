"""What must hold whatever happens to workers: real processes, killed and counted."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from huey.consumer import Consumer

from core.audit.models import AuditEvent
from core.config import Config
from core.db import db, writing
from core.jobs import actions, queue
from core.jobs.models import Job
from core.jobs.rules import State
from tests.core.jobs.made import (
    ACTOR,
    COUNT,
    SLOW,
    _soon,
    is_over,
    lines,
    lose,
    start,
    told,
    until,
    working,
)

__all__ = ["_soon"]


def test_each_of_two_hundred_jobs_is_done_once_by_two_workers(
    app: Flask, config: Config, tmp_path: Path
) -> None:
    counted = tmp_path / "counted"
    uuids = [start(COUNT, {"file": str(counted)}) for _ in range(200)]
    for uuid in uuids[::10]:
        queue.tell([uuid])  # the queue may well repeat itself
    with working(config, 2):
        until(lambda: all(map(is_over, uuids)))
    times = Counter(line.split()[0] for line in lines(counted))
    assert times == Counter(dict.fromkeys(uuids, 1))
    assert {told(uuid).state for uuid in uuids} == {State.DONE}


def test_a_job_whose_worker_is_killed_is_done_once_by_another(
    app: Flask, config: Config, tmp_path: Path
) -> None:
    counted, wait = tmp_path / "counted", tmp_path / "wait"
    wait.touch()
    uuid = start(SLOW, {"file": str(counted), "wait": str(wait)})
    with working(config) as processes:
        until(lambda: len(lines(counted)) == 1)
        assert told(uuid).state == State.RUNNING
        os.kill(processes[0].pid or 0, signal.SIGKILL)
        processes[0].join()
    wait.unlink()
    with working(config):
        until(lambda: is_over(uuid))
    assert (told(uuid).state, told(uuid).runs) == (State.DONE, 2)
    assert len(lines(counted)) == 2
    done = sa.select(sa.func.count()).where(
        AuditEvent.action == "job.started", AuditEvent.changes == "{}"
    )
    assert db.session.scalar(done) == 1


def test_what_a_worker_that_ends_has_in_hand_is_begun_anew_at_once(
    app: Flask, config: Config, tmp_path: Path
) -> None:
    counted, wait = tmp_path / "counted", tmp_path / "wait"
    wait.touch()
    uuid = start(SLOW, {"file": str(counted), "wait": str(wait)})
    with working(config):
        until(lambda: len(lines(counted)) == 1)
    assert told(uuid).state == State.QUEUED
    wait.unlink()
    with working(config):
        until(lambda: is_over(uuid))
    assert (told(uuid).state, told(uuid).runs) == (State.DONE, 2)


def test_a_worker_that_is_told_to_end_while_it_begins_gives_back_what_it_has(
    app: Flask, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Consumer.start

    def begin_slowly(consumer: Consumer) -> None:
        monkeypatch.setattr(consumer, "_set_signal_handlers", lambda: time.sleep(60))
        begin(consumer)

    monkeypatch.setattr(Consumer, "start", begin_slowly)
    counted, wait = tmp_path / "counted", tmp_path / "wait"
    wait.touch()
    uuid = start(SLOW, {"file": str(counted), "wait": str(wait)})
    with working(config):
        until(lambda: len(lines(counted)) == 1)
    assert told(uuid).state == State.QUEUED


def test_a_job_that_goes_on_for_longer_than_a_worker_may_be_silent_is_not_taken_from_it(
    app: Flask, config: Config, tmp_path: Path
) -> None:
    counted, wait = tmp_path / "counted", tmp_path / "wait"
    wait.touch()
    uuid = start(SLOW, {"file": str(counted), "wait": str(wait)})
    with working(config, 2):
        until(lambda: told(uuid).done > 150)  # more than three seconds
        wait.unlink()
        until(lambda: is_over(uuid))
    assert (told(uuid).state, told(uuid).runs) == (State.DONE, 1)
    assert len(lines(counted)) == 1


def test_what_the_queue_lost_is_done_all_the_same(
    app: Flask, config: Config, tmp_path: Path
) -> None:
    counted = tmp_path / "counted"
    uuids = [start(COUNT, {"file": str(counted)}) for _ in range(20)]
    lose()
    with working(config):
        until(lambda: all(map(is_over, uuids)))
    assert len(lines(counted)) == 20


def test_a_job_that_was_rolled_back_is_never_done(
    app: Flask, config: Config, tmp_path: Path
) -> None:
    counted = tmp_path / "counted"

    def start_and_fail() -> None:
        with writing():
            actions.start(ACTOR, COUNT, {"file": str(counted)})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        start_and_fail()
    assert queue.is_empty()
    kept = start(COUNT, {"file": str(counted)})
    with working(config):
        until(lambda: is_over(kept))
    assert len(lines(counted)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1


def test_a_running_job_stops_when_it_is_asked_to(
    app: Flask, config: Config, tmp_path: Path
) -> None:
    counted, wait = tmp_path / "counted", tmp_path / "wait"
    wait.touch()
    uuid = start(SLOW, {"file": str(counted), "wait": str(wait)})
    with working(config):
        until(lambda: len(lines(counted)) == 1)
        with writing():
            actions.ask_stop(ACTOR, uuid)
        until(lambda: is_over(uuid))
    assert told(uuid).state == State.STOPPED
