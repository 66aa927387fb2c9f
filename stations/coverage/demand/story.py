"""What may happen to files of settlements, as the audit tells it."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import event_type, subject_kind
from stations.coverage.demand.queries import file_name
from stations.coverage.story import FILE_FIELDS

FILE: Final = subject_kind("population_import", _l("人口文件"), "demand.run", file_name).code

SENT: Final = event_type(
    "population.sent",
    _l("上传人口文件"),
    _l("%(actor)s 上传了人口文件 %(subject)s"),
    FILE_FIELDS,
)
