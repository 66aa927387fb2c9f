"""What sites have, from day to day."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.dated import Dated, constraints
from core.db import Base
from core.facilities.rules import MOST, MOST_NOTE
from core.sites.models import FACTS


class Fitting(Dated, Base):
    """A site has so many of an item (core/facilities/data/items.toml)."""

    __tablename__ = "fitting"
    __table_args__ = (
        *constraints("fitting", "site_id", "item"),
        sa.CheckConstraint(f"count >= 1 AND count <= {MOST}", name="count"),
        FACTS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    item: Mapped[str] = mapped_column(sa.String(32))
    count: Mapped[int]
    note: Mapped[str] = mapped_column(sa.String(MOST_NOTE), default="")
