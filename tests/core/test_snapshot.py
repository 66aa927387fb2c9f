"""What is held in memory is never older than the last commit of anybody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from flask import Flask

from core import snapshot
from core.config import Config
from core.db import db, writing
from core.regions.models import Region


def touch() -> None:
    with writing():
        db.session.add(Region(lat=37.5, lon=122.1, point_source=""))


def counting() -> tuple[list[int], Callable[[int], int]]:
    calls: list[int] = []

    @snapshot.of_revision("network")
    def build(day: int) -> int:
        calls.append(day)
        return len(calls)

    return calls, build


def test_built_once_until_somebody_writes(app: Flask) -> None:
    calls, build = counting()
    assert (build(1), build(1), build(2)) == (1, 1, 2)
    touch()
    assert build(1) == 3
    assert calls == [1, 2, 1]


def test_another_app_over_the_same_database_is_noticed(
    app: Flask, config: Config, make_app: Callable[[Config], Flask]
) -> None:
    _calls, build = counting()
    first = build(1)
    with make_app(config).app_context():
        touch()
    db.session.rollback()  # the end of a request
    assert build(1) == first + 1


def test_what_is_being_written_is_never_kept(app: Flask) -> None:
    calls, build = counting()
    with writing():
        db.session.add(Region(lat=37.5, lon=122.1, point_source=""))
        assert (build(1), build(1)) == (1, 2)
    assert build(1) == 3
    assert len(calls) == 3


def test_within_a_request_the_city_stands_still(app: Flask) -> None:
    _calls, build = counting()
    with app.test_request_context("/"):
        first = build(1)
        with app.app_context():
            touch()
        assert build(1) == first
    db.session.rollback()  # the end of a request
    with app.test_request_context("/"):
        assert build(1) == first + 1


def test_only_so_many_are_kept(app: Flask) -> None:
    calls, build = counting()
    for day in range(snapshot.KEPT + 1):
        build(day)
    build(0)
    assert calls.count(0) == 2


def test_of_many_who_ask_at_once_one_builds(app: Flask) -> None:
    calls: list[int] = []

    @snapshot.of_revision("network")
    def slow() -> int:
        calls.append(1)
        time.sleep(0.1)
        return 1

    def ask() -> None:
        with app.app_context():
            slow()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
