"""Transactions, revisions and settings, on both databases."""

from __future__ import annotations

import multiprocessing
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from core.config import Config
from core.connections import PATIENCE, busy, wal_is_sound
from core.db import (
    Revision,
    UtcDateTime,
    after_commit,
    aside,
    commit,
    db,
    revision,
    writing,
)
from core.errors import Busy
from core.regions.models import Region
from wsgi import create_app


def a_region() -> Region:
    return Region(lat=37.5, lon=122.1, point_source="test")


def add_region() -> None:
    with writing():
        db.session.add(a_region())


def failing() -> None:
    with writing():
        db.session.add(a_region())
        db.session.flush()
        raise ZeroDivisionError


def regions() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Region)) or 0


def test_a_write_raises_the_revision_of_what_it_touched(app: Flask) -> None:
    before = revision("network")
    with writing():
        db.session.add(a_region())
    assert revision("network") == before + 1
    with writing():
        pass
    assert revision("network") == before + 1


def test_statements_beside_the_unit_of_work_raise_it_too(app: Flask) -> None:
    with writing():
        db.session.execute(sa.insert(Region).values(lat=1.0, lon=2.0, point_source=""))
    with writing():
        db.session.execute(sa.update(Region).values(point_source="again"))
    with writing():
        db.session.execute(sa.delete(Region))
    assert revision("network") == 3


def test_a_commit_that_forgets_the_revision_is_refused(app: Flask) -> None:
    def committing() -> None:
        with writing():
            db.session.add(a_region())
            db.session.commit()

    with pytest.raises(RuntimeError, match=r"core\.db\.commit"):
        committing()
    assert regions() == 0


def test_what_fails_leaves_nothing(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError):
        failing()
    assert (regions(), revision("network")) == (0, 0)
    with writing():
        pass
    assert revision("network") == 0


def test_aside_is_kept_though_the_request_failed(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError):
        failing()
    with aside():
        db.session.add(a_region())
    assert regions() == 1


def test_reading_cannot_write(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no read-only transactions")
    db.session.add(a_region())
    with pytest.raises(sa.exc.InternalError, match="read-only"):
        commit()
    db.session.rollback()


def test_instants_come_back_in_utc_from_either_database(app: Flask) -> None:
    table = sa.Table("instants", sa.MetaData(), sa.Column("at", UtcDateTime))
    given = datetime(2026, 11, 21, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    with writing():
        table.create(db.session.connection())
        db.session.execute(table.insert().values(at=given))
    assert db.session.scalar(sa.select(table.c.at)) == datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
    with writing(), pytest.raises(sa.exc.StatementError, match="time zone"):
        db.session.execute(table.insert().values(at=datetime(2026, 11, 21)))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_float_that_is_no_number_is_stored(app: Flask, value: float) -> None:
    with writing(), pytest.raises(sa.exc.StatementError, match="cannot be stored"):
        db.session.execute(sa.insert(Region).values(lat=value, lon=1.0, point_source=""))
    assert regions() == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_settings_of_sqlite(app: Flask) -> None:
    with db.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("busy_timeout", "foreign_keys", "synchronous", "secure_delete")
        }
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar()
    assert pragmas == {
        "busy_timeout": 5000,
        "foreign_keys": 1,
        "synchronous": 2,
        "secure_delete": 1,
    }
    sound = wal_is_sound(tuple(map(int, str(version).split("."))))
    assert journal == ("wal" if sound else "delete")
    path = Path(str(db.engine.url.database))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_which_write_ahead_logs_are_sound(version: tuple[int, ...], sound: bool) -> None:
    assert wal_is_sound(version) is sound


PROCESSES, WRITES = 3, 50


def write_many(config: Config) -> None:
    """Read, then write what was read plus one: wrong as soon as two transactions overlap."""
    app = create_app(config)
    with app.app_context():
        for _ in range(WRITES):
            with writing():
                counter = db.session.get_one(Revision, "counted", with_for_update=True)
                counter.number += 1
        db.engine.dispose()


def test_many_processes_write_at_once_and_none_is_lost(app: Flask, config: Config) -> None:
    with writing():
        db.session.add(Revision(subject="counted", number=0))
    db.session.remove()
    db.engine.dispose()
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=write_many, args=(config,)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    assert revision("counted") == PROCESSES * WRITES


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.passed = 0.0

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_waits_too_long_is_told_to_come_again(
    app: Flask,
    config: Config,
    make_app: Callable[[Config], Flask],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr("core.connections.time", clock)
    other = make_app(config)
    with writing():
        db.session.add(a_region())
        db.session.flush()
        with other.app_context(), pytest.raises(Busy):
            add_region()
        assert PATIENCE < clock.passed < PATIENCE + 0.1
    assert regions() == 1


def test_a_fault_does_not_tell_what_was_to_be_stored(app: Flask) -> None:
    with pytest.raises(sa.exc.DBAPIError) as failed:
        db.session.execute(sa.text("SELECT no_such(:phone)"), {"phone": "13812345678"})
    assert "13812345678" not in str(failed.value)


def test_what_counts_as_busy() -> None:
    assert busy(Exception("database is locked"))
    assert busy(Exception("canceling statement due to lock timeout"))
    assert busy(Exception("deadlock detected"))
    assert not busy(Exception("disk is full"))


def test_what_comes_after_the_commit_sees_it_and_never_undoes_it(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[tuple[list[str], int]] = []

    def look(items: list[str]) -> None:
        with app.app_context():
            seen.append((items, regions()))

    def fail(_items: list[str]) -> None:
        raise OSError("nobody there")

    with writing():
        after_commit(fail, "")
        db.session.add(a_region())
        after_commit(look, "a")
        after_commit(look, "b")
        assert seen == []
    assert seen == [(["a", "b"], 1)]
    assert "nobody there" in caplog.text
    assert regions() == 1
    with writing():
        pass
    assert len(seen) == 1


def test_what_is_rolled_back_has_nothing_after_it(app: Flask) -> None:
    seen: list[list[str]] = []

    def write_and_fail() -> None:
        with writing():
            after_commit(seen.append, "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with writing():
        with db.session.begin_nested(), pytest.raises(RuntimeError):
            after_commit(seen.append, "b")
        db.session.add(a_region())
    assert seen == []
