"""Every write about members of staff. Who is posted where is a change to the site (changes.py)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, require_reach
from core.audit.actions import record
from core.audit.rules import HIDDEN, Changes, compared
from core.clock import today
from core.dated import on_day
from core.db import db
from core.errors import BadInput, Conflict
from core.regions import queries as regions
from core.search import index_text
from core.sites import actions as sites
from core.sites.actions import require_region
from core.staff import rules, story
from core.staff.changes import posted
from core.staff.models import Member, Posting

# Who holds this lock of PostgreSQL's gives serial numbers; SQLite has but one writer anyway.
_SERIALS: Final = 0x6D656D


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of a member; ``region_id`` is where her record is kept."""

    name: str
    region_id: int
    account_id: int | None = None


def enter(actor: Actor, given: Described, *, made: bool = False) -> Member:
    """Enter a member. Raises BadInput, NotFound for a region out of reach."""
    require_region(actor, given.region_id)
    serial = _next_serial()
    member = Member(serial=serial, code=rules.member_code(serial), made=made, **_columns(given))
    _flush(member)
    told = {**_told(member), "made": (None, True)} if made else _told(member)
    record(actor, story.ENTERED, (story.MEMBER, member.code), told, region_id=given.region_id)
    return member


def _next_serial() -> int:
    """The number that a new member gets; whoever else wants one waits for the transaction."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(_SERIALS)))
    return (db.session.scalar(sa.select(sa.func.max(Member.serial))) or 0) + 1


def describe(actor: Actor, code: str, seen: int, given: Described) -> None:
    """Another name, region or account. Raises BadInput, NotFound out of reach, Conflict."""
    member = _take_up(actor, code, seen)
    require_region(actor, given.region_id)
    before = _facts(member)
    renamed = member.name != given.name
    for name, value in _columns(given).items():
        setattr(member, name, value)
    _flush(member)
    told: Changes = compared(before, _facts(member))
    if renamed:
        told = {"name": HIDDEN, **told}
    if told:
        record(actor, story.DESCRIBED, (story.MEMBER, code), told, region_id=given.region_id)


def leave(actor: Actor, code: str, seen: int, on: date) -> None:
    """She works for the city no longer, from a day on; her postings end with it.

    Raises BadInput, NotFound where she or a site she is posted to is out of reach, Conflict.
    """
    member = _take_up(actor, code, seen)
    if member.left_on is not None:
        raise Conflict(_l("已经登记过离开。"))
    begun = db.session.scalar(
        sa.select(Posting.id).where(Posting.member_id == member.id, Posting.since >= on).limit(1)
    )
    if begun is not None:
        raise BadInput(_l("这一天或以后还有派驻，请先更正派驻。"), field="on")
    site_ids = db.session.scalars(
        sa.select(Posting.site_id)
        .where(Posting.member_id == member.id, on_day(Posting, on))
        .distinct()
        .order_by(Posting.site_id)
    ).all()
    for site_id in site_ids:
        sites.do(actor, site_id, None, posted({code: ()}, on))
    member.left_on = on
    db.session.flush()
    told = {"left": (None, on)}
    record(actor, story.LEFT, (story.MEMBER, code), told, region_id=member.region_id)


def _take_up(actor: Actor, code: str, seen: int) -> Member:
    """The member, for changing: her version is raised. Raises NotFound, Conflict."""
    region_id = db.session.scalar(sa.select(Member.region_id).where(Member.code == code))
    require_reach(region_id is not None)
    require_region(actor, region_id or 0)
    taken = db.session.scalar(
        sa.update(Member)
        .where(Member.code == code, Member.version == seen)
        .values(version=Member.version + 1)
        .returning(Member)
        .execution_options(populate_existing=True)
    )
    if taken is None:
        raise Conflict(_l("这条记录刚刚被别人改过，请核对后再提交。"))
    return taken


def _columns(given: Described) -> dict[str, Any]:
    name = rules.name(given.name)
    return {
        "name": name,
        "region_id": given.region_id,
        "account_id": given.account_id,
        "search": index_text(name),
    }


def _flush(member: Member) -> None:
    """Raises BadInput where the account is somebody else's already."""
    if member.account_id is not None:
        other = sa.select(Member.code).where(
            Member.account_id == member.account_id, Member.code != member.code
        )
        if db.session.scalar(other) is not None:
            raise BadInput(_l("这个账号已经属于另一位工作人员。"), field="account")
    db.session.add(member)
    db.session.flush()


def _facts(member: Member) -> dict[str, Any]:
    return {
        "region": regions.code_of(member.region_id, today()),
        "account": member.account_id is not None or None,
    }


def _told(member: Member) -> dict[str, Any]:
    return {"name": HIDDEN, **compared({}, _facts(member))}
