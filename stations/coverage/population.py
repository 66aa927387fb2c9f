"""What is known of where people live: kinds of sets, and the bounds of what is taken."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

#: The years for which people may be counted, and the most who can live at one point.
FIRST_YEAR: Final = 1949
LAST_YEAR: Final = 2100
MOST_PEOPLE: Final = 10_000_000
MOST_SOURCE: Final = 200
MOST_CODE: Final = 40
MOST_NAME: Final = 100


class SetKind(StrEnum):
    """How people are told: at points where they live, or in the cells of a grid."""

    POINTS = "points"
    GRID = "grid"

    @property
    def label(self) -> LazyString:
        return SET_LABELS[self]


SET_LABELS: Final = {SetKind.POINTS: _l("聚落点"), SetKind.GRID: _l("人口网格")}
