"""Asking for a change, and deciding on it: each a proposal of which the first answer counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, require_reach
from core.audit.actions import record
from core.audit.rules import EventType
from core.clock import now
from core.db import db, insert_or
from core.errors import BadInput, Conflict, Forbidden, NotFound
from core.proposals import queries, story
from core.proposals.models import Proposal
from core.proposals.rules import MOST_WORDS, ProposalKind, State, find_kind


def propose(
    actor: Actor,
    kind: ProposalKind,
    subject: tuple[str, str],
    payload: Any,
    *,
    region_id: int | None,
    site_id: int | None = None,
    base_version: int | None = None,
    words: str = "",
) -> Proposal:
    """Ask for a change; whoever calls has made sure that *actor* may. Raises BadInput.

    Who asks for the same again while it waits is given what is there.
    """
    _check_words(words)
    asked = {
        "kind": kind.code,
        "subject_kind": subject[0],
        "subject_code": subject[1],
        "site_id": site_id,
        "payload": json.dumps(payload, ensure_ascii=False, sort_keys=True),
        "base_version": base_version,
        "made_by_id": actor.account_id,
        "words": words,
    }
    digest = None if actor.account_id is None else _digest(asked)
    made: Proposal | None = db.session.scalar(
        insert_or(Proposal)
        .values(
            **asked,
            uuid=str(uuid4()),
            region_id=region_id,
            state=State.WAITING,
            made_by=actor.name,
            made_at=now(),
            decision_words="",
            digest=digest,
        )
        .on_conflict_do_nothing(
            index_elements=["digest"], index_where=sa.text(f"state = '{State.WAITING}'")
        )
        .returning(Proposal)
    )
    if made is not None:
        _record(actor, story.PROPOSED, made, words)
        return made
    return _waiting(digest)


def _digest(asked: Mapping[str, object]) -> str:
    """Of all that is asked for and by whom; a shell has none, for it sends nothing twice."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _waiting(digest: str | None) -> Proposal:
    """What waits already. Raises Conflict where it has been answered since."""
    same = Proposal.digest == digest, Proposal.state == State.WAITING
    found = db.session.scalars(sa.select(Proposal).where(*same)).one_or_none()
    if found is None:
        raise Conflict(_l("这项申请已经有人处理了。"))
    return found


def approve(actor: Actor, made: Proposal, seen: int | None, words: str = "") -> None:
    """Say yes, and make the change at once; *seen* is the version of the subject that was shown.

    Raises Forbidden for one's own, NotFound out of reach, Conflict where it is decided already or
    the subject has moved on.
    """
    _decide(actor, made, State.APPROVED, words)
    try:
        find_kind(made.kind).apply(actor, queries.asked(made), seen)
    except NotFound as fault:  # what it is about is gone: the proposal is still there to refuse
        raise Conflict(fault.message) from None
    _record(actor, story.APPROVED, made, words)


def refuse(actor: Actor, made: Proposal, words: str) -> None:
    """Say no, and why. Raises as :func:`approve`, BadInput without a reason."""
    if not words.strip():
        raise BadInput(_l("请写明退回的原因。"), field="words")
    _decide(actor, made, State.REFUSED, words)
    _record(actor, story.REFUSED, made, words)


def withdraw(actor: Actor, made: Proposal) -> None:
    """Take back what one asked for oneself. Raises NotFound, Conflict."""
    require_reach(actor.account_id is not None and actor.account_id == made.made_by_id)
    _close(actor, made, State.WITHDRAWN, None, "")
    _record(actor, story.WITHDRAWN, made, "")


def _decide(actor: Actor, made: Proposal, state: State, words: str) -> None:
    require_reach(queries.within(actor, made))
    if not queries.may_decide(actor, made):
        raise Forbidden(_l("自己提出的申请要由另一个人审批。"))
    _check_words(words)
    _close(actor, made, state, actor.account_id, words)


def _close(
    actor: Actor, made: Proposal, state: State, decided_by_id: int | None, words: str
) -> None:
    closed = db.session.scalar(
        sa.update(Proposal)
        .where(Proposal.id == made.id, Proposal.state == State.WAITING)
        .values(
            state=state,
            decided_by=actor.name,
            decided_by_id=decided_by_id,
            decided_at=now(),
            decision_words=words,
        )
        .returning(Proposal.id)
    )
    if closed is None:
        raise Conflict(_l("这项申请已经有人处理了。"))


def _check_words(words: str) -> None:
    if len(words) > MOST_WORDS:
        raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=MOST_WORDS), field="words")


def _record(actor: Actor, event: EventType, made: Proposal, words: str) -> None:
    changes = {
        "kind": (None, made.kind),
        "proposal": (None, made.uuid),
        "made_by": (None, made.made_by),
        "words": (None, words or None),
    }
    kept = {name: pair for name, pair in changes.items() if pair[1] is not None}
    subject = (made.subject_kind, made.subject_code)
    record(actor, event, subject, kept, region_id=made.region_id)
