"""What the tables of every import have: a file that was sent, and its rows as they wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from flask_babel import LazyString
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.imports.rules import Shown


class SentFile(Base):
    """A file that somebody sent.

    ``layouts``, ``notices``, ``counts`` and ``summary`` are JSON that is never searched inside.
    ``digest`` is of all that the file would change, and empty until it was tried.
    """

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    sent_by: Mapped[str] = mapped_column(sa.String(100))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("file.id"))
    container: Mapped[str] = mapped_column(sa.String(8))
    state: Mapped[str] = mapped_column(sa.String(12))
    layouts: Mapped[str] = mapped_column(sa.Text, default="[]")
    notices: Mapped[str] = mapped_column(sa.Text, default="{}")
    counts: Mapped[str] = mapped_column(sa.Text, default="{}")
    summary: Mapped[str] = mapped_column(sa.Text, default="[]")
    rows: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class SentRow(Base):
    """A row of the file; ``cells`` is as it was read, from ``verdict`` on all is the trial's.

    ``run_id`` is the file's, of which each import has a table of its own.
    """

    __abstract__ = True

    run_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sheet: Mapped[str] = mapped_column(sa.String(100))
    line: Mapped[int]
    cells: Mapped[str] = mapped_column(sa.Text)
    verdict: Mapped[str | None] = mapped_column(sa.String(8))
    problems: Mapped[str | None] = mapped_column(sa.Text)
    code: Mapped[str | None] = mapped_column(sa.String(40))
    name: Mapped[str | None] = mapped_column(sa.String(100))
    region_id: Mapped[int | None]


R = TypeVar("R", bound=SentFile)
S = TypeVar("S", bound=Shown)


@dataclass(frozen=True, slots=True)
class Import(Generic[R, S]):
    """One import: its tables, what its rows may come to, what is shown of one, its words.

    ``hanging`` are tables that hang on the rows (by ``run_id``), ``shown`` has the columns of the
    row that are shown.  ``done`` says that a file was applied already, ``unsettled`` that so many
    rows (``count``) keep it from being applied.
    """

    run: type[R]
    row: type[SentRow]
    verdicts: type[StrEnum]
    shown: type[S]
    done: LazyString
    unsettled: LazyString
    hanging: tuple[type[Any], ...] = ()
