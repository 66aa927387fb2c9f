"""The services file: TOML that a bureau edits, checked whole before anything is taken over.

docs/import-formats.md describes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core import tomlfile
from core.catalogue.format import ServiceRow, ServicesFile, faults
from core.catalogue.rules import (
    CODE,
    MOST_MATERIALS,
    Document,
    Entry,
    Fact,
    Note,
    ServiceFacts,
    Source,
    Sources,
)
from core.tomlfile import BadFile, Location, Problem, Sheet

#: The 21 devolved services that come with the product.
SHIPPED: Final = Path(__file__).parent / "data" / "devolved.toml"


class BadServices(BadFile):
    """The file cannot be taken over; ``problems`` are all that was found, in the file's order."""


@dataclass(frozen=True, slots=True)
class Read:
    """A file that holds together, and what the bureau may want to look at again."""

    entries: tuple[Entry, ...]
    warnings: tuple[Problem, ...]


def read(source: Path | bytes = SHIPPED) -> Read:
    """The services of a file (its path, or its bytes). Raises BadServices, BadInput, OSError."""
    sheet = tomlfile.parse(source if isinstance(source, bytes) else source.read_bytes())
    places = _Places.of(sheet)
    file = _shaped(sheet.document, places)
    problems = [places.problem(*fault) for fault in faults(file)]
    if problems:
        raise BadServices(problems)
    return Read(tuple(_entry(file, row) for row in file.services), tuple(_warnings(file, places)))


@dataclass(frozen=True, slots=True)
class _Places:
    """Which code and which line the services of the file have, by their number."""

    codes: tuple[str, ...]
    lines: tuple[int | None, ...]

    @classmethod
    def of(cls, sheet: Sheet) -> _Places:
        rows = sheet.tree.get("services")
        rows = rows if isinstance(rows, list) else []
        codes = tuple(
            str(row["code"]) if isinstance(row, dict) and "code" in row else f"services[{number}]"
            for number, row in enumerate(rows, 1)
        )
        return cls(codes, tuple(sheet.lines.get(("services", n)) for n in range(len(rows))))

    def problem(self, number: int | None, field: str, message: LazyString | str) -> Problem:
        if number is None:
            return Problem("", field, None, message)
        return Problem(self.codes[number], field, self.lines[number], message)


def _shaped(document: str, places: _Places) -> ServicesFile:
    file, wrong = tomlfile.shaped(ServicesFile, document)
    if file is None:
        raise BadServices(list(dict.fromkeys(_told(*fault, places) for fault in wrong)))
    return file


def _told(
    location: Location, kind: str, context: Mapping[str, Any], otherwise: str, places: _Places
) -> Problem:
    message = _message(kind, context, otherwise)
    if len(location) > 3 and location[2] in {Fact.STATUTORY, Fact.PROMISED}:
        # A limit has two shapes, and each says what it misses: once is enough.
        location, message = location[:3], _WHAT_LIMIT
    if len(location) >= 2 and location[0] == "services" and isinstance(location[1], int):
        return places.problem(location[1], tomlfile.dotted(location[2:]), message)
    return places.problem(None, tomlfile.dotted(location), message)


def _message(kind: str, context: Mapping[str, Any], otherwise: str) -> LazyString | str:
    if kind == "string_pattern_mismatch" and context["pattern"] == CODE:
        return _l("编码应为 002036 加六位数字。")
    return tomlfile.message(kind, context, otherwise)


_WHAT_LIMIT: Final = _l('只能是 "immediate"、"unknown" 或 1 到 365 的整数（工作日）。')


def _warnings(file: ServicesFile, places: _Places) -> Iterator[Problem]:
    for number, row in enumerate(file.services):
        if len(row.materials) > MOST_MATERIALS:
            told = _l(
                "申办材料 %(count)s 种，国家要求不超过 %(most)s 种。",
                count=len(row.materials),
                most=MOST_MATERIALS,
            )
            yield places.problem(number, "materials", told)


def _entry(file: ServicesFile, row: ServiceRow) -> Entry:
    group = file.groups[row.group]
    return Entry(
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        group=group.name,
        group_en=group.name_en,
        position=row.position,
        devolved=row.devolved,
        facts=_facts(file, row),
        sources=_sources(file, row),
    )


def _facts(file: ServicesFile, row: ServiceRow) -> ServiceFacts:
    return ServiceFacts(
        materials=row.materials,
        channels=row.channels,
        steps=row.steps,
        statutory=row.statutory,
        promised=row.promised,
        standard=row.standard or file.common.standard,
        online=row.online,
        modes=row.modes,
        notes=tuple(
            Note(
                about=note.about,
                text=note.text,
                text_en=note.text_en,
                documents=_documents(file, note.of),
            )
            for note in row.notes
        ),
    )


def _sources(file: ServicesFile, row: ServiceRow) -> Sources:
    """The source of every fact that says something, with the documents themselves."""
    common = file.common.sources
    rows = {fact: row.sources.get(fact) or common[fact] for fact in Fact if fact in row.stated()}
    return {
        fact: Source(
            kind=source.kind,
            documents=_documents(file, source.of),
            note=source.note,
            note_en=source.note_en,
        )
        for fact, source in rows.items()
    }


def _documents(file: ServicesFile, names: Iterable[str]) -> tuple[Document, ...]:
    return tuple(file.documents[name] for name in names)
