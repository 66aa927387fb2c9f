"""The tables: what is known of a file, and how much each person has sent on a day."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.files.rules import MOST_NAME

_HASH = sa.String(64)


class File(Base):
    """Something that was sent; its content lies in the store (store.py) under ``sha256``.

    ``name`` is what it was called where it came from: text, never a path.  ``sent_sha256`` and
    ``sent_size`` are of what was sent, which of a picture is not what is kept; ``small_sha256`` is
    the small picture made of it, ``width`` and ``height`` are those of the large one.

    Of a picture that is still to be made anew there is no ``sha256``: its original waits apart
    under the name ``held`` (held.py), and other rows may wait for the same.  ``size`` is then that
    of the original.  ``failed_at``: it could not be made after all, and the original stays.
    """

    __tablename__ = "file"
    __table_args__ = (
        sa.CheckConstraint("size >= 0 AND sent_size >= 0", name="sizes"),
        sa.CheckConstraint(
            "(small_sha256 IS NULL) = (width IS NULL) AND (width IS NULL) = (height IS NULL)",
            name="picture",
        ),
        sa.CheckConstraint("(held IS NULL) <> (sha256 IS NULL)", name="held"),
        sa.CheckConstraint("failed_at IS NULL OR held IS NOT NULL", name="failed"),
        sa.Index(
            "ix_file_held",
            "held",
            sqlite_where=sa.text("held IS NOT NULL"),
            postgresql_where=sa.text("held IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    sha256: Mapped[str | None] = mapped_column(_HASH, index=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    media_type: Mapped[str] = mapped_column(sa.String(100))
    name: Mapped[str] = mapped_column(sa.String(MOST_NAME))
    sent_sha256: Mapped[str] = mapped_column(_HASH)
    sent_size: Mapped[int] = mapped_column(sa.BigInteger)
    small_sha256: Mapped[str | None] = mapped_column(_HASH, index=True)
    width: Mapped[int | None]
    height: Mapped[int | None]
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    sent_at: Mapped[datetime]
    held: Mapped[str | None] = mapped_column(sa.String(32))
    failed_at: Mapped[datetime | None]


class FileDay(Base):
    """How much somebody has sent on a day."""

    __tablename__ = "file_day"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    files: Mapped[int]
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
