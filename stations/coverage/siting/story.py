"""What may happen to proposals, as the audit tells it."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind

PROPOSAL: Final = subject_kind("siting_proposal", _l("选址方案"), "siting.proposal").code

_NUMBERS: Final = {
    "region": Field(_l("区划")),
    "stations": Field(_l("新站")),
    "people": Field(_l("新覆盖居民")),
    "proved": Field(_l("已证明最优")),
}
ASKED: Final = event_type(
    "siting_proposal.asked",
    _l("测算选址方案"),
    _l("%(actor)s 测算了选址方案 %(subject)s"),
    _NUMBERS,
)
SOLVED: Final = event_type(
    "siting_proposal.solved",
    _l("求解选址方案"),
    _l("%(actor)s 求解了选址方案 %(subject)s"),
    _NUMBERS,
)
SAVED: Final = event_type(
    "siting_proposal.saved",
    _l("保存选址方案"),
    _l("%(actor)s 保存了选址方案 %(subject)s"),
    {"name": Field(_l("名称"))},
)
DISCARDED: Final = event_type(
    "siting_proposal.discarded",
    _l("删除选址草稿"),
    _l("%(actor)s 删除了选址草稿 %(subject)s"),
    {"region": Field(_l("区划"))},
)
PLANNED: Final = event_type(
    "siting_proposal.planned",
    _l("转为筹建网点"),
    _l("%(actor)s 把选址方案 %(subject)s 转为筹建网点"),
    {"sites": Field(_l("网点")), "kind": Field(_l("类型"))},
)
