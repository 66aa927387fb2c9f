"""Figures of putting right: what is open, what is late, what was closed in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from flask_babel import lazy_gettext as _l

from core.figures.rules import Ask, Figure, Reduce, Rows, Subject, Worse, define
from core.rectification import tallies


def _rows(ask: Ask, counted: Sequence[Sequence[Any]], part: int, base: int) -> Rows:
    """A row for each site that has any; those that are not there on the day are left out."""
    ids = ask.network.rows.ids
    table = np.array([tuple(row) for row in counted], np.int64).reshape(-1, 3)
    table = table[np.isin(table[:, 0], ids)]
    indexes = np.searchsorted(ids, table[:, 0])
    return Rows(
        indexes,
        ask.ranks.places(ask.network.rows.region_ids[indexes]),
        table[:, part].astype(np.float64),
        table[:, base].astype(np.float64),
    )


def _figure(code: str, title: Any, rule: Any, rows: Callable[[Ask], Rows], **more: Any) -> Figure:
    """A figure that is asked of the database each time: findings move without the register."""
    return define(
        Figure(
            *(code, 1, title, more.pop("unit", _l("个"))),
            rule=rule,
            subject=Subject.SITE,
            rows=rows,
            kept=False,
            **more,
        )
    )


OPEN: Final = _figure(
    "findings.open",
    _l("未销号的问题"),
    _l("到当天结束时已经发现而没有销号、也没有终止的问题，一个计 1。"),
    lambda ask: _rows(ask, tallies.open_on(ask.on), 1, 1),
    reduce=Reduce.SUM,
    part=_l("未销号"),
    worse=Worse.HIGH,
    nothing=0.0,
)
OVERDUE: Final = _figure(
    "findings.overdue",
    _l("逾期的问题"),
    _l("未销号的问题里，当天已过整改期限而网点没有反馈的个数。已反馈、等复查的不计。"),
    lambda ask: _rows(ask, tallies.open_on(ask.on), 2, 1),
    reduce=Reduce.SUM,
    part=_l("逾期"),
    worse=Worse.HIGH,
    nothing=0.0,
)
CLOSED_IN_TIME: Final = _figure(
    "findings.closed_in_time",
    _l("按期整改销号率"),
    _l(
        "到当天为止 365 天之内销号的问题里，被认可的那次反馈不晚于当时期限的所占比例。"
        "批准延期后的期限算期限；终止的问题不计。"
    ),
    lambda ask: _rows(ask, tallies.closed_until(ask.on), 2, 1),
    unit="%",
    reduce=Reduce.SHARE,
    part=_l("按期"),
    base=_l("已销号"),
    worse=Worse.LOW,
)

FIGURES: Final = (OPEN, OVERDUE, CLOSED_IN_TIME)
