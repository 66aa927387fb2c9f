"""What may happen to pairs of sites, as the audit tells it of each of the two."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type

_FIELDS: Final = {"other": Field(_l("另一网点")), "words": Field(_l("理由"))}

TOLD_APART: Final = event_type(
    "site.told_apart",
    _l("认定不是同一网点"),
    _l("%(actor)s 认定 %(subject)s 与另一网点不是同一个"),
    _FIELDS,
)
UNDECIDED: Final = event_type(
    "site.undecided",
    _l("撤回不是同一网点的认定"),
    _l("%(actor)s 撤回了 %(subject)s 与另一网点不是同一个的认定"),
    _FIELDS,
)
