"""What a window is: its number, whether it takes everything, and for whom it keeps a lane."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.forms import plain
from core.labels import Labelled

MOST_NUMBER: Final = 8
MOST_TITLE: Final = 40
#: What is on record of a site once any window is, or that it has none.
WINDOWS: Final = "window"


class WindowKind(Labelled):
    """Whether a window takes every service, or only some."""

    COMPREHENSIVE = "comprehensive", _l("综合窗口")
    SPECIAL = "special", _l("专项窗口")


class Lane(Labelled):
    """For whom a window keeps a lane, or when."""

    ELDERLY = "elderly", _l("老年人优先")
    VETERAN = "veteran", _l("退役军人优先")
    TALENT = "talent", _l("双招双引人才")
    WEEKEND = "weekend", _l("周末值班")


LANES: Final = tuple(Lane)

_NUMBER: Final = re.compile(rf"[0-9A-Z-]{{1,{MOST_NUMBER}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Opened:
    """A window as it is on a day; ``title`` says what a special one is for."""

    kind: WindowKind
    lanes: frozenset[Lane] = frozenset()
    title: str = ""


def number(text: str, field: str = "number") -> str:
    """A window's number as it is kept: 3, A12. Raises BadInput."""
    found = plain(text).upper()
    if _NUMBER.fullmatch(found) is None:
        raise BadInput(_l("窗口号只能有数字、字母和“-”，例如 3 或 A12。"), field=field)
    return found


def told(opened: Opened) -> dict[str, Any]:
    """A window as a document of the audit, and of what waits for approval."""
    lanes = [lane.value for lane in LANES if lane in opened.lanes]
    return {"kind": opened.kind.value, "title": opened.title, "lanes": lanes}


def read(document: Mapping[str, Any]) -> Opened:
    """What :func:`told` wrote."""
    lanes = frozenset(Lane(lane) for lane in document["lanes"])
    return Opened(WindowKind(document["kind"]), lanes, document["title"])


def in_order(numbers: Collection[str]) -> list[str]:
    """Numbers as people count them: 2 before 10."""
    return sorted(numbers, key=lambda one: [_part(part) for part in re.findall(r"\d+|\D+", one)])


def _part(part: str) -> tuple[int, int, str]:
    return (0, int(part), "") if part.isdigit() else (1, 0, part)
