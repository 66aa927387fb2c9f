"""Who works for the city, and where from day to day."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.dated import Dated, constraints
from core.db import Base, one_of
from core.sites.models import FACTS
from core.staff.rules import MOST_NAME, Duty


class Member(Base):
    """A member of the city's staff, whose record is kept in a region; perhaps with an account.

    ``left_on`` is the first day on which she no longer works for the city.  ``version`` is raised
    by every action on her.  ``made``: made up for demonstration.
    """

    __tablename__ = "staff_member"

    id: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(sa.String(8), unique=True)
    name: Mapped[str] = mapped_column(sa.String(MOST_NAME))
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), unique=True)
    left_on: Mapped[date | None] = mapped_column(sa.Date)
    made: Mapped[bool] = mapped_column(default=False)
    search: Mapped[str] = mapped_column(sa.Text)
    version: Mapped[int] = mapped_column(default=1)


class Posting(Dated, Base):
    """A member works at a site in a duty."""

    __tablename__ = "posting"
    __table_args__ = (
        *constraints("posting", "site_id", "member_id", "duty"),
        one_of(Duty, "duty"),
        FACTS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id"), index=True)
    duty: Mapped[str] = mapped_column(sa.String(16))
