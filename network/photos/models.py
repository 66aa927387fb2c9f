"""The table: which photos a site has had."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from network.photos.rules import MOST_CAPTION


class SitePhoto(Base):
    """A photo of a site. It is shown until it is taken out, and never deleted."""

    __tablename__ = "site_photo"
    __table_args__ = (
        sa.Index("ix_site_photo_site", "site_id", "position"),
        sa.CheckConstraint("(taken_out_at IS NULL) = (taken_out_by IS NULL)", name="taken_out"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("file.id"), unique=True)
    caption: Mapped[str] = mapped_column(sa.String(MOST_CAPTION))
    position: Mapped[int]
    added_by: Mapped[str] = mapped_column(sa.String(100))
    added_at: Mapped[datetime]
    taken_out_by: Mapped[str | None] = mapped_column(sa.String(100))
    taken_out_at: Mapped[datetime | None]
