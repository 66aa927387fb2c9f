"""Taking in what a telephone sends, exactly once however often it comes, and whole or not at all.

The record comes first, then each photo; the visit is complete when the last photo is here, and in
that transaction its result, its findings and what was seen are written.  Whoever brings a photo
locks the visit first: two that bring the last two would else each miss the other's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, require_reach
from core.audit.actions import record as tell
from core.clock import civil, now, today
from core.db import db, insert_or
from core.sites.models import SitePeriod
from core.sites.rules import Kind
from standards.inspections import access, closing, counting, judging, rules, story
from standards.inspections.access import WRITE
from standards.inspections.closing import Ready
from standards.inspections.models import (
    Inspection,
    InspectionAnswer,
    InspectionPhoto,
    InspectionSignature,
    InspectionVersion,
    RejectedCopy,
)
from standards.inspections.receipts import Filed, Outcome, locked, receipt
from standards.inspections.rules import OPEN, Origin, Received, Record, State, Unusable


@dataclass(frozen=True, slots=True)
class For:
    """In whose name an administrator files what a telephone could not send, and why."""

    account_id: int | None
    name: str
    words: str


def file(
    actor: Actor,
    uuid: str,
    record: Record,
    ready: Ready,
    device_at: datetime | None = None,
    on_behalf: For | None = None,
) -> Filed:
    """Take a record in. The same again changes nothing; another one is kept for review.

    *ready* is what was read before the transaction (closing.ready).

    Raises Unusable for what can never be taken, NotFound out of reach, Enough for what nobody
    planned and is too much for a day.
    """
    rules.check_uuid(uuid)
    known = db.session.scalar(sa.select(Inspection).where(Inspection.uuid == uuid))
    site_id = _site_now(record.site, known, ready)
    _check_reach(actor, known, site_id, on_behalf)
    if known is not None and known.state not in OPEN:
        return _known(actor, uuid, record, on_behalf)
    periods = _periods(ready.entry_id)
    received = _received(actor, known, ready, periods[0].since, device_at, on_behalf)
    _check(record, ready, {_kind(periods, today()), _kind(periods, _day(record, received))})
    values = _values(actor, record, received, on_behalf)
    place = site_id, None if site_id == ready.entry_id else record.site
    inspection_id = _claim(uuid, values)
    if inspection_id is None and (inspection_id := _begin(uuid, place, values)) is None:
        return _known(actor, uuid, record, on_behalf)
    if known is None and on_behalf is None:
        counting.count(actor)
    _write_parts(inspection_id, record)
    _told_filed(actor, uuid, record, values, site_id, on_behalf)
    if not record.photos:
        closing.complete(actor, inspection_id, ready)
    return receipt(uuid, Outcome.NEW, record.digest)


def require(actor: Actor, uuid: str) -> None:
    """Raise NotFound for a visit that is not for *actor* to file; one nobody knows may be."""
    known = db.session.scalar(sa.select(Inspection).where(Inspection.uuid == uuid))
    if known is not None:
        access.require_filing(actor, known)


# -- May it be, and is it right -----------------------------------------------------------------


def _periods(site_id: int) -> Sequence[sa.Row[str, date]]:
    """What kind of site it is since when, the earliest first."""
    return db.session.execute(
        sa.select(SitePeriod.kind, SitePeriod.since)
        .where(SitePeriod.site_id == site_id)
        .order_by(SitePeriod.since)
    ).all()


def _kind(periods: Sequence[sa.Row[str, date]], on: date) -> Kind:
    """What kind it was on the day; before there was one, what it then became."""
    begun = [one.kind for one in periods if one.since <= on]
    return Kind(begun[-1] if begun else periods[0].kind)


def _site_now(code: str, known: Inspection | None, ready: Ready) -> int:
    """The site of which the record tells: of one that was merged since, that which it is part of.

    Whoever was out when it was merged loses nothing.
    """
    if known is not None and (known.site_id == ready.entry_id or known.former == code):
        return known.site_id
    return ready.site_id


def _check_reach(
    actor: Actor, known: Inspection | None, site_id: int, on_behalf: For | None
) -> None:
    if known is not None and known.site_id != site_id:
        raise Unusable(_l("记录中的网点与检查任务的网点不符。"), field="site")
    if on_behalf is not None:
        require_reach(access.within(actor, access.REVIEW, site_id))
    elif known is None:
        require_reach(access.within(actor, WRITE, site_id))
    else:
        access.require_filing(actor, known)
    by = actor.account_id if on_behalf is None else on_behalf.account_id
    if access.is_own_station(by, site_id):
        raise Unusable(_l("不能检查自己任职的网点。"), field="site")


def _check(record: Record, ready: Ready, kinds: Collection[Kind]) -> None:
    """What is asked at one of the kinds is answered: it may have become another meanwhile."""
    given = {answer.key for answer in record.answers}
    asked = [
        {
            code: [one.code for one in judging.asked(version, kind)]
            for code, version in ready.pinned.items()
        }
        for kind in sorted(kinds)
    ]

    def apart(wanted: Mapping[str, Iterable[str]]) -> int:
        return len(given ^ {f"{code}/{one}" for code, codes in wanted.items() for one in codes})

    rules.check_answers(record, min(asked, key=apart))


def _received(
    actor: Actor,
    known: Inspection | None,
    ready: Ready,
    since: date,
    device_at: datetime | None,
    on_behalf: For | None,
) -> Received:
    by = actor.account_id if on_behalf is None else on_behalf.account_id
    return Received(
        at=now(),
        device_at=device_at,
        imported=on_behalf is not None,
        assigned=known is None or by in (known.inspector_id, known.companion_id),
        cancelled=known is not None and known.state == State.CANCELLED,
        later_version=ready.outdated,
        site_since=since,
        site_point=ready.point,
    )


# -- Written once -------------------------------------------------------------------------------


def _values(
    actor: Actor, record: Record, received: Received, on_behalf: For | None
) -> dict[str, Any]:
    arrival = record.arrival
    own = For(actor.account_id, actor.name, "") if on_behalf is None else on_behalf
    return {
        "state": State.FILED,
        "digest": record.digest,
        "body": record.body,
        "filed_by": actor.name,
        "filed_by_id": actor.account_id,
        "filed_at": received.at,
        "owner": own.name,
        "owner_id": own.account_id,
        "imported": on_behalf is not None,
        "started_at": record.started_at,
        "finished_at": record.finished_at,
        "device_at": received.device_at,
        "skew": round(received.skew.total_seconds()),
        "lat": None if arrival is None else arrival.lat,
        "lon": None if arrival is None else arrival.lon,
        "accuracy": None if arrival is None else arrival.accuracy,
        "distance": rules.how_far(record, received),
        "flags": " ".join(rules.flags(record, received)),
        "words": record.words,
        "day": _day(record, received),
    }


def _day(record: Record, received: Received) -> date:
    """The day of the visit by the server's clock, never one that is yet to come."""
    return min(civil(record.started_at + received.skew).date(), civil(received.at).date())


def _claim(uuid: str, values: Mapping[str, Any]) -> int | None:
    """The visit that waited for this record; None if none did, or another was quicker."""
    return db.session.scalar(
        sa.update(Inspection)
        .where(Inspection.uuid == uuid, Inspection.state.in_(OPEN))
        .values(values)
        .returning(Inspection.id)
        .execution_options(synchronize_session=False)
    )


def _begin(uuid: str, place: tuple[int, str | None], values: Mapping[str, Any]) -> int | None:
    """A visit that only the telephone knew of; None if there is one of this UUID.

    ``place``: the site, and the code that the telephone had of it where that is merged since.
    """
    site_id, former = place
    fresh = {
        "uuid": uuid,
        "site_id": site_id,
        "former": former,
        "origin": Origin.OWN,
        "planned_by": values["owner"],
        "planned_at": values["filed_at"],
        "inspector_id": values["owner_id"],
        "inspector": values["owner"],
        "companion": "",
        "review_words": "",
        "made": False,
    }
    begun = (
        insert_or(Inspection)
        .values(fresh | dict(values))
        .on_conflict_do_nothing(index_elements=["uuid"])
        .returning(Inspection.id)
    )
    found: int | None = db.session.scalar(begun)
    return found


def _write_parts(inspection_id: int, record: Record) -> None:
    own = {"inspection_id": inspection_id}
    _insert(
        InspectionVersion,
        [own | {"standard": code, "digest": digest} for code, digest in record.versions.items()],
    )
    _insert(
        InspectionAnswer,
        [
            own
            | {
                "standard": one.standard,
                "criterion": one.criterion,
                "result": one.result,
                "note": one.note,
                "reason": one.reason,
                "due_days": one.due_days,
                "derived": False,
            }
            for one in record.answers
        ],
    )
    _insert(InspectionPhoto, _photo_rows(inspection_id, record))
    _insert(
        InspectionSignature,
        [
            own | {"side": one.side, "name": one.name, "at": one.at, "sha256": one.sha256}
            for one in record.signatures
        ],
    )


def _photo_rows(
    inspection_id: int, record: Record, copy_id: int | None = None
) -> list[dict[str, Any]]:
    return [
        {
            "inspection_id": inspection_id,
            "copy_id": copy_id,
            "sha256": photo.sha256,
            "size": photo.size,
            "kind": photo.kind,
            "key": photo.key,
            "position": position,
            "lost_words": "",
        }
        for position, photo in enumerate(record.photos)
    ]


def _insert(model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        db.session.execute(sa.insert(model), list(rows))


# -- A record is here already -------------------------------------------------------------------


def _known(actor: Actor, uuid: str, record: Record, on_behalf: For | None) -> Filed:
    row = locked(uuid)
    if row.digest == record.digest:
        return receipt(uuid, Outcome.AGAIN, record.digest)
    _keep_copy(actor, row, record, on_behalf)
    return receipt(uuid, Outcome.OTHER, record.digest)


def _keep_copy(actor: Actor, row: Inspection, record: Record, on_behalf: For | None) -> None:
    """Keep another record of a visit that nobody else changes meanwhile. Raises Unusable."""
    known = db.session.scalars(
        sa.select(RejectedCopy.digest).where(RejectedCopy.inspection_id == row.id)
    ).all()
    if record.digest in known:
        return
    if on_behalf is None and len(known) >= rules.MOST_COPIES:
        raise Unusable(
            _l(
                "这次检查已留存 %(most)s 份内容不同的记录，不再接收。请导出文件交给管理员。",
                most=rules.MOST_COPIES,
            ),
            field="uuid",
        )
    if on_behalf is None:
        counting.count(actor)
    copy_id = db.session.scalar(
        insert_or(RejectedCopy)
        .values(
            uuid=str(uuid4()),
            inspection_id=row.id,
            digest=record.digest,
            body=record.body,
            sent_by=actor.name,
            sent_by_id=actor.account_id,
            sent_at=now(),
            imported=on_behalf is not None,
            settled_words="",
        )
        .returning(RejectedCopy.id)
    )
    _insert(InspectionPhoto, _photo_rows(row.id, record, copy_id))
    tell(
        actor,
        story.COPY_KEPT,
        (story.INSPECTION, row.uuid),
        {"digest": (row.digest, record.digest), "photos": (None, len(record.photos))},
        region_id=access.region_of(row.site_id),
    )


def _told_filed(
    actor: Actor,
    uuid: str,
    record: Record,
    values: Mapping[str, Any],
    site_id: int,
    on_behalf: For | None,
) -> None:
    changes: dict[str, Any] = {
        "state": (None, State.FILED),
        "site": (None, record.site),
        "digest": (None, record.digest),
        "photos": (None, len(record.photos)),
        "flags": (None, values["flags"].split()),
        "device_at": (None, values["device_at"]),
    }
    if on_behalf is not None:
        changes |= {"inspector": (None, on_behalf.name), "words": (None, on_behalf.words)}
    event = story.FILED if on_behalf is None else story.IMPORTED
    region_id = access.region_of(site_id)
    tell(actor, event, (story.INSPECTION, uuid), changes, region_id=region_id)
