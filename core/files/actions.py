"""Every write to files: rows for contents that are in the store already, and the sweep."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects import postgresql, sqlite

from core.access import Actor
from core.clock import now, today
from core.db import db, writing
from core.errors import NotFound
from core.files import pictures, queries, store
from core.files.models import File, FileDay
from core.files.pictures import Picture
from core.files.rules import (
    DAYS_KEPT,
    MOST_BYTES_A_DAY,
    MOST_FILES_A_DAY,
    kept_name,
    quota_spent,
)
from core.files.store import Content

log = logging.getLogger(__name__)

_INSERT: Final[Mapping[str, Callable[..., Any]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def keep(actor: Actor, content: Content, name: str | None, media_type: str) -> File:
    """The row for a content that was put into the store (store.put). Raises QuotaSpent.

    Whoever it belongs to refers to the row, and lets :func:`drop` take it when it is done with it.
    """
    file = File(
        sha256=content.sha256,
        size=content.size,
        media_type=media_type,
        sent_sha256=content.sha256,
        sent_size=content.size,
    )
    return _keep(actor, file, name)


@dataclass(frozen=True, slots=True)
class Put:
    """A picture that was made anew and put into the store."""

    picture: Picture
    content: Content
    small: Content


def put_picture(sent: bytes) -> Put:
    """Make the picture anew and put it into the store, before any transaction.

    Raises WrongKind, Damaged, TooLarge (pictures.read).
    """
    picture = pictures.read(sent)
    return Put(picture, store.put_bytes(picture.data), store.put_bytes(picture.small))


def keep_picture(actor: Actor, put: Put, name: str | None) -> File:
    """The row for a picture in the store. Raises QuotaSpent."""
    file = File(
        sha256=put.content.sha256,
        size=put.content.size,
        media_type=pictures.MEDIA_TYPE,
        sent_sha256=put.picture.sent_sha256,
        sent_size=put.picture.sent_size,
        small_sha256=put.small.sha256,
        width=put.picture.width,
        height=put.picture.height,
    )
    return _keep(actor, file, name)


def keep_again(actor: Actor, sha256: str) -> File:
    """Another row for a picture that is kept already, for something else that it belongs to.

    Nothing was sent, so nothing is counted. Raises NotFound where no row tells of it.
    """
    known = db.session.scalar(
        sa.select(File).where(File.sha256 == sha256).order_by(File.id).limit(1)
    )
    if known is None:
        raise NotFound(_l("没有这个文件。"))
    names = ("sha256", "size", "media_type", "name", "sent_sha256", "sent_size")
    picture = ("small_sha256", "width", "height")
    file = File(**{name: getattr(known, name) for name in (*names, *picture)})
    file.uuid = str(uuid4())
    file.account_id = actor.account_id
    file.sent_at = now()
    db.session.add(file)
    db.session.flush()
    return file


def _keep(actor: Actor, file: File, name: str | None) -> File:
    _count(actor, file.sent_size)
    file.uuid = str(uuid4())
    file.name = kept_name(name)
    file.account_id = actor.account_id
    file.sent_at = now()
    db.session.add(file)
    db.session.flush()
    return file


def _count(actor: Actor, size: int) -> None:
    """Count what somebody sends, in a single statement. Raises QuotaSpent beyond the limit."""
    if actor.account_id is None:
        return
    row = FileDay.__table__.c
    fresh = {"account_id": actor.account_id, "day": today(), "files": 1, "bytes": size}
    counted = (
        _INSERT[db.engine.dialect.name](FileDay)
        .values(fresh)
        .on_conflict_do_update(
            index_elements=["account_id", "day"],
            set_={"files": row.files + 1, "bytes": row.bytes + size},
            where=sa.and_(row.files < MOST_FILES_A_DAY, row.bytes + size <= MOST_BYTES_A_DAY),
        )
        .returning(row.files)
    )
    if db.session.execute(counted).first() is None:
        raise quota_spent()


def drop(file_ids: list[int]) -> None:
    """Forget files that nothing refers to any longer; the sweep removes what they held."""
    db.session.execute(
        sa.delete(File).where(File.id.in_(file_ids)).execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Swept:
    """What does not match: rows without their content, contents without a row, rests of writing."""

    missing: tuple[str, ...]
    orphans: tuple[str, ...]
    unfinished: int = 0


def sweep(*, mend: bool) -> Swept:
    """Compare rows and store, outside any transaction; *mend* removes what no row tells of.

    A content younger than an hour is left alone: its row may be about to be written.
    """
    # First the store, then the rows: what comes in between has its row, or is young.
    there = [sha256 for sha256 in store.contents() if store.old(sha256)]
    known = queries.known_contents()
    missing = tuple(sorted(known - set(store.contents())))
    orphans = tuple(sha256 for sha256 in there if sha256 not in known)
    db.session.rollback()
    if not mend:
        return Swept(missing, orphans)
    return Swept(
        missing,
        tuple(sha256 for sha256 in orphans if _remove(sha256)),
        store.remove_unfinished(),
    )


def _remove(sha256: str) -> bool:
    # A row for an old content could have come since: whoever writes one makes the content young.
    return store.remove_old(sha256)


def sweep_nightly() -> None:
    """Remove what no row tells of; what a row tells of and is not there, an operator must see."""
    found = sweep(mend=True)
    for sha256 in found.missing:
        log.error("the content %s is missing: restore it from a backup", sha256)
    with writing():
        db.session.execute(
            sa.delete(FileDay)
            .where(FileDay.day < today() - DAYS_KEPT)
            .execution_options(synchronize_session=False)
        )
