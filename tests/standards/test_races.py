"""Four processes publish versions of one new standard for the same days: one a day, none lost."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Final

from flask import Flask

from core.audit import queries as audit
from core.clock import today
from core.config import Config
from core.db import db, writing
from core.errors import BadInput
from standards import actions, format, queries
from tests.races import PROCESSES, at_once
from tests.standards.made import ACTOR, FILE

DAYS: Final = 25


def _publish_all(own: int) -> int:
    won = 0
    for day in range(DAYS):
        read = format.read(FILE.replace("测试用的标准。", f"第 {day} 天，{own} 号"))
        with suppress(BadInput):
            with writing():
                actions.publish(ACTOR, read, today() + timedelta(day))
            won += 1
    return won


def test_each_day_has_one_version(app: Flask, config: Config) -> None:
    won = at_once(config, [partial(_publish_all, own) for own in range(PROCESSES)])
    assert sum(won) == DAYS
    known = queries.versions("sample")
    assert [one.number for one in known] == list(range(1, DAYS + 1))
    assert [one.in_force for one in known] == [today() + timedelta(day) for day in range(DAYS)]
    assert all(len(one.criteria) == 4 for one in known)
    db.session.remove()
    assert audit.verify().breaks == 0
