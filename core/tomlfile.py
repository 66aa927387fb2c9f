"""TOML that people edit: read within bounds, and every fault told with its line."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, ValidationError

from core.errors import BadInput
from core.textfile import read_text

M = TypeVar("M", bound=BaseModel)

MOST_BYTES: Final = 1024 * 1024
MOST_TOLD: Final = 50
#: A dotted key of n parts costs the reader of TOML n² of memory.
MOST_DOTS: Final = 100

#: Where in a file: names of tables and keys, numbers from 0 in lists.
Location: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: the thing it is of by its code or place; the field; the line, if known."""

    where: str
    field: str
    line: int | None
    message: LazyString | str

    def __str__(self) -> str:
        line = str(_l("第 %(line)s 行", line=self.line)) if self.line else ""
        place = " ".join(part for part in (line, self.where, self.field) if part)
        return f"{place}: {self.message}" if place else str(self.message)


class BadFile(BadInput):
    """The file cannot be taken over; ``problems`` are all that was found, in the file's order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        told = [str(problem) for problem in problems[:MOST_TOLD]]
        if len(problems) > MOST_TOLD:
            told.append(str(_l("……共 %(count)s 处", count=len(problems))))
        super().__init__("\n".join(told), field="file")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as TOML has it, as JSON (which alone pydantic reads strictly), and its lines."""

    text: str
    tree: Mapping[str, Any]
    document: str
    lines: Mapping[Location, int]

    def line(self, location: Location) -> int | None:
        """The line of what stands there, or of the nearest thing that it is part of."""
        for length in range(len(location), 0, -1):
            found = self.lines.get(location[:length])
            if found is not None:
                return found
        return None


def parse(source: bytes | str) -> Sheet:
    """The file. Raises BadInput where it is too large, no text or no TOML."""
    if len(source) > MOST_BYTES:
        raise BadInput(_l("文件超过 1 MB。"), field="file")
    text = (read_text(source) if isinstance(source, bytes) else source).replace("\r\n", "\n")
    if any(line.count(".") > MOST_DOTS for line in text.splitlines()):
        raise BadInput(_l("文件不是 TOML：一行中的点号太多。"), field="file")
    try:
        tree = tomllib.loads(text)
        return Sheet(text, tree, json.dumps(tree, default=str), dict(_lines(text)))
    except RecursionError:
        raise BadInput(_l("文件不是 TOML：嵌套过深。"), field="file") from None
    except ValueError as error:
        raise BadInput(_l("文件不是 TOML：%(error)s", error=str(error)), field="file") from None


def shaped(model: type[M], document: str) -> tuple[M | None, list[tuple[Location, str, Any, str]]]:
    """The document as *model*; else None and what is wrong: location, type, context, message."""
    try:
        return model.model_validate_json(document), []
    except ValidationError as error:
        found = error.errors()
        inner = {fault["loc"][:depth] for fault in found for depth in range(len(fault["loc"]))}
        # A list whose every part is wrong is also called too short: the parts are enough.
        own = [
            fault for fault in found if fault["type"] != "too_short" or fault["loc"] not in inner
        ]
        return None, [
            (fault["loc"], fault["type"], fault.get("ctx", {}), fault["msg"]) for fault in own
        ]


def dotted(location: Iterable[str | int]) -> str:
    """Where in the file, as ``materials[2].name``, numbered from 1."""
    parts = [part for part in location if part != "[key]"]
    return "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in parts).lstrip(".")


def message(kind: str, context: Mapping[str, Any], otherwise: str) -> LazyString | str:
    """What pydantic found, in our words."""
    if kind in {"enum", "literal_error"}:
        return _l("只能是 %(expected)s。", expected=context["expected"].replace(" or ", ", "))
    if kind == "string_too_long":
        return _l("太长，最多 %(most)s 个字符。", most=context["max_length"])
    if kind == "too_long":
        return _l("太多，最多 %(most)s 个。", most=context["max_length"])
    return _MESSAGES.get(kind, otherwise)


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
    "float_type": _l("应为数字。"),
    "finite_number": _l("应为数字。"),
    "tuple_type": _l("应为列表。"),
    "dict_type": _l("应为表。"),
    "model_type": _l("应为表。"),
    "greater_than_equal": _l("数值太小。"),
    "less_than_equal": _l("数值太大。"),
}


# -- Which line is which ------------------------------------------------------------------------

_TOKEN: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"""+|' + r"'''.*?'''+|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|"
    r"#[^\n]*|[\[\]{}\n]",
    re.DOTALL,
)
_PART: Final = re.compile(r"""[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'""")


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Number and text of each line that begins a header or a key, not the middle of a value."""
    depth, number, start = 0, 1, 0
    begins = True
    for token in _TOKEN.finditer(text + "\n"):
        found = token.group()
        if found == "\n":
            if begins:
                yield number, text[start : token.start()]
            number, start, begins = number + 1, token.end(), depth == 0
        elif found in "[{":
            depth += 1
        elif found in "]}":
            depth -= 1
        elif (inside := found.count("\n")) > 0:
            if begins:
                yield number, text[start : token.start()]
            number, start, begins = number + inside, token.end(), False


def _lines(text: str) -> Iterator[tuple[Location, int]]:
    counts: dict[Location, int] = {}
    table: Location = ()
    for number, line in _statements(text):
        content = line.strip()
        if content.startswith("["):
            table = _header(content, counts)
            yield table, number
        elif "=" in content and not content.startswith("#"):
            key, end = _parts(content)
            if content[end : end + 1] == "=":
                for length in range(1, len(key) + 1):
                    yield (*table, *key[:length]), number


def _header(content: str, counts: dict[Location, int]) -> Location:
    several = content.startswith("[[")
    parts, _end = _parts(content.lstrip("["))
    location: Location = ()
    for place, part in enumerate(parts):
        location = (*location, part)
        if several and place == len(parts) - 1:
            counts[location] = counts.get(location, -1) + 1
        if location in counts:
            location = (*location, counts[location])
    return location


def _parts(content: str) -> tuple[Location, int]:
    """The names of a dotted key, and where it ends."""
    parts: list[str] = []
    end = _skipped(content, 0)
    while (found := _PART.match(content, end)) is not None:
        parts.append(found.group().strip("\"'"))
        end = _skipped(content, found.end())
        if content[end : end + 1] != ".":
            break
        end = _skipped(content, end + 1)
    return tuple(parts), end


def _skipped(content: str, start: int) -> int:
    """Where what is not blank begins."""
    while content[start : start + 1] in (" ", "\t"):
        start += 1
    return start
