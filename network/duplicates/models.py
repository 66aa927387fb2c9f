"""The table of pairs of sites that somebody has looked at and found to be two places."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class PairVerdict(Base):
    """Two sites that are not the same, however alike they look; the lower id comes first."""

    __tablename__ = "pair_verdict"
    __table_args__ = (
        sa.UniqueConstraint("low_id", "high_id", name="uq_pair_verdict_low_id_high_id"),
        sa.CheckConstraint("low_id < high_id", name="unordered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    low_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    high_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    by: Mapped[str] = mapped_column(sa.String(100))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(sa.Text)
