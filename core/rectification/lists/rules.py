"""What may be asked of a list of findings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.labels import Labelled
from core.rectification.rules import FindingSource, Severity, State
from core.regions.tree import Node

#: How many rows a browser waits for.
MOST_EXPORTED: Final = 20_000


class Show(Labelled):
    """Which findings a list holds before it is narrowed."""

    MINE = "mine", _l("待我处理")
    OVERDUE = "overdue", _l("逾期")
    UNFINISHED = "unfinished", _l("未销号")
    ALL = "all", _l("全部（台账）")


class Sort(Labelled):
    DUE = "due", _l("期限")
    FOUND = "found", _l("发现日期")
    SITE = "site", _l("所在网点")
    REGION = "region", _l("区划")
    SEVERITY = "severity", _l("严重程度")
    CLOSED = "closed", _l("销号日期")


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


class CriteriaSort(Labelled):
    """By what criteria are ranked."""

    FOUND = "found", _l("发现次数")
    OPEN = "open", _l("未销号")
    OVERDUE = "overdue", _l("逾期")
    AGAIN = "again", _l("重复发生")
    SITES = "sites", _l("涉及网点")


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
