"""The store: contents under their SHA-256 in the data folder, and nothing else.

A content is written beside, brought to the disk, and only then given its name; so what has a name
is whole.  The row comes after (actions.py): a content without a row is removed by the sweep, which
never takes one that somebody is about to write a row for.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from core.files.rules import ORPHAN_AFTER, too_large
from core.web import settings

_CHUNK: Final = 256 * 1024
_NAMED: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Content:
    """Something that is in the store."""

    sha256: str
    size: int


def root() -> Path:
    return settings().home / "files"


def path(sha256: str) -> Path:
    """Where the content lies, or would lie. Raises ValueError for what is no SHA-256."""
    if _NAMED.fullmatch(sha256) is None:
        raise ValueError(f"{sha256!r} is no SHA-256")
    return root() / sha256[:2] / sha256


def put(stream: BinaryIO, most: int) -> Content:
    """Keep what *stream* gives, to its end. Raises TooLarge beyond *most* bytes.

    Comes before the transaction that writes the row, since a disk is slow.
    """
    incoming = _folder(root() / "incoming")
    descriptor, name = tempfile.mkstemp(dir=incoming)
    try:
        with os.fdopen(descriptor, "wb") as file:
            content = _copy(stream, file, most)
            file.flush()
            os.fsync(file.fileno())
        _name(Path(name), content)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return content


def put_bytes(data: bytes) -> Content:
    """Keep *data*."""
    return put(BytesIO(data), len(data))


def _copy(stream: BinaryIO, file: BinaryIO, most: int) -> Content:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > most:
            raise too_large(most)
        digest.update(chunk)
        file.write(chunk)
    return Content(digest.hexdigest(), size)


def _name(written: Path, content: Content) -> None:
    """Give the written file its name; if the same content is there, that one is as good as new."""
    target = path(content.sha256)
    with _locked(fcntl.LOCK_SH):
        if target.exists():
            os.utime(target)
            written.unlink()
            return
        folder = _folder(target.parent)
        written.chmod(0o400)
        written.replace(target)
        for changed in (folder, folder.parent):
            sync(changed)


def _folder(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def sync(folder: Path) -> None:
    """Let the names in a folder be on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(how: int) -> Iterator[None]:
    """Keeps the sweep from taking what is just being given a name, or a second one."""
    descriptor = os.open(_folder(root()) / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def contents() -> Iterator[str]:
    """The SHA-256 of everything in the store, in order."""
    for folder in sorted(root().glob("[0-9a-f][0-9a-f]")):
        yield from sorted(file.name for file in folder.iterdir() if _NAMED.fullmatch(file.name))


def old(sha256: str) -> bool:
    """Whether the content was put into the store so long ago that its row must be there."""
    try:
        return _age(path(sha256)) > ORPHAN_AFTER.total_seconds()
    except FileNotFoundError:
        return False


def remove_old(sha256: str) -> bool:
    """Remove a content that has no row, unless somebody has just put it there again."""
    with _locked(fcntl.LOCK_EX):
        if not old(sha256):
            return False
        path(sha256).unlink()
        return True


def remove_unfinished() -> int:
    """Remove what was never written to its end, long after; gives how many."""
    left = [
        file
        for file in sorted((root() / "incoming").glob("*"))
        if _age(file) > ORPHAN_AFTER.total_seconds()
    ]
    for file in left:
        file.unlink(missing_ok=True)
    return len(left)


def _age(file: Path) -> float:
    return time.time() - file.stat().st_mtime
