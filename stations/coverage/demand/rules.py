"""What a file of settlements may come to: how far it is, and what becomes of its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.sheets.headings import Layout
from core.sheets.problems import Problem

#: How long the rows of a file are kept after it was sent.
KEPT: Final = timedelta(days=90)
#: How many rows a file may have, and letters a cell.
MOST_ROWS: Final = 500_000
MOST_LETTERS: Final = 500
#: Metres between two places below which they are one.
ONE_PLACE: Final = 1.0
#: Decimals of a degree that are kept: a centimetre.
DECIMALS: Final = 7


class State(StrEnum):
    """How far a file is."""

    READING = "reading"
    READY = "ready"
    APPLIED = "applied"
    FAILED = "failed"

    @property
    def label(self) -> LazyString:
        return STATE_LABELS[self]


STATE_LABELS: Final = {
    State.READING: _l("正在读取"),
    State.READY: _l("试运行完成"),
    State.APPLIED: _l("已载入"),
    State.FAILED: _l("没有读成"),
}


class Verdict(StrEnum):
    """What would become of a row."""

    TAKE = "take"
    REFUSE = "refuse"
    NOTE = "note"

    @property
    def label(self) -> LazyString:
        return VERDICT_LABELS[self]


VERDICT_LABELS: Final = {
    Verdict.TAKE: _l("采用"),
    Verdict.REFUSE: _l("有错"),
    Verdict.NOTE: _l("不是聚落，略过"),
}


class Staged(NamedTuple):
    """A row of the file as it waits."""

    number: int
    layout: Layout
    line: int
    cells: list[Any]


@dataclass(slots=True)
class Judged:
    """What would become of a row; of one that is taken everything is there."""

    number: int
    verdict: Verdict
    problems: list[Problem] = field(default_factory=list)
    code: str = ""
    name: str = ""
    lat: float | None = None
    lon: float | None = None
    people: int | None = None
    region_id: int | None = None
