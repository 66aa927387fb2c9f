"""Who asks, and what they may do.

A view says :func:`public` or :func:`requires`; one that says neither is refused to everybody
(core/web.py), and a test walks the URL map so that none is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import g
from flask_babel import lazy_gettext as _l

from core.errors import Forbidden

V = TypeVar("V", bound=Callable[..., Any])


class Permission(StrEnum):
    """What a role may be granted."""

    REGISTER_READ = "register.read"
    REGISTER_WRITE = "register.write"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a person, or a command on the server. ``name`` is what the story will say."""

    name: str
    permissions: frozenset[Permission] = frozenset()

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


ANONYMOUS = Actor("anonymous")


def command(name: str) -> Actor:
    """The actor of a command given on the server's own shell, which may do everything."""
    return Actor(name, frozenset(Permission))


def current_actor() -> Actor:
    """The actor of this request."""
    actor: Actor = g.get("actor", ANONYMOUS)
    return actor


def public(view: V) -> V:
    """Mark *view* as open to everybody."""
    return _guarded(view, None)


def requires(permission: Permission) -> Callable[[V], V]:
    """Mark a view as open to those who hold *permission*."""

    def mark(view: V) -> V:
        return _guarded(view, permission)

    return mark


def _guarded(view: V, permission: Permission | None) -> V:
    view.guard = permission  # type: ignore[attr-defined]
    return view


def check(view: Callable[..., Any]) -> None:
    """Raise Forbidden unless the current actor may call *view*."""
    if not hasattr(view, "guard"):
        raise Forbidden(_l("此页面未开放。"))
    permission: Permission | None = view.guard
    if permission is not None and not current_actor().may(permission):
        raise Forbidden(_l("您没有此项权限。"))
