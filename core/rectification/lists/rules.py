"""What may be asked of a list of findings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.rectification.rules import FindingSource, Severity, State
from core.regions.tree import Node

#: How many rows a browser waits for.
MOST_EXPORTED: Final = 20_000


class Show(StrEnum):
    """Which findings a list holds before it is narrowed."""

    MINE = "mine"
    OVERDUE = "overdue"
    UNFINISHED = "unfinished"
    ALL = "all"

    @property
    def label(self) -> LazyString:
        return _SHOWS[self]


_SHOWS: Final = {
    Show.MINE: _l("待我处理"),
    Show.OVERDUE: _l("逾期"),
    Show.UNFINISHED: _l("未销号"),
    Show.ALL: _l("全部（台账）"),
}


class Sort(StrEnum):
    DUE = "due"
    FOUND = "found"
    SITE = "site"
    REGION = "region"
    SEVERITY = "severity"
    CLOSED = "closed"

    @property
    def label(self) -> LazyString:
        return _SORTS[self]


_SORTS: Final = {
    Sort.DUE: _l("期限"),
    Sort.FOUND: _l("发现日期"),
    Sort.SITE: _l("所在网点"),
    Sort.REGION: _l("区划"),
    Sort.SEVERITY: _l("严重程度"),
    Sort.CLOSED: _l("销号日期"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What narrows a list down and how it is sorted; what is None or empty narrows nothing.

    ``since`` and ``until`` bound the day found, both inclusive.
    """

    show: Show = Show.MINE
    text: str = ""
    region: Node | None = None
    site: str = ""
    state: State | None = None
    severity: Severity | None = None
    source: FindingSource | None = None
    criterion: str = ""
    since: date | None = None
    until: date | None = None
    again: bool = False
    sort: Sort = Sort.DUE
    descending: bool = False

    def query(self) -> dict[str, Any]:
        """The same as arguments of an address; what narrows nothing is left out."""
        told = {
            "show": "" if self.show is Show.MINE else self.show.value,
            **self.narrowing(),
            "sort": self.sorting(),
        }
        return {name: value for name, value in told.items() if value}

    def narrowing(self) -> dict[str, str]:
        told = {
            "q": self.text,
            "region": "" if self.region is None else self.region.code,
            "site": self.site,
            "state": self.state or "",
            "severity": self.severity or "",
            "source": "" if self.source is None else self.source.code,
            "criterion": self.criterion,
            "since": "" if self.since is None else self.since.isoformat(),
            "until": "" if self.until is None else self.until.isoformat(),
            "again": "1" if self.again else "",
        }
        return {name: str(value) for name, value in told.items() if value}

    def sorting(self) -> str:
        if self.sort is Sort.DUE and not self.descending:
            return ""
        return f"-{self.sort}" if self.descending else self.sort.value

    def sorted_by(self, sort: Sort) -> Asked:
        """The same list in another order; in the same one, from the other end."""
        newest_first = sort in (Sort.FOUND, Sort.CLOSED, Sort.SEVERITY)
        descending = not self.descending if sort is self.sort else newest_first
        return replace(self, sort=sort, descending=descending)

    def shown(self, show: Show) -> Asked:
        """The same narrowing of other findings."""
        return replace(self, show=show)

    @property
    def narrowed(self) -> bool:
        return bool(self.narrowing())


class CriteriaSort(StrEnum):
    """By what criteria are ranked."""

    FOUND = "found"
    OPEN = "open"
    OVERDUE = "overdue"
    AGAIN = "again"
    SITES = "sites"

    @property
    def label(self) -> LazyString:
        return _CRITERIA_SORTS[self]


_CRITERIA_SORTS: Final = {
    CriteriaSort.FOUND: _l("发现次数"),
    CriteriaSort.OPEN: _l("未销号"),
    CriteriaSort.OVERDUE: _l("逾期"),
    CriteriaSort.AGAIN: _l("重复发生"),
    CriteriaSort.SITES: _l("涉及网点"),
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """How often a criterion was found wanting."""

    key: str
    words: str
    standard: str
    found: int
    open: int
    overdue: int
    again: int
    sites: int
    last: date
