"""The tables of the register: a site, and what holds of it from day to day."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.dated import Dated, constraints
from core.db import Base, one_of
from core.geo import Datum
from core.sites.rules import Kind, Mode, Status

REVISES = {"info": {"revises": "network"}}
#: What is recorded of sites beside the network: every write of it raises the site's version.
FACTS = {"info": {"revises": "facts"}}


class Site(Base):
    """A place on the map, whatever becomes of it. ``version`` is raised by every action on it.

    One that was found to be the same place as another is merged into it from a day on
    (core/sites/merging.py): its code then leads to the other's.
    """

    __tablename__ = "site"
    __table_args__ = (
        sa.CheckConstraint("merged_into_id <> id", name="merged_into_another"),
        sa.CheckConstraint("(merged_into_id IS NULL) = (merged_on IS NULL)", name="merged"),
        REVISES,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(sa.String(7), unique=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    name_en: Mapped[str] = mapped_column(sa.String(200), default="")
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    confirmed_on: Mapped[date | None] = mapped_column(sa.Date, index=True)
    #: When anything about it was last written; confirming is no change. None: before that was kept.
    changed_at: Mapped[datetime | None] = mapped_column(default=now, onupdate=now)
    #: Made up for demonstration; every page that shows such a site says so.
    made: Mapped[bool] = mapped_column(default=False)
    search: Mapped[str] = mapped_column(sa.Text)
    version: Mapped[int] = mapped_column(default=1)
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"), index=True)
    merged_on: Mapped[date | None] = mapped_column(sa.Date)


class SitePeriod(Dated, Base):
    """Where a site is and what it is, from day to day.

    ``lat`` and ``lon`` are WGS-84 degrees; the coordinates as given and their datum stay beside
    them.  Only a verified position is given to the public.
    """

    __tablename__ = "site_period"
    __table_args__ = (
        *constraints("site_period", "site_id"),
        one_of(Kind, "kind"),
        one_of(Status, "status"),
        one_of(Datum, "datum"),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="position"),
        sa.CheckConstraint("lat IS NULL OR datum IS NOT NULL", name="datum_given"),
        REVISES,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(24))
    status: Mapped[str] = mapped_column(sa.String(12))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    given_lat: Mapped[float | None]
    given_lon: Mapped[float | None]
    datum: Mapped[str | None] = mapped_column(sa.String(12))
    verified: Mapped[bool] = mapped_column(default=False)


class SiteHours(Dated, Base):
    """The opening hours of a site: one document (core/calendar/hours.py), as canonical JSON."""

    __tablename__ = "site_hours"
    __table_args__ = (*constraints("site_hours", "site_id"), REVISES)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    document: Mapped[str] = mapped_column(sa.Text)


class Offering(Dated, Base):
    """A site offers a service, directly or by helping."""

    __tablename__ = "offering"
    __table_args__ = (
        *constraints("offering", "site_id", "service_id"),
        one_of(Mode, "mode"),
        REVISES,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)
    mode: Mapped[str] = mapped_column(sa.String(12))


class OfferingPlan(Dated, Base):
    """Sites of a kind in a region, and in all below it, are to offer a service.

    ``since`` is the day by which they are to; from ``until`` on nobody expects it of them.
    """

    __tablename__ = "offering_plan"
    __table_args__ = (
        *constraints("offering_plan", "region_id", "kind", "service_id"),
        one_of(Kind, "kind"),
        REVISES,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(24))
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)


class Closure(Base):
    """A site or a whole region does not serve from ``since`` (inclusive) to ``until`` (exclusive).

    Without a known end it is a suspension.  Several may overlap, so it is not a dated fact.  With
    ``start_minute`` and ``end_minute`` it is an absence of some hours on one day.
    """

    __tablename__ = "closure"
    __table_args__ = (
        sa.CheckConstraint("(site_id IS NULL) <> (region_id IS NULL)", name="subject"),
        sa.CheckConstraint("until > since", name="days"),
        sa.CheckConstraint(
            "(start_minute IS NULL) = (end_minute IS NULL) AND (start_minute IS NULL"
            " OR until IS NOT NULL AND 0 <= start_minute AND start_minute < end_minute"
            " AND end_minute <= 1440)",
            name="minutes",
        ),
        REVISES,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"), index=True)
    region_id: Mapped[int | None] = mapped_column(sa.ForeignKey("region.id"), index=True)
    since: Mapped[date] = mapped_column(sa.Date)
    until: Mapped[date | None] = mapped_column(sa.Date)
    start_minute: Mapped[int | None]
    end_minute: Mapped[int | None]
    words: Mapped[str] = mapped_column(sa.Text)
    words_en: Mapped[str] = mapped_column(sa.Text, default="")
    announced_at: Mapped[datetime]


class SiteRecord(Dated, Base):
    """It is known of these days what a site has of something, be it nothing: zones, windows, ….

    ``about`` names it in the words of the room that records it.  Where there is no such row nobody
    has ever said anything, and there is nothing to count.
    """

    __tablename__ = "site_record"
    __table_args__ = (*constraints("site_record", "site_id", "about"), FACTS)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    about: Mapped[str] = mapped_column(sa.String(24))


class SiteBatch(Base):
    """Sites that are being entered, many at once (arrivals.py); the audit's batch has its number.

    Nothing is added once it has ``ended``, and one that nobody has touched for long is given up.
    """

    __tablename__ = "site_batch"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    touched_at: Mapped[datetime]
    ended: Mapped[bool] = mapped_column(default=False)


class SiteArrival(Base):
    """The period that a site of a batch will have: without one it is in the register of no day."""

    __tablename__ = "site_arrival"

    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("site_batch.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[date] = mapped_column(sa.Date)
    region_id: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(24))
    status: Mapped[str] = mapped_column(sa.String(12))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    given_lat: Mapped[float | None]
    given_lon: Mapped[float | None]
    datum: Mapped[str | None] = mapped_column(sa.String(12))
    verified: Mapped[bool]
