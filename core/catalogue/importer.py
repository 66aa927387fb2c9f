"""The services file: TOML that a bureau edits, checked whole before anything is taken over.

docs/import-formats.md describes it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError

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
from core.errors import BadInput
from core.textfile import read_text

#: The 21 devolved services that come with the product.
SHIPPED: Final = Path(__file__).parent / "data" / "devolved.toml"
MOST_BYTES: Final = 1024 * 1024
MOST_TOLD: Final = 50
#: A dotted key of n parts costs the reader of TOML n² of memory.
MOST_DOTS: Final = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: the service's code, or its place in the file; the field; the line, if known."""

    service: str
    field: str
    line: int | None
    message: LazyString | str

    def __str__(self) -> str:
        line = str(_l("第 %(line)s 行", line=self.line)) if self.line else ""
        place = " ".join(part for part in (line, self.service, self.field) if part)
        return f"{place}: {self.message}" if place else str(self.message)


class BadServices(BadInput):
    """The file cannot be taken over; ``problems`` are all that was found, in the file's order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        told = [str(problem) for problem in problems[:MOST_TOLD]]
        if len(problems) > MOST_TOLD:
            told.append(str(_l("……共 %(count)s 处", count=len(problems))))
        super().__init__("\n".join(told), field="file")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Read:
    """A file that holds together, and what the bureau may want to look at again."""

    entries: tuple[Entry, ...]
    warnings: tuple[Problem, ...]


def read(source: Path | bytes = SHIPPED) -> Read:
    """The services of a file (its path, or its bytes). Raises BadServices, BadInput, OSError."""
    data = source if isinstance(source, bytes) else source.read_bytes()
    if len(data) > MOST_BYTES:
        raise BadInput(_l("文件超过 1 MB。"), field="file")
    text = read_text(data)
    if any(line.count(".") > MOST_DOTS for line in text.splitlines()):
        raise BadInput(_l("文件不是 TOML：一行中的点号太多。"), field="file")
    tree, document = _parse(text)
    places = _Places.of(text, tree)
    file = _shaped(document, places)
    problems = [places.problem(*fault) for fault in faults(file)]
    if problems:
        raise BadServices(problems)
    return Read(tuple(_entry(file, row) for row in file.services), tuple(_warnings(file, places)))


def _parse(text: str) -> tuple[dict[str, Any], str]:
    """The file as TOML has it, and as JSON, which alone pydantic reads strictly and with enums."""
    try:
        tree = tomllib.loads(text.replace("\r\n", "\n"))
        return tree, json.dumps(tree, default=str)
    except RecursionError:
        raise BadInput(_l("文件不是 TOML：嵌套过深。"), field="file") from None
    except ValueError as error:
        raise BadInput(_l("文件不是 TOML：%(error)s", error=str(error)), field="file") from None


@dataclass(frozen=True, slots=True)
class _Places:
    """Which code and which line the services of the file have, by their number."""

    codes: tuple[str, ...]
    lines: tuple[int, ...]

    @classmethod
    def of(cls, text: str, tree: Mapping[str, Any]) -> _Places:
        rows = tree.get("services")
        rows = rows if isinstance(rows, list) else []
        codes = tuple(
            str(row["code"]) if isinstance(row, dict) and "code" in row else f"services[{number}]"
            for number, row in enumerate(rows, 1)
        )
        header = re.compile(r"\s*\[\[\s*services\s*\]\]")
        lines = tuple(n for n, line in enumerate(text.split("\n"), 1) if header.match(line))
        return cls(codes, lines)

    def problem(self, number: int | None, field: str, message: LazyString | str) -> Problem:
        if number is None:
            return Problem("", field, None, message)
        line = self.lines[number] if len(self.lines) == len(self.codes) else None
        return Problem(self.codes[number], field, line, message)


def _shaped(document: str, places: _Places) -> ServicesFile:
    try:
        return ServicesFile.model_validate_json(document)
    except ValidationError as error:
        found = error.errors()
        inner = {fault["loc"][:depth] for fault in found for depth in range(len(fault["loc"]))}
        # A list whose every part is wrong is also called too short: the parts are enough.
        own = [
            fault for fault in found if fault["type"] != "too_short" or fault["loc"] not in inner
        ]
        told = [_told(fault, places) for fault in own]
        raise BadServices(list(dict.fromkeys(told))) from None


def _told(fault: Any, places: _Places) -> Problem:
    location: tuple[str | int, ...] = fault["loc"]
    message = _message(fault["type"], fault.get("ctx", {}), fault["msg"])
    if len(location) > 3 and location[2] in {Fact.STATUTORY, Fact.PROMISED}:
        # A limit has two shapes, and each says what it misses: once is enough.
        location, message = location[:3], _WHAT_LIMIT
    if len(location) >= 2 and location[0] == "services" and isinstance(location[1], int):
        return places.problem(location[1], _dotted(location[2:]), message)
    return places.problem(None, _dotted(location), message)


def _dotted(location: Iterable[str | int]) -> str:
    """Where in the file, as ``materials[2].name``, numbered from 1."""
    parts = [part for part in location if part != "[key]"]
    return "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in parts).lstrip(".")


def _message(kind: str, context: Mapping[str, Any], otherwise: str) -> LazyString | str:
    if kind in {"enum", "literal_error"}:
        return _l("只能是 %(expected)s。", expected=context["expected"].replace(" or ", ", "))
    if kind == "string_pattern_mismatch" and context["pattern"] == CODE:
        return _l("编码应为 002036 加六位数字。")
    if kind == "string_too_long":
        return _l("太长，最多 %(most)s 个字符。", most=context["max_length"])
    return _MESSAGES.get(kind, otherwise)


_WHAT_LIMIT: Final = _l('只能是 "immediate"、"unknown" 或 1 到 365 的整数（工作日）。')
_MESSAGES: Final = {
    "missing": _l("缺少此项。"),
    "extra_forbidden": _l("没有这一项，请检查拼写。"),
    "string_type": _l("应为文本，请加引号。"),
    "string_pattern_mismatch": _l("文本中不能有换行等控制字符。"),
    "string_too_short": _l("不能为空。"),
    "too_short": _l("不能为空。"),
    "bool_type": _l("应为 true 或 false。"),
    "int_type": _l("应为整数。"),
    "int_from_float": _l("应为整数。"),
    "tuple_type": _l("应为列表。"),
    "dict_type": _l("应为表。"),
    "model_type": _l("应为表。"),
    "greater_than_equal": _l("数值太小。"),
    "less_than_equal": _l("数值太大。"),
}


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
