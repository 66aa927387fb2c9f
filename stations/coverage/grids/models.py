"""The table of population grids: a file that was sent, and what was read of it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, one_of
from core.geo import Datum
from stations.coverage.grids.rules import Container, State
from stations.coverage.population import FIRST_YEAR, LAST_YEAR, MOST_SOURCE


class PopulationGrid(Base):
    """A grid for a region and a year, as far as it is; once it counts ``set_id`` is its set.

    ``file_id`` is what was sent, ``cells_id`` the people of its cells (numpy's npz), whose frame is
    ``north`` to ``cols`` (see grids.frame).  ``odd`` and ``sums`` are JSON that is never searched
    inside: cells in which nobody is counted, by why; people by region.  ``outside`` are the people
    beyond the outline of the region, None where no outline is known.
    """

    __tablename__ = "population_grid"
    __table_args__ = (
        one_of(State, "state"),
        one_of(Datum, "datum"),
        one_of(Container, "container"),
        sa.CheckConstraint(f"year BETWEEN {FIRST_YEAR} AND {LAST_YEAR}", name="year"),
        sa.CheckConstraint("(state = 'applied') = (set_id IS NOT NULL)", name="applied"),
        sa.CheckConstraint(
            "state NOT IN ('ready', 'applied') OR cells_id IS NOT NULL", name="cells"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    sent_by: Mapped[str] = mapped_column(sa.String(100))
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    year: Mapped[int]
    source: Mapped[str] = mapped_column(sa.String(MOST_SOURCE))
    datum: Mapped[str] = mapped_column(sa.String(12))
    container: Mapped[str] = mapped_column(sa.String(8))
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("file.id"))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[str] = mapped_column(sa.String(8))
    fault: Mapped[str] = mapped_column(sa.Text, default="")
    fault_en: Mapped[str] = mapped_column(sa.Text, default="")
    job_uuid: Mapped[str] = mapped_column(sa.String(36), default="")
    cells_id: Mapped[int | None] = mapped_column(sa.ForeignKey("file.id"))
    cells_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    north: Mapped[float | None]
    west: Mapped[float | None]
    lat_step: Mapped[float | None]
    lon_step: Mapped[float | None]
    rows: Mapped[int | None]
    cols: Mapped[int | None]
    people: Mapped[float | None]
    populated: Mapped[int | None]
    outside: Mapped[float | None]
    odd: Mapped[str] = mapped_column(sa.Text, default="{}")
    sums: Mapped[str] = mapped_column(sa.Text, default="{}")
    set_id: Mapped[int | None] = mapped_column(sa.ForeignKey("population_set.id"), unique=True)
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
