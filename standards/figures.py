"""The share of sites that meet each standard in force, as figures beside all others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from flask_babel import lazy_gettext as _l

from core.figures.rules import Ask, Figure, Reduce, Rows, Subject, Worse, family
from core.i18n import named
from standards import queries, verdicts
from standards.judging import FAILED, MET
from standards.queries import Published

#: The code of a standard follows.
MET_BY: Final = "standards.met."


@family
def members() -> Sequence[Figure]:
    """One figure for each standard that is known."""
    codes = dict.fromkeys(one.code for one in queries.published())
    return [_figure(queries.shown(code)) for code in codes]


def _figure(shown: Published) -> Figure:
    name = named(shown.version.name, shown.version.name_en)
    return Figure(
        *(f"{MET_BY}{shown.code}", 1, _l("达标率：%(name)s", name=name), "%"),
        rule=_l(
            "服务中的网点里，当天生效的“%(name)s”适用、且已经能判定的，其中达标的所占比例。"
            "待定的不计。",
            name=name,
        ),
        subject=Subject.SITE,
        reduce=Reduce.SHARE,
        rows=lambda ask: _rows(shown.code, ask),
        part=_l("达标"),
        base=_l("已判定"),
        kinds=frozenset(shown.version.kinds),
        worse=Worse.LOW,
        kept=False,  # the verdicts are kept themselves
    )


def _rows(code: str, ask: Ask) -> Rows:
    found = verdicts.verdicts(ask.on).of(code)
    if found is None:
        empty = np.empty(0, np.int64)
        return Rows(empty, empty, np.empty(0), np.empty(0))
    judged = found[1]
    known = (judged.states == MET) | (judged.states == FAILED)
    indexes = judged.indexes[known]
    places = ask.ranks.places(ask.network.rows.region_ids[indexes])
    met = (judged.states[known] == MET).astype(np.float64)
    return Rows(indexes, places, met, np.ones(len(indexes)))
