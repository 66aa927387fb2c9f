"""What may happen to proposals, as the audit tells it; it tells it of the subject."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type
from core.proposals.rules import find_kind


def _kind(code: Any) -> str:
    return str(find_kind(code).label)


_FIELDS: Final = {
    "kind": Field(_l("申请"), _kind),
    "proposal": Field(_l("申请编号")),
    "made_by": Field(_l("申请人")),
    "words": Field(_l("说明")),
}

PROPOSED: Final = event_type(
    "proposal.made", _l("提出申请"), _l("%(actor)s 申请变更 %(subject)s"), _FIELDS
)
APPROVED: Final = event_type(
    "proposal.approved", _l("同意申请"), _l("%(actor)s 同意了变更 %(subject)s 的申请"), _FIELDS
)
REFUSED: Final = event_type(
    "proposal.refused", _l("退回申请"), _l("%(actor)s 退回了变更 %(subject)s 的申请"), _FIELDS
)
WITHDRAWN: Final = event_type(
    "proposal.withdrawn", _l("撤回申请"), _l("%(actor)s 撤回了变更 %(subject)s 的申请"), _FIELDS
)
