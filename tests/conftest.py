"""What every test stands on: a fresh database of either kind, and the app over it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import TestResponse

from core.config import Config, Mode
from core.db import db
from tests.databases import Database, PostgreSQL, SQLite, sent
from wsgi import create_app

MEMORY: Final = Path("/dev/shm")
#: What the temporary files of one run leave free, in bytes.
ROOM: Final = 4 << 30

if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
    # What is temporary lies in memory, for a disk lets every commit wait; child processes too.
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None


class Compiled(BytecodeCache):
    """Templates as a worker has compiled them once: every test has an app of its own."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED: Final = Compiled()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return SQLite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Database]:
    with PostgreSQL.cluster() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty, migrated database; the test runs once for each kind."""
    kind: Database = request.getfixturevalue(request.param)
    with kind.fresh() as url:
        yield url


@pytest.fixture
def config(database: str, tmp_path: Path) -> Config:
    return Config(
        mode=Mode.DEVELOPMENT,
        home=tmp_path,
        database_url=database,
        secret_key="a secret of the tests, long enough",
        hotline="0631-12393",
    )


@pytest.fixture
def make_app() -> Iterator[Callable[[Config], Flask]]:
    """Makes apps, and lets go of their connections at the end."""
    made: list[Flask] = []

    def make(config: Config) -> Flask:
        made.append(create_app(config))
        made[-1].test_client_class = Client
        made[-1].jinja_env.bytecode_cache = COMPILED
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(config: Config, make_app: Callable[[Config], Flask]) -> Iterator[Flask]:
    app = make_app(config)
    with app.app_context():
        yield app


#: More statements than any page needs: one that asks a row at a time has more.
MOST_STATEMENTS = 40


class Client(FlaskClient):
    """Each request in a context of its own, though the test holds one open.

    A page that is read asks the database little, however much is on it.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context(), sent(db.engine) as asked:
            answer = super().open(*args, **kwargs)
        if answer.request.method == "GET":
            assert len(asked) <= MOST_STATEMENTS, f"{answer.request.path}: {len(asked)}"
        return answer


@pytest.fixture
def statements(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """A context that gives every statement sent within, those that begin a transaction too."""
    return lambda: sent(db.engine)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
