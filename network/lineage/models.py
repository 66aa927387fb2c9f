"""The table of the lists that are being reviewed."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.regions.rules import MOST_SOURCE


class RegionChangeSet(Base):
    """A list of a city's regions from a day on, and what somebody says became of those that end.

    ``rows`` is the list as CSV; ``heirs`` is JSON, never searched inside: per old code the new
    ones, which site goes where, whether roles go over.  ``shares``, too: per new code the sites
    that come from regions that live on.  It is a draft until it is proposed.
    """

    __tablename__ = "region_change_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    rows: Mapped[str] = mapped_column(sa.Text)
    on: Mapped[date] = mapped_column("on_day", sa.Date)
    source: Mapped[str] = mapped_column(sa.String(MOST_SOURCE))
    heirs: Mapped[str] = mapped_column(sa.Text, default="{}")
    shares: Mapped[str] = mapped_column(sa.Text, default="{}")
    version: Mapped[int] = mapped_column(default=1)
    proposal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("proposal.id"), index=True)
    made_by: Mapped[str] = mapped_column(sa.String(100))
    made_at: Mapped[datetime]
