"""What a person does to her own account. The slow part comes first; each commits by itself."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.accounts import passwords, queries, second_factor, sign_in, story
from core.accounts.models import Account, PastPassword, RecoveryCode
from core.accounts.sign_in import Current
from core.audit.actions import record
from core.audit.rules import EventType
from core.clock import now
from core.db import db, writing
from core.errors import BadInput
from core.web import settings


def change_password(found: Current, new: str) -> str:
    """Let *new* be the password; every other sign-in ends. Gives this one's new token.

    Raises BadInput where the profile in force does not allow it.
    """
    profile = passwords.PROFILES[settings().password_profile]
    passwords.check(new, found.username, profile)
    kept, past = _kept(found.account_id, profile.past)
    db.session.rollback()
    if passwords.repeats(new, [kept, *past]):
        raise BadInput(_l("不能与现在的或最近用过的密码相同。"), field="password")
    hashed = passwords.hashed(new)
    with writing():
        _remember(found.account_id, kept, profile.past)
        account = db.session.get_one(Account, found.account_id)
        account.password_hash = hashed
        account.password_at = now()
        account.one_time_until = None
        sign_in.end_all(found.account_id, besides=found.id)
        _told(found, story.PASSWORD_CHANGED)
        return sign_in.renew(found)


def _kept(account_id: int, past: int) -> tuple[str, list[str]]:
    """The hash of the password, and those of the latest it has had."""
    own = sa.select(Account.password_hash).where(Account.id == account_id)
    latest = (
        sa.select(PastPassword.password_hash)
        .where(PastPassword.account_id == account_id)
        .order_by(PastPassword.id.desc())
        .limit(past)
    )
    return db.session.scalars(own).one(), list(db.session.scalars(latest))


def _remember(account_id: int, hashed: str, past: int) -> None:
    """Keep the password that goes, and no more of the older ones than are compared."""
    if not past:
        return
    db.session.add(PastPassword(account_id=account_id, password_hash=hashed))
    db.session.flush()
    latest = (
        sa.select(PastPassword.id)
        .where(PastPassword.account_id == account_id)
        .order_by(PastPassword.id.desc())
        .limit(past)
    )
    known = list(db.session.scalars(latest))
    db.session.execute(
        sa.delete(PastPassword).where(
            PastPassword.account_id == account_id, PastPassword.id.not_in(known)
        )
    )


def offered(found: Current) -> str:
    """The secret to put into an authenticator."""
    with writing():
        return sign_in.offer(found)


def enrol(found: Current, typed: str) -> tuple[str, list[str]] | None:
    """Take the authenticator that was offered, if *typed* is its code; None if it is not.

    Gives the sign-in's new token and recovery codes, which are shown this once.
    """
    with writing():
        secret = sign_in.offer(found)
        step = second_factor.matched_step(secret, typed, now())
        if step is None:
            return None
        account = db.session.get_one(Account, found.account_id)
        account.totp_secret = queries.seal_totp(secret, found.account_id)
        account.totp_step = step
        codes = new_codes(found.account_id)
        sign_in.end_all(found.account_id, besides=found.id)
        sign_in.taken(found)
        _told(found, story.ENROLLED)
        return sign_in.renew(found, second=True), codes


def renew_codes(found: Current) -> list[str]:
    """New recovery codes in place of the old."""
    with writing():
        sign_in.require_open(found)
        codes = new_codes(found.account_id)
        _told(found, story.CODES_RENEWED)
        return codes


def new_codes(account_id: int) -> list[str]:
    """Put new recovery codes in place of the account's; only their hashes are kept."""
    codes = second_factor.recovery_codes()
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    hashes = [second_factor.recovery_hash(code) for code in codes]
    db.session.execute(
        sa.insert(RecoveryCode),
        [{"account_id": account_id, "code_hash": code_hash} for code_hash in hashes],
    )
    return codes


def end_sign_in(found: Current, uuid: str) -> None:
    """End one of her sign-ins elsewhere; of anybody else's nothing is known here."""
    with writing():
        if sign_in.end(found.account_id, uuid):
            _told(found, story.SIGN_IN_ENDED)


def _told(found: Current, event: EventType) -> None:
    actor = Actor(found.name, account_id=found.account_id)
    record(actor, event, (story.ACCOUNT, found.username))
