"""Attempts are counted in the database, so that all processes together allow no more than one."""

from __future__ import annotations

import hashlib
import ipaddress
from contextlib import suppress
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from core.accounts.models import LoginAttempt
from core.accounts.rules import LIMITS, Guess
from core.clock import now
from core.db import aside, db, insert_or

_KEPT: Final = timedelta(days=1)


class _Full(Exception):
    """One of several limits is reached, so that none of them is to be counted."""


def by_name(username: str) -> tuple[Guess, str]:
    """What attempts at an account are counted by, whether there is such an account or not."""
    return Guess.ACCOUNT, hashlib.sha256(username.encode()).hexdigest()


def by_address(address: str | None) -> tuple[Guess, str]:
    """What attempts from an address are counted by: of IPv6 its network of 64 bits."""
    try:
        read = ipaddress.ip_address(address or "")
    except ValueError:
        return Guess.ADDRESS, "unknown"
    if isinstance(read, ipaddress.IPv6Address):
        return Guess.ADDRESS, str(ipaddress.ip_network((read, 64), strict=False))
    return Guess.ADDRESS, str(read)


def by_code(account_id: int) -> tuple[Guess, str]:
    """What attempts at the second proof of an account are counted by."""
    return Guess.CODE, str(account_id)


def allowed(*counted: tuple[Guess, str]) -> bool:
    """Whether one more attempt may be made; it is counted before it is made.

    Commits at once, so nothing may have been written before.
    """
    with suppress(_Full), aside():
        for kind, subject in counted:
            _take(kind, subject)
        return True
    return False


def _take(kind: Guess, subject: str) -> None:
    """Count one attempt in a single statement. Raises _Full beyond the limit.

    The time runs from the first attempt, and anew from the one that reaches the limit.
    """
    limit = LIMITS[kind]
    moment = now()
    row = LoginAttempt.__table__.c
    statement = insert_or(LoginAttempt)
    fresh = {"kind": kind.value, "subject": subject, "started_at": moment, "taken": 1}
    past = row.started_at <= moment - limit.within
    last = row.taken == limit.most - 1
    counted = statement.values(fresh).on_conflict_do_update(
        index_elements=["kind", "subject"],
        set_={
            "taken": sa.case((past, 1), else_=row.taken + 1),
            "started_at": sa.case((sa.or_(past, last), moment), else_=row.started_at),
        },
        where=sa.or_(past, row.taken < limit.most),
    )
    if db.session.execute(counted.returning(row.taken)).first() is None:
        raise _Full


def forget(counted: tuple[Guess, str]) -> None:
    """Count from nothing again: the right proof was given, or somebody unlocked the account."""
    kind, subject = counted
    db.session.execute(
        sa.delete(LoginAttempt).where(LoginAttempt.kind == kind, LoginAttempt.subject == subject)
    )
    db.session.execute(sa.delete(LoginAttempt).where(LoginAttempt.started_at < now() - _KEPT))


def give_back(counted: tuple[Guess, str]) -> None:
    """An attempt that was right does not count: a hall's people come from one address."""
    kind, subject = counted
    db.session.execute(
        sa.update(LoginAttempt)
        .where(
            LoginAttempt.kind == kind,
            LoginAttempt.subject == subject,
            LoginAttempt.taken > 0,
        )
        .values(taken=LoginAttempt.taken - 1)
    )


def locked(username: str) -> bool:
    """Whether nobody may try this account now."""
    kind, subject = by_name(username)
    limit = LIMITS[kind]
    return bool(
        db.session.scalar(
            sa.select(sa.literal(True)).where(
                LoginAttempt.kind == kind,
                LoginAttempt.subject == subject,
                LoginAttempt.taken >= limit.most,
                LoginAttempt.started_at > now() - limit.within,
            )
        )
    )
