"""What all sheets of a workbook share: its texts, and the styles that make a number a day.

A part of the workbook that declares a document type is refused, so no entities are expanded.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from xml.parsers import expat

from core.child import Wrong

MOST_LETTERS: Final = 30_000
CHUNK: Final = 1 << 18

_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
#: What of a number's format is no letter of a date: texts, escaped letters, conditions, colours.
_ASIDE: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED: Final = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_DATE: Final = re.compile(r"[ymdhs]", re.IGNORECASE)
#: The formats without a code that are days or times; some only where Chinese is spoken.
_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
_ELAPSED_FORMAT: Final = 46


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of cells; *part* is the file within the workbook."""

    name: str
    visible: bool
    part: str


@dataclass(slots=True)
class Workbook:
    """What all sheets share: texts, the styles that are dates or times, where days begin."""

    archive: zipfile.ZipFile
    sheets: list[Sheet] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    dates: dict[str, str] = field(default_factory=dict)
    first_day: datetime = datetime(1899, 12, 30)


_Start = Callable[[str, dict[str, str]], None]
_End = Callable[[str], None]


def parser(start: _Start, end: _End | None = None) -> expat.XMLParserType:
    made = expat.ParserCreate()
    made.buffer_text = True
    made.StartElementHandler = start
    made.EndElementHandler = end
    made.StartDoctypeDeclHandler = _refused
    return made


def _refused(*_declared: object) -> None:
    raise Wrong("workbook")


def local(name: str) -> str:
    return name.rpartition(":")[2]


def _read(archive: zipfile.ZipFile, part: str, reading: expat.XMLParserType) -> None:
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            reading.Parse(chunk, False)
        reading.Parse(b"", True)


def _elements(archive: zipfile.ZipFile, part: str) -> list[tuple[str, dict[str, str]]]:
    """Every element of a small part with its attributes, in order."""
    found: list[tuple[str, dict[str, str]]] = []
    _read(archive, part, parser(lambda name, given: found.append((local(name), given))))
    return found


def opened_book(archive: zipfile.ZipFile) -> Workbook:
    """The sheets of a workbook, with the texts and dates that their cells refer to."""
    book = Workbook(archive)
    kinds = {
        given.get("Id", ""): (_target(given.get("Target", "")), _kind(given.get("Type", "")))
        for name, given in _elements(archive, "xl/_rels/workbook.xml.rels")
        if name == "Relationship"
    }
    for name, given in _elements(archive, "xl/workbook.xml"):
        if name == "workbookPr" and given.get("date1904") in ("1", "true"):
            book.first_day = datetime(1904, 1, 1)
        if name == "sheet":
            key = next((given[each] for each in given if each.endswith(":id")), "")
            part, kind = kinds.get(key, ("", ""))
            if kind == "worksheet":
                visible = given.get("state", "visible") == "visible"
                book.sheets.append(Sheet(given.get("name", ""), visible, part))
    parts = {kind: part for part, kind in kinds.values()}
    names = set(archive.namelist())
    if parts.get("sharedStrings") in names:
        book.texts = _texts(archive, parts["sharedStrings"])
    if parts.get("styles") in names:
        book.dates = _dates(archive, parts["styles"])
    return book


def _target(given: str) -> str:
    return given.lstrip("/") if given.startswith("/") else f"xl/{given}"


def _kind(given: str) -> str:
    return given.rpartition("/")[2]


def _texts(archive: zipfile.ZipFile, part: str) -> list[str]:
    """The texts that cells share; how they are to be pronounced is left out."""
    found: list[str] = []
    pieces: list[str] = []
    aside = 0

    def start(name: str, _given: dict[str, str]) -> None:
        nonlocal aside
        called = local(name)
        if called == "rPh":
            aside += 1
        elif called == "t" and not aside:
            reading.CharacterDataHandler = pieces.append

    def end(name: str) -> None:
        nonlocal aside
        reading.CharacterDataHandler = None
        called = local(name)
        if called == "rPh":
            aside -= 1
        elif called == "si":
            text = unescaped("".join(pieces))
            found.append(text if text.strip() else "")
            pieces.clear()

    reading = parser(start, end)
    _read(archive, part, reading)
    return found


def unescaped(given: str) -> str:
    """A text with ``_x000D_`` and the like as the letters they stand for. Raises Wrong."""
    if len(given) > MOST_LETTERS:
        raise Wrong("cell")
    if "_x" not in given:
        return given
    return _ESCAPED.sub(_letter, given)


def _letter(found: re.Match[str]) -> str:
    letter = chr(int(found[1], 16))
    return letter if letter.isprintable() or letter.isspace() else found[0]


def _dates(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """The styles (by their place in the list) of which a number is a day or a time."""
    codes: dict[int, str] = {}
    found: dict[str, str] = {}
    listed = False
    number = 0
    for name, given in _elements(archive, part):
        if name == "numFmt" and not listed:
            codes[int(given.get("numFmtId", "-1"))] = given.get("formatCode", "")
        elif name in ("cellXfs", "cellStyles", "dxfs", "cellStyleXfs"):
            listed = name == "cellXfs"
        elif name == "xf" and listed:
            kind = _date_kind(int(given.get("numFmtId", "0")), codes)
            if kind:
                found[str(number)] = kind
            number += 1
    return found


def _date_kind(number: int, codes: dict[int, str]) -> str:
    """``date`` or ``elapsed``, or nothing for any other number."""
    if number == _ELAPSED_FORMAT and number not in codes:
        return "elapsed"
    if number not in codes:
        return "date" if number in _DATE_FORMATS else ""
    code = _ASIDE.sub("", codes[number]).partition(";")[0]
    if _ELAPSED.search(code):
        return "elapsed"
    return "date" if _DATE.search(code) and code.lower() != "general" else ""
