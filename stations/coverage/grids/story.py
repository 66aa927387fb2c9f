"""What may happen to population grids, as the audit tells it."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind
from core.regions.story import region_words

GRID: Final = subject_kind("population_grid", _l("人口网格"), "coverage_grids.show").code

SENT: Final = event_type(
    "population_grid.sent",
    _l("上传人口网格"),
    _l("%(actor)s 上传了人口网格 %(subject)s"),
    {
        "file": Field(_l("文件")),
        "sha256": Field(_l("文件指纹")),
        "region": Field(_l("区划"), region_words),
        "year": Field(_l("年份")),
        "source": Field(_l("来源")),
        "datum": Field(_l("坐标系")),
    },
)
