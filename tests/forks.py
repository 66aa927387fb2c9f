"""Processes beside a test, over its database: forked off, for to start anew takes seconds."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from core.config import Config
from core.db import db
from wsgi import create_app

FORK: Final = multiprocessing.get_context("fork")

Pipe: TypeAlias = "Connection[Any, Any]"


@contextmanager
def forked(config: Config, work: Callable[[Pipe], None]) -> Iterator[Pipe]:
    """The near end of a pipe to a process that works with an app of its own; it is killed at the
    end, wherever it is."""
    db.session.remove()
    db.engine.dispose()
    near, far = FORK.Pipe()
    process = FORK.Process(target=_begin, args=(config, work, far))
    process.start()
    far.close()
    try:
        assert near.recv() == "ready"
        yield near
    finally:
        process.kill()
        process.join()
        near.close()


def _begin(config: Config, work: Callable[[Pipe], None], far: Pipe) -> None:
    with create_app(config).app_context():
        far.send("ready")
        work(far)


def killed_at_each_statement(work: Callable[[], None], step: int = 1) -> Callable[[Pipe], None]:
    """Does *work* whenever it is told to, each time in a fork that kills itself a *step* later:
    at the first statement or commit, and so on. Says "killed" or how the fork has ended."""

    def work_and_be_killed(pipe: Pipe) -> None:
        last = 1
        while True:
            pipe.recv()
            child = os.fork()
            if not child:
                _kill_at(last)
                work()
                os._exit(0)
            _, status = os.waitpid(child, 0)
            pipe.send("killed" if os.WIFSIGNALED(status) else f"done {status}")
            last += step

    return work_and_be_killed


def _kill_at(last: int) -> None:
    done = 0

    def kill(*_: object) -> None:
        nonlocal done
        done += 1
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "commit"):
        sa.event.listen(db.engine, name, kill)
