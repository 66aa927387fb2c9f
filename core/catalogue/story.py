"""What may happen to services, as the audit tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, plain_words, subject_kind
from core.catalogue import queries
from core.catalogue.models import ServicePeriod
from core.catalogue.rules import Channel, limit_label
from core.clock import today
from core.i18n import named


def service_name(code: str) -> str:
    """What the service of a code is called today. Raises NotFound."""
    found = queries.catalogue(today()).find(code)
    return named(found.name, found.name_en)


def _limit(value: Any) -> str:
    return str(limit_label(value))


def _channels(value: Any) -> str:
    return str(_("、")).join(str(Channel(channel).label) for channel in value)


def _names(value: Any) -> str:
    """Each part of a list by its name or its text."""
    return str(_("、")).join(part.get("name") or part["text"] for part in value)


SERVICE: Final = subject_kind("service", _l("事项"), "network.service", service_name).code

LIST_APPLIED: Final = event_type(
    "service.list.applied",
    _l("更新事项目录"),
    _l("%(actor)s 更新了事项目录 %(subject)s"),
    {
        "on": Field(_l("生效日期")),
        "outcome": Field(_l("处理")),
        "name": Field(_l("名称")),
        "name_en": Field(_l("英文名称")),
        "group": Field(_l("分类")),
        "group_en": Field(_l("英文分类")),
        "position": Field(_l("次序")),
        "devolved": Field(_l("下沉事项")),
        "materials": Field(_l("材料"), _names),
        "channels": Field(_l("渠道"), _channels),
        "steps": Field(_l("步骤"), _names),
        "statutory": Field(_l("法定时限"), _limit),
        "promised": Field(_l("承诺时限"), _limit),
        "standard": Field(_l("服务标准"), _names),
        "online": Field(_l("网上办理")),
        "modes": Field(_l("办理方式")),
        "notes": Field(_l("说明"), _names),
        "sources": Field(_l("依据"), plain_words),
    },
)


def state(code: str, period: ServicePeriod | None) -> Mapping[str, Any]:
    """A service as the audit compares it."""
    if period is None:
        return {}
    service = queries.read(code, period)
    sources = queries.SOURCES.dump_python(service.sources, mode="json")
    return {
        "name": service.name,
        "name_en": service.name_en,
        "group": service.group,
        "group_en": service.group_en,
        "position": service.position,
        "devolved": service.devolved,
        **service.facts.model_dump(mode="json"),
        **{f"sources:{fact}": source for fact, source in sources.items()},
    }
