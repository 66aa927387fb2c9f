"""What a hall or station asks for and the county decides: other windows, other lanes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.audit.rules import change_words
from core.proposals.rules import Asked, ProposalKind, proposal_kind
from halls import proposing
from halls.queries import Kept
from halls.windows import queries, rules, story
from halls.windows.changes import windowed
from halls.windows.forms import Read, document, read_document


def _apply(actor: Actor, asked: Asked, seen: int | None) -> None:
    wanted = read_document(asked.payload["windows"])
    proposing.do(actor, asked, seen, windowed(wanted, proposing.day(asked)))


def _lines(asked: Asked) -> Sequence[str]:
    held = document(queries.held(proposing.site_of(asked)))
    wanted = asked.payload["windows"]
    told = {f"window:{number}": (held.get(number), one) for number, one in wanted.items()}
    if not wanted:
        told = {"recorded": (None, rules.WINDOWS)}
    return [*change_words(story.WINDOWS_SET.code, told), *proposing.day_lines(asked)]


WINDOWS: Final = proposal_kind(
    ProposalKind(
        "site.windows",
        _l("变更窗口"),
        Permission.PROPOSALS_DECIDE,
        _apply,
        _lines,
        proposing.version,
    )
)


def ask(actor: Actor, kept: Kept, read: Read) -> None:
    """Let what was read of the form wait for a second person."""
    windows = {
        number: None if opened is None else rules.told(opened)
        for number, opened in read.wanted.items()
    }
    on = None if read.on is None else read.on.isoformat()
    proposing.ask(actor, kept, WINDOWS, {"windows": windows, "on": on}, read.reason)
