"""What may happen to population grids, as the audit tells it."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import event_type, subject_kind
from stations.coverage.story import FILE_FIELDS

GRID: Final = subject_kind("population_grid", _l("人口网格"), "coverage_grids.show").code

SENT: Final = event_type(
    "population_grid.sent",
    _l("上传人口网格"),
    _l("%(actor)s 上传了人口网格 %(subject)s"),
    FILE_FIELDS,
)
