"""The ledger (整改台账) as a bureau keeps it: its columns, and a finding as a row of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _

from core.clock import civil, today
from core.rectification.lists.queries import Line
from core.rectification.lists.rules import Criterion
from core.rectification.rules import Severity, State
from core.regions.queries import tree
from core.regions.tree import Tree


def headings() -> list[str]:
    """The heads of the columns of the ledger."""
    return [
        *(_("序号"), _("通知书编号"), _("所在网点"), _("网点编号"), _("区划")),
        *(_("发现的问题"), _("检查标准"), _("检查依据"), _("情况说明"), _("严重程度")),
        *(_("发现日期"), _("发现人"), _("责任人"), _("整改期限"), _("整改措施")),
        *(_("反馈日期"), _("反馈人"), _("复查日期"), _("复查人"), _("销号日期")),
        *(_("状态"), _("逾期工作日"), _("一年内第几次"), _("报送层级"), _("问题编号")),
    ]


def rows(lines: Iterable[Line]) -> Iterator[list[Any]]:
    """The findings as rows, numbered from one in the order of the list."""
    living = tree(today())
    for number, line in enumerate(lines, 1):
        yield _row(number, line, living)


def _row(number: int, line: Line, living: Tree) -> list[Any]:
    found, last = line.finding, line.last
    answered: list[Any] = [None] * 5
    if last is not None:
        on = civil(last.answered_at).date()
        answered = [last.words, on, last.answered_by, last.checked_on, last.checked_by]
    return [
        *(number, line.notice, line.standing.name, line.standing.site),
        living.full_name(line.standing.region_id),
        *(
            found.words,
            found.standard,
            found.basis,
            found.note,
            str(Severity(found.severity).label),
        ),
        *(found.found_on, found.found_by, found.owner, found.due),
        *answered,
        found.closed_on,
        *(str(State(found.state).label), line.late, found.times),
        "" if line.climbed is None else str(line.climbed.label),
        found.uuid,
    ]


def criteria_headings() -> list[str]:
    return [
        *(_("条目"), _("检查标准"), _("条目编号"), _("发现次数"), _("未销号")),
        *(_("逾期"), _("重复发生"), _("涉及网点"), _("最近一次")),
    ]


def criteria_rows(found: Iterable[Criterion]) -> Iterator[list[Any]]:
    for one in found:
        numbers = (one.found, one.open, one.overdue, one.again, one.sites)
        yield [one.words, one.standard, one.key, *numbers, one.last]
