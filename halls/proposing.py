"""Asking for a change of what a site has: it takes the place of what the same person asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.errors import Conflict
from core.proposals import actions
from core.proposals.rules import Asked, ProposalKind
from core.sites import actions as sites
from core.sites import story
from core.sites.changes import Change
from core.sites.queries import version_of
from halls import queries
from halls.queries import Kept


def ask(actor: Actor, kept: Kept, kind: ProposalKind, payload: Any, words: str) -> None:
    """Let it wait for a second person. Raises BadInput."""
    made = actions.propose(
        *(actor, kind, (story.SITE, kept.code), payload),
        region_id=kept.region_id,
        site_id=kept.id,
        base_version=kept.version,
        words=words,
    )
    for earlier in queries.waiting(kept.code, kind.code):
        if earlier.made_by_id == actor.account_id and earlier.id != made.id:
            actions.withdraw(actor, earlier)


def site_of(asked: Asked) -> int:
    """The site's id. Raises Conflict where it is no more."""
    if asked.site_id is None:
        raise Conflict(_l("这个网点已经不在登记中。"))
    return asked.site_id


def version(asked: Asked) -> int | None:
    return version_of(site_of(asked))


def do(actor: Actor, asked: Asked, seen: int | None, change: Change) -> None:
    sites.do(actor, site_of(asked), seen, change, why=asked.words)


def day(asked: Asked) -> date | None:
    """From when it is asked for; None for a correction."""
    on = asked.payload["on"]
    return None if on is None else date.fromisoformat(on)


def day_lines(asked: Asked) -> Sequence[str]:
    """The same in words."""
    on = day(asked)
    if on is None:
        return [str(_("更正：原来登记有误，从头就应如此。"))]
    return [str(_("从 %(day)s 起。", day=on.isoformat()))]
