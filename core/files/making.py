"""Photos of which only head and end were looked at when they came are made anew by the worker.

Nothing of an original is given out before that (serving.py).  Whatever is broken off is done again:
the same original gives the same contents, the rows tell of them in one transaction, and only then
is the original removed; what is left of one that no row waits for, the sweep takes.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from flask import current_app

from core.clock import now
from core.db import db, writing
from core.errors import OneKmError
from core.files import held, pictures, queries
from core.files.actions import Put, put_picture
from core.files.models import File

log = logging.getLogger(__name__)

#: So many are made before their rows are written together.
AT_ONCE: Final = 10
#: How much whoever makes them stands back for everything else on the machine.
_NICE: Final = 15
#: How long one turn lasts at most, in seconds: other work that comes round waits for it.
LONGEST: Final = 30.0


@dataclass(frozen=True, slots=True)
class Made:
    """What became of files that waited for one original; ``sha256`` None: it could not be made."""

    file_ids: tuple[int, ...]
    sent_sha256: str
    sha256: str | None


Tell = Callable[[Made], None]

_told: Final[list[Tell]] = []


def when_made(tell: Tell) -> Tell:
    """Let *tell* be called, in the transaction that says so, for whoever the files belong to."""
    _told.append(tell)
    return tell


def make_for_a_turn() -> None:
    """Make what waits, for a turn of the worker at most."""
    make(time.monotonic() + LONGEST)


def make(until: float | None = None) -> int:
    """Make all that waits, or until the moment of the monotonic clock; gives how many."""
    done = 0
    while until is None or time.monotonic() < until:
        names = queries.to_make(AT_ONCE)
        db.session.rollback()
        if not names:
            break
        done += _make(_all_tried(names))
    return done


def _all_tried(names: Sequence[str]) -> list[tuple[str, Put | None]]:
    """By a thread that stands back for whoever asks for a page; nothing is written meanwhile, for
    who stands back must not hold what others wait for."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # behind the proxy

    def tried(name: str) -> Put | None:
        with app.app_context():
            return _tried(name)

    with ThreadPoolExecutor(1, initializer=_stand_back) as aside:
        return list(zip(names, aside.map(tried, names), strict=True))


def _stand_back() -> None:
    """Let this thread alone run when nothing else wants to; Linux counts by thread."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _tried(name: str) -> Put | None:
    try:
        sent = held.read(name)
    except OSError:
        log.exception("the original %s cannot be read: restore it from a backup", name)
        return None
    try:
        return put_picture(sent)
    except OneKmError as fault:
        log.error("the original %s cannot be made anew: %s", name, fault)
    return None


def _make(tried: Sequence[tuple[str, Put | None]]) -> int:
    with writing():
        for name, put in tried:
            rows = _written(name, put)
            if rows:
                sha256 = None if put is None else put.content.sha256
                made = Made(tuple(row.id for row in rows), rows[0].sent_sha256, sha256)
                for tell in _told:
                    tell(made)
    for name, put in tried:
        # Another row may have come to wait for it while this was written: it is made again.
        if put is not None and not queries.is_waited_for(name):
            held.release(name)
    db.session.rollback()
    return len(tried)


def _written(name: str, put: Put | None) -> Sequence[sa.Row[int, str]]:
    """The rows that waited, which now tell of what was made, or that it could not be."""
    values: dict[str, Any] = {"failed_at": now()}
    if put is not None:
        values = {
            "held": None,
            "failed_at": None,
            "sha256": put.content.sha256,
            "size": put.content.size,
            "media_type": pictures.MEDIA_TYPE,
            "small_sha256": put.small.sha256,
            "width": put.picture.width,
            "height": put.picture.height,
        }
    return db.session.execute(
        sa.update(File)
        .where(File.held == name)
        .values(values)
        .returning(File.id, File.sent_sha256)
        .execution_options(synchronize_session=False)
    ).all()


def try_again() -> int:
    """Let what could not be made be tried once more; gives how many rows wait again."""
    again = (
        sa.update(File).where(File.failed_at.is_not(None)).values(failed_at=None).returning(File.id)
    )
    with writing():
        found = db.session.scalars(again.execution_options(synchronize_session=False)).all()
    return len(found)
