"""Taking in the photos that a record names, each once; the last one makes the visit complete."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record as tell
from core.db import db
from core.errors import NotFound
from core.files.actions import Put, keep_picture
from standards.inspections import access, closing, story
from standards.inspections.closing import Ready
from standards.inspections.models import Inspection, InspectionPhoto
from standards.inspections.receipts import Filed, Outcome, locked, missing, receipt
from standards.inspections.rules import State


def awaits(actor: Actor, uuid: str, sha256: str) -> bool:
    """Whether a photo of a record of the visit is still to come. Raises NotFound for one unnamed.

    Asked before a picture is made anew, which takes long.
    """
    row = db.session.scalar(sa.select(Inspection).where(Inspection.uuid == uuid))
    if row is None:
        raise NotFound(_l("没有这次检查。请先提交检查记录，再传照片。"), field="uuid")
    _check_photo_reach(actor, row)
    return any(photo.file_id is None for photo in _named(row.id, sha256))


def _check_photo_reach(actor: Actor, row: Inspection) -> None:
    if not access.within(actor, access.REVIEW, row.site_id):
        access.require_filing(actor, row)


def _named(inspection_id: int, sha256: str) -> Sequence[InspectionPhoto]:
    found = db.session.scalars(
        sa.select(InspectionPhoto)
        .where(InspectionPhoto.inspection_id == inspection_id, InspectionPhoto.sha256 == sha256)
        .order_by(InspectionPhoto.id)
    ).all()
    if not found:
        raise NotFound(_l("检查记录中没有这张照片。"), field="sha256")
    return found


def take(actor: Actor, uuid: str, put: Put, ready: Ready | None) -> Filed:
    """Let a photo that was put into the store be part of the visit that named it.

    Raises NotFound for a visit out of reach and for a photo that no record of it names.
    """
    row = locked(uuid)
    _check_photo_reach(actor, row)
    sha256 = put.picture.sent_sha256
    arrived = [photo for photo in _named(row.id, sha256) if photo.file_id is None]
    for photo in arrived:
        kept = keep_picture(actor, put, None)
        photo.file_id, photo.arrived_at = kept.id, kept.sent_at
        photo.lost_by, photo.lost_words = None, ""
    db.session.flush()
    if arrived:
        told = {"sha256": (None, sha256), "kept": (None, put.content.sha256)}
        region_id = access.region_of(row.site_id)
        tell(actor, story.PHOTO, (story.INSPECTION, uuid), told, region_id=region_id)
    if row.state == State.FILED and not missing(row.id):
        closing.complete(actor, row.id, ready or closing.ready_again(uuid))
    return receipt(uuid, Outcome.AGAIN if not arrived else Outcome.NEW, row.digest or "")
