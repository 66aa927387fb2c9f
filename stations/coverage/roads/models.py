"""The table of graphs of roads that somebody has loaded."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, one_of
from core.geo import Datum
from stations.coverage.population import MOST_SOURCE


class RoadGraph(Base):
    """A graph for a region; the newest counts, those before it are kept.

    ``datum`` is that in which it was given, ``sha256`` the file's; ``graph_id`` is what was read of
    it (numpy's npz, WGS-84).  ``snap``: how far people and sites are led to a road, in metres.
    ``guessed`` roads had no length in the file and are as long as the straight line between their
    ends, ``short`` ones were said to be shorter than that, which nothing can be.
    """

    __tablename__ = "road_graph"
    __table_args__ = (
        one_of(Datum, "datum"),
        sa.CheckConstraint("snap > 0", name="snap"),
        sa.CheckConstraint("crossings >= 0 AND roads >= 0 AND metres >= 0", name="sizes"),
        sa.Index(
            "uq_road_graph_in_use",
            "region_id",
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    source: Mapped[str] = mapped_column(sa.String(MOST_SOURCE))
    datum: Mapped[str] = mapped_column(sa.String(12))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    graph_id: Mapped[int] = mapped_column(sa.ForeignKey("file.id"))
    graph_sha256: Mapped[str] = mapped_column(sa.String(64))
    snap: Mapped[float]
    crossings: Mapped[int]
    roads: Mapped[int]
    metres: Mapped[float]
    guessed: Mapped[int]
    short: Mapped[int]
    entered_by: Mapped[str] = mapped_column(sa.String(100))
    entered_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
