"""What a list of findings is asked in its address, read strictly."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from core.clock import today
from core.errors import BadInput
from core.forms import day, flag, member, one_of, plain
from core.rectification.lists.rules import (
    Asked,
    CriteriaSort,
    Show,
    Sort,
)
from core.rectification.rules import FindingSource, Severity, State, find_source
from core.regions.queries import tree
from core.regions.tree import Node
from core.search import sought


def asked(given: Mapping[str, str]) -> Asked:
    """The filters and the order. Raises BadInput."""
    sort = given.get("sort", "")
    found = Asked(
        show=one_of(Show, given, "show") or Show.MINE,
        text=" ".join(sought(given).split()),
        region=_region(given),
        site=plain(given.get("site", ""))[:7],
        state=one_of(State, given, "state"),
        severity=one_of(Severity, given, "severity"),
        source=_source(given),
        criterion=given.get("criterion", "").strip()[:100],
        since=day(given.get("since", ""), "since"),
        until=day(given.get("until", ""), "until"),
        again=flag(given.get("again", ""), "again"),
        sort=member(Sort, sort.removeprefix("-") or Sort.DUE, "sort"),
        descending=sort.startswith("-"),
    )
    if found.since is not None and found.until is not None and found.until < found.since:
        raise BadInput(_l("结束日期不能早于开始日期。"), field="until")
    return found


def criteria_sort(given: Mapping[str, str]) -> CriteriaSort:
    """By what criteria are ranked. Raises BadInput."""
    return one_of(CriteriaSort, given, "sort") or CriteriaSort.FOUND


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
