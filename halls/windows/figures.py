"""Figures of windows, comprehensive windows and the lanes that are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from flask_babel import lazy_gettext as _l

from core.figures.recorded import of_recorded, recorded
from core.figures.rules import Ask, Floats, Rows
from halls.windows.queries import ALL, COMPREHENSIVE, FIRST_LANE, windows


def _of(number: Callable[[Floats], Floats]) -> Callable[[Ask], Rows]:
    def rows(ask: Ask) -> Rows:
        return of_recorded(ask, number(windows(ask.on).of(ask.network.rows.ids)))

    return rows


def _lanes(numbers: Floats) -> Floats:
    """How many lanes are kept at one window or more; nan where nobody ever recorded."""
    lanes = numbers[:, FIRST_LANE:]
    found: Floats = np.where(np.isnan(numbers[:, ALL]), np.nan, (lanes > 0).sum(axis=1))
    return found


ALL_WINDOWS: Final = recorded(
    *("windows.all", _l("窗口"), _l("个窗口")),
    _l("服务中的网点当天登记的窗口数。从来没有登记过窗口的网点不计，登记为没有窗口的计 0。"),
    rows=_of(lambda numbers: numbers[:, ALL]),
)
COMPREHENSIVE_WINDOWS: Final = recorded(
    *("windows.comprehensive", _l("综合窗口"), _l("个窗口")),
    _l("服务中的网点当天登记的综合窗口（什么事项都受理）数。从来没有登记过窗口的网点不计。"),
    rows=_of(lambda numbers: numbers[:, COMPREHENSIVE]),
)
LANES_KEPT: Final = recorded(
    *("windows.lanes", _l("绿色通道"), _l("种")),
    _l(
        "服务中的网点当天至少有一个窗口开设的通道种数：老年人优先、退役军人优先、双招双引人才、"
        "周末值班，逐个网点相加。从来没有登记过窗口的网点不计。"
    ),
    rows=_of(_lanes),
)

FIGURES: Final = (ALL_WINDOWS, COMPREHENSIVE_WINDOWS, LANES_KEPT)
