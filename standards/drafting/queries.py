"""Reading drafts: what stands in them, what is wrong with them, whether they wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.db import db
from core.errors import NotFound
from core.proposals.models import Proposal
from core.proposals.rules import State
from core.tomlfile import Problem
from standards import format, queries
from standards.models import StandardDraft
from standards.queries import Published
from standards.rules import Version


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with its proposal. ``version`` is None as long as it has not the shape of one."""

    row: StandardDraft
    proposal: Proposal | None
    version: Version | None
    problems: tuple[Problem, ...]

    @property
    def state(self) -> State | None:
        return None if self.proposal is None else State(self.proposal.state)

    @property
    def frozen(self) -> bool:
        """Whether it waits, or is published: it does not change then."""
        return self.state in (State.WAITING, State.APPROVED)

    @property
    def digest(self) -> str:
        return format.digest(self.row.document)

    @property
    def name(self) -> tuple[str, str]:
        """What it is called, as far as it says."""
        if self.version is None:
            return str(_l("还没有成形的草稿")), ""
        return self.version.name, self.version.name_en


def find(uuid: str) -> Draft:
    """The draft, for whoever may publish. Raises NotFound."""
    found = db.session.execute(_drafts().where(StandardDraft.uuid == uuid)).first()
    if found is None:
        raise NotFound(_l("没有这份草稿。"))
    return _draft(found[0], found[1])


def drafts() -> list[Draft]:
    """What is being written, or waits; the newest change first."""
    rows = db.session.execute(
        _drafts()
        .where(sa.or_(Proposal.id.is_(None), Proposal.state != State.APPROVED))
        .order_by(StandardDraft.changed_at.desc(), StandardDraft.id.desc())
        .limit(200)
    )
    return [_draft(row, proposal) for row, proposal in rows]


def _drafts() -> sa.Select[StandardDraft, Proposal]:
    return sa.select(StandardDraft, Proposal).join(
        Proposal, Proposal.id == StandardDraft.proposal_id, isouter=True
    )


def _draft(row: StandardDraft, proposal: Proposal | None) -> Draft:
    version, problems = read(row.document)
    return Draft(row, proposal, version, problems)


def read(document: str) -> tuple[Version | None, tuple[Problem, ...]]:
    """A document as far as it goes, with all that is wrong with it."""
    return format.draft(document)


def base(draft: Draft) -> Published | None:
    """What the draft is compared with: the last version of its standard; None for a new one."""
    if draft.version is None:
        return None
    known: Sequence[Published] = [
        one for one in queries.published() if one.code == draft.version.code
    ]
    return known[-1] if known else None
