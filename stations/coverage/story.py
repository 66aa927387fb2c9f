"""What may happen to sets of people, as the audit tells it."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind
from core.regions.story import region_words
from stations.coverage.population import SetKind
from stations.coverage.sets import set_name


def _kind(kind: Any) -> str:
    return str(SetKind(kind).label)


def _made(made: Any) -> str:
    return str(_("是") if made else _("否"))


#: What is told of a file with people that somebody has sent.
FILE_FIELDS: Final = {
    "file": Field(_l("文件")),
    "sha256": Field(_l("文件指纹")),
    "region": Field(_l("区划"), region_words),
    "year": Field(_l("年份")),
    "source": Field(_l("来源")),
    "datum": Field(_l("坐标系")),
}

SET: Final = subject_kind("population_set", _l("人口数据"), "demand.show", set_name).code

TAKEN: Final = event_type(
    "population.taken",
    _l("载入人口数据"),
    _l("%(actor)s 载入了人口数据 %(subject)s"),
    {
        "region": Field(_l("区划"), region_words),
        "year": Field(_l("年份")),
        "kind": Field(_l("类型"), _kind),
        "source": Field(_l("来源")),
        "datum": Field(_l("坐标系")),
        "people": Field(_l("人口")),
        "places": Field(_l("聚落点")),
        "file": Field(_l("文件")),
        "sha256": Field(_l("文件指纹")),
        "made": Field(_l("演示数据"), _made),
        "replaces": Field(_l("替换")),
    },
)
