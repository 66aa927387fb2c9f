"""Photos of what was done: they wait with the finding until the answer is sent with them.

So a photo that arrived is not lost because the next one was spoilt, or the words were missing.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, require_reach
from core.db import db
from core.errors import Conflict, NotFound
from core.files.actions import Put, drop, keep_picture
from core.files.models import File
from core.rectification import access, actions, queries, story
from core.rectification.models import Finding, FindingPhoto
from core.rectification.queries import Standing
from core.rectification.rules import MOST_PHOTOS, TO_DO


def add(actor: Actor, uuid: str, put: Put, name: str | None) -> str:
    """Let a photo wait to be sent with the next answer; gives its UUID.

    The same photo again is the one that waits. Raises NotFound out of reach, Conflict where there
    are enough or nothing is to be done, QuotaSpent.
    """
    found = _held(actor, uuid)
    number = found.finding.round + 1
    same = sa.select(FindingPhoto.uuid).join(File, File.id == FindingPhoto.file_id)
    waits = (FindingPhoto.finding_id == found.finding.id, FindingPhoto.round == number)
    known = db.session.scalar(
        same.where(*waits, File.sent_sha256 == put.picture.sent_sha256).limit(1)
    )
    if known is not None:
        return known
    if queries.number_of_photos(found.finding.id, number) >= MOST_PHOTOS:
        raise Conflict(_l("每次反馈最多 %(most)s 张照片，请先撤下不用的。", most=MOST_PHOTOS))
    file = keep_picture(actor, put, name)
    made = actions.add_photo(actor, found.finding.id, file.id, number)
    changes = {"round": (None, number), "sha256": (None, file.sent_sha256)}
    actions.tell(actor, story.EVIDENCE, found, changes)
    return made


def take_out(actor: Actor, uuid: str, photo: str) -> None:
    """Let go of a photo that waits and was not sent. Raises NotFound, Conflict."""
    found = _held(actor, uuid)
    gone = db.session.execute(
        sa.delete(FindingPhoto)
        .where(
            FindingPhoto.finding_id == found.finding.id,
            FindingPhoto.uuid == photo,
            FindingPhoto.round == found.finding.round + 1,
        )
        .returning(FindingPhoto.file_id)
    ).one_or_none()
    if gone is None:
        raise NotFound(_l("没有这张照片，或者它已经撤下。"))
    sha256 = db.session.scalars(sa.select(File.sent_sha256).where(File.id == gone.file_id)).one()
    drop([gone.file_id])
    actions.tell(actor, story.EVIDENCE_OUT, found, {"sha256": (sha256, None)})


def _held(actor: Actor, uuid: str) -> Standing:
    """The finding, for changing: whoever answers it waits until this is done, or was first."""
    found = queries.find(actor, uuid)
    require_reach(access.may_answer(actor, found.site_id, found.region_id))
    state = db.session.scalar(
        sa.select(Finding.state)
        .where(Finding.id == found.finding.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    db.session.refresh(found.finding)
    if state not in TO_DO:
        raise Conflict(_l("这个问题已经反馈过，现在不能再改照片。"))
    return found
