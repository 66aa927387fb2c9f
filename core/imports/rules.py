"""What a file that somebody has sent may come to, whatever its rows are of."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias

from flask_babel import lazy_gettext as _l

from core.labels import Labelled
from core.sheets import problems as wrong
from core.sheets.headings import Layout
from core.sheets.problems import Problem

#: How long the rows of a file are kept after it was sent; what was applied stays in the audit.
KEPT: Final = timedelta(days=90)
#: How many rows are in hand, and in a transaction, at a time.
AT_ONCE: Final = 1000
#: Verdicts that keep a file from being applied.
OPEN: Final = ("refuse", "ask")
#: What is to be said of a file, since it was read, and since it was tried.
READ, TRIED = "read", "tried"

#: Tells how far it is; raises to stop.
Report: TypeAlias = Callable[[int, int], None]


class State(Labelled):
    """How far a file is."""

    READING = "reading", _l("正在读取")
    COLUMNS = "columns", _l("请核对列名")
    READY = "ready", _l("试运行完成")
    APPLIED = "applied", _l("已导入")
    FAILED = "failed", _l("没有读成")


class Staged(NamedTuple):
    """A row of the file as it waits; ``choice`` is what somebody said of one that asks."""

    number: int
    layout: Layout
    line: int
    cells: list[Any]
    choice: str = ""


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(slots=True)
class Judged:
    """What would become of a row."""

    number: int
    verdict: StrEnum
    name: str = ""
    problems: list[Problem] = field(default_factory=list)
    code: str = ""
    region_id: int | None = None

    def columns(self) -> dict[str, Any]:
        """The same as the table of rows keeps it."""
        return {
            "verdict": self.verdict.value,
            "problems": wrong.dumped(self.problems),
            "name": self.name,
            "code": self.code,
            "region_id": self.region_id,
            **self.more(),
        }

    def more(self) -> dict[str, Any]:
        """What only the rows of this import have."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A row as the page and the report show it."""

    number: int
    sheet: str
    line: int
    name: str
    code: str
    verdict: Any
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows of a file a page is asked for: of a verdict, with something to say about them
    only, whose name or code has a text."""

    verdict: StrEnum | None = None
    warned: bool = False
    text: str = ""
    page: int = 1
