"""The tables: who may sign in, in which roles, with what proof, and from where attempts came."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.accounts.rules import MOST_LABEL, MOST_NAME, MOST_USERNAME, Guess, Office, Role
from core.db import Base, one_of

_HASH = sa.String(64)


def _offices() -> sa.CheckConstraint:
    """A role is held in its own office, and an account has but one: nobody holds two."""
    roles = ("auditor", "audit"), ("system_admin", "system")
    special = " OR ".join(f"(role = '{role}' AND office = '{office}')" for role, office in roles)
    names = ", ".join(f"'{role}'" for role, _ in roles)
    return sa.CheckConstraint(
        f"{special} OR (role NOT IN ({names}) AND office = 'business')", name="role_office"
    )


class Account(Base):
    """A person who may sign in. ``username`` is in the form of ``rules.username``.

    ``one_time_until``: somebody else chose the password, which must be changed by then.
    ``totp_secret`` is encrypted, None without an authenticator; ``totp_step`` was used last.
    """

    __tablename__ = "account"
    __table_args__ = (one_of(Office, "office"), sa.UniqueConstraint("id", "office"))

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(sa.String(MOST_USERNAME), unique=True)
    name: Mapped[str] = mapped_column(sa.String(MOST_NAME))
    office: Mapped[str] = mapped_column(sa.String(8))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    password_at: Mapped[datetime]
    one_time_until: Mapped[datetime | None]
    totp_secret: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    totp_step: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    search: Mapped[str] = mapped_column(sa.Text)


class Grant(Base):
    """An account holds a role over a region with all below it, over a site, or everywhere.

    It holds from the day ``since`` to the day before ``until``, and no longer than ``revoked_at``:
    what is taken from somebody is taken at once, not on a day.
    """

    __tablename__ = "account_grant"
    __table_args__ = (
        one_of(Role, "role"),
        _offices(),
        sa.ForeignKeyConstraint(["account_id", "office"], ["account.id", "account.office"]),
        sa.CheckConstraint("region_id IS NULL OR site_id IS NULL", name="place"),
        sa.CheckConstraint("until > since", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(index=True)
    office: Mapped[str] = mapped_column(sa.String(8))
    role: Mapped[str] = mapped_column(sa.String(24))
    region_id: Mapped[int | None] = mapped_column(sa.ForeignKey("region.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"), index=True)
    since: Mapped[date] = mapped_column(sa.Date)
    until: Mapped[date | None] = mapped_column(sa.Date)
    granted_by: Mapped[str] = mapped_column(sa.String(100))
    revoked_at: Mapped[datetime | None]


class PastPassword(Base):
    """A password that an account had, so that it is not taken again."""

    __tablename__ = "past_password"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))


class RecoveryCode(Base):
    """A code on paper that stands in for the authenticator, once."""

    __tablename__ = "recovery_code"
    __table_args__ = (sa.UniqueConstraint("account_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    code_hash: Mapped[str] = mapped_column(_HASH)
    used_at: Mapped[datetime | None]


class SignIn(Base):
    """Somebody signed in with a browser. The cookie holds a token, this its hash alone.

    ``second_at``: when the second proof was shown; ``fresh_at``: the latest proof of either kind;
    ``offered``: the encrypted secret that the page of enrolment shows.
    """

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(_HASH, unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    fresh_at: Mapped[datetime]
    second_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    agent: Mapped[str] = mapped_column(sa.String(40))
    offered: Mapped[bytes | None] = mapped_column(sa.LargeBinary)


class LoginAttempt(Base):
    """How often something was tried since ``started_at``. What was typed is kept as a hash."""

    __tablename__ = "login_attempt"
    __table_args__ = (one_of(Guess, "kind"),)

    kind: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    subject: Mapped[str] = mapped_column(_HASH, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    taken: Mapped[int]


class ApiToken(Base):
    """Lets a program act as an account, no further than ``permissions`` (between blanks)."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    label: Mapped[str] = mapped_column(sa.String(MOST_LABEL))
    prefix: Mapped[str] = mapped_column(sa.String(8), unique=True)
    token_hash: Mapped[str] = mapped_column(_HASH)
    permissions: Mapped[str] = mapped_column(sa.String(400))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    seen_on: Mapped[date | None] = mapped_column(sa.Date)
