"""The windows of sites, from day to day."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.dated import Dated, constraints
from core.db import Base, one_of
from core.sites.models import FACTS
from halls.windows.rules import MOST_NUMBER, MOST_TITLE, WindowKind


class Window(Dated, Base):
    """A window of a site, by its number, with a column for each lane that it may keep."""

    __tablename__ = "site_window"
    __table_args__ = (
        *constraints("site_window", "site_id", "number"),
        one_of(WindowKind, "kind"),
        FACTS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(MOST_NUMBER))
    kind: Mapped[str] = mapped_column(sa.String(16))
    title: Mapped[str] = mapped_column(sa.String(MOST_TITLE), default="")
    elderly: Mapped[bool] = mapped_column(default=False)
    veteran: Mapped[bool] = mapped_column(default=False)
    talent: Mapped[bool] = mapped_column(default=False)
    weekend: Mapped[bool] = mapped_column(default=False)
