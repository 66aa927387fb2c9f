"""A population grid on its way: as a file that was sent, tried, and let count."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from flask_babel import lazy_gettext as _l

from core.geo import Datum
from core.labels import Labelled


class Container(StrEnum):
    """The kinds of file that are read."""

    TIF = "tif"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        return "image/tiff" if self is Container.TIF else "text/csv"


class State(Labelled):
    """How far a grid is: being read, waiting for somebody's word, counting, or of no use."""

    READING = "reading", _l("读取中")
    READY = "ready", _l("待载入")
    APPLIED = "applied", _l("已载入")
    FAILED = "failed", _l("读取失败")


#: A grid is regular in one datum only: the others are bent against it, cell by cell.
DATUMS: Final = (Datum.WGS84, Datum.CGCS2000)
SHIFTED: Final = _l(
    "GCJ-02、BD-09 是加偏的坐标，网格换算后不再等间距，所以不接受。请向数据提供方索取"
    " WGS-84 或 CGCS2000 的网格；或把各格中心当作聚落点载入，系统会逐点换算。"
)
