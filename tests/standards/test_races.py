"""Four processes publish versions of one new standard for the same days: one a day, none lost."""

from __future__ import annotations

import multiprocessing
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from typing import Final

from flask import Flask

from core.audit import queries as audit
from core.clock import today
from core.config import Config
from core.db import db, writing
from core.errors import BadInput
from standards import actions, format, queries
from tests.standards.made import ACTOR, FILE
from wsgi import create_app

PROCESSES: Final = 4
DAYS: Final = 25


def _publish_all(
    config: Config, own: int, together: Barrier, told: multiprocessing.SimpleQueue[int]
) -> None:
    app = create_app(config)
    won = 0
    with app.app_context():
        together.wait(timeout=60)
        for day in range(DAYS):
            read = format.read(FILE.replace("测试用的标准。", f"第 {day} 天，{own} 号"))
            try:
                with writing():
                    actions.publish(ACTOR, read, today() + timedelta(day))
            except BadInput:
                continue
            won += 1
        db.session.remove()
        db.engine.dispose()
    told.put(won)


def test_each_day_has_one_version(app: Flask, config: Config) -> None:
    db.session.remove()
    db.engine.dispose()
    context = multiprocessing.get_context("fork")
    together, told = context.Barrier(PROCESSES), context.SimpleQueue()
    started = [
        context.Process(target=_publish_all, args=(config, own, together, told))
        for own in range(PROCESSES)
    ]
    for process in started:
        process.start()
    won = [told.get() for _ in started]
    for process in started:
        process.join(timeout=60)
    assert [process.exitcode for process in started] == [0] * PROCESSES
    assert sum(won) == DAYS
    known = queries.versions("sample")
    assert [one.number for one in known] == list(range(1, DAYS + 1))
    assert [one.in_force for one in known] == [today() + timedelta(day) for day in range(DAYS)]
    assert all(len(one.criteria) == 4 for one in known)
    db.session.remove()
    assert audit.verify().breaks == 0
