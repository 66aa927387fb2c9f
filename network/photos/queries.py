"""Reading photos: those that are shown, and their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.db import db
from core.errors import NotFound
from core.files.models import File
from network.photos.models import SitePhoto


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that is shown; ``width`` and ``height`` are those of the large picture."""

    uuid: str
    caption: str
    width: int | None
    height: int | None
    added_by: str
    added_at: datetime


def shown(site_id: int) -> Sequence[Photo]:
    """The photos of a site, in the order in which they are shown."""
    rows = db.session.execute(
        sa.select(
            *(SitePhoto.uuid, SitePhoto.caption, File.width, File.height),
            *(SitePhoto.added_by, SitePhoto.added_at),
        )
        .join(File, File.id == SitePhoto.file_id)
        .where(SitePhoto.site_id == site_id, is_shown())
        .order_by(SitePhoto.position, SitePhoto.id)
    )
    return [Photo(*row) for row in rows]


def file(site_id: int, uuid: str) -> File:
    """The file of a photo of this very site that is shown. Raises NotFound."""
    found = db.session.scalars(
        sa.select(File)
        .join(SitePhoto, SitePhoto.file_id == File.id)
        .where(SitePhoto.site_id == site_id, SitePhoto.uuid == uuid, is_shown())
    ).one_or_none()
    if found is None:
        raise no_such_photo()
    return found


def is_shown() -> sa.ColumnElement[bool]:
    """The condition that a photo was not taken out."""
    return SitePhoto.taken_out_at.is_(None)


def no_such_photo() -> NotFound:
    return NotFound(_l("没有这张照片，或者它已经撤下。"))
