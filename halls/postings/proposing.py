"""What a site's manager asks for and the county decides: other people, other duties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.audit.rules import change_words
from core.proposals.rules import Asked, ProposalKind, proposal_kind
from core.staff import queries, rules, story
from core.staff.changes import posted
from core.staff.rules import Duty
from halls import proposing
from halls.postings.forms import Read, document
from halls.queries import Kept


def _apply(actor: Actor, asked: Asked, seen: int | None) -> None:
    wanted = {
        code: [Duty(duty) for duty in duties] for code, duties in asked.payload["members"].items()
    }
    proposing.do(actor, asked, seen, posted(wanted, proposing.day(asked)))


def _lines(asked: Asked) -> Sequence[str]:
    held = document(queries.at_site(proposing.site_of(asked)))
    wanted = asked.payload["members"]
    told = {f"posting:{code}": (held.get(code), duties or None) for code, duties in wanted.items()}
    if not wanted:
        told = {"recorded": (None, rules.POSTINGS)}
    return [*change_words(story.POSTED.code, told), *proposing.day_lines(asked)]


POSTINGS: Final = proposal_kind(
    ProposalKind(
        "site.postings",
        _l("变更派驻人员"),
        Permission.PROPOSALS_DECIDE,
        _apply,
        _lines,
        proposing.version,
    )
)


def ask(actor: Actor, kept: Kept, read: Read) -> None:
    """Let what was read of the form wait for a second person."""
    members = {code: [duty.value for duty in duties] for code, duties in read.wanted.items()}
    on = None if read.on is None else read.on.isoformat()
    proposing.ask(actor, kept, POSTINGS, {"members": members, "on": on}, read.reason)
