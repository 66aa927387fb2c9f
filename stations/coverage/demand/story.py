"""What may happen to files of settlements, as the audit tells it."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind
from core.regions.story import region_words
from stations.coverage.demand.queries import file_name

FILE: Final = subject_kind("population_import", _l("人口文件"), "demand.run", file_name).code

SENT: Final = event_type(
    "population.sent",
    _l("上传人口文件"),
    _l("%(actor)s 上传了人口文件 %(subject)s"),
    {
        "file": Field(_l("文件")),
        "sha256": Field(_l("文件指纹")),
        "region": Field(_l("区划"), region_words),
        "year": Field(_l("年份")),
        "source": Field(_l("来源")),
        "datum": Field(_l("坐标系")),
    },
)
