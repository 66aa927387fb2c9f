"""The tables of the import of settlements: a file that was sent, and its rows as they wait."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import one_of
from core.geo import Datum
from core.imports.models import SentFile, SentRow
from core.imports.rules import State
from stations.coverage.demand.rules import Verdict
from stations.coverage.population import MOST_CODE, MOST_NAME, MOST_SOURCE

#: Nobody is asked which column is which.
STATES: Final = tuple(state for state in State if state is not State.COLUMNS)


class PopulationImport(SentFile):
    """A file of settlements that somebody sent for a region and a year.

    ``sums`` is JSON that is never searched inside.  ``content`` is the digest of what the file
    says; ``digest`` that of what would be done, which names the set that would be replaced.
    ``set_uuid`` is the set that came of it.
    """

    __tablename__ = "population_import"
    __table_args__ = (one_of(STATES, "state"), one_of(Datum, "datum"))

    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    year: Mapped[int]
    source: Mapped[str] = mapped_column(sa.String(MOST_SOURCE))
    datum: Mapped[str] = mapped_column(sa.String(12))
    sums: Mapped[str] = mapped_column(sa.Text, default="{}")
    content: Mapped[str] = mapped_column(sa.String(64), default="")
    replaces: Mapped[str] = mapped_column(sa.String(36), default="")
    set_uuid: Mapped[str] = mapped_column(sa.String(36), default="")


class PopulationImportRow(SentRow):
    """A row of the file."""

    __tablename__ = "population_import_row"
    __table_args__ = (
        one_of(Verdict, "verdict"),
        sa.Index("ix_population_import_row_verdict", "run_id", "verdict", "number"),
    )

    run_id: Mapped[int] = mapped_column(
        sa.ForeignKey("population_import.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str | None] = mapped_column(sa.String(MOST_CODE))
    name: Mapped[str | None] = mapped_column(sa.String(MOST_NAME))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    people: Mapped[int | None]
