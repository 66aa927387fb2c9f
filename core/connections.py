"""What the drivers are told: settings, the fair queue for SQLite's pen, how a transaction begins.

Whoever writes says so beforehand (:func:`writing_mark`), and the transaction then begins for it.
docs/decisions/0003 tells which measurements stand behind the settings.
"""

from __future__ import annotations

import fcntl
import importlib
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, NoReturn

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import event

from core.errors import Busy

#: Longest wait for the database, in seconds; after that a request is told to come again.
PATIENCE = 5.0

_writing: ContextVar[bool] = ContextVar("writing", default=False)


def options(url: sa.URL) -> dict[str, Any]:
    """What the engine of a database is made with; what is stored is told in no fault, so that
    nobody's data gets into a log."""
    if url.get_backend_name() == "sqlite":
        return {
            "module": _sqlite_module(),
            "hide_parameters": True,
            "connect_args": {"timeout": PATIENCE},
        }
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_recycle": 300,
        "connect_args": {"options": f"-c lock_timeout={int(PATIENCE * 1000)}"},
    }


def _sqlite_module() -> Any:
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ModuleNotFoundError:
        return sqlite3


def wal_is_sound(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset fault (3.7.0 to 3.51.2, mended in 3.51.3)."""
    return (
        version >= (3, 51, 3)
        or (version[:2] == (3, 50) and version[2] >= 7)
        or (version[:2] == (3, 44) and version[2] >= 6)
    )


def listen(engine: sa.Engine) -> None:
    """Have every connection of *engine* prepared, and every transaction begun as it was marked."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _leave_queue)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    version = connection.execute("SELECT sqlite_version()").fetchone()[0]
    journal = "WAL" if wal_is_sound(tuple(map(int, version.split(".")))) else "DELETE"
    # busy_timeout comes first: the switch to WAL itself needs a lock.
    for pragma in (
        f"busy_timeout = {int(PATIENCE * 1000)}",
        f"journal_mode = {journal}",
        "foreign_keys = ON",
        "synchronous = FULL",
        "secure_delete = ON",
        "mmap_size = 0",
        "temp_store = MEMORY",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    if path:
        os.chmod(path, 0o600)


def _begin_sqlite(connection: sa.Connection) -> None:
    if not _writing.get():
        connection.exec_driver_sql("BEGIN")
        return
    _join_queue(connection)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _join_queue(connection: sa.Connection) -> None:
    """Wait in a fair queue for the pen: SQLite's own waiting lets the patient starve."""
    path = connection.engine.url.database
    if not path or path == ":memory:" or "queue" in connection.info:
        return
    descriptor = os.open(f"{path}-queue", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                _raise_busy(None)
            time.sleep(0.002)
        else:
            connection.info["queue"] = descriptor
            return


def _leave_queue(connection: Any, record: Any) -> None:
    descriptor = record.info.pop("queue", None)
    if descriptor is not None:
        os.close(descriptor)
    if record.info.pop("roomy", False) and connection is not None:
        for setting in ("cache_size=-2000", "wal_autocheckpoint=1000", "wal_checkpoint(PASSIVE)"):
            connection.execute(f"PRAGMA {setting}").fetchall()


def make_room(connection: sa.Connection) -> None:
    """Let SQLite hold more in memory until the connection is given back, and empty the log then."""
    connection.info["roomy"] = True
    connection.exec_driver_sql("PRAGMA cache_size=-24576")
    connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")


def _begin_postgresql(connection: sa.Connection) -> None:
    if not _writing.get():
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


@contextmanager
def writing_mark() -> Iterator[None]:
    """Within, every transaction begins for writing."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def is_writing() -> bool:
    """Whether a transaction of this thread sees what it has written itself."""
    return _writing.get()


#: What the databases say where trying again will do: taken, in each other's way, not there.
_BUSY: Final = re.compile(
    r"database( table)? is locked|lock timeout|could not serialize|deadlock detected"
    r"|connection (is bad|failed|refused)|server closed the connection|terminating connection"
)
#: What they say where two people did at once what only one can do.
_COLLIDED: Final = re.compile(
    r"UNIQUE constraint failed|FOREIGN KEY constraint failed"
    r"|violates (unique|foreign key) constraint"
)
_FULL: Final = re.compile(r"(database or )?disk is full|No space left on device")


def busy(error: BaseException) -> bool:
    """Whether *error* means that the database was taken, not that something is wrong."""
    return _BUSY.search(_said(error)) is not None


def collided(error: BaseException) -> bool:
    """Whether *error* means that somebody else was quicker with the same."""
    return _COLLIDED.search(_said(error)) is not None


def full(error: BaseException) -> bool:
    """Whether *error* means that there is no room left to write."""
    return _FULL.search(_said(error)) is not None


def _said(error: BaseException) -> str:
    return str(getattr(error, "orig", error))


def _raise_busy(cause: BaseException | None) -> NoReturn:
    raise Busy(_l("系统正忙，请过几秒再试。")) from cause
