"""Facts that hold from one day to another: valid time, half open, one fact a day.

A *correction* edits a period in place; a *change* from a day on goes through :func:`succeed` or
:func:`end`, which are the only writers of ``since`` and ``until``.  Pages show the last day
inclusive; here ``until`` is the first day on which the fact no longer holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, object_session

from core.errors import BadInput


class Dated:
    """Mixin of a table whose rows hold from ``since`` (inclusive) to ``until`` (exclusive)."""

    since: Mapped[date] = mapped_column(sa.Date)
    until: Mapped[date | None] = mapped_column(sa.Date)

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


P = TypeVar("P", bound=Dated)


def constraints(table: str, *subject: str) -> tuple[sa.schema.SchemaItem, ...]:
    """What the database itself keeps: order of days, one start a day, one open end a subject."""
    return (
        sa.UniqueConstraint(*subject, "since"),
        sa.CheckConstraint("until > since", name="days"),
        sa.Index(
            f"uq_{table}_open",
            *subject,
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        ),
    )


def on_day(model: type[Dated], on: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """The condition that a row of *model* holds on the day."""
    return sa.and_(model.since <= on, sa.or_(model.until.is_(None), model.until > on))


def lasting(model: Any, on: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """The condition that a row of *model* holds on the day, or will later."""
    held: sa.ColumnElement[bool] = sa.or_(model.until.is_(None), model.until > on)
    return held


def succeed(period: P, on: date, **changes: Any) -> P:
    """Let *period* end and a changed copy hold from *on*; give the copy back.

    Raises BadInput where *on* is not inside the period: that would be a correction.
    """
    return succeed_all([(period, changes)], on)[0]


def succeed_all(changed: Sequence[tuple[P, Mapping[str, Any]]], on: date) -> list[P]:
    """The same for many at once: all of them end before any of the copies begins."""
    if not changed:
        return []
    session = object_session(changed[0][0])
    if session is None:
        raise ValueError("the period is not in the database")
    successors = [succeeding(period, on, **changes) for period, changes in changed]
    session.flush()
    session.add_all(successors)
    session.flush()
    return successors


def succeeding(period: P, on: date, **changes: Any) -> P:
    """The same, but nothing is flushed and the copy is not yet in the session."""
    _within(period, on)
    own = {"since", "until", *(column.key for column in sa.inspect(type(period)).primary_key)}
    columns = sa.inspect(type(period)).column_attrs.keys()
    kept = {name: getattr(period, name) for name in columns if name not in own}
    dates = {"since": on, "until": period.until}
    successor = type(period)(**(kept | changes | dates))
    period.until = on
    return successor


def end(period: Dated, on: date) -> None:
    """Let *period* hold for the last time on the day before *on*."""
    _within(period, on)
    period.until = on


def _within(period: Dated, on: date) -> None:
    if on <= period.since or (period.until is not None and on >= period.until):
        raise BadInput(_l("变更日期应在现有记录的期间之内。"), field="on")
