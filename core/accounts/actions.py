"""What administrators do to accounts: all of it within reach and strictly below their own rank.

Whoever may see an account and not change it is told so (Forbidden); what may not be seen is not
found before it comes to that (queries.person).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.accounts import attempts, following, rules, sign_in, story
from core.accounts.models import Account, Grant, RecoveryCode
from core.accounts.passwords import OneTime
from core.accounts.places import covers, no_such_place, place_name
from core.accounts.queries import HeldGrant, Person, may_manage
from core.accounts.rules import ONE_TIME, Office, Place, Role
from core.audit.actions import record
from core.audit.rules import NOTHING, Changes, EventType
from core.clock import now, today
from core.dated import lasting
from core.db import db, rows_written
from core.errors import BadInput, Conflict, Forbidden, NotFound
from core.regions.queries import tree
from core.search import index_text
from core.sites.models import Site


@dataclass(frozen=True, slots=True)
class Held:
    """A role to be held over a place, from the day ``since`` to the day before ``until``."""

    role: Role
    place: Place
    since: date
    until: date | None = None


def create(
    actor: Actor, username: str, name: str, one_time: OneTime, held: Held | None = None
) -> Account:
    """Make an account, with a first role or without any. Raises BadInput, Forbidden.

    Only those who may create accounts everywhere make one without a role.
    """
    if held is None:
        if not actor.reach(Permission.ACCOUNTS_CREATE).everywhere:
            raise BadInput(_l("请选择角色。"), field="role")
    else:
        _check_may_grant(actor, held)
    account = Account(
        username=_unused(rules.username(username)),
        name=rules.person_name(name),
        office=Office.BUSINESS if held is None else held.role.office,
        password_hash=one_time.hash,
        password_at=now(),
        one_time_until=now() + ONE_TIME,
        created_at=now(),
        search="",
    )
    account.search = index_text(account.name, account.username)
    db.session.add(account)
    db.session.flush()
    region_id = None if held is None else held.place.region_id
    _told(actor, story.CREATED, account.username, {"name": (None, account.name)}, region_id)
    if held is not None:
        _give(actor, account, held)
    return account


def _unused(username: str) -> str:
    if db.session.scalar(sa.select(Account.id).where(Account.username == username)) is not None:
        raise BadInput(_l("这个用户名已经有人使用。"), field="username")
    return username


def grant(actor: Actor, whom: Person, held: Held) -> Grant:
    """Let *whom* hold a role. Raises BadInput where it cannot be, Forbidden above one's rank."""
    if actor.account_id == whom.id:
        raise Forbidden(_l("不能给自己授予角色。"))
    _check_may_grant(actor, held)
    account = _locked(whom)
    if held.role.office != account.office:
        raise BadInput(_l("业务、系统管理、审计三种岗位不能由同一人兼任。"), field="role")
    if _holds(account.id, held):
        raise BadInput(_l("此人已有这个角色。"), field="role")
    return _give(actor, account, held)


def _check_may_grant(actor: Actor, held: Held) -> None:
    rules.check_place(held.role, held.place)
    if held.until is not None and held.until <= max(held.since, today()):
        raise BadInput(_l("结束日期应晚于开始日期和今天。"), field="until")
    reach = rules.reaches(actor, Permission.ACCOUNTS_MANAGE, held.role)
    if not reach:
        raise Forbidden(_l("只能授予低于自己级别的角色。"))
    if not covers(reach, held.place):
        raise no_such_place()


def _holds(account_id: int, held: Held) -> bool:
    """Whether the account, which is held, has the role over the same place, or will."""
    known = (
        sa.select(Grant.id)
        .where(
            *(Grant.account_id == account_id, Grant.role == held.role),
            *(Grant.revoked_at.is_(None), lasting(Grant, today())),
            Grant.site_id.is_not_distinct_from(held.place.site_id),
        )
        .limit(1)
    )
    if held.place.site_id is None:
        known = known.where(Grant.region_id.is_not_distinct_from(held.place.region_id))
    return db.session.scalar(known) is not None


def _give(actor: Actor, account: Account, held: Held) -> Grant:
    given = Grant(
        account_id=account.id,
        office=account.office,
        role=held.role,
        region_id=None if held.place.site_id is not None else held.place.region_id,
        site_id=held.place.site_id,
        since=held.since,
        until=held.until,
        granted_by=actor.name,
    )
    db.session.add(given)
    db.session.flush()
    changes = _held_words(held.role, _where(held.place), held.since, held.until)
    told: Changes = {name: (None, value) for name, value in changes.items()}
    _told(actor, story.GRANTED, account.username, told, held.place.region_id)
    return given


def _where(place: Place) -> str:
    if place.site_id is not None:
        return db.session.scalars(sa.select(Site.name).where(Site.id == place.site_id)).one()
    return place_name(tree(today()), place)


def _held_words(role: Role, where: str, since: date, until: date | None) -> dict[str, Any]:
    told = {"role": role.value, "place": where, "since": since}
    return told if until is None else {**told, "until": until}


def revoke(actor: Actor, whom: Person, grant_id: int) -> None:
    """Take a role from *whom*, at once; whoever is signed in with it is signed out.

    Raises NotFound, Forbidden.
    """
    found = _held(whom, grant_id)
    if actor.account_id == whom.id:
        raise Forbidden(_l("不能收回自己的角色。"))
    reach = rules.reaches(actor, Permission.ACCOUNTS_MANAGE, found.role)
    if not covers(reach, found.place):
        raise Forbidden(_l("只能收回低于自己级别、在自己范围内的角色。"))
    _locked(whom)
    taken = rows_written(
        sa.update(Grant)
        .where(Grant.id == grant_id, Grant.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    if not taken:
        raise NotFound(_l("此人没有这个角色。"))
    sign_in.end_all(whom.id)
    changes = _held_words(found.role, found.where, found.since, found.until)
    told: Changes = {name: (value, None) for name, value in changes.items()}
    _told(actor, story.REVOKED, whom.username, told, found.place.region_id)


def _held(whom: Person, grant_id: int) -> HeldGrant:
    found = next((given for given in whom.grants if given.id == grant_id), None)
    if found is None:
        raise NotFound(_l("此人没有这个角色。"))
    return found


def hand_on(actor: Actor, whom: Person, grant_id: int) -> None:
    """Let a role over a region that is no more hold over what came after it, from today on.

    Raises BadInput where the region lives, or nothing is known to have come after it.
    """
    found = _held(whom, grant_id)
    if actor.account_id == whom.id:
        raise Forbidden(_l("不能给自己授予角色。"))
    if found.ended is None or not found.ended.heirs:
        raise BadInput(_l("没有登记承接的区划，请收回后重新授权。"), field="grant")
    reach = rules.reaches(actor, Permission.ACCOUNTS_MANAGE, found.role)
    places = [Place(heir.level, heir.id) for heir in found.ended.heirs]
    if not all(covers(reach, place) for place in (found.place, *places)):
        raise Forbidden(_l("只能授予低于自己级别、在自己范围内的角色。"))
    for place in places:
        rules.check_place(found.role, place)
    _locked(whom)
    following.hand_on(actor, found.id, whom.username, found.ended, today())


def disable(actor: Actor, whom: Person) -> None:
    """Shut an account; all its sign-ins and tokens end with it."""
    account = _manageable(actor, whom)
    sign_in.end_all(whom.id)
    if account.disabled_at is None:
        account.disabled_at = now()
        _told(actor, story.DISABLED, whom.username, NOTHING, home(whom))


def enable(actor: Actor, whom: Person) -> None:
    """Open an account again."""
    account = _manageable(actor, whom)
    if account.disabled_at is not None:
        account.disabled_at = None
        _told(actor, story.ENABLED, whom.username, NOTHING, home(whom))


def unlock(actor: Actor, whom: Person) -> None:
    """Forget the failed attempts at an account."""
    _manageable(actor, whom)
    attempts.forget(attempts.by_name(whom.username))
    attempts.forget(attempts.by_code(whom.id))
    _told(actor, story.UNLOCKED, whom.username, NOTHING, home(whom))


def reset_password(actor: Actor, whom: Person, one_time: OneTime) -> None:
    """Give an account a password for one use, and let it be tried again."""
    account = _manageable(actor, whom)
    account.password_hash = one_time.hash
    account.password_at = now()
    account.one_time_until = now() + ONE_TIME
    sign_in.end_all(whom.id)
    attempts.forget(attempts.by_name(whom.username))
    _told(actor, story.PASSWORD_RESET, whom.username, NOTHING, home(whom))


def renew_password(actor: Actor, whom: Person, one_time: OneTime) -> None:
    """Another password for one use in place of one that nobody has used yet.

    Raises as :func:`reset_password`, and Conflict once the account is its owner's.
    """
    if _manageable(actor, whom).one_time_until is None:
        raise Conflict(_l("这个账号早已建立，并且已经启用。要换密码，请在账号页面上重置。"))
    reset_password(actor, whom, one_time)


def reset_factor(actor: Actor, whom: Person) -> None:
    """Take the authenticator and the recovery codes from an account that has lost them."""
    account = _manageable(actor, whom)
    account.totp_secret = account.totp_step = None
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == whom.id))
    attempts.forget(attempts.by_code(whom.id))
    sign_in.end_all(whom.id)
    _told(actor, story.FACTOR_RESET, whom.username, NOTHING, home(whom))


def _manageable(actor: Actor, whom: Person) -> Account:
    if not may_manage(actor, whom):
        raise Forbidden(_l("只能管理低于自己级别、在自己范围内的账号。"))
    return _locked(whom)


def _locked(whom: Person) -> Account:
    """The account's row, held until the end so that two administrators take turns."""
    return db.session.scalars(
        sa.select(Account)
        .where(Account.id == whom.id)
        .with_for_update()
        .execution_options(populate_existing=True)  # it was read before it was held
    ).one()


def home(whom: Person) -> int | None:
    """The region whose administrators may read what happens to the account."""
    regions = (given.place.region_id for given in whom.grants)
    return next((region for region in regions if region is not None), None)


def _told(
    actor: Actor, event: EventType, username: str, changes: Changes, region_id: int | None
) -> None:
    record(actor, event, (story.ACCOUNT, username), changes, region_id=region_id)
