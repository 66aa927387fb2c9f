"""What may happen to regions, as the audit tells it."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind
from core.clock import today
from core.i18n import named
from core.regions import queries


def region_name(code: str) -> str:
    """What the region of a code is called today, or the one it became. Raises NotFound."""
    node = queries.find_code(code, today()).node
    return named(node.name, node.name_en)


def region_words(code: Any) -> str:
    """A region by name and code."""
    return f"{region_name(code)}（{code}）"


def heirs_words(codes: Any) -> str:
    """Several regions by name and code."""
    return str(_("、")).join(region_words(code) for code in codes)


REGION: Final = subject_kind("region", _l("区划"), "network.region", region_name).code

_SOURCE: Final = {"source": Field(_l("来源"))}

LIST_APPLIED: Final = event_type(
    "region.list.applied",
    _l("更新区划名单"),
    _l("%(actor)s 更新了区划名单：%(subject)s"),
    {
        "on": Field(_l("生效日期")),
        "code": Field(_l("代码")),
        "name": Field(_l("名称")),
        "name_en": Field(_l("英文名称")),
        "level": Field(_l("级别")),
        "parent": Field(_l("上级"), region_words),
        "statutory": Field(_l("法定区划")),
        "heirs": Field(_l("承接区划"), heirs_words),
        **_SOURCE,
    },
)
SUCCEEDED: Final = event_type(
    "region.succeeded",
    _l("登记区划去向"),
    _l("%(actor)s 登记了 %(subject)s 撤销后的去向"),
    {
        "successor": Field(_l("并入"), region_words),
        "kind": Field(_l("方式")),
        **_SOURCE,
    },
)
PLACED: Final = event_type(
    "region.points.placed",
    _l("登记区划位置"),
    _l("%(actor)s 登记了区划的代表位置 %(subject)s"),
    {"point": Field(_l("位置")), **_SOURCE},
)
OUTLINED: Final = event_type(
    "region.outlines.loaded",
    _l("载入区划轮廓"),
    _l("%(actor)s 载入了区划轮廓 %(subject)s"),
    {
        "outline": Field(_l("轮廓的校验值")),
        "datum": Field(_l("坐标系")),
        "attribution": Field(_l("署名")),
        **_SOURCE,
    },
)
OUTLINES_FOLLOWED: Final = event_type(
    "region.outlines.followed",
    _l("轮廓随区划调整"),
    _l("%(actor)s 调整区划，轮廓随之变更 %(subject)s"),
    {"outline": Field(_l("轮廓的校验值")), "since": Field(_l("起"))},
)
COUNTED: Final = event_type(
    "region.census.loaded",
    _l("登记普查人口"),
    _l("%(actor)s 登记了普查人口 %(subject)s"),
    {"people": Field(_l("人口")), "year": Field(_l("年份")), **_SOURCE},
)
CENSUS_FOLLOWED: Final = event_type(
    "region.census.followed",
    _l("普查人口随区划调整"),
    _l("%(actor)s 调整区划，普查人口随之相加 %(subject)s"),
    {"people": Field(_l("人口")), "since": Field(_l("起"))},
)
