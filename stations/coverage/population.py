"""What is known of where people live: kinds of sets, and the bounds of what is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.geo import Datum
from core.labels import Labelled

#: The years for which people may be counted, and the most who can live at one point.
FIRST_YEAR: Final = 1949
LAST_YEAR: Final = 2100
MOST_PEOPLE: Final = 10_000_000
MOST_SOURCE: Final = 200
MOST_CODE: Final = 40
MOST_NAME: Final = 100


class SetKind(Labelled):
    """How people are told: at points where they live, or in the cells of a grid."""

    POINTS = "points", _l("聚落点")
    GRID = "grid", _l("人口网格")


@dataclass(frozen=True, slots=True)
class Terms:
    """What whoever sends a file says about it: for which region and year it is whole, who counted,
    in which datum its coordinates are."""

    region_id: int
    year: int
    source: str
    datum: Datum

    def check(self) -> None:
        """Raise BadInput where these can be no terms."""
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            told = _l("年份应在 %(first)s–%(last)s 之间。", first=FIRST_YEAR, last=LAST_YEAR)
            raise BadInput(told, field="year")
        if not 0 < len(self.source.strip()) <= MOST_SOURCE:
            message = _l("请写明来源，最多 %(most)s 个字。", most=MOST_SOURCE)
            raise BadInput(message, field="source")
