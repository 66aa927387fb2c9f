"""What may happen to the photos of a site, as the audit tells it; it tells it of the site."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type

_FIELDS: Final = {
    "photo": Field(_l("照片")),
    "caption": Field(_l("说明")),
    "position": Field(_l("次序")),
    "sha256": Field(_l("原图校验值")),
}

ADDED: Final = event_type(
    "site.photo.added", _l("添加照片"), _l("%(actor)s 给 %(subject)s 添加了照片"), _FIELDS
)
CAPTIONED: Final = event_type(
    "site.photo.captioned",
    _l("修改照片说明"),
    _l("%(actor)s 修改了 %(subject)s 的照片说明"),
    _FIELDS,
)
MOVED: Final = event_type(
    "site.photo.moved",
    _l("调整照片次序"),
    _l("%(actor)s 调整了 %(subject)s 的照片次序"),
    _FIELDS,
)
HANDED_OVER: Final = event_type(
    "site.photo.handed_over",
    _l("接收照片"),
    _l("%(subject)s 接收了并入网点的照片，由 %(actor)s 办理"),
    _FIELDS,
)
TAKEN_OUT: Final = event_type(
    "site.photo.taken_out",
    _l("撤下照片"),
    _l("%(actor)s 撤下了 %(subject)s 的照片"),
    _FIELDS,
)
