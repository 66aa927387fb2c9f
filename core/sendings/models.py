"""The table of forms that were sent."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Sending(Base):
    """A form that somebody has sent, by a digest of its key and all that was in it, and where it
    led."""

    __tablename__ = "sending"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    led_to: Mapped[str] = mapped_column(sa.Text)
    sent_at: Mapped[datetime] = mapped_column(index=True)
