"""The tables of demand: who lives where, for a region and a year."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, one_of
from core.geo import EAST, NORTH, SOUTH, WEST, Datum
from stations.coverage.population import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_CODE,
    MOST_NAME,
    MOST_PEOPLE,
    MOST_SOURCE,
    SetKind,
)

#: What a snapshot of demand depends on.
DEMAND: Final = "demand"
REVISES: Final = {"info": {"revises": DEMAND}}


class PopulationSet(Base):
    """Where the people of a region, a city or a county, lived in a year: all of them.

    ``datum`` is that in which positions were given, ``sha256`` the file's, ``digest`` that of what
    was read of it; both are empty where nothing was sent.  ``made``: thought up for a
    demonstration.  ``people`` and ``places`` are its sums.  One that another has replaced is kept;
    a grid counts beside settlements, never in their place.
    """

    __tablename__ = "population_set"
    __table_args__ = (
        one_of(SetKind, "kind"),
        one_of(Datum, "datum"),
        sa.CheckConstraint(f"year BETWEEN {FIRST_YEAR} AND {LAST_YEAR}", name="year"),
        sa.CheckConstraint("people >= 0 AND people <= 1e10", name="people"),
        sa.CheckConstraint("places >= 0", name="places"),
        sa.CheckConstraint("source <> ''", name="source"),
        sa.Index(
            "uq_population_set_in_use",
            *("region_id", "year", "kind"),
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        ),
        REVISES,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    year: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(8))
    source: Mapped[str] = mapped_column(sa.String(MOST_SOURCE))
    datum: Mapped[str] = mapped_column(sa.String(12))
    made: Mapped[bool] = mapped_column(default=False)
    people: Mapped[float]
    places: Mapped[int]
    file_name: Mapped[str] = mapped_column(sa.String(200), default="")
    sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    entered_by: Mapped[str] = mapped_column(sa.String(100))
    entered_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Settlement(Base):
    """A place of a set where people live (WGS-84, degrees), in the lowest region that is known.

    ``people`` are whole where they were counted at points.  ``code`` is the region's own where it
    stands for one; empty where the file had none.
    """

    __tablename__ = "settlement"
    __table_args__ = (
        sa.CheckConstraint(f"people >= 0 AND people <= {MOST_PEOPLE}", name="people"),
        sa.CheckConstraint(
            f"lat BETWEEN {SOUTH} AND {NORTH} AND lon BETWEEN {WEST} AND {EAST}", name="place"
        ),
        sa.Index(
            "uq_settlement_code",
            *("set_id", "code"),
            unique=True,
            sqlite_where=sa.text("code <> ''"),
            postgresql_where=sa.text("code <> ''"),
        ),
        REVISES,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(
        sa.ForeignKey("population_set.id", ondelete="CASCADE"), index=True
    )
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(MOST_CODE), default="")
    name: Mapped[str] = mapped_column(sa.String(MOST_NAME), default="")
    lat: Mapped[float]
    lon: Mapped[float]
    people: Mapped[float]
