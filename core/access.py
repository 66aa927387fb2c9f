"""Who asks, what they may do, and where.

A view says :func:`public`, :func:`signed_in` or :func:`requires`; one that says nothing is refused
to everybody (core/web.py), and a test walks the URL map so that none is forgotten.  Where a
permission reaches is a :class:`Reach`: what lies outside it is not found, so that nobody learns
what there is elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import Any, Final, Protocol, TypeAlias, TypeVar

import sqlalchemy as sa
from flask import g
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import InstrumentedAttribute

from core.errors import Forbidden, NotFound, OneKmError
from core.sizes import MEGABYTE

V = TypeVar("V", bound=Callable[..., Any])
Column: TypeAlias = sa.ColumnElement[Any] | InstrumentedAttribute[Any]


#: How many bytes may be sent to a view that does not say otherwise.
MOST_SENT: Final = MEGABYTE


class Permission(StrEnum):
    """What a role may be granted."""

    REGISTER_READ = "register.read"
    REGISTER_PROPOSE = "register.propose"
    REGISTER_WRITE = "register.write"
    REGISTER_IMPORT = "register.import"
    PROPOSALS_DECIDE = "proposals.decide"
    REGIONS_CHANGE = "regions.change"
    RECORDS_READ = "records.read"
    RECORDS_IMPORT = "records.import"
    CASES_CREATE = "cases.create"
    CASES_READ = "cases.read"
    CASES_WORK = "cases.work"
    CASES_ASSIGN = "cases.assign"
    CASES_REVEAL = "cases.reveal"
    CASES_EXPORT = "cases.export"
    CASES_EXPORT_FULL = "cases.export_full"
    INSPECTIONS_WRITE = "inspections.write"
    INSPECTIONS_READ = "inspections.read"
    INSPECTIONS_COMMENT = "inspections.comment"
    INSPECTIONS_REVIEW = "inspections.review"
    RECTIFY = "rectify"
    STANDARDS_PUBLISH = "standards.publish"
    ACCOUNTS_READ = "accounts.read"
    ACCOUNTS_CREATE = "accounts.create"
    ACCOUNTS_MANAGE = "accounts.manage"
    TOKENS_READING = "tokens.reading"
    TOKENS_CREATE = "tokens.create"
    TOKENS_REVOKE = "tokens.revoke"
    AUDIT_READ = "audit.read"
    SYSTEM_RUN = "system.run"


class _Region(Protocol):
    @property
    def id(self) -> int: ...


class Ancestry(Protocol):
    """The regions of a day, as core.regions.tree.Tree has them."""

    def path(self, region_id: int) -> Sequence[_Region]: ...

    def descendants(self, region_id: int) -> Sequence[_Region]: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a permission goes: everywhere, or these regions with all below them, these sites."""

    everywhere: bool = False
    regions: frozenset[int] = frozenset()
    sites: frozenset[int] = frozenset()

    def __or__(self, other: Reach) -> Reach:
        return Reach(
            self.everywhere or other.everywhere,
            self.regions | other.regions,
            self.sites | other.sites,
        )

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.regions or self.sites)

    def region(self, tree: Ancestry, region_id: int) -> bool:
        """Whether the region and all below it are within reach on the day of *tree*."""
        if self.everywhere:
            return True
        try:
            return any(node.id in self.regions for node in tree.path(region_id))
        except KeyError:
            return False

    def site(self, tree: Ancestry, site_id: int, region_id: int) -> bool:
        """Whether the site, which stands in the region, is within reach on the day of *tree*."""
        return site_id in self.sites or self.region(tree, region_id)

    def region_ids(self, tree: Ancestry) -> frozenset[int]:
        """The regions of the reach and all below them; meaningless where it is everywhere."""
        below = {node.id for top in self.regions for node in tree.descendants(top)}
        return self.regions | below

    def condition(self, tree: Ancestry, region: Column, site: Column) -> sa.ColumnElement[bool]:
        """The same as a condition on the columns that hold a row's region and its site."""
        if self.everywhere:
            return sa.true()
        return sa.or_(region.in_(sorted(self.region_ids(tree))), site.in_(sorted(self.sites)))


NOWHERE: Final = Reach()
EVERYWHERE: Final = Reach(everywhere=True)


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds: what it permits, and where."""

    role: str
    permissions: frozenset[Permission]
    reach: Reach


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a person, or a command on the server. ``name`` is what the story will say.

    ``fresh``: has shown only minutes ago who it is.  ``by_token``: a program, with a token of the
    account's.
    """

    name: str
    held: tuple[Held, ...] = ()
    account_id: int | None = None
    fresh: bool = False
    by_token: bool = False

    def may(self, permission: Permission) -> bool:
        """Whether the permission is held anywhere."""
        return any(permission in held.permissions for held in self.held)

    def reach(self, permission: Permission) -> Reach:
        """Where the permission is held."""
        reaches = (held.reach for held in self.held if permission in held.permissions)
        return reduce(Reach.__or__, reaches, NOWHERE)


ANONYMOUS: Final = Actor("anonymous")
#: The role of commands; no account can hold it.
COMMAND: Final = "command"


def command(name: str) -> Actor:
    """The actor of a command given on the server's own shell, which may do everything."""
    return Actor(name, (Held(COMMAND, frozenset(Permission), EVERYWHERE),), fresh=True)


def current_actor() -> Actor:
    """The actor of this request."""
    actor: Actor = g.get("actor", ANONYMOUS)
    return actor


class SignInNeeded(OneKmError):
    """Nobody has signed in, and this is not for everybody."""

    status = 401
    code = "sign_in"


class FreshNeeded(Forbidden):
    """What is asked for is grave: show once more who you are."""

    code = "fresh"


@dataclass(frozen=True, slots=True)
class Guard:
    """For whom a view is: everybody, people who have signed in, holders of any permission named."""

    signed_in: bool = False
    permissions: tuple[Permission, ...] = ()
    programs: bool = False


PUBLIC: Final = Guard()


def public(view: V) -> V:
    """Mark *view* as open to everybody."""
    return _guarded(view, PUBLIC)


def signed_in(view: V) -> V:
    """Mark *view* as open to every person who has signed in, whatever she may do."""
    return _guarded(view, Guard(signed_in=True))


def known(view: V) -> V:
    """Mark *view* as open to every person who has signed in, and to programs with any token."""
    return _guarded(view, Guard(signed_in=True, programs=True))


def requires(*permissions: Permission) -> Callable[[V], V]:
    """Mark a view as open to those who hold any of *permissions*."""

    def mark(view: V) -> V:
        return _guarded(view, Guard(signed_in=True, permissions=permissions))

    return mark


def fresh(view: V) -> V:
    """Mark a view as grave: only for those who have shown minutes ago who they are."""
    vars(view)["fresh"] = True
    return view


def takes(most: int) -> Callable[[V], V]:
    """Mark a view as one to which up to *most* bytes may be sent; others take MOST_SENT.

    Only by those whom the view is for: nobody else is let fill the disk.
    """

    def mark(view: V) -> V:
        vars(view)["takes"] = most
        return view

    return mark


def most_taken(view: Callable[..., Any]) -> int:
    """How many bytes the current actor may send to *view*."""
    guard: Guard | None = getattr(view, "guard", None)
    actor = current_actor()
    if guard is None or actor is ANONYMOUS:
        return MOST_SENT
    if guard.permissions and not any(map(actor.may, guard.permissions)):
        return MOST_SENT
    return int(getattr(view, "takes", MOST_SENT))


def _guarded(view: V, guard: Guard) -> V:
    vars(view)["guard"] = guard
    return view


def check(view: Callable[..., Any]) -> None:
    """Raise Forbidden, SignInNeeded or FreshNeeded unless the current actor may call *view*."""
    guard: Guard | None = getattr(view, "guard", None)
    if guard is None:
        raise Forbidden(_l("此页面未开放。"))
    if not guard.signed_in:
        return
    actor = current_actor()
    if actor is ANONYMOUS:
        raise SignInNeeded(_l("请先登录。"))
    held = any(map(actor.may, guard.permissions))
    if not (held if guard.permissions else guard.programs or not actor.by_token):
        raise Forbidden(_l("您没有此项权限。"))
    if getattr(view, "fresh", False):
        require_fresh(actor)


def require_fresh(actor: Actor) -> None:
    """Raise FreshNeeded unless *actor* has shown minutes ago who it is."""
    if not actor.fresh:
        raise FreshNeeded(_l("此操作需要再次验证身份。"))


def require_reach(within: bool) -> None:
    """Raise NotFound unless *within*: what is out of reach is as if it were not there."""
    if not within:
        raise NotFound(_l("没有这个页面。可能是地址有误，或该内容已经移走。"))
