"""Every write to the photos of a site: at once, by whoever keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.audit.rules import Changes, EventType
from core.clock import now
from core.db import db
from core.errors import Conflict
from core.files.actions import Put, keep_picture
from core.files.models import File
from core.sites.actions import KEEPERS, require_site
from core.sites.models import Site
from core.sites.story import SITE
from network.photos import rules, story
from network.photos.models import SitePhoto
from network.photos.queries import is_shown, no_such_photo


def add(actor: Actor, site_id: int, put: Put, name: str | None) -> SitePhoto:
    """Show one more photo, last. *name* is what its file was called, its caption comes later.

    Raises NotFound out of reach, Conflict where it is shown already or there are enough,
    QuotaSpent.
    """
    photos = _photos(actor, site_id)
    if len(photos) >= rules.MOST_PHOTOS:
        raise Conflict(_l("每个网点最多 %(most)s 张照片，请先撤下不用的。", most=rules.MOST_PHOTOS))
    if _has(site_id, put.picture.sent_sha256):
        raise Conflict(_l("这张照片已经在网点照片中。"))
    file = keep_picture(actor, put, name)
    photo = SitePhoto(
        uuid=str(uuid4()),
        site_id=site_id,
        file_id=file.id,
        caption="",
        position=max((one.position for one in photos), default=0) + 1,
        added_by=actor.name,
        added_at=now(),
    )
    db.session.add(photo)
    db.session.flush()
    _told(
        actor,
        story.ADDED,
        site_id,
        {"photo": (None, photo.uuid), "sha256": (None, file.sent_sha256)},
    )
    return photo


def _has(site_id: int, sent_sha256: str) -> bool:
    wanted = (
        sa.select(SitePhoto.id)
        .join(File, File.id == SitePhoto.file_id)
        .where(SitePhoto.site_id == site_id, File.sent_sha256 == sent_sha256, is_shown())
    )
    return db.session.scalar(wanted.limit(1)) is not None


def describe(actor: Actor, site_id: int, uuid: str, caption: str) -> None:
    """Say what is seen on a photo. Raises NotFound, BadInput."""
    photo = _one(_photos(actor, site_id), uuid)
    line = rules.caption(caption)
    if line == photo.caption:
        return
    before, photo.caption = photo.caption, line
    changes = {"photo": (uuid, uuid), "caption": (before or None, line or None)}
    _told(actor, story.CAPTIONED, site_id, changes)


def move(actor: Actor, site_id: int, uuid: str, by: int) -> None:
    """Show a photo so many places later, or earlier if *by* is less than 0. Raises NotFound."""
    photos = list(_photos(actor, site_id))
    photo = _one(photos, uuid)
    before = photos.index(photo)
    after = min(max(before + by, 0), len(photos) - 1)
    if after == before:
        return
    photos.insert(after, photos.pop(before))
    for number, one in enumerate(photos, 1):
        one.position = number
    changes = {"photo": (uuid, uuid), "position": (before + 1, after + 1)}
    _told(actor, story.MOVED, site_id, changes)


def take_out(actor: Actor, site_id: int, uuid: str) -> None:
    """Show a photo no longer; it is kept. Raises NotFound."""
    photo = _one(_photos(actor, site_id), uuid)
    photo.taken_out_by, photo.taken_out_at = actor.name, now()
    changes = {"photo": (uuid, None), "caption": (photo.caption or None, None)}
    _told(actor, story.TAKEN_OUT, site_id, changes)


def hand_over(actor: Actor, from_id: int, to_id: int) -> None:
    """Show the photos of one site at another, after its own; those that are too many are left."""
    own = _photos(actor, to_id)
    last = max((one.position for one in own), default=0)
    given = _photos(actor, from_id)[: max(0, rules.MOST_PHOTOS - len(own))]
    for place, photo in enumerate(given, last + 1):
        photo.site_id, photo.position = to_id, place
        _told(actor, story.HANDED_OVER, to_id, {"photo": (None, photo.uuid)})


def _photos(actor: Actor, site_id: int) -> Sequence[SitePhoto]:
    """The photos that are shown, for changing: whoever comes second waits for the first."""
    require_site(actor, site_id, *KEEPERS)
    db.session.execute(sa.select(Site.id).where(Site.id == site_id).with_for_update())
    return db.session.scalars(
        sa.select(SitePhoto)
        .where(SitePhoto.site_id == site_id, is_shown())
        .order_by(SitePhoto.position, SitePhoto.id)
    ).all()


def _one(photos: Sequence[SitePhoto], uuid: str) -> SitePhoto:
    found = next((photo for photo in photos if photo.uuid == uuid), None)
    if found is None:
        raise no_such_photo()
    return found


def _told(actor: Actor, event: EventType, site_id: int, changes: Changes) -> None:
    region_id = require_site(actor, site_id, *KEEPERS)
    code = db.session.scalars(sa.select(Site.code).where(Site.id == site_id)).one()
    record(actor, event, (SITE, code), changes, region_id=region_id)
