"""The file of a standard: its shape, what must agree between its parts, and writing it.

docs/standards-format.md describes it to those who edit it.  What is published is kept as text, so
that its sha256 is that of the file.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core import tomlfile
from core.catalogue.format import source_faults
from core.figures.rules import Figure, Reduce, Subject, find_defined
from core.tomlfile import BadFile, Location, Problem, Sheet
from standards.items import find_item
from standards.rules import CODE, RESERVED, Band, Check, Criterion, Method, Version

SHIPPED: Final = Path(__file__).parent / "shipped"

#: The standards that come with the product, in the order of pages.
CODES: Final = (
    *("nine-haves-hall", "ten-completes-hall", "nine-haves-station"),
    *("fifteen-systems", "comprehensive-window", "five-ones"),
)

Fault = tuple[Location, LazyString]


@dataclass(frozen=True, slots=True)
class Read:
    """A file that holds together: the version, the text as it is kept, what stands for it."""

    version: Version
    text: str

    @property
    def digest(self) -> str:
        return digest(self.text)


def digest(text: str) -> str:
    """The sha256 of the file."""
    return hashlib.sha256(text.encode()).hexdigest()


def shipped() -> tuple[Path, ...]:
    """The files that come with the product, in the order of pages."""
    return tuple(SHIPPED / f"{code}.toml" for code in CODES)


def read(source: bytes | str) -> Read:
    """A file, checked whole. Raises BadFile with everything that is wrong, BadInput."""
    sheet = tomlfile.parse(source)
    version = _shaped(sheet)
    problems = [_problem(sheet, *fault) for fault in faults(version)]
    if problems:
        raise BadFile(problems)
    return Read(version, sheet.text)


def draft(source: bytes | str) -> tuple[Version | None, tuple[Problem, ...]]:
    """The same of what is not finished: the version if it has the shape of one, and its faults.

    Raises BadInput where it is no TOML.
    """
    sheet = tomlfile.parse(source)
    try:
        version = _shaped(sheet)
    except BadFile as fault:
        return None, fault.problems
    return version, tuple(_problem(sheet, *fault) for fault in faults(version))


@lru_cache(maxsize=256)
def kept(text: str) -> Version:
    """A version out of what was published; figures that are gone since do not matter."""
    return Version.model_validate_json(tomlfile.parse(text).document)


def _shaped(sheet: Sheet) -> Version:
    version, wrong = tomlfile.shaped(Version, sheet.document)
    if version is None:
        told = (_problem(sheet, fault[0], _message(*fault[1:])) for fault in wrong)
        raise BadFile(list(dict.fromkeys(told)))
    return version


def _message(kind: str, context: Mapping[str, Any], otherwise: str) -> LazyString | str:
    if kind == "string_pattern_mismatch" and context["pattern"] == CODE:
        return _l("代码只能用小写字母、数字和连字符，以字母开头，例如 guide-desk。")
    return tomlfile.message(kind, context, otherwise)


def _problem(sheet: Sheet, location: Location, message: LazyString | str) -> Problem:
    where, rest = "", location
    if len(location) >= 2 and isinstance(location[1], int):
        row = sheet.tree[str(location[0])][location[1]]
        code = row.get("code") if isinstance(row, dict) else None
        where = str(code) if isinstance(code, str) else tomlfile.dotted(location[:2])
        rest = location[2:]
    return Problem(where, tomlfile.dotted(rest), sheet.line(location), message)


# -- What must agree ----------------------------------------------------------------------------


def faults(version: Version) -> Iterator[Fault]:
    """What is wrong between the parts of a version whose every part is well formed."""
    yield from _doubled("chapters", (one.code for one in version.chapters))
    yield from _doubled("criteria", (one.code for one in version.criteria))
    yield from _doubled("bands", (one.code for one in version.bands))
    if version.code in RESERVED:
        yield ("code",), _l("“%(code)s”另有用处，请换一个代码。", code=version.code)
    if len(set(version.kinds)) < len(version.kinds):
        yield ("kinds",), _l("网点类型重复。")
    total = sum(one.weight for one in version.criteria)
    if total != version.total:
        told = _l("各条分值之和是 %(sum)s，不是 %(total)s。", sum=total, total=version.total)
        yield ("total",), told
    yield from _band_faults(version.bands)
    used = {one.chapter for one in version.criteria}
    for number, chapter in enumerate(version.chapters):
        if chapter.code not in used:
            yield ("chapters", number), _l("这一章没有条目。")
    for number, criterion in enumerate(version.criteria):
        for field, message in _criterion_faults(version, criterion):
            yield ("criteria", number, *field), message


def _doubled(table: str, codes: Iterable[str]) -> Iterator[Fault]:
    told = list(codes)
    counts = Counter(told)
    for number, code in enumerate(told):
        if counts[code] > 1:
            yield (table, number, "code"), _l("代码“%(code)s”重复。", code=code)


def _band_faults(bands: tuple[Band, ...]) -> Iterator[Fault]:
    ordered = sorted(enumerate(bands), key=lambda pair: (pair[1].start, pair[1].end))
    reached = 0
    for number, band in ordered:
        if band.start >= band.end:
            yield ("bands", number, "to"), _l("等级的起点应小于终点。")
        elif band.start < reached:
            yield ("bands", number, "from"), _l("等级“%(name)s”与别的等级重叠。", name=band.name)
        elif band.start > reached:
            told = _l("%(from_)s 到 %(to)s 之间没有等级。", from_=reached, to=band.start)
            yield ("bands", number, "from"), told
        reached = max(reached, band.end)
    if bands and reached < 100:
        yield ("bands", ordered[-1][0], "to"), _l("等级没有到 100。")


def _criterion_faults(version: Version, one: Criterion) -> Iterator[Fault]:
    if one.code in RESERVED:
        yield ("code",), _l("“%(code)s”另有用处，请换一个代码。", code=one.code)
    if one.chapter not in {chapter.code for chapter in version.chapters}:
        yield ("chapter",), _l("没有“%(code)s”这一章。", code=one.chapter)
    if one.veto and one.guidance is None:
        yield ("guidance",), _l("一票否决的条目必须写明查看要点（guidance）。")
    yield from _kind_faults(version, one)
    yield from _method_faults(one)
    for message in source_faults(one.source, version.documents):
        yield ("source",), message


def _kind_faults(version: Version, one: Criterion) -> Iterator[Fault]:
    if len(set(one.kinds)) < len(one.kinds):
        yield ("kinds",), _l("网点类型重复。")
    for kind in one.kinds:
        if kind not in version.kinds:
            yield ("kinds",), _l("这个标准不适用于“%(kind)s”。", kind=kind.value)


def _method_faults(one: Criterion) -> Iterator[Fault]:
    if one.method is Method.OBSERVED and one.check is not None:
        yield ("check",), _l("现场查看的条目不应有 check；要先看指标，method 写 both。")
    if one.method is not Method.OBSERVED and one.check is None:
        yield ("method",), _l("按指标判定的条目要用 check 写明指标和比较。")
    for field, check in (("check", one.check), ("applies_if", one.applies_if)):
        if check is not None:
            for inner, message in _check_faults(check):
                yield (field, *inner), message


def _check_faults(check: Check) -> Iterator[Fault]:
    if (check.figure is None) == (check.item is None):
        yield (), _l("figure（指标）和 item（登记项目）写且只写一个。")
        return
    if check.item is not None and find_item(check.item) is None:
        yield ("item",), _l("没有“%(code)s”这个登记项目。", code=check.item)
        return
    figure = None if check.figure is None else find_defined(check.figure)
    if check.figure is not None and (figure is None or figure.subject is not Subject.SITE):
        yield ("figure",), _no_figure(figure, check.figure)
        return
    yield from _target_faults(check, figure is not None and figure.reduce is Reduce.SHARE)


def _target_faults(check: Check, share: bool) -> Iterator[Fault]:
    if (check.value is None) == (check.than is None):
        yield (), _l("value（一个数）和 than（另一个指标）写且只写一个。")
    elif check.than is not None:
        other = find_defined(check.than)
        if other is None or other.subject is not Subject.SITE:
            yield ("than",), _no_figure(other, check.than)
        elif share != (other.reduce is Reduce.SHARE):
            yield ("than",), _l("比例不能与数量相比。")
    elif share and check.value is not None and not 0 <= check.value <= 1:
        yield ("value",), _l("这个指标是比例，应与 0 到 1 之间的数相比，例如 0.8。")


def _no_figure(figure: Figure | None, code: str) -> LazyString:
    if figure is None:
        return _l("没有“%(code)s”这个指标。", code=code)
    return _l("“%(code)s”是区划的指标，不是网点的。", code=code)


# -- Writing ------------------------------------------------------------------------------------


def write(version: Version) -> str:
    """The version as a file; reading it gives the same version."""
    told = version.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return "\n".join(_table(told, ())).strip() + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    for key, value in table.items():
        if not _apart(value):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        inner = (*path, key)
        name = ".".join(map(_key, inner))
        if isinstance(value, dict) and _apart(value):
            if any(not _apart(each) for each in value.values()):
                yield from ("", f"[{name}]")
            yield from _table(value, inner)
        elif _apart(value):
            for row in value:
                yield from ("", f"[[{name}]]")
                yield from _table(row, inner)


def _apart(value: Any) -> bool:
    """Whether it gets a header of its own: tables with more than a few words, lists of tables."""
    if isinstance(value, dict):
        return "comparison" not in value
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _key(key: str) -> str:
    plain = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if plain else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(k)} = {_value(v)}' for k, v in value.items())} }}"
    # JSON writes texts, numbers and truths as TOML does, but for the one character 0x7f.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
