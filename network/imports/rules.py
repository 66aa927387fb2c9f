"""What the rows of a file of sites may come to, and what is said about the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from core.geo import Datum
from core.labels import Labelled


class Verdict(Labelled):
    """What would become of a row."""

    CREATE = "create", _l("新增")
    CHANGE = "change", _l("修改")
    SAME = "same", _l("不变")
    ASK = "ask", _l("待选择")
    REFUSE = "refuse", _l("有错")
    NOTE = "note", _l("不是网点，略过")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the person who sends the file says about it.

    ``datum`` is that of coordinates whose row names none; ``on`` is the day from which what differs
    holds, None where the file corrects what was entered wrongly.
    """

    datum: Datum | None
    on: date | None
