"""What may happen to standards, as the audit tells it."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind
from core.errors import NotFound
from core.i18n import named
from standards import queries


def standard_name(code: str) -> str:
    """What a standard is called in the version in force; empty where it is none."""
    try:
        found = queries.shown(code).version
    except NotFound:
        return ""
    return named(found.name, found.name_en)


def _number(value: Any) -> str:
    return str(_l("第 %(number)s 版", number=value))


STANDARD: Final = subject_kind("standard", _l("标准"), "standards.versions", standard_name).code

_VERSION: Final = {
    "number": Field(_l("版本"), _number),
    "in_force": Field(_l("生效日期")),
    "digest": Field(_l("文件 sha256")),
}

PUBLISHED: Final = event_type(
    "standard.published", _l("发布标准"), _l("%(actor)s 发布了%(subject)s"), _VERSION
)
ENDED: Final = event_type(
    "standard.ended",
    _l("终止标准"),
    _l("%(actor)s 终止了%(subject)s"),
    {"until": Field(_l("从哪一天起"))},
)
DRAFTED: Final = event_type(
    "standard.drafted", _l("起草标准"), _l("%(actor)s 起草了%(subject)s的新版本"), _VERSION
)
DROPPED: Final = event_type(
    "standard.dropped", _l("放弃标准草稿"), _l("%(actor)s 放弃了%(subject)s的草稿"), _VERSION
)
OBSERVED: Final = event_type(
    "site.observed",
    _l("现场查看"),
    _l("%(actor)s 记录了 %(subject)s 的现场查看结果"),
    {
        "standard": Field(_l("标准"), lambda code: standard_name(str(code)) or str(code)),
        "number": Field(_l("版本"), _number),
        "source": Field(_l("依据")),
        "on": Field(_l("日期")),
        "passed": Field(_l("通过")),
        "failed": Field(_l("不通过")),
        "not_applicable": Field(_l("不适用")),
    },
)
FOLLOWED: Final = event_type(
    "site.observed.followed",
    _l("现场结果随网点归并"),
    _l("%(actor)s 合并网点，并入网点的现场结果也算 %(subject)s 的"),
    {
        "merged": Field(_l("并入的网点")),
        "seen": Field(_l("条数")),
        "since": Field(_l("起始日期")),
    },
)
