"""What a file that is taken away is called: one way to say it, for browsers old and new."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal, TypeVar
from urllib.parse import quote

from werkzeug.wrappers import Response

R = TypeVar("R", bound=Response)

#: What a file is called where nothing of its name can be written in ASCII.
_OURS: Final = "onekm"
#: What no file system, or not every one, takes in a name; and what is not to be seen.
_UNFIT: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')
_LONGEST: Final = 150


def named(response: R, name: str, how: Literal["attachment", "inline"] = "attachment") -> R:
    """Let the answer be a file called *name*, which may be in any language (RFC 6266).

    ``attachment`` is saved, ``inline`` shown and saved under the name if somebody saves it.
    """
    whole = _fit(name)
    response.headers["Content-Disposition"] = (
        f"{how}; filename=\"{plain_name(whole)}\"; filename*=UTF-8''{quote(whole, safe='')}"
    )
    return response


def plain_name(name: str) -> str:
    """The name in ASCII, for what reads no other: ``网点登记-2026-11-26.csv`` gives
    ``onekm-2026-11-26.csv``."""
    stem, dot, kind = _fit(name).rpartition(".")
    if not dot:
        stem, kind = kind, ""
    ascii_stem = _ascii(stem)
    if not re.match(r"[A-Za-z]", ascii_stem):
        ascii_stem = f"{_OURS}-{ascii_stem}".rstrip("-")
    return f"{ascii_stem}{dot}{_ascii(kind)}".rstrip(".")


def _ascii(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return re.sub(r"[^A-Za-z0-9._]+", "-", bare).strip("-._")


def _fit(name: str) -> str:
    """The name with what no disk takes replaced, and cut where it is too long for one."""
    stem, dot, kind = _UNFIT.sub("-", name).strip(" .").rpartition(".")
    if not dot:
        stem, kind = kind, ""
    return f"{stem.strip()[:_LONGEST]}{dot}{kind}" or _OURS
