"""Originals that wait to be made anew: on the disk, apart from the store, given out to nobody.

Each has a name of its own, so that whoever removes one takes nobody else's.  It is written beside,
brought to the disk, and only then given its name; the row comes after, as with the store.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

from core.files import store
from core.files.rules import ORPHAN_AFTER
from core.web import settings

_NAMED: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


def root() -> Path:
    return settings().home / "held"


def path(name: str) -> Path:
    """Where the original lies. Raises ValueError for what is no name of one."""
    if _NAMED.fullmatch(name) is None:
        raise ValueError(f"{name!r} is no name of an original")
    return root() / name


def put(data: bytes) -> str:
    """Keep an original; gives its name."""
    folder = root()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = uuid4().hex
    written = folder / f"{name}.part"
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        written.replace(path(name))
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    store.sync(folder)
    return name


def read(name: str) -> bytes:
    """The original. Raises FileNotFoundError."""
    return path(name).read_bytes()


def release(name: str) -> None:
    """Remove an original that no row waits for."""
    path(name).unlink(missing_ok=True)


def names() -> Iterator[str]:
    """Every original, in order of their names."""
    yield from sorted(one.name for one in root().glob("*") if _NAMED.fullmatch(one.name))


def old() -> list[str]:
    """Those that have been here so long that their rows must be there."""
    return [name for name in names() if _is_old(path(name))]


def remove_unfinished() -> int:
    """Remove what was never written to its end, long after; gives how many."""
    left = [one for one in sorted(root().glob("*.part")) if _is_old(one)]
    for one in left:
        one.unlink(missing_ok=True)
    return len(left)


def _is_old(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime > ORPHAN_AFTER.total_seconds()
    except FileNotFoundError:
        return False
