"""What becomes of the rows of a file of settlements, and the bounds of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.imports import rules
from core.labels import Labelled

#: How many rows a file may have, and letters a cell.
MOST_ROWS: Final = 500_000
MOST_LETTERS: Final = 500
#: Metres between two places below which they are one.
ONE_PLACE: Final = 1.0
#: Decimals of a degree that are kept: a centimetre.
DECIMALS: Final = 7


class Verdict(Labelled):
    """What would become of a row."""

    TAKE = "take", _l("采用")
    REFUSE = "refuse", _l("有错")
    NOTE = "note", _l("不是聚落，略过")


@dataclass(slots=True)
class Judged(rules.Judged):
    """What would become of a row; of one that is taken everything is there."""

    lat: float | None = None
    lon: float | None = None
    people: int | None = None

    def more(self) -> dict[str, Any]:
        return {"lat": self.lat, "lon": self.lon, "people": self.people}
