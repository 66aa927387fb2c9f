"""Judging pairs: two places, one place, or not sure after all."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from core.access import Actor
from core.audit.actions import record
from core.audit.rules import EventType
from core.clock import now
from core.db import db, insert_or
from core.errors import BadInput, NotFound
from core.proposals import actions as proposals
from core.sites import merging
from core.sites.actions import shared_region
from core.sites.story import SITE
from network.duplicates import story
from network.duplicates.choosing import MOST_WORDS, Asked, Held
from network.duplicates.models import PairVerdict
from network.duplicates.proposals import MERGE, payload


def tell_apart(actor: Actor, a: Held, b: Held, words: str) -> None:
    """Remember that two sites, read in this transaction, are two places. Again is no mistake.

    Raises BadInput.
    """
    if len(words) > MOST_WORDS:
        raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=MOST_WORDS), field="words")
    low, high = sorted((a, b), key=lambda held: held.id)
    kept = db.session.scalar(
        insert_or(PairVerdict)
        .values(
            low_id=low.id,
            high_id=high.id,
            by=actor.name,
            by_id=actor.account_id,
            at=now(),
            words=words,
        )
        .on_conflict_do_nothing()
        .returning(PairVerdict.id)
    )
    if kept is not None:
        _record(actor, story.TOLD_APART, low, high, words)


def take_back(actor: Actor, a: Held, b: Held) -> None:
    """Forget that they are two places. Raises NotFound where nobody said so."""
    low, high = sorted((a, b), key=lambda held: held.id)
    gone = db.session.scalar(
        delete(PairVerdict)
        .where(PairVerdict.low_id == low.id, PairVerdict.high_id == high.id)
        .returning(PairVerdict.id)
    )
    if gone is None:
        raise NotFound(_l("这一对网点没有认定过。"))
    _record(actor, story.UNDECIDED, low, high, "")


def _record(actor: Actor, event: EventType, a: Held, b: Held, words: str) -> None:
    for held, other in ((a, b), (b, a)):
        told: dict[str, tuple[Any, Any]] = {"other": (None, other.code)}
        if words:
            told["words"] = (None, words)
        record(actor, event, (SITE, held.code), told, region_id=held.region_id)


def merge(actor: Actor, survivor: Held, other: Held, asked: Asked, words: str) -> bool:
    """Merge the two at once; across counties ask the city to. Gives whether it was done at once.

    Both were read in this transaction; ``asked.seen`` are the versions that were on the page.
    Raises BadInput.
    """
    if not merging.across_counties(survivor.id, other.id):
        merging.merge(actor, survivor.id, other.id, asked.seen, asked.taken)
        return True
    region_id = shared_region((survivor.region_id, other.region_id))
    if region_id is None:
        raise BadInput(_l("两个网点不在同一个市，不能合并。"))
    proposals.propose(
        actor,
        MERGE,
        (SITE, survivor.code),
        payload(other, asked),
        region_id=region_id,
        base_version=asked.seen[0],
        words=words,
    )
    return False
