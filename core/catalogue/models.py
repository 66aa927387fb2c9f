"""The tables of the catalogue: a service, and what holds of it from day to day."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.dated import Dated, constraints
from core.db import Base

REVISES = {"info": {"revises": "network"}}


class Service(Base):
    """A service, whatever becomes of it; known to people by its national code."""

    __tablename__ = "service"
    __table_args__ = (REVISES,)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)


class ServicePeriod(Dated, Base):
    """What holds of a service from day to day.

    ``facts`` and ``sources`` are documents (ServiceFacts and Sources in rules.py), as JSON that is
    never searched inside.
    """

    __tablename__ = "service_period"
    __table_args__ = (*constraints("service_period", "service_id"), REVISES)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    name_en: Mapped[str] = mapped_column(sa.String(200), default="")
    group: Mapped[str] = mapped_column(sa.String(100))
    group_en: Mapped[str] = mapped_column(sa.String(200), default="")
    position: Mapped[int]
    devolved: Mapped[bool]
    facts: Mapped[str] = mapped_column(sa.Text)
    sources: Mapped[str] = mapped_column(sa.Text)
