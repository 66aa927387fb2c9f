"""What may be done to many sites at once, to how many, and what was seen of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput, Conflict
from core.labels import Labelled
from core.sites.rules import is_site_code

#: How many sites one action may change: another writer waits for less than a second meanwhile.
MOST: Final = 2_000


class Action(Labelled):
    OFFER = "offer", _l("开办或停办一个事项")
    HOURS = "hours", _l("设置营业时间")
    CLOSE = "close", _l("撤销这些网点")
    REOPEN = "reopen", _l("开办（恢复）网点")
    ANNOUNCE = "announce", _l("发出停办通知")
    CHECK = "check", _l("位置记为已核实")
    FIT = "fit", _l("登记一项设施或制度")


class Scope(StrEnum):
    """Those that were ticked on a page, or all that the list shows on however many pages."""

    SOME = "some"
    ALL = "all"


def check_number(count: int) -> None:
    """Raise BadInput where nothing is to be changed, or too much at once."""
    if count == 0:
        raise BadInput(_l("没有选中任何网点：请回到列表勾选，或选择“全部”。"), field="site")
    if count > MOST:
        message = _l(
            "一次最多修改 %(most)s 个网点，这里有 %(count)s 个：请按区划分批进行。",
            most=MOST,
            count=count,
        )
        raise BadInput(message, field="site")


# -- What was seen ------------------------------------------------------------------------------

#: The version at which each site, by its code, was seen.
Seen = Mapping[str, int]

_ONE: Final = re.compile(r"(\d{7})\.(\d{1,9})", re.ASCII)


def write(seen: Seen) -> str:
    return " ".join(f"{code}.{version}" for code, version in sorted(seen.items()))


def read(text: str) -> dict[str, int]:
    """What :func:`write` wrote. Raises BadInput."""
    words = text.split()
    check_number(len(words))
    found = [_ONE.fullmatch(word) for word in words]
    if not all(one is not None and is_site_code(one[1]) for one in found):
        raise BadInput(_l("页面已经过期，请返回上一页，刷新后再试。"))
    return {one[1]: int(one[2]) for one in found if one is not None}


@dataclass(frozen=True, slots=True)
class Moved:
    """What is otherwise than it was seen: the codes of sites that were written since, that are no
    longer among those meant, and that are now."""

    written: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    come: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.written or self.gone or self.come)


def moved(seen: Seen, current: Seen) -> Moved:
    both = sorted(seen.keys() & current.keys())
    return Moved(
        written=tuple(code for code in both if seen[code] != current[code]),
        gone=_sorted(seen.keys() - current.keys()),
        come=_sorted(current.keys() - seen.keys()),
    )


def _sorted(codes: Iterable[str] | Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(codes))


class Stale(Conflict):
    """The sites are no longer as they were seen."""

    def __init__(self, what: Moved) -> None:
        super().__init__(_l("网点在您查看之后有变动，还没有修改任何网点，请重新核对。"))
        self.what = what
