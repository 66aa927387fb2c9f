"""What a list of findings is asked in its address, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from flask_babel import lazy_gettext as _l

from core.clock import today
from core.errors import BadInput
from core.forms import flag, plain
from core.rectification.forms import day
from core.rectification.lists.rules import (
    Asked,
    CriteriaSort,
    Show,
    Sort,
)
from core.rectification.rules import FindingSource, Severity, State, find_source
from core.regions.queries import tree
from core.regions.tree import Node
from core.search import asked as words

E = TypeVar("E", bound=StrEnum)


def asked(given: Mapping[str, str]) -> Asked:
    """The filters and the order. Raises BadInput."""
    text = " ".join(given.get("q", "").split())
    words(text)
    sort = given.get("sort", "")
    found = Asked(
        show=member(Show, given, "show") or Show.MINE,
        text=text,
        region=_region(given),
        site=plain(given.get("site", ""))[:7],
        state=member(State, given, "state"),
        severity=member(Severity, given, "severity"),
        source=_source(given),
        criterion=given.get("criterion", "").strip()[:100],
        since=day(given.get("since", ""), "since"),
        until=day(given.get("until", ""), "until"),
        again=flag(given.get("again", ""), "again"),
        sort=member(Sort, {"sort": sort.removeprefix("-")}, "sort") or Sort.DUE,
        descending=sort.startswith("-"),
    )
    if found.since is not None and found.until is not None and found.until < found.since:
        raise BadInput(_l("结束日期不能早于开始日期。"), field="until")
    return found


def criteria_sort(given: Mapping[str, str]) -> CriteriaSort:
    """By what criteria are ranked. Raises BadInput."""
    return member(CriteriaSort, given, "sort") or CriteriaSort.FOUND


def member(enum: type[E], given: Mapping[str, str], field: str) -> E | None:
    """The member that is named; None where none is. Raises BadInput."""
    text = given.get(field, "")
    try:
        return enum(text) if text else None
    except ValueError:
        known = "、".join(one.value for one in enum)
        raise BadInput(_l("应为 %(known)s 之一。", known=known), field=field) from None


def _region(given: Mapping[str, str]) -> Node | None:
    code = plain(given.get("region", ""))
    if not code:
        return None
    found = tree(today()).by_code.get(code)
    if found is None:
        raise BadInput(_l("没有这个区划。"), field="region")
    return found


def _source(given: Mapping[str, str]) -> FindingSource | None:
    code = given.get("source", "")
    found = find_source(code)
    if code and found is None:
        raise BadInput(_l("没有这个选项。"), field="source")
    return found
