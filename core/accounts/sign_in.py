"""Signing in, step by step, and what ends it.

A browser holds a token that says nothing; all else is here, so that a sign-in ends at once when its
owner leaves, changes her password, loses a role or the account.  The token is replaced with every
proof, so that one who knew an earlier one has nothing.

What proves takes a tenth of a second and is done while no transaction is open; these functions
commit by themselves, the counting of attempts before the proof.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core import crypto
from core.access import ANONYMOUS, Actor, SignInNeeded
from core.accounts import attempts, passwords, queries, second_factor, story
from core.accounts.models import Account, Grant, RecoveryCode, SignIn
from core.accounts.passwords import PROFILES
from core.accounts.queries import Credentials
from core.accounts.rules import (
    FRESH,
    KEPT,
    LONGEST,
    SEEN_EVERY,
    Role,
    Standing,
    Step,
    next_step,
    over,
    username,
)
from core.audit.actions import record
from core.clock import civil, now
from core.db import aside, db, rows_written, writing
from core.errors import BadInput
from core.web import settings

_AGENTS: Final = re.compile(r"MicroMessenger|Edg|Firefox|Chrome|Safari|curl", re.ASCII)
_SYSTEMS: Final = re.compile(r"Android|iPhone|iPad|Windows|Mac OS X|Linux", re.ASCII)
_FIRST: Final = "password"
_SECOND: Final = "code"


@dataclass(frozen=True, slots=True)
class Current:
    """The sign-in that a request comes with; ``actor`` is nobody until all steps are done."""

    id: int
    account_id: int
    username: str
    name: str
    step: Step
    enrolled: bool
    actor: Actor
    seen_at: datetime


def current(token: str) -> Current | None:
    """The sign-in that *token* belongs to; None if there is none or it is over.

    Read on a connection of its own, which leaves no transaction open behind it.
    """
    moment = now()
    with db.engine.connect() as connection:
        asked = {"token_hash": _hash(token), "on": civil(moment).date()}
        rows = connection.execute(_CURRENT, asked).all()
    if not rows:
        return None
    row, held = rows[0], queries.held_by(row for row in rows if row.role is not None)
    profile = PROFILES[settings().password_profile]
    standing = Standing(
        created_at=row.created_at,
        seen_at=row.seen_at,
        second_at=row.second_at,
        enrolled=row.enrolled,
        one_time=row.one_time_until is not None,
        expired=profile.lasts is not None and moment - row.password_at > profile.lasts,
        second_needed=any(Role(grant.role).second_factor for grant in held),
    )
    step = next_step(standing)
    if over(standing, step, moment):
        return None
    fresh = moment - row.fresh_at <= FRESH
    actor = Actor(row.name, held, row.account_id, fresh) if step is Step.DONE else ANONYMOUS
    return Current(
        *(row.id, row.account_id, row.username, row.name, step, row.enrolled, actor, row.seen_at)
    )


_CURRENT: Final = (
    sa.select(
        *(SignIn.id, SignIn.account_id, SignIn.created_at, SignIn.seen_at, SignIn.fresh_at),
        *(SignIn.second_at, Account.username, Account.name, Account.password_at),
        *(Account.one_time_until, Account.totp_secret.is_not(None).label("enrolled")),
        *(Grant.role, Grant.region_id, Grant.site_id),
    )
    .join(Account, Account.id == SignIn.account_id)
    .outerjoin(
        Grant,
        sa.and_(Grant.account_id == Account.id, queries.holding(sa.bindparam("on", type_=sa.Date))),
    )
    .where(
        SignIn.token_hash == sa.bindparam("token_hash"),
        SignIn.ended_at.is_(None),
        Account.disabled_at.is_(None),
    )
    .order_by(Grant.id)
)


def seen(found: Current) -> None:
    """Note that the sign-in is in use, once in a while."""
    moment = now()
    if moment - found.seen_at <= SEEN_EVERY:
        return
    with aside():
        db.session.execute(
            sa.update(SignIn)
            .where(SignIn.id == found.id, SignIn.seen_at < moment, SignIn.ended_at.is_(None))
            .values(seen_at=moment)
        )


# -- Proofs -------------------------------------------------------------------------------------


def by_password(typed_name: str, password: str, address: str | None, agent: str) -> str | None:
    """The token of a new sign-in, if name and password are right and may be tried; else None.

    Whether there is such an account shows neither in the answer nor in the time that it takes.
    """
    try:
        name = username(typed_name)
    except BadInput:
        name = ""
    known = _proven(name, password, address)
    if known is None:
        return None
    stronger = passwords.hashed(password) if passwords.outdated(known.password_hash) else None
    token = secrets.token_urlsafe(32)
    moment = now()
    with writing():
        if not _still(known):
            return None
        _forget(name, address)
        if stronger is not None:
            _set(Account, known.id, password_hash=stronger)
        db.session.add(
            SignIn(
                uuid=str(uuid4()),
                account_id=known.id,
                token_hash=_hash(token),
                created_at=moment,
                seen_at=moment,
                fresh_at=moment,
                agent=agent_family(agent),
            )
        )
        record(_as(known.id, known.name), story.SIGNED_IN, (story.ACCOUNT, known.username))
    return token


def _proven(name: str, password: str, address: str | None) -> Credentials | None:
    """The account called *name*, if *password* is its own, it is in use and may be tried."""
    if not attempts.allowed(attempts.by_name(name), attempts.by_address(address)):
        return None
    known = queries.credentials(name) if name else None
    db.session.rollback()
    right = passwords.verify(known.password_hash if known else passwords.NOBODY, password)
    if known is not None and right and known.usable:
        return known
    _refused(known, _FIRST)
    return None


def _still(known: Credentials) -> bool:
    """Whether the account is as it was when its password was proven, which takes a while: who was
    shut out meanwhile does not slip in.  It stays so until the transaction ends."""
    row = db.session.execute(
        sa.select(Account.password_hash, Account.disabled_at)
        .where(Account.id == known.id)
        .with_for_update()
    ).one()
    return row.disabled_at is None and row.password_hash == known.password_hash


def _refused(known: Credentials | None, proof: str) -> None:
    subject = (story.ACCOUNT, "" if known is None else known.username)
    with aside():
        record(ANONYMOUS, story.REFUSED, subject, {"proof": (None, proof)})


def _forget(name: str, address: str | None) -> None:
    attempts.forget(attempts.by_name(name))
    attempts.give_back(attempts.by_address(address))


def by_code(found: Current, typed: str) -> str | None:
    """The sign-in's new token, if *typed* is a code of the authenticator or a recovery code."""
    if not attempts.allowed(attempts.by_code(found.account_id)):
        return None
    with writing():
        if _use_code(found.account_id, typed):
            attempts.forget(attempts.by_code(found.account_id))
            return renew(found, second=True)
    known = queries.credentials(found.username)
    _refused(known, _SECOND)
    return None


def by_password_again(found: Current, password: str, address: str | None) -> str | None:
    """The sign-in's new token, if *password* is the account's."""
    if _proven(found.username, password, address) is None:
        return None
    with writing():
        _forget(found.username, address)
        return renew(found)


def _use_code(account_id: int, typed: str) -> bool:
    """Use up a code. Two who use the same one at once cannot both be right."""
    secret = queries.totp_secret(account_id)
    step = None if secret is None else second_factor.matched_step(secret, typed, now())
    if step is not None:
        used: sa.Update | None = (
            sa.update(Account)
            .where(
                Account.id == account_id,
                sa.or_(Account.totp_step.is_(None), Account.totp_step < step),
            )
            .values(totp_step=step)
        )
    else:
        used = _recovery(account_id, typed) if secret is not None else None
    if used is None:
        return False
    return rows_written(used) == 1


def _recovery(account_id: int, typed: str) -> sa.Update | None:
    code_hash = second_factor.recovery_hash(typed)
    if code_hash is None:
        return None
    return (
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash == code_hash,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
    )


# -- What a sign-in becomes ---------------------------------------------------------------------


def renew(found: Current, *, second: bool = False) -> str:
    """Put a new token in place of the sign-in's, which has just been proven again; give it.

    Raises SignInNeeded where somebody ended it while the proof was looked at: what was done along
    with it is not to be.
    """
    token = secrets.token_urlsafe(32)
    moment = now()
    values = {"token_hash": _hash(token), "fresh_at": moment, "seen_at": moment}
    if second:
        values["second_at"] = moment
    own = sa.update(SignIn).where(SignIn.id == found.id, SignIn.ended_at.is_(None))
    if rows_written(own.values(values)) != 1:
        raise SignInNeeded(_l("请先登录。"))
    return token


def require_open(found: Current) -> None:
    """Hold the sign-in for as long as the transaction lasts. Raises SignInNeeded if it is over."""
    own = sa.select(SignIn.id).where(SignIn.id == found.id, SignIn.ended_at.is_(None))
    if db.session.scalar(own.with_for_update()) is None:
        raise SignInNeeded(_l("请先登录。"))


def offer(found: Current) -> str:
    """The secret that the page of enrolment shows: the same one until it is taken."""
    place = f"sign_in:{found.id}:offered"
    box = crypto.box(settings())
    stored = db.session.scalar(sa.select(SignIn.offered).where(SignIn.id == found.id))
    if stored is not None:
        return box.decrypt_text(stored, place)
    secret = second_factor.new_secret()
    _set(SignIn, found.id, offered=box.encrypt_text(secret, place))
    return secret


def taken(found: Current) -> None:
    """Forget the secret that was offered."""
    _set(SignIn, found.id, offered=None)


def leave(found: Current) -> None:
    """Sign out."""
    _set(SignIn, found.id, ended_at=now())
    record(_as(found.account_id, found.name), story.SIGNED_OUT, (story.ACCOUNT, found.username))


def end(account_id: int, uuid: str) -> bool:
    """End one sign-in of the account's; whether there was such a one."""
    ended = rows_written(
        sa.update(SignIn)
        .where(SignIn.account_id == account_id, SignIn.uuid == uuid, SignIn.ended_at.is_(None))
        .values(ended_at=now())
    )
    return bool(ended)


def end_all(account_id: int, *, besides: int | None = None) -> None:
    """End every sign-in of the account's, but for the one with the id *besides*."""
    wanted = [SignIn.account_id == account_id, SignIn.ended_at.is_(None)]
    if besides is not None:
        wanted.append(SignIn.id != besides)
    db.session.execute(
        sa.update(SignIn)
        .where(*wanted)
        .values(ended_at=now())
        .execution_options(synchronize_session=False)
    )


def _set(model: type[Account] | type[SignIn], identity: int, **values: object) -> None:
    db.session.execute(
        sa.update(model)
        .where(model.id == identity)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def agent_family(agent: str) -> str:
    """The kind of browser and system, no more: what lets somebody know her own again."""
    found = [pattern.search(agent) for pattern in (_AGENTS, _SYSTEMS)]
    return " · ".join(match.group() for match in found if match)


def _as(account_id: int, name: str) -> Actor:
    return Actor(name, account_id=account_id)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def forget_old() -> None:
    """Forget where people were signed in long ago; the audit keeps that they were."""
    with writing():
        db.session.execute(
            sa.delete(SignIn)
            .where(SignIn.created_at < now() - LONGEST - KEPT)
            .execution_options(synchronize_session=False)
        )
