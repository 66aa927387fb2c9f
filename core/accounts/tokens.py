"""Tokens by which a program acts as an account: scoped, expiring, shown once."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.accounts import queries, story
from core.accounts.models import Account, ApiToken
from core.accounts.queries import Person
from core.accounts.rules import LONGEST_TOKEN, MOST_LABEL, TOKENABLE, tokenable
from core.audit.actions import record
from core.audit.rules import compared
from core.clock import CITY_TIME, civil, now, today
from core.db import aside, db, rows_written
from core.errors import BadInput, Conflict, Forbidden, NotFound, OneKmError

_TOKEN: Final = re.compile(r"onekm_([0-9a-f]{8})_([A-Za-z0-9_-]{43})", re.ASCII)


class TokenRefused(OneKmError):
    """What came as a token is none, or no longer."""

    status = 401
    code = "token"


def make(
    actor: Actor, label: str, permissions: Collection[Permission], last_day: date
) -> tuple[ApiToken, str]:
    """A token of the actor's own, good to the end of *last_day*; its text is not kept.

    Raises BadInput, or Forbidden for what the actor may not hand on.
    """
    if actor.account_id is None or not tokenable(actor):
        raise Forbidden(_l("您没有此项权限。"))
    if not permissions or not tokenable(actor).issuperset(permissions):
        raise BadInput(_l("请选择您可以交给程序的权限。"), field="permissions")
    if not 1 <= len(label.strip()) <= MOST_LABEL or not label.isprintable():
        raise BadInput(_l("请写明用途，最多 %(most)s 个字。", most=MOST_LABEL), field="label")
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    made = ApiToken(
        account_id=actor.account_id,
        label=label.strip(),
        prefix=prefix,
        token_hash=_hash(secret),
        permissions=" ".join(sorted(permissions)),
        created_at=now(),
        expires_at=_end_of(last_day),
    )
    db.session.add(made)
    db.session.flush()
    changes = {"token": prefix, "permissions": made.permissions, "expires": last_day}
    username = db.session.scalars(
        sa.select(Account.username).where(Account.id == actor.account_id)
    ).one()
    record(actor, story.TOKEN_MADE, (story.ACCOUNT, username), compared({}, changes))
    return made, f"onekm_{prefix}_{secret}"


def _end_of(last_day: date) -> datetime:
    if not today() <= last_day <= today() + LONGEST_TOKEN:
        raise BadInput(_l("到期日应在今天至一年之内。"), field="expires")
    return datetime.combine(last_day + timedelta(days=1), time(), CITY_TIME)


def revoke(actor: Actor, whom: Person, prefix: str) -> None:
    """Take back a token of *whom*: one's own, or anybody's within reach by permission.

    Raises NotFound, Forbidden.
    """
    own = actor.account_id == whom.id
    if not own and not actor.may(Permission.TOKENS_REVOKE):
        raise Forbidden(_l("您没有此项权限。"))
    done = rows_written(
        sa.update(ApiToken)
        .where(
            ApiToken.account_id == whom.id,
            ApiToken.prefix == prefix,
            ApiToken.revoked_at.is_(None),
        )
        .values(revoked_at=now())
    )
    if not done:
        raise NotFound(_l("没有这个令牌。"))
    told = {"token": (prefix, None)}
    record(actor, story.TOKEN_REVOKED, (story.ACCOUNT, whom.username), told)


def give_up(actor: Actor, prefix: str) -> None:
    """Take back one of one's own that no program uses yet, if it is not taken back already.

    Raises Conflict once one does.
    """
    if actor.account_id is None:
        raise Forbidden(_l("您没有此项权限。"))
    used = sa.select(ApiToken.id).where(ApiToken.prefix == prefix, ApiToken.seen_on.is_not(None))
    if db.session.scalar(used) is not None:
        raise Conflict(_l("这个令牌早已建立，并且已经在用。要另建一个，请重新打开建立令牌的页面。"))
    with suppress(NotFound):
        revoke(actor, queries.own(actor.account_id), prefix)


def actor(header: str) -> Actor:
    """Who acts by the token in an ``Authorization`` header. Raises TokenRefused.

    Read on a connection of its own, like a sign-in.
    """
    scheme, _blank, typed = header.partition(" ")
    found = _TOKEN.fullmatch(typed.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise _refused()
    with db.engine.connect() as connection:
        row = connection.execute(_BY_PREFIX, {"prefix": found[1], "moment": now()}).one_or_none()
        if row is None or not hmac.compare_digest(row.token_hash, _hash(found[2])):
            raise _refused()
        held = queries.held(connection, row.account_id, civil(now()).date())
    if row.seen_on != today():
        _seen(row.id)
    scope = TOKENABLE.intersection(map(Permission, row.permissions.split()))
    narrowed = tuple(replace(one, permissions=one.permissions & scope) for one in held)
    return Actor(f"{row.name} #{row.prefix}", narrowed, row.account_id, by_token=True)


_BY_PREFIX: Final = (
    sa.select(
        *(ApiToken.id, ApiToken.account_id, ApiToken.prefix, ApiToken.token_hash),
        *(ApiToken.permissions, ApiToken.seen_on, Account.name),
    )
    .join(Account, Account.id == ApiToken.account_id)
    .where(
        ApiToken.prefix == sa.bindparam("prefix"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > sa.bindparam("moment"),
        Account.disabled_at.is_(None),
    )
)


def _seen(token_id: int) -> None:
    with aside():
        db.session.execute(
            sa.update(ApiToken).where(ApiToken.id == token_id).values(seen_on=today())
        )


def _refused() -> TokenRefused:
    return TokenRefused(_l("接口令牌无效、已过期或已撤销。"))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
