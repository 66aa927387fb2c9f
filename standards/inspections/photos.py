"""Taking in the photos that a record names, each once; the last one makes the visit complete.

A photo is here once what was sent is on the disk with the hash that the record names.  A large one
is made anew only afterwards (core.files.making): until then nobody is shown it, and nobody signs
the visit off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, command
from core.audit.actions import record as tell
from core.db import after_commit, db, table_of
from core.errors import NotFound
from core.files.actions import Put, Waiting, keep_picture, let_go
from core.files.making import Made, when_made
from standards.inspections import access, closing, story
from standards.inspections.closing import Ready
from standards.inspections.models import Inspection, InspectionPhoto
from standards.inspections.receipts import Filed, Outcome, locked, receipt
from standards.inspections.rules import Flag, State

#: In whose name it is said what became of photos that were made anew.
MAKER = command("files.make")


@dataclass(frozen=True, slots=True)
class Awaited:
    """A photo before it is taken in: whether it is here, whether it is all that still lacks."""

    here: bool
    last: bool


def awaited(actor: Actor, uuid: str, sha256: str) -> Awaited:
    """What is known of a photo of the visit. Raises NotFound for one that no record names.

    Asked before a picture is looked at, which takes long.
    """
    row = db.session.scalar(_VISIT, {"uuid": uuid})
    if row is None:
        raise NotFound(_l("没有这次检查。请先提交检查记录，再传照片。"), field="uuid")
    _check_photo_reach(actor, row)
    photos = _photos(row.id)
    here = all(photo.file_id is not None for photo in _named(photos, sha256))
    return Awaited(here, row.state == State.FILED and set(_missing(photos)) <= {sha256})


def _check_photo_reach(actor: Actor, row: Inspection) -> None:
    if not access.within(actor, access.REVIEW, row.site_id):
        access.require_filing(actor, row)


@dataclass(slots=True)
class _Photo:
    """A photo that the record (``copy_id`` None) or another copy of it names."""

    id: int
    copy_id: int | None
    sha256: str
    file_id: int | None
    lost_by: str | None


def _photos(inspection_id: int) -> list[_Photo]:
    """Those of the record and of its other copies, in their order."""
    rows = db.session.execute(_PHOTOS, {"inspection_id": inspection_id})
    return [_Photo(*row) for row in rows]


# An inspector comes home with hundreds of photos: what each of them asks is put together once.
_PHOTOS: Final = (
    sa.select(
        *(InspectionPhoto.id, InspectionPhoto.copy_id, InspectionPhoto.sha256),
        *(InspectionPhoto.file_id, InspectionPhoto.lost_by),
    )
    .where(InspectionPhoto.inspection_id == sa.bindparam("inspection_id"))
    .order_by(InspectionPhoto.copy_id, InspectionPhoto.position)
)
_ARRIVED: Final = (
    sa.update(table_of(InspectionPhoto))
    .where(table_of(InspectionPhoto).c.id == sa.bindparam("photo_id"))
    .values(
        file_id=sa.bindparam("kept_id"), arrived_at=sa.bindparam("at"), lost_by=None, lost_words=""
    )
)
_VISIT: Final = sa.select(Inspection).where(Inspection.uuid == sa.bindparam("uuid"))


def _named(photos: Sequence[_Photo], sha256: str) -> list[_Photo]:
    found = [photo for photo in photos if photo.sha256 == sha256]
    if not found:
        raise NotFound(_l("检查记录中没有这张照片。"), field="sha256")
    return found


def _missing(photos: Sequence[_Photo]) -> list[str]:
    """The hashes of those of the record that are still to come."""
    return [
        photo.sha256
        for photo in photos
        if photo.copy_id is None and photo.file_id is None and photo.lost_by is None
    ]


def take(actor: Actor, uuid: str, put: Put | Waiting, ready: Ready | None) -> Filed:
    """Let a photo that was put on the disk be part of the visit that named it.

    Raises NotFound for a visit out of reach and for a photo that no record of it names.
    """
    row = locked(uuid)
    _check_photo_reach(actor, row)
    photos = _photos(row.id)
    arrived = [photo for photo in _named(photos, put.sent_sha256) if photo.file_id is None]
    for photo in arrived:
        kept = keep_picture(actor, put, None)
        at = {"photo_id": photo.id, "kept_id": kept.id, "at": kept.sent_at}
        db.session.execute(_ARRIVED, at)
        photo.file_id = kept.id
    if arrived:
        _tell_arrived(actor, row, put)
    else:
        after_commit(let_go, put)
    missing = _missing(photos)
    if row.state == State.FILED and not missing:
        closing.complete(actor, row.id, ready or closing.ready_again(uuid))
        return receipt(uuid, Outcome.NEW if arrived else Outcome.AGAIN, row.digest or "")
    return Filed(
        uuid,
        Outcome.NEW if arrived else Outcome.AGAIN,
        State(row.state),
        row.digest or "",
        tuple(missing),
        tuple(Flag(flag) for flag in row.flags.split()),
    )


def _tell_arrived(actor: Actor, row: Inspection, put: Put | Waiting) -> None:
    kept = put.content.sha256 if isinstance(put, Put) else None
    told = {"sha256": (None, put.sent_sha256)} | ({"kept": (None, kept)} if kept else {})
    region_id = access.region_of(row.site_id)
    tell(actor, story.PHOTO, (story.INSPECTION, row.uuid), told, region_id=region_id)


@when_made
def tell_made(made: Made) -> None:
    """Say on each visit that a photo of it was made anew, or that it could not be."""
    uuids = db.session.scalars(
        sa.select(Inspection.uuid)
        .join(InspectionPhoto, InspectionPhoto.inspection_id == Inspection.id)
        .where(InspectionPhoto.file_id.in_(made.file_ids))
        .order_by(Inspection.uuid)
        .distinct()
    ).all()
    for uuid in uuids:
        row = locked(uuid)
        if made.sha256 is None:
            row.flags = " ".join(dict.fromkeys([*row.flags.split(), Flag.PHOTO_BAD]))
        event = story.PHOTO_BAD if made.sha256 is None else story.PHOTO_MADE
        told = {"sha256": (None, made.sent_sha256), "kept": (None, made.sha256)}
        kept = {name: pair for name, pair in told.items() if pair != (None, None)}
        region_id = access.region_of(row.site_id)
        tell(MAKER, event, (story.INSPECTION, uuid), kept, region_id=region_id)
