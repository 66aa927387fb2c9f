"""The tree of regions as the statistics number it, and what changes between two lists of it.

A code has twelve digits, two for the province, two for the city, two for the county, three for the
town, three for the village; the level of a code is where its zeros begin.  Provinces are not part
of the tree: a city is a top.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.search import stem

#: The shipped lists hold from here on; nobody says when their regions began, so this is assumed.
ASSUMED_SINCE = date(2021, 1, 1)

MOST_NAME = 100
MOST_SOURCE = 200

_CODE = re.compile(r"[1-9][0-9]{11}", re.ASCII)


class Level(StrEnum):
    """From the top down; the order of the members is the order of the tree."""

    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"

    @property
    def depth(self) -> int:
        """0 for a city, 3 for a village."""
        return LEVELS.index(self)

    @property
    def digits(self) -> int:
        """How many leading digits of a code name a region of this level."""
        return (4, 6, 9, 12)[self.depth]


LEVELS = tuple(Level)


class ChangeKind(StrEnum):
    """What may happen to a region; ``reclassified``: it became statutory, or ceased to be."""

    CREATED = "created"
    RENAMED = "renamed"
    RECODED = "recoded"
    REPARENTED = "reparented"
    RECLASSIFIED = "reclassified"
    ABOLISHED = "abolished"
    MERGED = "merged"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Row:
    """A region as a list gives it; ``parent`` is the parent's code, empty for a city."""

    code: str
    name: str
    level: Level
    parent: str
    statutory: bool
    name_en: str = ""


# -- One row ------------------------------------------------------------------------------------


def level_of(code: str) -> Level | None:
    """The level that the zeros of a twelve-digit *code* tell; None for a province or a gap."""
    filled = [part.strip("0") != "" for part in (code[2:4], code[4:6], code[6:9], code[9:12])]
    depth = sum(filled)
    return LEVELS[depth - 1] if depth and all(filled[:depth]) else None


def parent_of(code: str, level: Level) -> str:
    """The code under which a region of *code* and *level* must stand; empty for a city."""
    if level is Level.CITY:
        return ""
    return code[: LEVELS[level.depth - 1].digits].ljust(12, "0")


def statutory_by_code(code: str, level: Level) -> bool:
    """Whether the digits are those of a region by law, not of one made for the statistics.

    Towns and villages 400 to 599 are units that the civil affairs have not confirmed, says the
    statistics' rule for such codes (统计用区划代码和城乡划分代码编制规则).  It does not code
    counties: that 71 to 79 are development zones is our reading of the published lists, so a list
    that knows better gives the column ``statutory``.
    """
    if level is Level.CITY:
        return True
    first, last = ("71", "79") if level is Level.COUNTY else ("400", "599")
    return not first <= code[LEVELS[level.depth - 1].digits : level.digits] <= last


def row_of(line: int, cells: Mapping[str, object]) -> Row:
    """The row in *cells*: code, name, level, parent, and if given statutory (0, 1) and name_en.

    Raises BadInput naming *line*.
    """
    code = _code(line, cells.get("code"))
    level = _level(line, code, cells.get("level"))
    return Row(
        code=code,
        name=_name(line, cells.get("name"), "name"),
        level=level,
        parent=_parent(line, code, level, cells.get("parent")),
        statutory=_statutory(line, code, level, cells.get("statutory")),
        name_en=_name(line, cells["name_en"], "name_en") if cells.get("name_en") else "",
    )


def _code(line: int, value: object) -> str:
    if not isinstance(value, str):
        what = _l("代码 %(value)s 是数字，应为 12 位的文本。", value=_shown(value))
        raise _wrong(line, what, "code")
    if not _CODE.fullmatch(value):
        what = _l(
            "代码“%(value)s”不是 12 位数字；请把该列设为文本，末尾的零要补全。",
            value=_shown(value),
        )
        raise _wrong(line, what, "code")
    return value


def _level(line: int, code: str, value: object) -> Level:
    if value not in LEVELS:
        known = ", ".join(LEVELS)
        what = _l("级别“%(value)s”应为 %(known)s 之一。", value=_shown(value), known=known)
        raise _wrong(line, what, "level")
    level = Level(str(value))
    if level_of(code) is not level:
        what = _l("代码 %(code)s 与级别 %(level)s 不符。", code=code, level=level.value)
        raise _wrong(line, what, "level")
    return level


def _parent(line: int, code: str, level: Level, value: object) -> str:
    expected = parent_of(code, level)
    province = f"{code[:2]}0000000000"
    if value == expected or (level is Level.CITY and value in (None, province)):
        return expected
    what = _l(
        "%(code)s 的上级应为“%(expected)s”，却是“%(value)s”。",
        code=code,
        expected=expected,
        value=_shown(value),
    )
    raise _wrong(line, what, "parent")


def _name(line: int, value: object, field: str) -> str:
    text = value.strip() if isinstance(value, str) else ""
    controls = any(unicodedata.category(letter) == "Cc" for letter in text)
    if not text or len(text) > MOST_NAME or controls:
        what = _l("名称为空、超过 %(most)s 个字或含有控制字符。", most=MOST_NAME)
        raise _wrong(line, what, field)
    return text


def _statutory(line: int, code: str, level: Level, value: object) -> bool:
    if value in (None, ""):
        return statutory_by_code(code, level)
    if value not in ("0", "1"):
        what = _l("statutory 应为 1 或 0，却是“%(value)s”。", value=_shown(value))
        raise _wrong(line, what, "statutory")
    return value == "1"


def _shown(value: object) -> str:
    """What stands in a message for a value that may be anything."""
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _wrong(line: int, what: LazyString, field: str) -> BadInput:
    return BadInput(_l("第 %(line)s 行：%(what)s", line=line, what=what), field=field)


# -- A whole list -------------------------------------------------------------------------------


def check_list(rows: Iterable[tuple[int, Row]]) -> list[Row]:
    """The rows of one city, each with its line: parents first, every code once. Raises BadInput."""
    lines: dict[str, int] = {}
    checked: list[Row] = []
    for line, row in rows:
        _check_place(line, row, lines)
        lines[row.code] = line
        checked.append(row)
    if not checked:
        raise BadInput(_l("文件里没有区划。"), field="code")
    return checked


def _check_place(line: int, row: Row, lines: Mapping[str, int]) -> None:
    """Refuse *row* unless it may follow the codes of *lines*."""
    if row.code in lines:
        what = _l("代码 %(code)s 与第 %(other)s 行重复。", code=row.code, other=lines[row.code])
        raise _wrong(line, what, "code")
    if row.parent and row.parent not in lines:
        what = _l("%(code)s 的上级 %(parent)s 不在它前面。", code=row.code, parent=row.parent)
        raise _wrong(line, what, "parent")
    if not row.parent and lines:
        raise _wrong(line, _l("一个文件只能有一个市，市写在最前面。"), "level")


# -- What changes -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """What happens to one region: ``before`` is None where it begins, ``after`` where it ends."""

    before: Row | None
    after: Row | None
    kinds: tuple[ChangeKind, ...]


# How a region that has another code now is known again: the keys of the old row, given the new
# code of its parent (None if that is gone), and of the new row must be equal.
Key: TypeAlias = Callable[[Row, str | None], Hashable]
_KNOWN_BY: tuple[Key, ...] = (
    lambda row, parent: (parent, row.name),
    lambda row, parent: (parent, stem(row.name)),
    lambda row, parent: row.name,
)


def differences(before: Sequence[Row], after: Sequence[Row]) -> list[Difference]:
    """What turns the list *before* into the list *after*: two lists of one city, parents first.

    A region is known again by its code; else by its name, where exactly one that went and one
    that came bear it at the same level: first under the same parent, then under the same parent
    but for the generic ending (文登市, 文登区), then anywhere in the city.
    """
    old = {row.code: row for row in before}
    new = {row.code: row for row in after}
    now = {code: code for code in old if code in new}
    for level in LEVELS:
        for key in _KNOWN_BY:
            now |= _known_again(
                [row for row in before if row.level is level and row.code not in now],
                [row for row in after if row.level is level and row.code not in now.values()],
                now,
                key,
            )
    was = {became: code for code, became in now.items()}
    found = [_change(old.get(was.get(row.code, "")), row, now) for row in after]
    found += [_change(row, None, now) for row in before if row.code not in now]
    return [difference for difference in found if difference.kinds]


def _known_again(
    gone: Iterable[Row], came: Iterable[Row], now: Mapping[str, str], key: Key
) -> dict[str, str]:
    """Old code to new code of the regions that *key* tells apart on both sides."""
    left = _by_key((key(row, now.get(row.parent)), row) for row in gone)
    arrived = _by_key((key(row, row.parent), row) for row in came)
    return {left[name].code: arrived[name].code for name in left.keys() & arrived.keys()}


def _by_key(rows: Iterable[tuple[Hashable, Row]]) -> dict[Hashable, Row]:
    """The rows whose key no other row has."""
    keyed = list(rows)
    times = Counter(name for name, _ in keyed)
    return {name: row for name, row in keyed if times[name] == 1}


def _change(before: Row | None, after: Row | None, now: Mapping[str, str]) -> Difference:
    if before is None:
        return Difference(None, after, (ChangeKind.CREATED,))
    if after is None:
        return Difference(before, None, (ChangeKind.ABOLISHED,))
    if not after.name_en and after.name == before.name:
        after = replace(after, name_en=before.name_en)
    moved = bool(after.parent) and now.get(before.parent) != after.parent
    happened = {
        ChangeKind.RENAMED: (before.name, before.name_en) != (after.name, after.name_en),
        ChangeKind.RECODED: before.code != after.code,
        ChangeKind.REPARENTED: moved,
        ChangeKind.RECLASSIFIED: before.statutory != after.statutory,
    }
    return Difference(before, after, tuple(kind for kind, yes in happened.items() if yes))


def check_complete(before: Sequence[Row], after: Sequence[Row]) -> None:
    """Refuse a list without a single region of a level that the city has. Raises BadInput."""
    for level in LEVELS:
        if any(row.level is level for row in before) and all(
            row.level is not level for row in after
        ):
            message = _l(
                "文件里没有 %(level)s 一级的区划。导入的应是全市完整名单，未列出的即视为撤销。",
                level=level,
            )
            raise BadInput(message, field="level")
