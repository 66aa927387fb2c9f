"""What may happen to lists under review, as the audit tells it."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type

_FIELDS: Final = {"on": Field(_l("生效日期")), "source": Field(_l("来源"))}

DRAFTED: Final = event_type(
    "region.changes.drafted",
    _l("起草区划调整"),
    _l("%(actor)s 起草了 %(subject)s 的区划调整"),
    _FIELDS,
)
DROPPED: Final = event_type(
    "region.changes.dropped",
    _l("放弃区划调整"),
    _l("%(actor)s 放弃了 %(subject)s 的区划调整草稿"),
    _FIELDS,
)
