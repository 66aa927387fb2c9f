"""Asking for the end of a standard, and ending it; from the day on no site is judged by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.clock import today
from core.errors import BadInput
from core.proposals import actions as proposals
from core.proposals.models import Proposal
from core.proposals.rules import Asked, ProposalKind, proposal_kind
from standards import actions, queries, story, verdicts
from standards.drafting.actions import city_of
from standards.drafting.rules import AHEAD_DAYS
from standards.words import standing


def ask(actor: Actor, code: str, until: date, words: str) -> Proposal:
    """Ask a second person to end a standard. Raises NotFound, BadInput."""
    if not words.strip():
        raise BadInput(_l("请写明为什么终止。"), field="words")
    if until > today() + timedelta(AHEAD_DAYS):
        raise BadInput(_l("日期太远，最多两年以后。"), field="until")
    actions.check_end(code, until)
    return proposals.propose(
        actor,
        KIND,
        (story.STANDARD, code),
        {"until": until.isoformat()},
        region_id=city_of(actor),
        base_version=_changes(code),
        words=words.strip(),
    )


def _changes(code: str) -> int:
    """Grows with whatever is decided of the standard."""
    known = queries.versions(code)
    return len(known) + sum(one.ended is not None for one in known)


def _until(asked: Asked) -> date:
    return date.fromisoformat(asked.payload["until"])


def _apply(actor: Actor, asked: Asked, _seen: int | None) -> None:
    actions.end(actor, asked.subject[1], _until(asked), region_id=asked.region_id)


def _lines(asked: Asked) -> Sequence[str]:
    """What would be ended, from when on, and how the sites stand that are judged by it today."""
    shown = queries.shown(asked.subject[1])
    told = [str(_("《%(name)s》自 %(day)s 起终止", name=shown.version.name, day=_until(asked)))]
    found = verdicts.verdicts().of(asked.subject[1])
    if found is not None:
        told.append(standing(found[1]))
    return told


KIND = proposal_kind(
    ProposalKind(
        "standard.end",
        _l("终止标准"),
        Permission.STANDARDS_PUBLISH,
        _apply,
        _lines,
        lambda asked: _changes(asked.subject[1]),
        grave=True,
        page=lambda asked: url_for("standards.versions", code=asked.subject[1]),
    )
)
