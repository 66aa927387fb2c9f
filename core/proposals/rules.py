"""What may wait for a second person, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.labels import Labelled


class State(Labelled):
    WAITING = "waiting", _l("待审批")
    APPROVED = "approved", _l("已同意")
    REFUSED = "refused", _l("已退回")
    WITHDRAWN = "withdrawn", _l("已撤回")


MOST_WORDS: Final = 300


class Show(Labelled):
    """Which proposals a list holds."""

    TO_DECIDE = "to_decide", _l("待我审批")
    MINE = "mine", _l("我提出的")
    DECIDED = "decided", _l("已处理")


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal as its kind sees it: ``payload`` is a document of the kind's own.

    ``base_version`` is the version of the subject that whoever proposed it had seen.
    """

    uuid: str
    kind: str
    subject: tuple[str, str]
    region_id: int | None
    site_id: int | None
    payload: Any
    base_version: int | None
    words: str
    made_by: str
    made_by_id: int | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ProposalKind:
    """A kind of change that waits.

    ``decides`` is the permission to say yes or no, where the proposal lies within its reach.
    ``apply`` makes the change for whoever approves, who has seen the subject at the version
    ``seen``; it raises Conflict, BadInput or NotFound where it can no longer be made.
    ``lines`` tells the change in words, against what holds now.
    """

    code: str
    label: LazyString
    decides: Permission
    apply: Callable[[Actor, Asked, int | None], None]
    lines: Callable[[Asked], Sequence[str]]
    #: The version of the subject as it is now; None where it has none.
    version: Callable[[Asked], int | None] = lambda _asked: None
    #: So grave that whoever asks or decides shows once more who she is.
    grave: bool = False
    #: The address of a page that shows the whole change, where it is too much for a list of lines.
    page: Callable[[Asked], str | None] = lambda _asked: None


_kinds: dict[str, ProposalKind] = {}


def proposal_kind(kind: ProposalKind) -> ProposalKind:
    """Declare a kind, once; its code is kept for ever."""
    if kind.code in _kinds:
        raise ValueError(f"{kind.code} is declared already")
    _kinds[kind.code] = kind
    return kind


def find_kind(code: str) -> ProposalKind:
    """The kind of a code. Raises KeyError where the room that declared it is gone."""
    return _kinds[code]


def kinds() -> list[ProposalKind]:
    return [_kinds[code] for code in sorted(_kinds)]
