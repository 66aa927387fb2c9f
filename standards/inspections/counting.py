"""How many records somebody adds in a day that nobody planned: more than anybody can are not taken.

What was planned is bounded by its plan, and what an administrator brings from a file by her.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from core.access import Actor
from core.clock import today
from core.db import db, writing
from standards.inspections.models import AddedDay
from standards.inspections.rules import DAYS_COUNTED, MOST_ADDED_A_DAY, enough

_INSERT: Final[Mapping[str, Callable[..., Any]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def count(actor: Actor) -> None:
    """Count a record that *actor* adds, in a single statement. Raises Enough beyond the limit."""
    if actor.account_id is None:
        return
    row = AddedDay.__table__.c
    counted = (
        _INSERT[db.engine.dialect.name](AddedDay)
        .values({"account_id": actor.account_id, "day": today(), "records": 1})
        .on_conflict_do_update(
            index_elements=["account_id", "day"],
            set_={"records": row.records + 1},
            where=row.records < MOST_ADDED_A_DAY,
        )
        .returning(row.records)
    )
    if db.session.execute(counted).first() is None:
        raise enough()


def forget_old() -> None:
    """Forget the counts of days that are long over."""
    with writing():
        db.session.execute(
            sa.delete(AddedDay)
            .where(AddedDay.day < today() - DAYS_COUNTED)
            .execution_options(synchronize_session=False)
        )
