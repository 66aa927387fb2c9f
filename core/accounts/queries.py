"""Reading accounts: who one is, whom one may see, what one holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core import crypto
from core import search as names
from core.access import Actor, Held, Permission, Reach
from core.accounts.models import Account, ApiToken, Grant, RecoveryCode, SignIn
from core.accounts.places import covers, place_name, place_of
from core.accounts.rules import (
    IDLE,
    LONGEST,
    ROLES,
    Office,
    Place,
    Role,
    reach_of,
    reaches,
    username,
)
from core.clock import now, today
from core.dated import lasting, on_day
from core.db import db
from core.errors import BadInput, NotFound
from core.pages import PER_PAGE
from core.regions import past
from core.regions.models import RegionPeriod
from core.regions.past import Gone
from core.regions.queries import tree
from core.sites.models import Site, SitePeriod
from core.web import settings


def holding(on: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """The condition that a grant holds on the day."""
    return sa.and_(Grant.revoked_at.is_(None), Grant.since <= on, lasting(Grant, on))


def held(connection: sa.Connection, account_id: int, on: date) -> tuple[Held, ...]:
    """What the account holds on the day, read on *connection*."""
    return held_by(connection.execute(_HELD, {"account_id": account_id, "on": on}))


def held_by(grants: Iterable[Any]) -> tuple[Held, ...]:
    """What rows with role, region_id and site_id of a grant come to."""
    return tuple(_held(Role(row.role), row.region_id, row.site_id) for row in grants)


#: Asked at the door of every request, so it is put together once.
_HELD: Final = (
    sa.select(Grant.role, Grant.region_id, Grant.site_id)
    .where(
        Grant.account_id == sa.bindparam("account_id"), holding(sa.bindparam("on", type_=sa.Date))
    )
    .order_by(Grant.id)
)


def _held(role: Role, region_id: int | None, site_id: int | None) -> Held:
    return Held(role, ROLES[role], reach_of(Place(None, region_id, site_id)))


def acting(account_id: int) -> Actor | None:
    """The account with what it holds now, for work that goes on without it; None if disabled."""
    with db.engine.connect() as connection:
        wanted = sa.select(Account.name).where(
            Account.id == account_id, Account.disabled_at.is_(None)
        )
        name = connection.scalar(wanted)
        return (
            None if name is None else Actor(name, held(connection, account_id, today()), account_id)
        )


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is compared with what somebody typed."""

    id: int
    username: str
    name: str
    password_hash: str
    usable: bool


def credentials(name: str) -> Credentials | None:
    """What is kept of the account called *name*, in the form of ``rules.username``."""
    row = db.session.execute(
        sa.select(
            *(Account.id, Account.username, Account.name, Account.password_hash),
            *(Account.disabled_at, Account.one_time_until),
        ).where(Account.username == name)
    ).one_or_none()
    if row is None:
        return None
    late = row.one_time_until is not None and row.one_time_until < now()
    usable = row.disabled_at is None and not late
    return Credentials(row.id, row.username, row.name, row.password_hash, usable)


def totp_secret(account_id: int) -> str | None:
    """The secret of the account's authenticator; None if it has none."""
    stored = db.session.scalar(sa.select(Account.totp_secret).where(Account.id == account_id))
    return None if stored is None else open_totp(stored, account_id)


def open_totp(stored: bytes, account_id: int) -> str:
    return crypto.box(settings()).decrypt_text(stored, f"account:{account_id}:totp_secret")


def seal_totp(secret: str, account_id: int) -> bytes:
    return crypto.box(settings()).encrypt_text(secret, f"account:{account_id}:totp_secret")


def codes_left(account_id: int) -> int:
    """How many recovery codes are still good."""
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )


def sign_ins(account_id: int) -> Sequence[SignIn]:
    """Where the account is signed in, the latest first."""
    moment = now()
    return db.session.scalars(
        sa.select(SignIn)
        .where(
            SignIn.account_id == account_id,
            SignIn.ended_at.is_(None),
            SignIn.seen_at > moment - IDLE,
            SignIn.created_at > moment - LONGEST,
        )
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    ).all()


def tokens(account_id: int) -> Sequence[ApiToken]:
    """The account's tokens that are not revoked, the latest first; expired ones are among them."""
    return db.session.scalars(
        sa.select(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.id.desc())
    ).all()


# -- Whom one may see ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A grant with the names of what it is over; ``ended``: the region is no more, and so the grant
    reaches nothing."""

    id: int
    role: Role
    place: Place
    where: str
    since: date
    until: date | None
    granted_by: str
    ended: Gone | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """An account as an administrator sees it."""

    id: int
    username: str
    name: str
    office: Office
    disabled_at: datetime | None
    created_at: datetime
    enrolled: bool
    grants: tuple[HeldGrant, ...]


@dataclass(frozen=True, slots=True)
class People:
    people: tuple[Person, ...]
    total: int


def people(actor: Actor, text: str, page: int, *, stranded: bool = False) -> People:
    """A page of the accounts within reach that *text* may mean, by username. Raises BadInput.

    *stranded*: only those with a role over a region that is no more.
    """
    wanted = sa.and_(visible(actor), names.contains(Account.search, text))
    if stranded:
        wanted = sa.and_(wanted, _granted(_stranded(today())))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Account).where(wanted)) or 0
    found = db.session.scalars(
        sa.select(Account)
        .where(wanted)
        .order_by(Account.username)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return People(_people(found), total)


def stranded(actor: Actor) -> int:
    """How many within reach hold a role over a region that is no more."""
    wanted = sa.and_(visible(actor), _granted(_stranded(today())))
    return db.session.scalar(sa.select(sa.func.count()).select_from(Account).where(wanted)) or 0


def _stranded(day: date) -> sa.ColumnElement[bool]:
    """The condition that a grant lasts and its region does not."""
    lasts = lasting(RegionPeriod, day)
    return sa.and_(
        Grant.region_id.is_not(None),
        Grant.revoked_at.is_(None),
        lasting(Grant, day),
        ~sa.exists().where(RegionPeriod.region_id == Grant.region_id, lasts),
    )


def person(actor: Actor, code: str) -> Person:
    """The account with the username *code*. Raises NotFound if it is out of reach or unknown."""
    try:
        wanted = sa.and_(visible(actor), Account.username == username(code))
    except BadInput:
        raise _no_such_person() from None
    found = db.session.scalars(sa.select(Account).where(wanted)).one_or_none()
    if found is None:
        raise _no_such_person()
    return _people([found])[0]


def own(account_id: int) -> Person:
    """One's own account."""
    return _people([db.session.get_one(Account, account_id)])[0]


def _no_such_person() -> NotFound:
    return NotFound(_l("没有这个账号。"))


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition that *actor* may see an account: by what it holds, else by what it last held.

    An account that has never held anything is seen by those who see everywhere.
    """
    reach = actor.reach(Permission.ACCOUNTS_READ)
    if reach.everywhere:
        return sa.true()
    day = today()
    within = _granted(sa.and_(_within(reach, day), holding(day)))
    before = sa.and_(~_granted(holding(day)), _granted(_within(reach, day)))
    return sa.or_(within, before)


def _granted(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Grant.account_id == Account.id, condition)


def _within(reach: Reach, day: date) -> sa.ColumnElement[bool]:
    """The condition that a grant is over something within reach, be it a region that is no more."""
    if reach.everywhere:
        return sa.true()
    standing = sa.select(SitePeriod.site_id).where(
        SitePeriod.region_id.in_(sorted(reach.region_ids(tree(day)))), on_day(SitePeriod, day)
    )
    return sa.or_(
        Grant.region_id.in_(sorted(past.within(reach, day))),
        Grant.site_id.in_(sorted(reach.sites)),
        Grant.site_id.in_(standing),
    )


def _people(accounts: Sequence[Account]) -> tuple[Person, ...]:
    grants = _grants([account.id for account in accounts])
    return tuple(
        Person(
            id=account.id,
            username=account.username,
            name=account.name,
            office=Office(account.office),
            disabled_at=account.disabled_at,
            created_at=account.created_at,
            enrolled=account.totp_secret is not None,
            grants=tuple(grants.get(account.id, ())),
        )
        for account in accounts
    )


def _grants(account_ids: Sequence[int]) -> dict[int, list[HeldGrant]]:
    """The grants of each account that hold now or will, in the order in which they were made."""
    day = today()
    rows = db.session.execute(
        sa.select(Grant, Site.name, SitePeriod.region_id)
        .outerjoin(Site, Site.id == Grant.site_id)
        .outerjoin(SitePeriod, sa.and_(SitePeriod.site_id == Site.id, on_day(SitePeriod, day)))
        .where(
            Grant.account_id.in_(account_ids),
            Grant.revoked_at.is_(None),
            lasting(Grant, day),
        )
        .order_by(Grant.id)
    )
    living = tree(day)
    found: dict[int, list[HeldGrant]] = {}
    gone = past.gone(day)
    for grant, site_name, site_region in rows:
        ended = gone.get(grant.region_id or 0)
        place = place_of(living, ended, grant, site_region)
        told = HeldGrant(
            id=grant.id,
            role=Role(grant.role),
            place=place,
            where=site_name or place_name(living, place, ended),
            since=grant.since,
            until=grant.until,
            granted_by=grant.granted_by,
            ended=ended,
        )
        found.setdefault(grant.account_id, []).append(told)
    return found


def may_manage(actor: Actor, whom: Person) -> bool:
    """Whether all that *whom* holds is strictly below *actor*'s own rank and within its reach."""
    if actor.account_id == whom.id or not actor.may(Permission.ACCOUNTS_MANAGE):
        return False
    return all(
        covers(reaches(actor, Permission.ACCOUNTS_MANAGE, grant.role), grant.place)
        for grant in whom.grants
    )
