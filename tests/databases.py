"""Databases for tests: the schema is made once a worker, each test gets a copy of its own."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg
import sqlalchemy as sa
from flask_migrate import upgrade

from core.config import Config, Mode
from core.db import db
from wsgi import create_app


class Database(Protocol):
    def fresh(self) -> AbstractContextManager[str]: ...


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
        migrate(f"sqlite:///{self.template}", folder)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        path = self.folder / f"{next(self.numbers)}.sqlite3"
        shutil.copy(self.template, path)
        yield f"sqlite:///{path}"
        for left in self.folder.glob(f"{path.name}*"):
            left.unlink()


class PostgreSQL:
    """A cluster of our own on a socket in a temporary folder, without the promises of a disk."""

    def __init__(self, folder: Path, user: str) -> None:
        self.folder = folder
        self.user = user
        self.numbers = count()
        self.administer("CREATE DATABASE template_onekm")
        migrate(self.url("template_onekm"), folder)

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
                yield cls(folder, user)
            finally:
                _run("pg_ctl", "-D", data, "-m", "immediate", "stop")

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{self.user}@/{name}?host={self.folder}"

    def administer(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self.folder), user=self.user, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def fresh(self) -> Iterator[str]:
        name = f"onekm_{next(self.numbers)}"
        self.administer(f"CREATE DATABASE {name} TEMPLATE template_onekm STRATEGY file_copy")
        yield self.url(name)
        self.administer(f"DROP DATABASE {name} WITH (FORCE)")


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
