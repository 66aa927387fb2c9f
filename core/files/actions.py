"""Every write to files: rows for contents that are in the store already, and the sweep."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.clock import now, today
from core.db import db, insert_or, table_of, writing
from core.errors import NotFound
from core.files import held, pictures, queries, store
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


@dataclass(frozen=True, slots=True)
class Kept:
    """The row of what somebody sent; ``sha256`` None: it is still to be made anew."""

    id: int
    uuid: str
    name: str
    sent_at: datetime
    sent_sha256: str
    sha256: str | None


def keep(actor: Actor, content: Content, name: str | None, media_type: str) -> Kept:
    """The row for a content that was put into the store (store.put). Raises QuotaSpent.

    Whoever it belongs to refers to the row, and lets :func:`drop` take it when it is done with it.
    """
    values = {
        "sha256": content.sha256,
        "size": content.size,
        "media_type": media_type,
        "sent_sha256": content.sha256,
        "sent_size": content.size,
    }
    return _keep(actor, values, name)


@dataclass(frozen=True, slots=True)
class Put:
    """A picture that was made anew and put into the store."""

    picture: Picture
    content: Content
    small: Content

    @property
    def sent_sha256(self) -> str:
        return self.picture.sent_sha256


@dataclass(frozen=True, slots=True)
class Waiting:
    """A whole photo whose original waits apart to be made anew (making.py)."""

    held: str
    sent_sha256: str
    sent_size: int


def take_picture(sent: bytes) -> Put | Waiting:
    """Put the picture into the store, or keep its original apart where making it anew takes long.

    Before any transaction; the same is raised as by :func:`put_picture`.  That a photo is none, is
    not whole or is too large is found here either way, so that whoever sent it is told.
    """
    if not pictures.can_wait(sent):
        return put_picture(sent)
    return Waiting(held.put(sent), hashlib.sha256(sent).hexdigest(), len(sent))


def let_go(puts: list[Put | Waiting]) -> None:
    """Remove originals that turned out not to be needed; for core.db.after_commit."""
    for put in puts:
        if isinstance(put, Waiting):
            held.release(put.held)


def put_picture(sent: bytes) -> Put:
    """Make the picture anew and put it into the store, before any transaction.

    Raises WrongKind, Damaged, TooLarge (pictures.read).
    """
    picture = pictures.read(sent)
    return Put(picture, store.put_bytes(picture.data), store.put_bytes(picture.small))


def keep_picture(actor: Actor, put: Put | Waiting, name: str | None) -> Kept:
    """The row for a picture in the store, or for one that waits. Raises QuotaSpent."""
    values: dict[str, Any] = {"media_type": pictures.MEDIA_TYPE, "sent_sha256": put.sent_sha256}
    if isinstance(put, Waiting):
        values |= {"held": put.held, "size": put.sent_size, "sent_size": put.sent_size}
    else:
        values |= {
            "sha256": put.content.sha256,
            "size": put.content.size,
            "sent_size": put.picture.sent_size,
            "small_sha256": put.small.sha256,
            "width": put.picture.width,
            "height": put.picture.height,
        }
    return _keep(actor, values, name)


def keep_again(actor: Actor, file_id: int) -> File:
    """Another row for a picture that is kept already, for something else that it belongs to.

    Nothing was sent, so nothing is counted.  Whoever makes the picture anew waits for this
    transaction, and then finds the second row, too.  Raises NotFound where there is no such file.
    """
    known = db.session.scalar(
        sa.select(File)
        .where(File.id == file_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if known is None:
        raise NotFound(_l("没有这个文件。"))
    names = ("sha256", "size", "media_type", "name", "sent_sha256", "sent_size")
    picture = ("small_sha256", "width", "height", "held", "failed_at")
    file = File(**{name: getattr(known, name) for name in (*names, *picture)})
    file.uuid = str(uuid4())
    file.account_id = actor.account_id
    file.sent_at = now()
    db.session.add(file)
    db.session.flush()
    return file


def _keep(actor: Actor, values: Mapping[str, Any], name: str | None) -> Kept:
    _count(actor, values["sent_size"])
    own = {
        "uuid": str(uuid4()),
        "name": kept_name(name),
        "account_id": actor.account_id,
        "sent_at": now(),
    }
    return Kept(*db.session.execute(_ROW, {**values, **own}).one())


# What every photo of a visit needs is put together once.
_ROW: Final = sa.insert(table_of(File)).returning(
    *(table_of(File).c[field.name] for field in fields(Kept))
)


def _count(actor: Actor, size: int) -> None:
    """Count what somebody sends, in a single statement. Raises QuotaSpent beyond the limit."""
    if actor.account_id is None:
        return
    given = {
        "account_id": actor.account_id,
        "day": today(),
        "size": size,
        "most_files": MOST_FILES_A_DAY,
        "most_bytes": MOST_BYTES_A_DAY,
    }
    if db.session.execute(_counting(db.engine.dialect.name), given).first() is None:
        raise quota_spent()


@cache
def _counting(_dialect: str) -> Any:
    table, given = table_of(FileDay), sa.bindparam
    files, sent = table.c.files, table.c.bytes + given("size")
    return (
        insert_or(table)
        .values(account_id=given("account_id"), day=given("day"), files=1, bytes=given("size"))
        .on_conflict_do_update(
            index_elements=["account_id", "day"],
            set_={"files": files + 1, "bytes": sent},
            where=sa.and_(files < given("most_files"), sent <= given("most_bytes")),
        )
        .returning(files)
    )


def drop(file_ids: list[int]) -> None:
    """Forget files that nothing refers to any longer; the sweep removes what they held."""
    db.session.execute(
        sa.delete(File).where(File.id.in_(file_ids)).execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Swept:
    """What does not match: rows without their content, contents without a row, rests of writing.

    Originals that wait to be made anew (held.py) are among them by their names.
    """

    missing: tuple[str, ...]
    orphans: tuple[str, ...]
    unfinished: int = 0


def sweep(*, mend: bool) -> Swept:
    """Compare rows and store, outside any transaction; *mend* removes what no row tells of.

    A content younger than an hour is left alone: its row may be about to be written.
    """
    # First the store, then the rows: what comes in between has its row, or is young.
    there = [sha256 for sha256 in store.contents() if store.old(sha256)]
    waiting = held.old()
    known, originals = queries.known_contents(), queries.known_originals()
    # An original that was made meanwhile is gone by right: only rows that still wait miss it.
    gone = [name for name in sorted(originals - set(held.names())) if queries.is_waited_for(name)]
    missing = (*sorted(known - set(store.contents())), *gone)
    orphans = tuple(sha256 for sha256 in there if sha256 not in known)
    left = tuple(name for name in waiting if name not in originals)
    db.session.rollback()
    if not mend:
        return Swept(missing, orphans + left)
    # A row for an old content could have come since: whoever writes one makes the content young.
    removed = tuple(sha256 for sha256 in orphans if store.remove_old(sha256))
    for name in left:
        held.release(name)
    return Swept(missing, removed + left, store.remove_unfinished() + held.remove_unfinished())


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
