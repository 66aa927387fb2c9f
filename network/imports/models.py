"""The tables of the import: a file that was sent, and its rows as they wait.

What is to be written stands in the rows in the form in which the register keeps it, so that a few
statements take it over (entering.py, applying.py).
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, one_of
from core.geo import Datum
from core.imports.models import SentFile, SentRow
from core.imports.rules import State
from network.imports.rules import Verdict


class ImportRun(SentFile):
    """A file of sites that somebody sent; ``terms`` of it are ``datum`` and ``on`` (Terms).

    ``last_serial`` is the newest site's when it was tried, and ``batch_id`` the number under which
    its new sites are entered.
    """

    __tablename__ = "import_run"
    __table_args__ = (one_of(State, "state"), one_of(Datum, "datum"))

    region_id: Mapped[int | None] = mapped_column(sa.ForeignKey("region.id"), index=True)
    datum: Mapped[str | None] = mapped_column(sa.String(12))
    on: Mapped[date | None] = mapped_column(sa.Date)
    last_serial: Mapped[int] = mapped_column(default=0)
    batch_id: Mapped[int | None]


class ImportRow(SentRow):
    """A row of the file.

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
    choice: Mapped[str] = mapped_column(sa.String(8), default="")
    offered: Mapped[str | None] = mapped_column(sa.String(80))
    changes: Mapped[str | None] = mapped_column(sa.Text)
    work: Mapped[str | None] = mapped_column(sa.Text)
    site_id: Mapped[int | None]
    seen: Mapped[int | None]
    serial: Mapped[int | None]
    code: Mapped[str | None] = mapped_column(sa.String(7))
    name_en: Mapped[str | None] = mapped_column(sa.String(200))
    address: Mapped[str | None] = mapped_column(sa.String(200))
    phone: Mapped[str | None] = mapped_column(sa.String(40))
    search: Mapped[str | None] = mapped_column(sa.Text)
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
