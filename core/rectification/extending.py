"""More time: the site asks for it, a second person says yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, require_reach
from core.calendar import working
from core.calendar.queries import calendar
from core.clock import today
from core.db import db
from core.errors import BadInput, Conflict, NotFound
from core.proposals import actions as proposals
from core.proposals.models import Proposal
from core.proposals.queries import waiting_for
from core.proposals.rules import Asked, ProposalKind, proposal_kind
from core.rectification import access, actions, queries, rules, story
from core.rectification.importer import periods
from core.rectification.models import Finding
from core.rectification.rules import TO_DO, Deadline


def _found(asked: Asked) -> Finding:
    found = db.session.scalar(
        sa.select(Finding)
        .where(Finding.uuid == asked.subject[1])
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(_l("没有这个整改问题，或者它不在您的管辖范围内。"))
    return found


def _apply(actor: Actor, asked: Asked, seen: int | None) -> None:
    found = queries.find(actor, asked.subject[1])
    due, before = date.fromisoformat(asked.payload["due"]), found.finding.due
    if seen is None or due <= before or due < today():
        raise Conflict(_l("申请的期限已经不比现在的晚，请退回，由网点重新申请。"))
    moved = actions.move(found, seen, TO_DO, {"due": due})
    actions.set_deadline(actor, moved.id, due, Deadline.EXTENDED, today())
    actions.tell(actor, story.EXTENDED, found, {"due": (before, due)})


def _lines(asked: Asked) -> Sequence[str]:
    due, before = date.fromisoformat(asked.payload["due"]), _found(asked).due
    if due <= before:
        return ()
    told = {"before": before.isoformat(), "after": due.isoformat()}
    days = working.between(calendar(), before, due)
    return [str(_("整改期限：%(before)s → %(after)s（多 %(days)d 个工作日）", days=days, **told))]


EXTENSION: Final = proposal_kind(
    ProposalKind(
        "finding.extension",
        _l("整改延期"),
        Permission.INSPECTIONS_REVIEW,
        _apply,
        _lines,
        version=lambda asked: _found(asked).version,
    )
)


def waiting(uuid: str) -> Proposal | None:
    """The extension that waits for a word, if any."""
    asked = waiting_for((story.FINDING, uuid))
    return next((one for one in asked if one.kind == EXTENSION.code), None)


def ask(actor: Actor, uuid: str, seen: int, due: date, words: str) -> Proposal:
    """Ask for a later deadline and say why.

    Raises NotFound out of reach, BadInput for a day that is not later or is too late, Conflict
    where nothing is to be done, somebody asked already or the finding was changed since.
    """
    found = queries.find(actor, uuid)
    require_reach(access.may_answer(actor, found.site_id, found.region_id))
    why = rules.said(words, "reason", 300)
    held = found.finding
    if held.version != seen or held.state not in TO_DO:
        raise Conflict(_l("这个问题刚刚被别人处理过。请看过最新情况再申请。"))
    if waiting(uuid) is not None:
        raise Conflict(_l("已经有一项延期申请在等审批。"))
    if due <= held.due:
        raise BadInput(_l("新的期限应晚于现在的期限。"), field="due")
    rules.check_due(due, today(), periods().latest_extension(calendar(), held.due, today()))
    return proposals.propose(
        actor,
        EXTENSION,
        (story.FINDING, uuid),
        {"due": due.isoformat()},
        region_id=found.region_id,
        site_id=found.site_id,
        base_version=held.version,
        words=why,
    )
