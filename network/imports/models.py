"""The tables of the import: a file that was sent, and its rows as they wait.

What is to be written stands in the rows in the form in which the register keeps it, so that a few
statements take it over (entering.py, applying.py).
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, one_of
from core.geo import Datum
from network.imports.rules import State, Verdict


class ImportRun(Base):
    """A file of sites that somebody sent; ``terms`` of it are ``datum`` and ``on`` (Terms).

    ``layouts``, ``notices``, ``counts`` and ``summary`` are JSON that is never searched inside.
    ``digest`` is of all that the file would change; ``last_serial`` is the newest site's when it
    was tried, and ``batch_id`` the number under which its new sites are entered.
    """

    __tablename__ = "import_run"
    __table_args__ = (one_of(State, "state"), one_of(Datum, "datum"))

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    sent_by: Mapped[str] = mapped_column(sa.String(100))
    region_id: Mapped[int | None] = mapped_column(sa.ForeignKey("region.id"), index=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("file.id"))
    container: Mapped[str] = mapped_column(sa.String(8))
    datum: Mapped[str | None] = mapped_column(sa.String(12))
    on: Mapped[date | None] = mapped_column(sa.Date)
    state: Mapped[str] = mapped_column(sa.String(12))
    layouts: Mapped[str] = mapped_column(sa.Text, default="[]")
    notices: Mapped[str] = mapped_column(sa.Text, default="[]")
    counts: Mapped[str] = mapped_column(sa.Text, default="{}")
    summary: Mapped[str] = mapped_column(sa.Text, default="[]")
    rows: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    last_serial: Mapped[int] = mapped_column(default=0)
    batch_id: Mapped[int | None]
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class ImportRow(Base):
    """A row of the file; ``cells`` is as it was read, everything after ``verdict`` is the trial's.

    ``code`` is that of the site, or, of a new one, the one that it will have.  ``work`` is what is
    to be written of a site that is there (core.sites.bulk), ``changes`` what the audit will tell.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        one_of(Verdict, "verdict"),
        sa.Index("ix_import_row_verdict", "run_id", "verdict", "number"),
    )

    run_id: Mapped[int] = mapped_column(
        sa.ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sheet: Mapped[str] = mapped_column(sa.String(100))
    line: Mapped[int]
    cells: Mapped[str] = mapped_column(sa.Text)
    choice: Mapped[str] = mapped_column(sa.String(8), default="")
    verdict: Mapped[str | None] = mapped_column(sa.String(8))
    problems: Mapped[str | None] = mapped_column(sa.Text)
    offered: Mapped[str | None] = mapped_column(sa.String(80))
    changes: Mapped[str | None] = mapped_column(sa.Text)
    work: Mapped[str | None] = mapped_column(sa.Text)
    site_id: Mapped[int | None]
    seen: Mapped[int | None]
    serial: Mapped[int | None]
    code: Mapped[str | None] = mapped_column(sa.String(7))
    name: Mapped[str | None] = mapped_column(sa.String(100))
    name_en: Mapped[str | None] = mapped_column(sa.String(200))
    address: Mapped[str | None] = mapped_column(sa.String(200))
    phone: Mapped[str | None] = mapped_column(sa.String(40))
    search: Mapped[str | None] = mapped_column(sa.Text)
    region_id: Mapped[int | None]
    kind: Mapped[str | None] = mapped_column(sa.String(24))
    status: Mapped[str | None] = mapped_column(sa.String(12))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    given_lat: Mapped[float | None]
    given_lon: Mapped[float | None]
    datum: Mapped[str | None] = mapped_column(sa.String(12))
    verified: Mapped[bool | None]
    hours: Mapped[str | None] = mapped_column(sa.Text)


class ImportOffering(Base):
    """A service that a new site of the file offers."""

    __tablename__ = "import_offering"

    run_id: Mapped[int] = mapped_column(
        sa.ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mode: Mapped[str] = mapped_column(sa.String(12))
