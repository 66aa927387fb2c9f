"""The table of the filters that people keep."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from network.listing.rules import MOST_NAME


class SavedFilter(Base):
    """A list of sites as somebody wants to see it again: ``query`` is that of its address."""

    __tablename__ = "saved_filter"
    __table_args__ = (sa.UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(sa.String(MOST_NAME))
    query: Mapped[str] = mapped_column(sa.Text)
    saved_at: Mapped[datetime]
