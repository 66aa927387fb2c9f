"""Reading staff: who there is within reach, who works where, how many in which duty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, Reach
from core.accounts import queries as accounts
from core.accounts.models import Account
from core.clock import today
from core.dated import on_day
from core.db import db
from core.errors import BadInput, NotFound
from core.regions.queries import tree
from core.search import contains
from core.sites import facts
from core.sites.facts import Counted, Facts, Within
from core.sites.models import Site, SitePeriod
from core.sites.queries import columns
from core.snapshot import renewed
from core.staff.models import Member, Posting
from core.staff.rules import DUTIES, POSTINGS, Duty, is_member_code

MEMBER: Final = "staff"

#: The columns of the numbers: members in any duty, then in each, in order.
POSTED: Final = 0
FIRST_DUTY: Final = 1
_WIDTH: Final = FIRST_DUTY + len(DUTIES)


def postings(on: date | None = None) -> Facts:
    """How many members are posted to each site on the day, in all and in each duty."""
    return _postings(on or today())


@renewed("facts")
def _postings(before: Facts | None, on: date) -> Facts:
    return facts.read(before, on, Counted({POSTINGS: range(_WIDTH)}, _WIDTH, _counts))


def _counts(on: date, within: Within) -> Sequence[Sequence[Any]]:
    members = sa.func.count(sa.distinct(Posting.member_id))
    held = on_day(Posting, on), within(Posting.site_id)
    whole = columns(sa.select(Posting.site_id, members).where(*held).group_by(Posting.site_id))
    each = columns(
        sa.select(Posting.site_id, Posting.duty, members)
        .where(*held)
        .group_by(Posting.site_id, Posting.duty)
    )
    place = {duty.value: FIRST_DUTY + number for number, duty in enumerate(DUTIES)}
    places = [POSTED] * len(whole[0]) + [place[duty] for duty in each[1]]
    return whole[0] + each[0], places, whole[1] + each[2]


def name_of(code: str) -> str:
    """What the member of a code is called; the code where there is none."""
    return db.session.scalar(sa.select(Member.name).where(Member.code == code)) or code


# -- Who is posted where ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class At:
    """A member at a site: the duties, each with the days on which it is held."""

    code: str
    name: str
    made: bool
    duties: tuple[tuple[Duty, date, date | None], ...]

    @property
    def held(self) -> frozenset[Duty]:
        return frozenset(duty for duty, _since, _until in self.duties)


def at_site(site_id: int, on: date | None = None) -> list[At]:
    """Who is posted to the site on the day, by name."""
    rows = db.session.execute(
        sa.select(Member.code, Member.name, Member.made, Posting.duty, Posting.since, Posting.until)
        .join(Posting, Posting.member_id == Member.id)
        .where(Posting.site_id == site_id, on_day(Posting, on or today()))
        .order_by(Member.name, Member.code, Posting.duty)
    )
    found: dict[str, At] = {}
    for row in rows:
        one = found.get(row.code) or At(row.code, row.name, row.made, ())
        held = (Duty(row.duty), row.since, row.until)
        found[row.code] = replace(one, duties=(*one.duties, held))
    return list(found.values())


def recorded(site_id: int, on: date | None = None) -> bool:
    """Whether it is known on the day who is posted to the site."""
    return POSTINGS in facts.recorded(site_id, on or today())


@dataclass(frozen=True, slots=True)
class Held:
    """A posting of one member's."""

    site_code: str
    site_name: str
    site_name_en: str
    duty: Duty
    since: date
    until: date | None

    @property
    def last(self) -> date | None:
        """The last day that it is held."""
        return None if self.until is None else self.until - timedelta(days=1)


def of_member(member_id: int) -> list[Held]:
    """Every posting there ever was of a member, the latest first."""
    rows = db.session.execute(
        sa.select(
            *(Site.code, Site.name, Site.name_en),
            *(Posting.duty, Posting.since, Posting.until),
        )
        .join(Site, Site.id == Posting.site_id)
        .where(Posting.member_id == member_id)
        .order_by(Posting.since.desc(), Site.code, Posting.duty)
    )
    return [Held(row[0], row[1], row[2], Duty(row[3]), row[4], row[5]) for row in rows]


# -- Who there is -------------------------------------------------------------------------------


def _visible(reach: Reach) -> sa.ColumnElement[bool]:
    """Members whose record is kept within reach, or who are or were posted to a site there."""
    if reach.everywhere:
        return sa.true()
    living = tree(today())
    posted = (
        sa.select(Posting.member_id)
        .join(SitePeriod, SitePeriod.site_id == Posting.site_id)
        .where(
            on_day(SitePeriod, today()),
            reach.condition(living, SitePeriod.region_id, SitePeriod.site_id),
        )
    )
    regions = sorted(reach.region_ids(living))
    return sa.or_(Member.region_id.in_(regions), Member.id.in_(posted))


@dataclass(frozen=True, slots=True)
class Asked:
    """What narrows the list down, and its order."""

    text: str = ""
    duty: Duty | None = None
    site_id: int | None = None
    region_ids: frozenset[int] | None = None
    posted: bool | None = None
    by_code: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A member in a list, with where she works today."""

    id: int
    code: str
    name: str
    region_id: int
    left_on: date | None
    made: bool
    postings: tuple[tuple[str, str, str, Duty, date], ...] = ()


def members(actor: Actor, asked: Asked, bounds: slice | None = None) -> tuple[list[Row], int]:
    """The members within reach, some of them; and how many there are."""
    conditions = _conditions(actor, asked)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Member).where(*conditions))
    order = (Member.code,) if asked.by_code else (Member.name, Member.code)
    statement = (
        sa.select(
            *(Member.id, Member.code, Member.name, Member.region_id),
            *(Member.left_on, Member.made),
        )
        .where(*conditions)
        .order_by(*order)
    )
    if bounds is not None:
        statement = statement.offset(bounds.start).limit(bounds.stop - bounds.start)
    rows = [Row(*row) for row in db.session.execute(statement)]
    held = _held_today([row.id for row in rows] if bounds is not None else None)
    return [replace(row, postings=held.get(row.id, ())) for row in rows], total or 0


def _conditions(actor: Actor, asked: Asked) -> list[sa.ColumnElement[bool]]:
    found = [_visible(actor.reach(Permission.REGISTER_READ))]
    if asked.text:
        code = asked.text.strip().upper()
        found.append(
            Member.code == code if is_member_code(code) else contains(Member.search, asked.text)
        )
    held = sa.select(Posting.member_id).where(on_day(Posting, today()))
    if asked.duty is not None:
        held = held.where(Posting.duty == asked.duty)
    if asked.site_id is not None:
        held = held.where(Posting.site_id == asked.site_id)
    if asked.region_ids is not None:
        found.append(
            sa.or_(
                Member.region_id.in_(sorted(asked.region_ids)),
                Member.id.in_(
                    sa.select(Posting.member_id)
                    .join(SitePeriod, SitePeriod.site_id == Posting.site_id)
                    .where(
                        on_day(Posting, today()),
                        on_day(SitePeriod, today()),
                        SitePeriod.region_id.in_(sorted(asked.region_ids)),
                    )
                ),
            )
        )
    if asked.duty is not None or asked.site_id is not None or asked.posted:
        found.append(Member.id.in_(held))
    elif asked.posted is False:
        found.append(Member.id.not_in(held))
    return found


def _held_today(
    member_ids: Sequence[int] | None,
) -> dict[int, tuple[tuple[str, str, str, Duty, date], ...]]:
    """Where each member works today; of all where None is given."""
    some = sa.true() if member_ids is None else Posting.member_id.in_(member_ids)
    rows = db.session.execute(
        sa.select(
            *(Posting.member_id, Site.code, Site.name, Site.name_en),
            *(Posting.duty, Posting.since),
        )
        .join(Site, Site.id == Posting.site_id)
        .where(on_day(Posting, today()), some)
        .order_by(Posting.member_id, Site.code, Posting.duty)
    )
    found: dict[int, tuple[tuple[str, str, str, Duty, date], ...]] = {}
    for row in rows:
        one = (row.code, row.name, row.name_en, Duty(row.duty), row.since)
        found[row.member_id] = (*found.get(row.member_id, ()), one)
    return found


def find(actor: Actor, code: str) -> Member:
    """The member of a code within reach. Raises NotFound."""
    found = None
    if is_member_code(code):
        visible = _visible(actor.reach(Permission.REGISTER_READ))
        found = db.session.scalar(sa.select(Member).where(Member.code == code, visible))
    if found is None:
        raise NotFound(_l("没有这位工作人员。"), field="code")
    return found


def named(actor: Actor, who: str) -> str:
    """The code of the one member within reach of that code or name. Raises BadInput."""
    text = who.strip()
    if is_member_code(text.upper()):
        wanted = Member.code == text.upper()
    else:
        wanted = Member.name == " ".join(text.split())
    visible = _visible(actor.reach(Permission.REGISTER_READ))
    found = db.session.scalars(
        sa.select(Member.code).where(wanted, visible).order_by(Member.code).limit(9)
    ).all()
    if not found:
        raise BadInput(_l("没有登记过这位工作人员，或不在您的管辖范围内。"), field="who")
    if len(found) > 1:
        codes = "、".join(found)
        raise BadInput(_l("有几位同名，请写工号：%(codes)s。", codes=codes), field="who")
    return found[0]


# -- Her account --------------------------------------------------------------------------------


def username_of(actor: Actor, member: Member) -> str:
    """The username of a member's account, where *actor* may see it."""
    if member.account_id is None or not actor.may(Permission.ACCOUNTS_READ):
        return ""
    wanted = sa.select(Account.username).where(
        Account.id == member.account_id, accounts.visible(actor)
    )
    return db.session.scalar(wanted) or ""


def account_named(actor: Actor, username: str) -> int:
    """The account of a username that *actor* may see. Raises BadInput."""
    try:
        if not actor.may(Permission.ACCOUNTS_READ):
            raise NotFound(_l("没有这个账号。"))
        return accounts.person(actor, username).id
    except NotFound:
        raise BadInput(_l("没有这个账号，或不在您的管辖范围内。"), field="account") from None
