"""Kinds of jobs for the tests, and workers in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Permission, command
from core.audit.actions import record
from core.config import Config
from core.db import db, writing
from core.errors import BadInput
from core.jobs import actions, queue, rules, story, worker
from core.jobs.models import Job
from core.jobs.rules import JobKind, Run, State, job_kind
from wsgi import create_app

ACTOR: Final = command("test")


def _note(run: Run) -> None:
    """Write one line to the file in the payload: how often it was run is what tests count."""
    line = f"{run.uuid} {run.actor.name}\n".encode()
    descriptor = os.open(run.payload["file"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, line)
    os.close(descriptor)


def _count(run: Run) -> None:
    _note(run)
    run.progress(1, 2, _l("共 %(number)s 项", number=1))
    run.finish("/notices", _l("任务已完成。"))


def _slow(run: Run) -> None:
    """Goes on until its file is gone, or somebody asks it to stop."""
    _note(run)
    waited = 0
    while Path(run.payload["wait"]).exists():
        if run.stopping():
            return
        waited += 1
        run.progress(waited, 10**6)
        time.sleep(0.02)
    with writing():
        record(run.actor, story.STARTED, (story.JOB, run.uuid))
        run.finish("/notices")


def _refuse(run: Run) -> None:
    raise BadInput(_l("请填写一个整数。"), field="number")


def _break(run: Run) -> None:
    raise ZeroDivisionError("a secret of the machine room")


COUNT: Final = job_kind(JobKind("test.count", _l("事项"), Permission.REGISTER_IMPORT, _count))
SLOW: Final = job_kind(JobKind("test.slow", _l("事项"), Permission.REGISTER_IMPORT, _slow))
REFUSE: Final = job_kind(JobKind("test.refuse", _l("事项"), Permission.REGISTER_IMPORT, _refuse))
BREAK: Final = job_kind(JobKind("test.break", _l("事项"), Permission.REGISTER_IMPORT, _break))


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that are silent for seconds are given up; nobody waits for a minute here."""
    for room in ("core.jobs.rules", "core.jobs.queries", "core.jobs.actions"):
        monkeypatch.setattr(f"{room}.SILENT", timedelta(seconds=2))
    for room in ("core.jobs.rules", "core.jobs.worker"):
        monkeypatch.setattr(f"{room}.BEAT_EVERY", timedelta(seconds=0.3))
        monkeypatch.setattr(f"{room}.TOLD", timedelta(seconds=0.5))
    assert timedelta(seconds=2) > rules.PROGRESS_EVERY


def start(kind: JobKind, payload: Any = None, **more: Any) -> str:
    """Start a job; gives its UUID."""
    with writing():
        return actions.start(more.pop("actor", ACTOR), kind, payload, **more).uuid


def told(uuid: str) -> Job:
    """The job as it is now."""
    db.session.rollback()
    return db.session.scalars(sa.select(Job).where(Job.uuid == uuid)).one()


def lose() -> None:
    """Let the queue lose all that it was told."""
    queue.queue().huey.storage.flush_queue()


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def until(condition: Callable[[], bool], seconds: float = 40) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


@contextmanager
def working(config: Config, workers: int = 1) -> Iterator[list[ForkProcess]]:
    """Workers in processes of their own."""
    with_app = multiprocessing.get_context("fork")
    db.session.remove()
    db.engine.dispose()
    processes = [with_app.Process(target=_work, args=(config,)) for _ in range(workers)]
    for process in processes:
        process.start()
    try:
        yield processes
    finally:
        for process in processes:
            if process.is_alive():
                os.kill(process.pid or 0, signal.SIGTERM)
            process.join(timeout=30)


def _work(config: Config) -> None:
    app = create_app(config)
    worker.work(app, 2)


def is_over(uuid: str) -> bool:
    return State(told(uuid).state).over
