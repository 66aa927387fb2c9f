"""What the rows of a file of sites may come to, and what is said about the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.geo import Datum


class Verdict(StrEnum):
    """What would become of a row."""

    CREATE = "create"
    CHANGE = "change"
    SAME = "same"
    ASK = "ask"
    REFUSE = "refuse"
    NOTE = "note"

    @property
    def label(self) -> LazyString:
        return VERDICT_LABELS[self]


VERDICT_LABELS: Final = {
    Verdict.CREATE: _l("新增"),
    Verdict.CHANGE: _l("修改"),
    Verdict.SAME: _l("不变"),
    Verdict.ASK: _l("待选择"),
    Verdict.REFUSE: _l("有错"),
    Verdict.NOTE: _l("不是网点，略过"),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the person who sends the file says about it.

    ``datum`` is that of coordinates whose row names none; ``on`` is the day from which what differs
    holds, None where the file corrects what was entered wrongly.
    """

    datum: Datum | None
    on: date | None
