"""Databases for tests: the schema is made once a worker, each test gets a copy of its own."""

from __future__ import annotations

import getpass
import importlib
import os
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg
import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from core.config import Config, Mode
from core.db import db
from wsgi import create_app

#: Marks what another database would prove no better: what is told before one is asked.
on_sqlite: Final = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Database(Protocol):
    def fresh(self) -> AbstractContextManager[str]:
        """The URL of a database that the migrations have made, and nobody else has touched."""

    def keep(self, connection: Any, name: str) -> None:
        """Keep a copy of all that is in the database, under a name."""

    def put_back(self, connection: Any, name: str) -> bool:
        """Put the copy in the place of all that is there; False where there is none."""


def migrate(url: str, home: Path) -> None:
    """Bring the database to the newest schema."""
    app = create_app(Config(Mode.DEVELOPMENT, home, url, "s" * 32, "12393"))
    with app.app_context():
        upgrade()
        db.engine.dispose()


class SQLite:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.sqlite3"
        self.numbers = count()
        self.kept: dict[str, Any] = {}
        migrate(f"sqlite:///{self.template}", folder)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        path = self.folder / f"{next(self.numbers)}.sqlite3"
        shutil.copy(self.template, path)
        yield f"sqlite:///{path}"
        for left in self.folder.glob(f"{path.name}*"):
            left.unlink()

    def keep(self, connection: Any, name: str) -> None:
        self.kept[name] = importlib.import_module(type(connection).__module__).connect(":memory:")
        connection.backup(self.kept[name])

    def put_back(self, connection: Any, name: str) -> bool:
        if name in self.kept:
            self.kept[name].backup(connection)
        return name in self.kept


class PostgreSQL:
    """A cluster of our own on a socket in a temporary folder, without the promises of a disk.

    A database is emptied after a test and given to the next under another name, which is ten times
    as fast as a new one; a new one is made where a test has changed more than rows.
    """

    def __init__(self, folder: Path, user: str) -> None:
        self.folder = folder
        self.user = user
        self.numbers = count()
        self.empty: deque[str] = deque()
        self.administration = self.connect("postgres")
        self.administer("CREATE DATABASE template_onekm")
        migrate(self.url("template_onekm"), folder)
        with self.connect("template_onekm") as connection:
            self.keep(connection, "migrated")
            self.schema = connection.execute(_SCHEMA).fetchall()

    @classmethod
    @contextmanager
    def cluster(cls) -> Iterator[PostgreSQL]:
        with tempfile.TemporaryDirectory(prefix="onekm-pg-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            user = _owner(folder)
            data = folder / "data"
            _run("initdb", "-D", data, "-A", "trust", "-U", user, "-E", "UTF8", "--locale=C")
            options = f"-k {folder} -h '' -c fsync=off -c synchronous_commit=off"
            options += " -c full_page_writes=off -c max_connections=60"
            _run("pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
            try:
                with (made := cls(folder, user)).administration:
                    yield made
            finally:
                _run("pg_ctl", "-D", data, "-m", "immediate", "stop")

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{self.user}@/{name}?host={self.folder}"

    def connect(self, name: str) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(host=str(self.folder), user=self.user, dbname=name, autocommit=True)

    def administer(self, statement: str) -> None:
        self.administration.execute(statement.encode())

    @contextmanager
    def fresh(self) -> Iterator[str]:
        # Under a name of its own, so that whoever lives on after a test finds nothing there; and
        # not the last one, from which its connection may not have gone yet.
        name = f"onekm_{next(self.numbers)}"
        if len(self.empty) > 1:
            self.administer(f"ALTER DATABASE {self.empty.popleft()} RENAME TO {name}")
        else:
            self.administer(f"CREATE DATABASE {name} TEMPLATE template_onekm")
        yield self.url(name)
        self.administer(_END.format(name))
        if self._emptied(name):
            self.empty.append(name)
        else:
            self.administer(f"DROP DATABASE {name} WITH (FORCE)")

    def _emptied(self, name: str) -> bool:
        """Whether the database is again as the migrations have left it."""
        with self.connect(name) as connection:
            unchanged = connection.execute(_SCHEMA).fetchall() == self.schema
            return unchanged and self.put_back(connection, "migrated")

    def keep(self, connection: Any, name: str) -> None:
        connection.execute(_KEEP.format(name))
        connection.commit()

    def put_back(self, connection: Any, name: str) -> bool:
        known: bool = connection.execute(
            f"SELECT to_regnamespace('{name}') IS NOT NULL"
        ).fetchone()[0]
        if known:
            connection.execute(_PUT_BACK.format(name))
        connection.commit()
        return known


#: Ends whatever is still connected to a database, and waits until it has ended.
_END: Final = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = '{}' AND backend_type = 'client backend'
"""
_OURS: Final = "(SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
#: Differs after every change of a column, constraint, index, trigger or function.
_SCHEMA: Final = " UNION ALL ".join(
    f"SELECT count(*), max(xmin::text::bigint) FROM {catalogue}"
    for catalogue in (
        f"pg_attribute WHERE attrelid IN {_OURS}",
        f"pg_constraint WHERE conrelid IN {_OURS}",
        f"pg_index WHERE indrelid IN {_OURS}",
        f"pg_trigger WHERE tgrelid IN {_OURS}",
        "pg_proc",
    )
).encode()
#: Lays a copy of every table beside it, in a schema of that name.
_KEEP: Final = """
    CREATE SCHEMA {0};
    CREATE TABLE {0}.numbers AS SELECT seqrelid, coalesce(pg_sequence_last_value(seqrelid), 0)
        AS last FROM pg_sequence;
    DO $$
    DECLARE
        each text;
    BEGIN
        FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE TABLE {0}.%1$I AS TABLE public.%1$I', each);
        END LOOP;
    END $$
"""
#: Puts the copy in the place of every row, past what guards them. To truncate takes the same time
#: however much there is; a little is sooner deleted.
_PUT_BACK: Final = """
    DO $$
    DECLARE
        each text;
    BEGIN
        SET LOCAL session_replication_role = replica;
        FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            IF pg_relation_size(format('public.%I', each)) > 1000000 THEN
                EXECUTE format('TRUNCATE public.%I CASCADE', each);
            ELSIF pg_relation_size(format('public.%I', each)) > 0 THEN
                EXECUTE format('DELETE FROM public.%I', each);
            END IF;
        END LOOP;
        FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            IF pg_relation_size(format('{0}.%I', each)) > 0 THEN
                EXECUTE format('INSERT INTO public.%1$I TABLE {0}.%1$I', each);
            END IF;
        END LOOP;
        PERFORM setval(seqrelid, greatest(last, 1), last > 0) FROM {0}.numbers;
    END $$
"""


def _owner(folder: Path) -> str:
    """Who runs the cluster: PostgreSQL refuses root, whose cluster belongs to ``postgres``."""
    if os.geteuid() != 0:
        return getpass.getuser()
    shutil.chown(folder, "postgres", "postgres")
    return "postgres"


def _run(program: str, *arguments: object) -> None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    command = [str(found[-1]) if found else program, *map(str, arguments)]
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def sent(engine: sa.Engine) -> Iterator[list[str]]:
    """Every statement that goes to the database within."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
