"""What every test stands on: a fresh database of either kind, and the app over it."""

from __future__ import annotations

import gc
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from copy import deepcopy
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from werkzeug.test import TestResponse

from core.config import Config, Mode
from core.db import Base, db
from tests import kept
from tests.databases import Database, PostgreSQL, SQLite, sent
from wsgi import create_app

MEMORY: Final = Path("/dev/shm")
#: What the temporary files of one run leave free, in bytes.
ROOM: Final = 4 << 30
#: Where the journeys are: they need a browser and a city that is served.
JOURNEYS: Final = Path(__file__).parent / "browser"

if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
    # What is temporary lies in memory, for a disk lets every commit wait; child processes too.
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None

# How long an example takes says how busy the machine is.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is long comes first, and a second worker begins with the journeys.

    Each worker is dealt a stretch of the list, and takes from the end of another's when its own is
    done: what stands at a beginning is not waited for at the end, and who begins with the journeys
    serves a city for nearly all of them.
    """
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    journeys = [item for item in items if item.path.is_relative_to(JOURNEYS)]
    others = [item for item in items if not item.path.is_relative_to(JOURNEYS)]
    workers: int = getattr(config, "workerinput", {}).get("workercount", 1)
    first = len(items) // workers
    items[:] = [*others[:first], *journeys, *others[first:]]


def pytest_collection_finish() -> None:
    """What is imported by now stays: without it, whoever looks for garbage is done sooner."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session", autouse=True)
def _kept() -> Iterator[None]:
    with kept.kept():
        yield


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
        kept.give(made[-1])
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


T = TypeVar("T")


class Once(Protocol):
    def __call__(self, make: Callable[[], T]) -> T: ...


@pytest.fixture
def once(app: Flask, request: pytest.FixtureRequest) -> Once:
    """Has *make* fill an empty database, where a copy of what it wrote the last time is not enough.

    What it gives must be the same each time.
    """
    kind: Database = request.getfixturevalue(db.engine.dialect.name)

    def fill(make: Callable[[], T]) -> T:
        name = re.sub(r"\W", "_", f"{make.__module__}_{make.__qualname__}")[-63:]
        with closing(db.engine.raw_connection()) as connection:
            assert _is_empty(connection), "once() comes before whatever else is written"
            if kind.put_back(connection.driver_connection, name):
                given: T = deepcopy(GIVEN[name])
                return given
            GIVEN[name] = given = make()
            kind.keep(connection.driver_connection, name)
            return given

    return fill


#: What the makers gave, by name.
GIVEN: Final[dict[str, Any]] = {}


def _is_empty(connection: sa.PoolProxiedConnection) -> bool:
    held = " OR ".join(f"EXISTS (SELECT 1 FROM {name})" for name in Base.metadata.tables)
    cursor = connection.cursor()
    cursor.execute(f"SELECT {held}")
    found = cursor.fetchone()
    connection.rollback()
    return not any(found or ())


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
