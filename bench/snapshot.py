"""Rebuilding the network in memory after a change, beside reading the same rows and nothing else.

The peer runs the very statements of the rebuild on the database driver's own cursor and keeps the
rows in lists.  Ours ends when the first question after the change has been answered.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event

from bench import register
from bench.made import made, points
from bench.measure import Finding, Promise, Sense, beside
from bench.nearest import LIMIT, ON
from core.db import db, writing
from core.regions.models import Region
from core.sites.queries import network

PROMISE: Final = Promise(Sense.AT_MOST, 2)
MANY: Final = 700_000

Statement = tuple[str, Any]


def findings(small: bool) -> Iterator[Finding]:
    count = 70_000 if small else MANY
    with (
        tempfile.TemporaryDirectory(prefix="onekm-bench-") as folder,
        register.opened(Path(folder), made(count)),
    ):
        yield _finding(count)


def _finding(count: int) -> Finding:
    statements = _statements_of_a_rebuild()
    rounds = 5 if count == MANY else 15
    took = beside(_rebuild, lambda: _read(statements), rounds, before=_change)
    promise = PROMISE if count == MANY else None
    return took.finding(f"rebuild of {count:,} sites", "bare rows", promise)


def _change() -> None:
    with writing():
        db.session.execute(sa.update(Region).where(Region.id == 1).values(point_source="changed"))


def _rebuild() -> object:
    found = network(ON).nearest(points(1)[0], LIMIT)
    db.session.rollback()  # the end of a request
    return found


def _statements_of_a_rebuild() -> list[Statement]:
    seen: list[Statement] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    _change()
    event.listen(db.engine, "before_cursor_execute", note)
    _rebuild()
    event.remove(db.engine, "before_cursor_execute", note)
    return seen


def _read(statements: list[Statement]) -> object:
    with closing(db.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        read = []
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            read.append(cursor.fetchall())
        return read
