"""Workbooks read as they come, a row at a time: nothing is held but the texts that cells share.

Part of the program of parse.py, within its limits.  What Excel repairs without a word (rows out of
order, numbers that are none) is refused: nobody knows what it should have been.
"""

from __future__ import annotations

import lzma
import math
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from xml.parsers import expat

from core.child import Wrong
from core.sheets.parts import CHUNK, Workbook, local, opened_book, parser, unescaped

#: The widest sheet, the longest run of blank rows, the most merged cells that are read.
MOST_COLUMNS: Final = 300
MOST_BLANK: Final = 1000
MOST_MERGED: Final = 100_000

Cell = str | int | float | bool | list[str] | None

_PLACE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
_MERGED: Final = re.compile(
    rb"""<(?:\w+:)?mergeCell\b[^>]*?\bref\s*=\s*["']([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})["']"""
)

#: What is raised for a workbook that is not whole, or not packed as workbooks are.
_DAMAGED: Final = (
    *(expat.ExpatError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError),
    *(LookupError, EOFError, ValueError),
)


def lines(path: str) -> Iterator[dict[str, Any]]:
    """``{"sheet": …}``, then ``{"row": number, "cells": […]}`` each; hidden sheets only named.

    Raises Wrong.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            book = opened_book(archive)
            for sheet in book.sheets:
                yield {"sheet": sheet.name, "visible": sheet.visible}
                if sheet.visible:
                    yield from _rows(book, sheet.part)
    except _DAMAGED:
        raise Wrong("workbook") from None


def _rows(book: Workbook, part: str) -> Iterator[dict[str, Any]]:
    covered = _covered(book.archive, part)
    reader = _Reader(book)
    last = 0
    with book.archive.open(part) as file:
        more = True
        while more:
            chunk = file.read(CHUNK)
            more = bool(chunk)
            reader.parser.Parse(chunk, not more)
            for number, found in reader.taken():
                for column in covered.pop(number, ()):
                    if column < max(len(found), reader.width):
                        found.extend([None] * (column + 1 - len(found)))
                        found[column] = ["m"]
                while found and found[-1] is None:
                    found.pop()
                if not found:
                    continue
                if number - last > MOST_BLANK + 1:
                    return
                last = number
                yield {"row": number, "cells": found}


def _covered(archive: zipfile.ZipFile, part: str) -> dict[int, list[int]]:
    """The columns, by row, that lie under the first cell of those that they are merged with.

    They stand behind the rows, so they are looked for first.
    """
    found: dict[int, list[int]] = {}
    number, kept = 0, b""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            text = kept + chunk
            for each in _MERGED.finditer(text):
                (top, left), (bottom, right) = (_place(one.decode()) for one in each.groups())
                number += max(0, bottom - top + 1) * max(0, right - left + 1)
                if number > MOST_MERGED:
                    raise Wrong("merged")
                for row in range(top, bottom + 1):
                    first = left + 1 if row == top else left
                    found.setdefault(row, []).extend(range(first, right + 1))
            kept = text[max(0, text.rfind(b"<")) :][-CHUNK:]
    return found


def _place(given: str) -> tuple[int, int]:
    """Row, from 1, and column, from 0."""
    found = _PLACE.fullmatch(given)
    if found is None:
        raise Wrong("workbook")
    return int(found[2]), _column(found[1])


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


class _Reader:
    """Takes the events of a sheet's XML and keeps the rows that are whole."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._whole: list[tuple[int, list[Cell]]] = []
        self._row = 0
        self._cells: list[Cell] = []
        self._column = -1
        self._columns: dict[str, int] = {}
        self._kind = self._style = ""
        self._formula = False
        self._aside = False
        self._pieces: list[str] = []
        #: How many columns the sheet says that it has.
        self.width = 0
        self.parser = parser(self._root)

    def taken(self) -> list[tuple[int, list[Cell]]]:
        found, self._whole = self._whole, []
        return found

    def _root(self, name: str, _given: dict[str, str]) -> None:
        """All names bear the prefix of the first, which says what the others are compared with."""
        prefix = name[: len(name) - len(local(name))]
        self._names = tuple(prefix + each for each in ("row", "c", "v", "t", "f", "rPh"))
        self._extent = f"{prefix}dimension"
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, name: str, given: dict[str, str]) -> None:
        row, cell, value, text, formula, aside = self._names
        if name == cell:
            self._begin_cell(given)
        elif name == value or (name == text and not self._aside):
            self.parser.CharacterDataHandler = self._pieces.append
        elif name == row:
            self._begin_row(given)
        elif name == formula:
            self._formula = True
        elif name == aside:
            self._aside = True
        elif name == self._extent:
            last = given.get("ref", "").rpartition(":")[2]
            self.width = min(_place(last)[1] + 1, MOST_COLUMNS) if last else 0

    def _end(self, name: str) -> None:
        row, cell, value, text, _formula, aside = self._names
        if name in (value, text):
            self.parser.CharacterDataHandler = None
        elif name == cell:
            self._end_cell()
        elif name == row:
            self._whole.append((self._row, self._cells))
            self._cells = []
        elif name == aside:
            self._aside = False

    def _begin_row(self, given: dict[str, str]) -> None:
        number = int(given["r"]) if "r" in given else self._row + 1
        if number <= self._row:
            raise Wrong("workbook")
        self._row, self._column = number, -1

    def _begin_cell(self, given: dict[str, str]) -> None:
        place = given.get("r")
        if place is None:
            column = self._column + 1
        else:
            letters = place.rstrip("0123456789")
            known = self._columns.get(letters)
            if known is None:
                known = self._columns[letters] = _place(place)[1]
            column = known
        if column <= self._column:
            raise Wrong("workbook")
        self._column = column
        self._kind = given.get("t", "n")
        self._style = given.get("s", "")
        self._formula = False

    def _end_cell(self) -> None:
        if self._pieces:
            text = "".join(self._pieces)
            self._pieces.clear()
        else:
            text = ""
        cell = ["f"] if self._formula else self._value(text)
        if self._column >= MOST_COLUMNS:
            if cell is None:  # a whole row may be coloured
                return
            raise Wrong("columns")
        blank = self._column - len(self._cells)
        if blank:
            self._cells.extend([None] * blank)
        self._cells.append(cell)

    def _value(self, text: str) -> Cell:
        if self._kind == "e":
            return ["e"]
        if not text.strip():
            return None
        match self._kind:
            case "n":
                return self._number(text)
            case "b":
                return text.strip() in ("1", "true")
            case "d":
                return ["d", text.strip()]
            case "s":
                return self._shared(int(text))
            case "inlineStr" | "str":
                return unescaped(text)
        raise Wrong("workbook")

    def _shared(self, number: int) -> Cell:
        if number < 0:
            raise Wrong("workbook")
        return self._book.texts[number] or None

    def _number(self, text: str) -> Cell:
        number = float(text)
        if not math.isfinite(number):
            raise Wrong("workbook")
        dated = self._book.dates.get(self._style)
        if dated is not None:
            return ["d", self._day(number, dated)]
        return int(number) if number.is_integer() else number

    def _day(self, number: float, dated: str) -> str:
        """A day or a time as it is told: what the calendar of spreadsheets says, to the second."""
        if not -700_000 < number < 2_900_000:
            return str(number)
        passed = timedelta(seconds=round(number * 86_400))
        if dated == "elapsed":
            return str(passed)
        if 0 <= number < 1:
            return str((datetime.min + passed).time())
        # Spreadsheets have a 29 February 1900: before it their days are one earlier.
        early = timedelta(days=self._book.first_day.year == 1899 and number < 60)
        said = str(self._book.first_day + passed + early)
        return said.removesuffix(" 00:00:00")
