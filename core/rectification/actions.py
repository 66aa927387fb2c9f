"""Every write to findings. Each move is one conditional statement: whoever is first counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, require_reach
from core.audit.actions import record
from core.audit.rules import Changes, EventType
from core.calendar.queries import calendar
from core.clock import civil, now, today
from core.db import db, insert_or
from core.errors import BadInput, Conflict, Forbidden
from core.files.actions import keep_again
from core.rectification import access, queries, rules, story
from core.rectification.importer import periods
from core.rectification.models import Finding, FindingAnswer, FindingDeadline, FindingPhoto
from core.rectification.queries import Standing
from core.rectification.rules import (
    MOST_BASIS,
    MOST_NOTE,
    MOST_TITLE,
    TO_DO,
    UNFINISHED,
    Deadline,
    Opened,
    Severity,
    State,
    Verdict,
    find_source,
)
from core.search import folded, index_text
from core.sites.actions import require_site
from core.sites.models import Site

# -- Found --------------------------------------------------------------------------------------


def open_finding(actor: Actor, opened: Opened, *, made: bool = False) -> str:
    """Open a finding; gives its UUID.

    The same of the same source again gives the UUID that is there, and changes nothing.  Raises
    LookupError for a source nobody declared, NotFound out of reach, BadInput, and NotFound where a
    photo is no file.
    """
    source = find_source(opened.source)
    if source is None:
        raise LookupError(opened.source)
    region_id = require_site(actor, opened.site_id, *access.rechecking(source))
    site = db.session.execute(
        sa.select(Site.id, Site.code).where(Site.id == opened.site_id).with_for_update()
    ).one()
    values = _values(actor, opened, region_id) | {"made": made}
    finding_id = db.session.scalar(
        insert_or(Finding)
        .values(values)
        .on_conflict_do_nothing(index_elements=["source", "reference", "criterion"])
        .returning(Finding.id)
    )
    if finding_id is None:
        return _known(opened)
    set_deadline(actor, finding_id, values["due"], Deadline.FOUND, opened.found_on)
    for file_id in opened.photos:
        add_photo(actor, finding_id, keep_again(actor, file_id).id, None)
    _tell_opened(actor, values, site.code, region_id)
    return str(values["uuid"])


def _known(opened: Opened) -> str:
    return db.session.scalars(
        sa.select(Finding.uuid).where(
            Finding.source == opened.source,
            Finding.reference == opened.reference,
            Finding.criterion == opened.criterion,
        )
    ).one()


def _values(actor: Actor, opened: Opened, region_id: int) -> dict[str, Any]:
    due = opened.due or periods().due(calendar(), opened.severity, opened.found_on)
    rules.check_due(due, opened.found_on)
    owner = queries.owner(opened.site_id, region_id, opened.owner_id)
    return {
        "uuid": str(uuid4()),
        "source": opened.source,
        "reference": opened.reference,
        "site_id": opened.site_id,
        "standard": opened.standard[:MOST_TITLE],
        "criterion": opened.criterion,
        "words": opened.words,
        "basis": opened.basis[:MOST_BASIS],
        "note": opened.note[:MOST_NOTE],
        "severity": Severity(opened.severity),
        "times": queries.times(opened.site_id, opened.criterion, opened.found_on),
        "found_on": opened.found_on,
        "found_by": opened.found_by or actor.name,
        "found_by_id": opened.found_by_id if opened.found_by else actor.account_id,
        "opened_at": now(),
        "owner": "" if owner is None else owner.name,
        "owner_id": None if owner is None else owner.account_id,
        "due": due,
        "state": State.OPEN,
        "round": 0,
        "version": 1,
        "closed_words": "",
        "search": index_text(opened.words) + folded(f"{opened.criterion} {opened.note}"),
    }


def _tell_opened(actor: Actor, values: Mapping[str, Any], site: str, region_id: int) -> None:
    told = {name: (None, values[name]) for name in ("source", "reference", "severity", "due")}
    changes: Changes = {
        **told,
        "site": (None, site),
        "criterion": (None, values["words"]),
        "owner": (None, values["owner"] or None),
        "times": (None, values["times"]),
    }
    kept = {name: pair for name, pair in changes.items() if pair != (None, None)}
    record(actor, story.OPENED, (story.FINDING, values["uuid"]), kept, region_id=region_id)


def set_deadline(actor: Actor, finding_id: int, due: date, why: Deadline, on: date) -> None:
    """Remember a deadline; the finding has it already."""
    db.session.add(
        FindingDeadline(finding_id=finding_id, due=due, why=why, set_on=on, set_by=actor.name)
    )
    db.session.flush()


def add_photo(actor: Actor, finding_id: int, file_id: int, number: int | None) -> str:
    """Let a file be a photo of a finding, of the answer of a round if it has one."""
    photo = FindingPhoto(
        uuid=str(uuid4()),
        finding_id=finding_id,
        round=number,
        file_id=file_id,
        added_by=actor.name,
        added_at=now(),
    )
    db.session.add(photo)
    db.session.flush()
    return photo.uuid


# -- Moved --------------------------------------------------------------------------------------


def move(found: Standing, seen: int, states: Iterable[State], values: Mapping[str, Any]) -> Finding:
    """Change a finding that was seen at a version, if it is still so and in one of the states.

    Raises Conflict, which says what it is now.
    """
    moved = db.session.scalar(
        sa.update(Finding)
        .where(
            Finding.id == found.finding.id,
            Finding.version == seen,
            Finding.state.in_(list(states)),
        )
        .values(version=Finding.version + 1, **values)
        .returning(Finding)
        .execution_options(populate_existing=True)
    )
    if moved is None:
        raise Conflict(_moved_on(found.finding.id))
    return moved


def _moved_on(finding_id: int) -> str:
    state = db.session.scalars(sa.select(Finding.state).where(Finding.id == finding_id)).one()
    told: str = _l(
        "这个问题刚刚被别人处理过，现在是“%(state)s”。请看过最新情况再提交。",
        state=State(state).label,
    )
    return told


def answer(actor: Actor, uuid: str, seen: int, words: str, *, at: datetime | None = None) -> None:
    """Say what was done; the photos that wait go with it. *at*: when, if not now.

    Raises NotFound out of reach, BadInput without words, Conflict where somebody was first.
    """
    found = queries.find(actor, uuid)
    require_reach(access.may_answer(actor, found.site_id, found.region_id))
    told = rules.said(words, "words")
    moment = at or now()
    on = civil(moment).date()
    values = {
        "state": State.ANSWERED,
        "round": Finding.round + 1,
        "answered_on": on,
        "answered_by_id": actor.account_id,
    }
    moved = move(found, seen, TO_DO, values)
    db.session.add(
        FindingAnswer(
            finding_id=moved.id,
            round=moved.round,
            words=told,
            due=moved.due,
            answered_on=on,
            answered_at=moment,
            answered_by=actor.name,
            answered_by_id=actor.account_id,
        )
    )
    db.session.flush()
    photos = queries.number_of_photos(moved.id, moved.round)
    tell(actor, story.ANSWERED, found, {"round": (None, moved.round), "photos": (None, photos)})


def close(actor: Actor, uuid: str, seen: int, words: str, *, at: datetime | None = None) -> None:
    """Accept the answer: it is put right (销号). Raises as :func:`answer`, Forbidden."""
    found = _rechecked(actor, uuid)
    told = rules.said(words, "verdict")
    moment = at or now()
    on = civil(moment).date()
    values = {
        "state": State.CLOSED,
        "closed_on": on,
        "closed_by": actor.name,
        "closed_words": told,
    }
    moved = move(found, seen, (State.ANSWERED,), values)
    _check(actor, moved, Verdict.ACCEPTED, told, moment)
    tell(actor, story.CLOSED, found, {"closed_on": (None, on), "round": (None, moved.round)})


def send_back(
    actor: Actor,
    uuid: str,
    seen: int,
    words: str,
    due: date | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """Refuse the answer, say why, and give it another deadline; the table's if none is said.

    Raises as :func:`close`, BadInput for a deadline that has passed.
    """
    found = _rechecked(actor, uuid)
    told = rules.said(words, "reason")
    moment = at or now()
    on = civil(moment).date()
    severity = Severity(found.finding.severity)
    again = due or periods().due_again(calendar(), severity, on)
    rules.check_due(again, on)
    before = found.finding.due
    moved = move(found, seen, (State.ANSWERED,), {"state": State.RETURNED, "due": again})
    _check(actor, moved, Verdict.RETURNED, told, moment)
    set_deadline(actor, moved.id, again, Deadline.RETURNED, on)
    tell(actor, story.RETURNED, found, {"due": (before, again), "round": (None, moved.round)})


def _rechecked(actor: Actor, uuid: str) -> Standing:
    """A finding that the actor may re-check. Raises NotFound, Forbidden."""
    found = queries.find(actor, uuid)
    source, place = found.finding.source, (found.site_id, found.region_id)
    require_reach(access.rechecks(actor, source, *place))
    if access.at_home(actor, *place):
        raise Forbidden(_l("自己所在网点的整改要由别人复查。"))
    if actor.account_id is not None and actor.account_id == found.finding.answered_by_id:
        raise Forbidden(_l("自己反馈的整改要由别人复查。"))
    return found


def _check(actor: Actor, moved: Finding, verdict: Verdict, words: str, moment: datetime) -> None:
    db.session.execute(
        sa.update(FindingAnswer)
        .where(FindingAnswer.finding_id == moved.id, FindingAnswer.round == moved.round)
        .values(
            verdict=verdict,
            checked_on=civil(moment).date(),
            checked_at=moment,
            checked_by=actor.name,
            checked_by_id=actor.account_id,
            checked_words=words,
        )
    )


def lapse(actor: Actor, uuid: str, seen: int, words: str) -> None:
    """Give a finding up without its being put right, as when the site is closed; say why.

    Raises NotFound out of reach, Forbidden at one's own station, BadInput without a reason,
    Conflict.
    """
    found = queries.find(actor, uuid)
    require_reach(access.may_lead(actor, found.site_id, found.region_id))
    if access.at_home(actor, found.site_id, found.region_id):
        raise Forbidden(_l("自己所在网点的整改要由别人复查。"))
    told = rules.said(words, "reason")
    on = today()
    values = {
        "state": State.LAPSED,
        "closed_on": on,
        "closed_by": actor.name,
        "closed_words": told,
    }
    move(found, seen, UNFINISHED, values)
    tell(actor, story.LAPSED, found, {"closed_on": (None, on)})


def assign(actor: Actor, uuid: str, seen: int, username: str) -> None:
    """Say who is to answer. Raises NotFound out of reach, BadInput for a stranger, Conflict."""
    found = queries.find(actor, uuid)
    require_reach(access.may_lead(actor, found.site_id, found.region_id))
    chosen = {one.username: one for one in queries.owners(found.site_id, found.region_id)}
    owner = chosen.get(username)
    if owner is None:
        raise BadInput(_l("请从名单里选一位责任人。"), field="owner")
    before = found.finding.owner
    move(found, seen, UNFINISHED, {"owner": owner.name, "owner_id": owner.account_id})
    tell(actor, story.ASSIGNED, found, {"owner": (before or None, owner.name)})


def tell(actor: Actor, event: EventType, found: Standing, changes: Changes) -> None:
    """Record that something happened to a finding."""
    subject = (story.FINDING, found.finding.uuid)
    record(actor, event, subject, changes, region_id=found.region_id)
