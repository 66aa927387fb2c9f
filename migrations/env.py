"""How Alembic runs here: on the app's own engine, each revision whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.runtime.migration import MigrationContext
from flask import current_app
from sqlalchemy.types import TypeDecorator

from core.connections import writing_mark
from core.db import Base, db


def plain_type(kind: str, item: Any, _context: Any) -> str | bool:
    """A type of our own is written as the one it stands on: a migration outlives our code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


@contextmanager
def free_of_references(connection: sa.Connection) -> Iterator[None]:
    """SQLite alters a table by making it anew, which what refers to it would not let happen.

    The switch works only outside of a transaction; :func:`check_references` makes up for it.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    bare: Any = connection.connection.driver_connection
    bare.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        bare.execute("PRAGMA foreign_keys = ON")


def check_references(ctx: MigrationContext, **_more: Any) -> None:
    """Let a revision fail, and be undone, that leaves a row referring to nothing."""
    connection = ctx.connection
    if connection is not None and connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
        if broken:
            raise RuntimeError(f"rows refer to what is not there: {broken}")


def migrate() -> None:
    with (
        writing_mark(),
        db.engine.connect() as connection,
        free_of_references(connection),
    ):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            render_item=plain_type,
            on_version_apply=check_references,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("migrations run on a database, not into a file")
migrate()
