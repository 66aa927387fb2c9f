"""What is wrong with the cells of a sheet, in words kept to be told later in any language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from flask_babel import LazyString, gettext

from core.errors import OneKmError

# -- Words that are told later ------------------------------------------------------------------

#: How many problems that rows have in common are told.
MOST_COMMON: Final = 12

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

    def at(self, line: int) -> str:
        """Where in the sheet it is, of a row in that line: C12."""
        return place(line, self.column)


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


class Commonest:
    """Counts the problems that rows have in common."""

    def __init__(self) -> None:
        self._found: dict[tuple[Level, str, int | None], Common] = {}

    def add(self, problems: Iterable[Problem], sheet: str, line: int) -> None:
        """The problems of one row."""
        for problem in problems:
            key = (problem.level, str(problem.words[0]), problem.column)
            first = self._found.get(key)
            if first is None:
                first = Common(*problem, sheet, line, 0)
            self._found[key] = first._replace(times=first.times + 1)

    def most(self) -> list[Common]:
        """The commonest, those that keep the file from being applied before the rest."""
        found = sorted(self._found.values(), key=lambda each: (each.level, -each.times, each.line))
        return found[:MOST_COMMON]


def common_of(kept: Iterable[Sequence[Any]]) -> tuple[Common, ...]:
    """The same as JSON has held them."""
    return tuple(Common(Level(level), *rest) for level, *rest in kept)


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
