"""The tables of the import of settlements: a file that was sent, and its rows as they wait."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, one_of
from core.geo import Datum
from stations.coverage.demand.rules import State, Verdict
from stations.coverage.population import MOST_CODE, MOST_NAME, MOST_SOURCE


class PopulationImport(Base):
    """A file of settlements that somebody sent for a region and a year.

    ``layouts``, ``notices``, ``counts``, ``summary`` and ``sums`` are JSON that is never searched
    inside.  ``content`` is the digest of what the file says; ``digest`` that of what would be done,
    which names the set that would be replaced.  ``set_uuid`` is the set that came of it.
    """

    __tablename__ = "population_import"
    __table_args__ = (one_of(State, "state"), one_of(Datum, "datum"))

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    sent_by: Mapped[str] = mapped_column(sa.String(100))
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    year: Mapped[int]
    source: Mapped[str] = mapped_column(sa.String(MOST_SOURCE))
    datum: Mapped[str] = mapped_column(sa.String(12))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("file.id"))
    container: Mapped[str] = mapped_column(sa.String(8))
    state: Mapped[str] = mapped_column(sa.String(12))
    layouts: Mapped[str] = mapped_column(sa.Text, default="[]")
    notices: Mapped[str] = mapped_column(sa.Text, default="{}")
    counts: Mapped[str] = mapped_column(sa.Text, default="{}")
    summary: Mapped[str] = mapped_column(sa.Text, default="[]")
    sums: Mapped[str] = mapped_column(sa.Text, default="{}")
    rows: Mapped[int] = mapped_column(default=0)
    content: Mapped[str] = mapped_column(sa.String(64), default="")
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    replaces: Mapped[str] = mapped_column(sa.String(36), default="")
    set_uuid: Mapped[str] = mapped_column(sa.String(36), default="")
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class PopulationImportRow(Base):
    """A row of the file; ``cells`` is as it was read, from ``verdict`` on all is the trial's."""

    __tablename__ = "population_import_row"
    __table_args__ = (
        one_of(Verdict, "verdict"),
        sa.Index("ix_population_import_row_verdict", "run_id", "verdict", "number"),
    )

    run_id: Mapped[int] = mapped_column(
        sa.ForeignKey("population_import.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sheet: Mapped[str] = mapped_column(sa.String(100))
    line: Mapped[int]
    cells: Mapped[str] = mapped_column(sa.Text)
    verdict: Mapped[str | None] = mapped_column(sa.String(8))
    problems: Mapped[str | None] = mapped_column(sa.Text)
    code: Mapped[str | None] = mapped_column(sa.String(MOST_CODE))
    name: Mapped[str | None] = mapped_column(sa.String(MOST_NAME))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    people: Mapped[int | None]
    region_id: Mapped[int | None]
