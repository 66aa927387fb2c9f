"""What a station asks for and the county decides: other hours, other services."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.audit.rules import change_words
from core.catalogue.queries import Catalogue, catalogue
from core.clock import today
from core.errors import Conflict
from core.proposals import actions
from core.proposals import queries as proposals
from core.proposals.models import Proposal
from core.proposals.rules import Asked, ProposalKind, State, find_kind, proposal_kind
from core.sites import actions as sites
from core.sites import changes, story
from core.sites.changes import Change
from core.sites.queries import version_of
from core.sites.rules import Mode
from network.editing import queries
from network.editing.queries import Kept


def _day(asked: Asked) -> date | None:
    on = asked.payload["on"]
    return None if on is None else date.fromisoformat(on)


def _site(asked: Asked) -> int:
    if asked.site_id is None:
        raise Conflict(_l("这个网点已经不在登记中。"))
    return asked.site_id


def _version(asked: Asked) -> int | None:
    return version_of(_site(asked))


def _do(actor: Actor, asked: Asked, seen: int | None, change: Change) -> None:
    sites.do(actor, _site(asked), seen, change, why=asked.words)


# -- Hours --------------------------------------------------------------------------------------


def _set_hours(actor: Actor, asked: Asked, seen: int | None) -> None:
    _do(actor, asked, seen, changes.hours(asked.payload["document"], _day(asked)))


def _hours_lines(asked: Asked) -> Sequence[str]:
    held = queries.hours_of(_site(asked))
    pair = {"hours": (held, asked.payload["document"])}
    return [*change_words(story.HOURS_SET.code, pair), *_since(asked)]


def _since(asked: Asked) -> list[str]:
    on = _day(asked)
    if on is None:
        return [str(_("更正：原来登记有误，从头就应如此。"))]
    return [str(_("从 %(day)s 起。", day=on.isoformat()))]


HOURS: Final = proposal_kind(
    ProposalKind(
        "site.hours",
        _l("变更服务时间"),
        Permission.PROPOSALS_DECIDE,
        _set_hours,
        _hours_lines,
        _version,
    )
)


# -- Services -----------------------------------------------------------------------------------


def _modes(asked: Asked, known: Catalogue) -> dict[int, Mode | None]:
    """The services by id; one that the catalogue has lost cannot be offered. Raises Conflict."""
    wanted: Mapping[str, str] = asked.payload["modes"]
    if not wanted.keys() <= known.by_code.keys():
        raise Conflict(_l("申请中的事项已经不在目录中。"))
    return {known.by_code[code].id: Mode(mode) if mode else None for code, mode in wanted.items()}


def _offer(actor: Actor, asked: Asked, seen: int | None) -> None:
    modes = _modes(asked, catalogue(today()))
    _do(actor, asked, seen, changes.offering(modes, _day(asked)))


def _offering_lines(asked: Asked) -> Sequence[str]:
    held = queries.modes_of(_site(asked))
    known = catalogue(today())
    found = []
    for code, mode in asked.payload["modes"].items():
        service = known.by_code.get(code)
        before = None if service is None else held.get(service.id)
        pair = {f"offering:{code}": (before, mode or None)}
        found += list(change_words(story.OFFERED.code, pair))
    return [*found, *_since(asked)]


OFFERINGS: Final = proposal_kind(
    ProposalKind(
        "site.offerings",
        _l("变更开办事项"),
        Permission.PROPOSALS_DECIDE,
        _offer,
        _offering_lines,
        _version,
    )
)


# -- Asking -------------------------------------------------------------------------------------


def ask(
    actor: Actor,
    kept: Kept,
    keys: Iterable[str],
    mine: Mapping[str, str],
    days: Mapping[str, date | None],
    words: str,
) -> list[Proposal]:
    """Ask for what *mine* says otherwise of hours and services; it takes the place of what the same
    person asked for before of the same site and kind."""
    wanted = list(keys)
    payloads: dict[str, dict[str, Any]] = {}
    if "hours" in wanted:
        document = json.loads(mine["hours"]) if mine["hours"] else None
        payloads[HOURS.code] = {"document": document, "on": _text(days.get("hours"))}
    modes = {
        key.partition(":")[2]: mine[key] or None for key in wanted if key.startswith("offering:")
    }
    if modes:
        payloads[OFFERINGS.code] = {"modes": modes, "on": _text(days.get("offerings"))}
    made = [
        actions.propose(
            actor,
            find_kind(code),
            (story.SITE, kept.code),
            payload,
            region_id=kept.region_id,
            site_id=kept.id,
            base_version=kept.version,
            words=words,
        )
        for code, payload in payloads.items()
    ]
    _replace(actor, kept.code, made)
    return made


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _replace(actor: Actor, code: str, made: Collection[Proposal]) -> None:
    """Withdraw what she asked for before; the very same that waited already is among *made*."""
    kinds, stays = {one.kind for one in made}, {one.id for one in made}
    for earlier in queries.waiting([code]):
        own = earlier.made_by_id == actor.account_id and earlier.kind in kinds
        if own and earlier.id not in stays:
            actions.withdraw(actor, earlier)


# -- Telling ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A proposal as a site's keeper sees it; ``own``: she asked for it and may take it back."""

    uuid: str
    code: str
    label: str
    state: State
    made_by: str
    words: str
    lines: Sequence[str]
    decided_by: str
    answer: str
    own: bool


def told(actor: Actor, rows: Iterable[Proposal]) -> list[Told]:
    """The proposals about hours and services among *rows*."""
    kinds = {HOURS.code: HOURS, OFFERINGS.code: OFFERINGS}
    return [_told(actor, row, kinds[row.kind]) for row in rows if row.kind in kinds]


def _told(actor: Actor, row: Proposal, kind: ProposalKind) -> Told:
    own = actor.account_id is not None and actor.account_id == row.made_by_id
    return Told(
        uuid=row.uuid,
        code=row.subject_code,
        label=str(kind.label),
        state=State(row.state),
        made_by=row.made_by,
        words=row.words,
        lines=list(kind.lines(proposals.asked(row))) if row.state == State.WAITING else (),
        decided_by=row.decided_by or "",
        answer=row.decision_words,
        own=own,
    )
