"""What may happen to the filters that people keep, as the audit tells it."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind

FILTER: Final = subject_kind("filter", _l("筛选")).code

_FIELDS: Final = {"name": Field(_l("名称")), "query": Field(_l("条件"))}

SAVED: Final = event_type(
    "filter.saved", _l("保存筛选"), _l("%(actor)s 保存了筛选 %(subject)s"), _FIELDS
)
DROPPED: Final = event_type(
    "filter.dropped", _l("删除筛选"), _l("%(actor)s 删除了筛选 %(subject)s"), _FIELDS
)
