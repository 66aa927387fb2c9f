"""What a telephone is told of its record: what became of it, and which photos are still to come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.db import db
from core.errors import NotFound
from standards.inspections.models import Inspection, InspectionPhoto, RejectedCopy
from standards.inspections.rules import Flag, State


class Outcome(StrEnum):
    """``other``: a different record of this visit was here first; this one is kept beside it."""

    NEW = "new"
    AGAIN = "again"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Filed:
    """What the telephone is told: what became of its record, and which photos are not here yet."""

    uuid: str
    outcome: Outcome
    state: State
    digest: str
    missing: tuple[str, ...]
    flags: tuple[Flag, ...]


def receipt(uuid: str, outcome: Outcome, digest: str) -> Filed:
    """What whoever sent a record is told: what became of it, and which photos it still lacks."""
    row = db.session.execute(
        sa.select(Inspection.id, Inspection.state, Inspection.flags).where(Inspection.uuid == uuid)
    ).one()
    copy_id = None
    if outcome is Outcome.OTHER:
        copy_id = db.session.scalar(
            sa.select(RejectedCopy.id).where(
                RejectedCopy.inspection_id == row.id, RejectedCopy.digest == digest
            )
        )
    return Filed(
        uuid,
        outcome,
        State(row.state),
        digest,
        missing(row.id, copy_id),
        tuple(Flag(flag) for flag in row.flags.split()),
    )


def missing(inspection_id: int, copy_id: int | None = None) -> tuple[str, ...]:
    """The hashes of the photos of a record that are still to come."""
    of_copy = InspectionPhoto.copy_id == copy_id if copy_id else InspectionPhoto.copy_id.is_(None)
    return tuple(
        db.session.scalars(
            sa.select(InspectionPhoto.sha256)
            .where(
                InspectionPhoto.inspection_id == inspection_id,
                of_copy,
                InspectionPhoto.file_id.is_(None),
                InspectionPhoto.lost_by.is_(None),
            )
            .order_by(InspectionPhoto.position)
        )
    )


def locked(uuid: str) -> Inspection:
    """The visit, which nobody else changes until this transaction has ended. Raises NotFound."""
    row = db.session.scalar(_LOCKED, {"uuid": uuid})
    if row is None:
        raise NotFound(_l("没有这次检查。"), field="uuid")
    return row


_LOCKED: Final = (
    sa.select(Inspection)
    .where(Inspection.uuid == sa.bindparam("uuid"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def photo_receipt(uuid: str) -> Filed:
    """What is said of a photo that was here already."""
    digest = db.session.scalar(sa.select(Inspection.digest).where(Inspection.uuid == uuid))
    return receipt(uuid, Outcome.AGAIN, digest or "")
