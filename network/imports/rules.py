"""What a file of sites may come to: verdicts on its rows, and what is wrong with them, in words
that are kept and told later in whatever language is spoken.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l

from core.errors import OneKmError
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
#: Verdicts that keep a file from being applied.
OPEN: Final = (Verdict.REFUSE, Verdict.ASK)


#: How long the rows of a file are kept after it was sent; what was applied stays in the audit.
KEPT: Final = timedelta(days=90)


class State(StrEnum):
    """How far an import is."""

    READING = "reading"
    COLUMNS = "columns"
    READY = "ready"
    APPLIED = "applied"
    FAILED = "failed"

    @property
    def label(self) -> LazyString:
        return STATE_LABELS[self]


STATE_LABELS: Final = {
    State.READING: _l("正在读取"),
    State.COLUMNS: _l("请核对列名"),
    State.READY: _l("试运行完成"),
    State.APPLIED: _l("已导入"),
    State.FAILED: _l("没有读成"),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the person who sends the file says about it.

    ``datum`` is that of coordinates whose row names none; ``on`` is the day from which what differs
    holds, None where the file corrects what was entered wrongly.
    """

    datum: Datum | None
    on: date | None


# -- Words that are told later ------------------------------------------------------------------

#: A message of the source and what is to be put in, or a text as it is.
Words = list[Any]


def keep(message: object) -> Words:
    """A message, which may be a lazy translation, so that JSON can hold it."""
    if isinstance(message, OneKmError):
        return keep(message.message)
    if isinstance(message, LazyString) and message._args:
        return [message._args[0], {name: _kept(value) for name, value in message._kwargs.items()}]
    return [str(message), None]


def _kept(value: object) -> Any:
    if isinstance(value, LazyString | OneKmError):
        return keep(value)
    return value if isinstance(value, str | int | float) else str(value)


def tell(words: Words) -> str:
    """The same in the language being spoken."""
    text, values = words
    if values is None:
        return str(text)
    told = {name: tell(each) if isinstance(each, list) else each for name, each in values.items()}
    return str(gettext(text, **told))


# -- What is wrong ------------------------------------------------------------------------------


class Level(StrEnum):
    """Whether the row cannot be taken over, or can and should be looked at."""

    ERROR = "error"
    WARNING = "warning"


class Problem(NamedTuple):
    """Something wrong at a cell: ``column`` is its number from 0, None for the row as a whole."""

    level: Level
    column: int | None
    value: str
    words: Words

    @property
    def told(self) -> str:
        return tell(self.words)


def problem(level: Level, column: int | None, value: str, message: object) -> Problem:
    return Problem(level, column, value[:200], keep(message))


class Common(NamedTuple):
    """What is wrong with many rows in the same way: the first of them, and how many they are."""

    level: Level
    column: int | None
    value: str
    words: Words
    sheet: str
    line: int
    times: int

    @property
    def told(self) -> str:
        return tell(self.words)

    @property
    def place(self) -> str:
        return place(self.line, self.column)


def dumped(problems: list[Problem]) -> str:
    return json.dumps(problems, ensure_ascii=False) if problems else ""


def loaded(text: str) -> list[Problem]:
    if not text:
        return []
    return [Problem(Level(level), *rest) for level, *rest in json.loads(text)]


def letters(column: int) -> str:
    """The letters by which a spreadsheet calls the column with this number from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def place(line: int, column: int | None) -> str:
    """Where in a sheet, as spreadsheets say it: C12."""
    return str(line) if column is None else f"{letters(column)}{line}"
