"""What may happen to graphs of roads, as the audit tells it."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind
from core.regions.story import region_words

GRAPH: Final = subject_kind("road_graph", _l("路网")).code

LOADED: Final = event_type(
    "road_graph.loaded",
    _l("载入路网"),
    _l("%(actor)s 载入了路网 %(subject)s"),
    {
        "region": Field(_l("区划"), region_words),
        "file": Field(_l("文件")),
        "sha256": Field(_l("文件指纹")),
        "source": Field(_l("来源")),
        "datum": Field(_l("坐标系")),
        "roads": Field(_l("路段")),
        "metres": Field(_l("总长（米）")),
        "snap": Field(_l("接路最远（米）")),
    },
)
