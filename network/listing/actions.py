"""Every write about lists: the filters that people keep for themselves."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.accounts.models import Account
from core.audit.actions import record
from core.audit.rules import compared
from core.clock import now
from core.db import db
from core.errors import BadInput, Forbidden
from network.listing import story
from network.listing.models import SavedFilter
from network.listing.rules import MOST_KEPT, MOST_NAME


def save_filter(actor: Actor, name: str, query: str) -> SavedFilter:
    """Keep a list under a name of one's own; one of that name gives way. Raises BadInput."""
    if actor.account_id is None:
        raise Forbidden(_l("您没有此项权限。"))
    called = name.strip()
    if not 1 <= len(called) <= MOST_NAME or not called.isprintable():
        raise BadInput(_l("请填写名称，最多 %(most)s 个字。", most=MOST_NAME), field="name")
    # Who sends it twice at once takes turns with herself.
    whose = sa.select(Account.id).where(Account.id == actor.account_id).with_for_update()
    db.session.execute(whose)
    own = SavedFilter.account_id == actor.account_id
    kept = db.session.scalar(sa.select(SavedFilter).where(own, SavedFilter.name == called))
    before = None if kept is None else kept.query
    if kept is None:
        number = db.session.scalar(sa.select(sa.func.count(SavedFilter.id)).where(own)) or 0
        if number >= MOST_KEPT:
            message = _l("最多保存 %(most)s 个筛选，请先删除不用的。", most=MOST_KEPT)
            raise BadInput(message, field="name")
        kept = SavedFilter(uuid=str(uuid4()), account_id=actor.account_id, name=called)
        db.session.add(kept)
    kept.query, kept.saved_at = query, now()
    db.session.flush()
    changes = compared({"query": before}, {"name": called, "query": query})
    record(actor, story.SAVED, (story.FILTER, kept.uuid), changes)
    return kept


def drop_filter(actor: Actor, kept: SavedFilter) -> None:
    """Keep a filter no longer."""
    changes = compared({"name": kept.name, "query": kept.query}, {})
    record(actor, story.DROPPED, (story.FILTER, kept.uuid), changes)
    db.session.delete(kept)
    db.session.flush()
