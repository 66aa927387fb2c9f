"""Tables of the regions: who they are, what they were called on a day, how they changed."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core import dated
from core.db import Base, one_of
from core.regions.rules import MOST_NAME, MOST_SOURCE, ChangeKind, Level

REVISES = {"info": {"revises": "network"}}


class Region(Base):
    """A region's identity, which outlives its names and codes; foreign keys point here.

    ``lat`` and ``lon`` are a point that stands for it (WGS-84, degrees), where one is known;
    ``point_source`` says from whom.
    """

    __tablename__ = "region"
    __table_args__ = (
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="point"),
        REVISES,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    point_source: Mapped[str] = mapped_column(sa.String(MOST_SOURCE), default="")


class RegionPeriod(dated.Dated, Base):
    """What a region was called, coded and part of, from one day to another.

    ``statutory`` is false for development zones that only the statistics treat as regions;
    ``search`` is written by core.search; ``source`` says where the facts were taken from.
    """

    __tablename__ = "region_period"
    __table_args__ = (
        *dated.constraints("region_period", "region_id"),
        sa.UniqueConstraint("code", "since"),
        sa.Index(
            "uq_region_period_open_code",
            "code",
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        ),
        one_of(Level, "level"),
        sa.CheckConstraint("length(code) = 12", name="code"),
        sa.CheckConstraint("name <> ''", name="name"),
        sa.CheckConstraint("(level = 'city') = (parent_id IS NULL)", name="top"),
        sa.CheckConstraint("parent_id <> region_id", name="parent"),
        REVISES,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    code: Mapped[str] = mapped_column(sa.String(12))
    name: Mapped[str] = mapped_column(sa.String(MOST_NAME))
    name_en: Mapped[str] = mapped_column(sa.String(MOST_NAME), default="")
    level: Mapped[str] = mapped_column(sa.String(16))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("region.id"), index=True)
    statutory: Mapped[bool] = mapped_column(default=True)
    search: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.String(MOST_SOURCE))


class RegionChange(Base):
    """What happened to a region on a day; where it became another, from which to which."""

    __tablename__ = "region_change"
    __table_args__ = (
        one_of(ChangeKind, "kind"),
        sa.CheckConstraint("from_region_id IS NOT NULL OR to_region_id IS NOT NULL", name="ends"),
        REVISES,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    from_region_id: Mapped[int | None] = mapped_column(sa.ForeignKey("region.id"), index=True)
    to_region_id: Mapped[int | None] = mapped_column(sa.ForeignKey("region.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    on: Mapped[date] = mapped_column("on_day", sa.Date)
    source: Mapped[str] = mapped_column(sa.String(MOST_SOURCE))


class Boundary(dated.Dated, Base):
    """The outline of a region: a GeoJSON geometry in WGS-84, and the datum it was given in.

    Another one holds from the day on which the region takes others in.
    """

    __tablename__ = "region_boundary"
    __table_args__ = (*dated.constraints("region_boundary", "region_id"), REVISES)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    geometry: Mapped[str] = mapped_column(sa.Text)
    datum_given: Mapped[str] = mapped_column(sa.String(16))
    source: Mapped[str] = mapped_column(sa.String(MOST_SOURCE), default="")
    attribution: Mapped[str] = mapped_column(sa.String(MOST_SOURCE), default="")
    loaded_at: Mapped[datetime]


class Census(dated.Dated, Base):
    """How many people a census of a year counted on the ground that a region has from one day to
    another: another figure holds from the day on which the region takes others in.
    """

    __tablename__ = "region_census"
    __table_args__ = (
        *dated.constraints("region_census", "region_id", "year"),
        sa.CheckConstraint("year BETWEEN 1949 AND 2100", name="year"),
        sa.CheckConstraint("people >= 0", name="people"),
        sa.CheckConstraint("source <> ''", name="source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    year: Mapped[int]
    people: Mapped[int] = mapped_column(sa.BigInteger)
    source: Mapped[str] = mapped_column(sa.String(MOST_SOURCE))
