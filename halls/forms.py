"""What the forms of a site have in common: from when it holds, why, and what was seen before."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar

from flask_babel import lazy_gettext as _l

from core.clock import today
from core.errors import BadInput
from core.sites.forms import day

T = TypeVar("T")

MOST_REASON: Final = 300
CHANGE: Final = "change"
CORRECTION: Final = "correction"


@dataclass
class Draft:
    """What was typed, field by field, and what is wrong with it."""

    texts: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)

    def fault(self, name: str, what: object) -> None:
        self.faults.setdefault(name, str(what))

    def try_read(self, name: str, read: Callable[[], T]) -> T | None:
        """What *read* gives; a fault that it raises is noted under *name*."""
        try:
            return read()
        except BadInput as fault:
            self.fault(name, fault)
            return None


def blank() -> dict[str, str]:
    """The fields that every form has, as they are at first."""
    return {"how": CHANGE, "on": today().isoformat(), "reason": ""}


def moment(draft: Draft) -> date | None:
    """The day from which it holds; None for a correction. What is wrong is noted."""
    if draft.texts["how"] == CORRECTION:
        return None
    on = draft.try_read("on", lambda: day(draft.texts["on"], "on"))
    if on is None:
        draft.fault("on", _l("请填写从哪一天起。"))
    return on


def reason(draft: Draft) -> str:
    """Why; on one line, without what does not show."""
    text = line(draft.texts["reason"])
    if len(text) > MOST_REASON:
        draft.fault("reason", _l("内容太长，最多 %(most)s 个字。", most=MOST_REASON))
    return text


def line(text: str) -> str:
    """*text* in one form and on one line, without controls and turned direction."""
    formed = unicodedata.normalize("NFC", text.replace("\n", " ").replace("\t", " "))
    shown = "".join(letter for letter in formed if unicodedata.category(letter)[0] != "C")
    return " ".join(shown.split())


def read_base(text: str, held: Mapping[str, Any]) -> dict[str, Any]:
    """What the form showed at first. It only tells what somebody changed."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else dict(held)


def write_base(held: Mapping[str, Any]) -> str:
    return json.dumps(held, ensure_ascii=False, sort_keys=True)
