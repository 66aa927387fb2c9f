"""A chain that somebody with the database in hand has at his mercy."""

from __future__ import annotations

from contextlib import closing

from core.db import db


def without_guards() -> None:
    """Take away what keeps events from being changed."""
    db.session.rollback()
    with closing(db.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        if db.engine.dialect.name == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        else:
            for table in ("audit_event", "audit_member", "audit_batch_member"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        connection.commit()
