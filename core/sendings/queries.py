"""Whether a form was acted on."""

from __future__ import annotations

import sqlalchemy as sa

from core.db import db
from core.sendings.models import Sending


def of_key(account_id: int, key: str) -> sa.ColumnElement[bool]:
    """The condition that it is this form of this person."""
    return sa.and_(Sending.account_id == account_id, Sending.key == key)


def led_to(account_id: int, key: str) -> str | None:
    """Where the form led; None where nobody has acted on it."""
    return db.session.scalar(sa.select(Sending.led_to).where(of_key(account_id, key)))
