"""Noting that a form is being acted on, so that the same form again is known."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from core.clock import now
from core.db import db, insert_or, rows_written, writing
from core.sendings.models import Sending
from core.sendings.queries import of_key

#: How long it is remembered: what is sent again later was not sent by one hand that slipped.
KEPT: Final = timedelta(days=7)


def begin(account_id: int, key: str) -> str | None:
    """None if nobody acted on the form before, else where it led.

    Whoever sends it meanwhile waits for the end of this transaction: first one of them acts, and
    another only if that one did not come to its end.
    """
    mine = db.session.scalar(
        insert_or(Sending)
        .values(account_id=account_id, key=key, led_to="", sent_at=now())
        .on_conflict_do_nothing(index_elements=["account_id", "key"])
        .returning(Sending.key)
    )
    if mine is not None:
        return None
    # Who comes third waits for the second, who may lead elsewhere.
    led_to = sa.select(Sending.led_to).where(of_key(account_id, key)).with_for_update()
    return db.session.scalars(led_to).one()


def end(account_id: int, key: str, led_to: str) -> None:
    """Note where it led."""
    db.session.execute(
        sa.update(Sending)
        .where(of_key(account_id, key))
        .values(led_to=led_to)
        .execution_options(synchronize_session=False)
    )


def forget_old() -> None:
    """Forget what was sent longer ago than it is remembered."""
    with writing():
        rows_written(sa.delete(Sending).where(Sending.sent_at < now() - KEPT))
