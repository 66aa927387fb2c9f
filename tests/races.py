"""Processes that all do something in the same moment, over the database of a test."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.synchronize import Barrier
from typing import Any, Final, TypeVar

from core.config import Config
from core.db import db
from tests.forks import FORK
from wsgi import create_app

PROCESSES: Final = 4
EACH: Final = 10

T = TypeVar("T")


def at_once(config: Config, works: Sequence[Callable[[], T]]) -> list[T]:
    """What each of *works* gives, in any order: each has a process, and all begin together."""
    db.session.remove()
    db.engine.dispose()
    together, told = FORK.Barrier(len(works)), FORK.SimpleQueue()
    started = [FORK.Process(target=_begin, args=(config, work, together, told)) for work in works]
    for process in started:
        process.start()
    for process in started:
        process.join(timeout=120)
    assert [process.exitcode for process in started] == [0] * len(works)
    return [told.get() for _ in started]


def in_processes(config: Config, work: Callable[[int], bool]) -> int:
    """How often *work* succeeded, of EACH times in each of PROCESSES, all beginning together."""
    return sum(at_once(config, [lambda: sum(map(work, range(EACH)))] * PROCESSES))


def _begin(
    config: Config,
    work: Callable[[], Any],
    together: Barrier,
    told: multiprocessing.SimpleQueue[Any],
) -> None:
    with create_app(config).app_context():
        together.wait(timeout=60)
        told.put(work())
        db.session.remove()
        db.engine.dispose()
