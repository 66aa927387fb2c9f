"""What a station asks for and the county decides: other things on record of the site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.audit.rules import change_words
from core.facilities import queries, story
from core.facilities.changes import fitted
from core.facilities.rules import Group
from core.proposals.rules import Asked, ProposalKind, proposal_kind
from halls import proposing
from halls.fittings.forms import Read, document, read_document
from halls.queries import Kept


def _apply(actor: Actor, asked: Asked, seen: int | None) -> None:
    wanted = read_document(asked.payload["items"])
    groups = [Group(group) for group in asked.payload["groups"]]
    proposing.do(actor, asked, seen, fitted(wanted, proposing.day(asked), groups))


def _lines(asked: Asked) -> Sequence[str]:
    held = document(queries.held(proposing.site_of(asked)).fits)
    told = {
        f"fitting:{code}": (held.get(code), one) for code, one in asked.payload["items"].items()
    }
    told |= {f"recorded:{group}": (None, group) for group in asked.payload["groups"]}
    return [*change_words(story.FITTED.code, told), *proposing.day_lines(asked)]


FITTINGS: Final = proposal_kind(
    ProposalKind(
        "site.facilities",
        _l("变更设施和制度"),
        Permission.PROPOSALS_DECIDE,
        _apply,
        _lines,
        proposing.version,
    )
)


def ask(actor: Actor, kept: Kept, read: Read) -> None:
    """Let what was read of the form wait for a second person."""
    items = {
        code: None if fit is None else {"count": fit.count, "note": fit.note}
        for code, fit in read.wanted.items()
    }
    on = None if read.on is None else read.on.isoformat()
    payload = {"items": items, "groups": list(read.groups), "on": on}
    proposing.ask(actor, kept, FITTINGS, payload, read.reason)
