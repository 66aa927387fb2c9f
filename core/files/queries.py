"""Reading files."""

from __future__ import annotations

import sqlalchemy as sa

from core.db import db
from core.files.models import File


def known_contents() -> set[str]:
    """Every content that a row tells of."""
    rows = db.session.execute(sa.select(File.sha256, File.small_sha256))
    return {sha256 for row in rows for sha256 in row if sha256 is not None}


def known_originals() -> set[str]:
    """The name of every original that a row waits for."""
    rows = db.session.scalars(sa.select(File.held).where(File.held.is_not(None)))
    return {name for name in rows if name is not None}


def to_make(number: int) -> list[str]:
    """The names of originals that are to be made anew, those that came first before the others."""
    first = sa.func.min(File.id)
    waiting = (
        sa.select(File.held)
        .where(File.held.is_not(None), File.failed_at.is_(None))
        .group_by(File.held)
        .order_by(first)
        .limit(number)
    )
    return [name for name in db.session.scalars(waiting) if name is not None]


def is_waited_for(name: str) -> bool:
    """Whether a row waits for the original."""
    return db.session.scalar(sa.select(File.id).where(File.held == name).limit(1)) is not None
