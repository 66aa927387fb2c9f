"""What is done with a visit before it is made and after it is complete; filing is in filing.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.access import Actor, require_reach
from core.accounts.models import Account, Grant
from core.accounts.queries import holding
from core.accounts.rules import Role
from core.audit.actions import record as tell
from core.audit.rules import EventType
from core.clock import now, today
from core.db import db, insert_or, rows_written
from core.errors import BadInput, Conflict
from core.sites.models import Site
from standards.inspections import access, closing, counting, queries, story
from standards.inspections.closing import Ready
from standards.inspections.models import (
    Inspection,
    InspectionComment,
    InspectionPhoto,
    InspectionSignature,
    RejectedCopy,
)
from standards.inspections.receipts import locked, missing
from standards.inspections.rules import (
    MOST_SIGNER,
    MOST_WORDS,
    WHOLE,
    Flag,
    Origin,
    Side,
    State,
)

# -- Before -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that is to be made. ``companion_id``: who goes along."""

    site_id: int
    day: date
    inspector_id: int
    companion_id: int | None = None
    origin: Origin = Origin.PLAN
    plan_id: int | None = None
    draw_id: int | None = None
    follows_id: int | None = None
    made: bool = False


def plan(actor: Actor, visit: Visit, uuid: str | None = None) -> Inspection:
    """Let somebody be sent to a site. Raises NotFound out of reach, BadInput for whom it may not
    be, Enough for more of one's own accord than anybody makes in a day."""
    allowed = (access.within(actor, one, visit.site_id) for one in (access.REVIEW, access.WRITE))
    require_reach(any(allowed))
    people = _people(visit.site_id, visit.inspector_id, visit.companion_id)
    row = Inspection(
        uuid=uuid or str(uuid4()),
        site_id=visit.site_id,
        state=State.PLANNED,
        origin=visit.origin,
        plan_id=visit.plan_id,
        draw_id=visit.draw_id,
        follows_id=visit.follows_id,
        day=visit.day,
        planned_by=actor.name,
        planned_at=now(),
        inspector_id=visit.inspector_id,
        inspector=people[0],
        companion_id=visit.companion_id,
        companion=people[1],
        made=visit.made,
    )
    db.session.add(row)
    db.session.flush()
    if visit.origin is Origin.OWN:
        counting.count(actor)
    code = db.session.scalars(sa.select(Site.code).where(Site.id == visit.site_id)).one()
    changes = {
        "site": (None, code),
        "day": (None, visit.day),
        "inspector": (None, people[0]),
        "companion": (None, people[1] or None),
    }
    _tell(actor, story.PLANNED, row, changes)
    return row


def _people(site_id: int, inspector_id: int, companion_id: int | None) -> tuple[str, str]:
    """The names of who goes. Raises BadInput for one who may not."""
    ids = [inspector_id] if companion_id is None else [inspector_id, companion_id]
    if len(set(ids)) != len(ids):
        raise BadInput(_l("同行检查员应是另一个人。"), field="companion")
    names = {
        row.id: row.name
        for row in db.session.execute(
            sa.select(Account.id, Account.name).where(
                Account.id.in_(ids), Account.disabled_at.is_(None), _inspects()
            )
        )
    }
    own = access.own_stations(ids)
    for field, account_id in zip(("inspector", "companion"), ids, strict=False):
        if account_id not in names:
            raise BadInput(_l("没有这名检查员，或者账号已停用。"), field=field)
        if site_id in own[account_id]:
            raise BadInput(_l("不能派人检查自己任职的网点。"), field=field)
    return names[inspector_id], names.get(companion_id or 0, "")


def _inspects() -> sa.ColumnElement[bool]:
    """The condition that an account holds the role of an inspector today."""
    held = sa.select(Grant.id).where(
        Grant.account_id == Account.id, Grant.role == Role.INSPECTOR, holding(today())
    )
    return held.exists()


def assign(
    actor: Actor,
    row: Inspection,
    inspector_id: int,
    companion_id: int | None,
    day: date | None = None,
) -> None:
    """Send somebody else, or on another day. Raises NotFound, Conflict once it is filed, BadInput
    for whom it may not be, and for a new day that is over."""
    require_reach(access.within(actor, access.REVIEW, row.site_id))
    on = row.day if day is None else day
    if on != row.day and on < today():
        raise BadInput(_l("检查日期不能早于今天。"), field="day")
    people = _people(row.site_id, inspector_id, companion_id)
    before = row.inspector, row.companion, row.day
    _move(
        row,
        (State.PLANNED,),
        _l("检查记录已经提交，不能再改派。"),
        inspector_id=inspector_id,
        inspector=people[0],
        companion_id=companion_id,
        companion=people[1],
        day=on,
    )
    changes: dict[str, Any] = {
        "inspector": (before[0], people[0]),
        "companion": (before[1] or None, people[1] or None),
    }
    if on != before[2]:
        changes |= {"day": (before[2], on)}
    _tell(actor, story.ASSIGNED, row, changes)


def cancel(actor: Actor, row: Inspection, words: str) -> None:
    """Let it not be made. A record that comes all the same is taken in. Raises NotFound, Conflict,
    BadInput without a reason."""
    own = access.is_sent(actor, row) and row.origin == Origin.OWN
    require_reach(own or access.within(actor, access.REVIEW, row.site_id))
    said = _said(words)
    _move(row, (State.PLANNED,), _l("检查记录已经提交，不能取消。"), state=State.CANCELLED)
    _tell(actor, story.CANCELLED, row, {"words": (None, said)})


def follow_up(actor: Actor, row: Inspection, day: date, inspector_id: int) -> Inspection:
    """Send somebody to see whether what was found has been put right. Raises BadInput, Conflict."""
    require_reach(access.within(actor, access.REVIEW, row.site_id))
    if row.state not in WHOLE:
        raise Conflict(_l("检查完成以后才能安排复查。"))
    if day < today():
        raise BadInput(_l("复查日期不能早于今天。"), field="day")
    visit = Visit(
        row.site_id, day, inspector_id, origin=Origin.FOLLOW_UP, follows_id=row.id, made=row.made
    )
    return plan(actor, visit)


# -- After --------------------------------------------------------------------------------------


def sign(actor: Actor, row: Inspection, side: Side, name: str) -> None:
    """Sign on the page of the result: an inspector for his side, who manages the site for it.

    Raises BadInput, Conflict.
    """
    if side is Side.INSPECTOR:
        require_reach(access.took_part(actor, row))
    else:
        require_reach(access.within(actor, access.COMMENT, row.site_id))
    said = " ".join(name.split())
    if not said or len(said) > MOST_SIGNER or not said.isprintable():
        raise BadInput(_l("请填写姓名，最多 %(most)s 个字。", most=MOST_SIGNER), field="name")
    if row.state not in WHOLE:
        raise Conflict(_l("记录和照片收齐以后才能签名。"))
    signed = db.session.scalar(
        insert_or(InspectionSignature)
        .values(
            inspection_id=row.id,
            side=side,
            name=said,
            at=now(),
            sha256="",
            account_id=actor.account_id,
        )
        .on_conflict_do_nothing(index_elements=["inspection_id", "side"])
        .returning(InspectionSignature.id)
    )
    if signed is None:
        raise Conflict(_l("这一方已经签过名。"))
    _tell(actor, story.SIGNED, row, {"side": (None, side), "name": (None, said)})


def comment(actor: Actor, row: Inspection, words: str) -> None:
    """What the site has to say to it. Raises NotFound, BadInput."""
    require_reach(access.within(actor, access.COMMENT, row.site_id))
    said = _said(words)
    db.session.add(
        InspectionComment(
            inspection_id=row.id, words=said, by=actor.name, by_id=actor.account_id, at=now()
        )
    )
    db.session.flush()
    _tell(actor, story.COMMENTED, row, {"words": (None, said)})


def sign_off(actor: Actor, row: Inspection, words: str) -> None:
    """Say that the visit stands. Raises NotFound, Forbidden for one's own, Conflict.

    Nobody says so of photos that could not be looked at yet.
    """
    if any(shot.is_being_made for shot in queries.photos(row.id)):
        raise Conflict(_l("还有照片正在处理，看过以后再审核。"))
    _review(actor, row, State.SIGNED_OFF, words.strip())
    _tell(actor, story.SIGNED_OFF, row, {"words": (None, words.strip() or None)})


def send_back(actor: Actor, row: Inspection, words: str) -> None:
    """Say that it has to be made again, and why; what was found stays. Raises as sign_off."""
    said = _said(words)
    _review(actor, row, State.RETURNED, said)
    _tell(actor, story.RETURNED, row, {"words": (None, said)})


def _review(actor: Actor, row: Inspection, state: State, words: str) -> None:
    access.require_review(actor, row)
    if len(words) > MOST_WORDS:
        raise _too_long()
    _move(
        row,
        (State.COMPLETE,),
        _l("这次检查已经有人审核过，或者照片还没有收齐。"),
        state=state,
        reviewed_by=actor.name,
        reviewed_by_id=actor.account_id,
        reviewed_at=now(),
        review_words=words,
    )


def give_up_photo(
    actor: Actor, uuid: str, sha256: str, words: str, ready: Ready | None = None
) -> None:
    """Let the visit be complete without a photo that cannot be had any more, and say why.

    Raises NotFound, Forbidden for one's own visit, Conflict where it is here after all.
    """
    row = locked(uuid)
    access.require_review(actor, row)
    said = _said(words)
    given_up = rows_written(
        sa.update(InspectionPhoto)
        .where(
            InspectionPhoto.inspection_id == row.id,
            InspectionPhoto.sha256 == sha256,
            InspectionPhoto.copy_id.is_(None),
            InspectionPhoto.file_id.is_(None),
            InspectionPhoto.lost_by.is_(None),
        )
        .values(lost_by=actor.name, lost_words=said)
    )
    if not given_up:
        raise Conflict(_l("这张照片已经收到，或者已经确认缺失。"))
    row.flags = " ".join(dict.fromkeys([*row.flags.split(), Flag.PHOTO_LOST]))
    _tell(actor, story.PHOTO_LOST, row, {"sha256": (sha256, None), "words": (None, said)})
    if row.state == State.FILED and not missing(row.id):
        closing.complete(actor, row.id, ready or closing.ready_again(uuid))


def settle_copy(actor: Actor, row: Inspection, uuid: str, words: str) -> None:
    """Say what became of another record of the visit; both are kept. Raises NotFound, Conflict."""
    access.require_review(actor, row)
    said = _said(words)
    settled = db.session.scalar(
        sa.update(RejectedCopy)
        .where(
            RejectedCopy.uuid == uuid,
            RejectedCopy.inspection_id == row.id,
            RejectedCopy.settled_at.is_(None),
        )
        .values(settled_by=actor.name, settled_at=now(), settled_words=said)
        .returning(RejectedCopy.id)
    )
    if settled is None:
        raise Conflict(_l("这份记录已经有人处理了。"))
    _tell(actor, story.COPY_SETTLED, row, {"copy": (uuid, uuid), "words": (None, said)})


# -- Common -------------------------------------------------------------------------------------


def _move(row: Inspection, out_of: tuple[State, ...], otherwise: LazyString, **values: Any) -> None:
    """Change the row if it is in one of the states; the first one counts. Raises Conflict."""
    moved = db.session.scalar(
        sa.update(Inspection)
        .where(Inspection.id == row.id, Inspection.state.in_(out_of))
        .values(values)
        .returning(Inspection.id)
    )
    if moved is None:
        raise Conflict(otherwise)


def _said(words: str) -> str:
    said = words.replace("\r\n", "\n").strip()
    if not said:
        raise BadInput(_l("请写明原因或意见。"), field="words")
    if len(said) > MOST_WORDS:
        raise _too_long()
    if any(not letter.isprintable() and letter != "\n" for letter in said):
        raise BadInput(_l("内容中有不可用的字符。"), field="words")
    return said


def _too_long() -> BadInput:
    return BadInput(_l("内容太长，最多 %(most)s 个字。", most=MOST_WORDS), field="words")


def _tell(actor: Actor, event: EventType, row: Inspection, changes: Mapping[str, Any]) -> None:
    kept = {name: pair for name, pair in changes.items() if pair != (None, None)}
    region_id = access.region_of(row.site_id)
    tell(actor, event, (story.INSPECTION, row.uuid), kept, region_id=region_id)
