"""What may happen to members of staff, as the audit tells it; what they are called is not in it."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind
from core.regions.story import region_words
from core.sites import joining
from core.staff import queries
from core.staff.rules import Duty


def _duties(value: Any) -> str:
    return str(_("、")).join(str(Duty(duty).label) for duty in value)


MEMBER: Final = subject_kind(queries.MEMBER, _l("工作人员"), "staff.member", queries.name_of).code

_FACTS: Final = {
    "name": Field(_l("姓名")),
    "region": Field(_l("所在区划"), region_words),
    "account": Field(_l("账号")),
    "made": Field(_l("演示数据")),
    "left": Field(_l("离开日期")),
}

ENTERED: Final = event_type(
    "staff.entered", _l("新增工作人员"), _l("%(actor)s 登记了工作人员 %(subject)s"), _FACTS
)
DESCRIBED: Final = event_type(
    "staff.described", _l("修改工作人员"), _l("%(actor)s 修改了工作人员 %(subject)s"), _FACTS
)
LEFT: Final = event_type(
    "staff.left", _l("工作人员离开"), _l("%(actor)s 登记了 %(subject)s 的离开"), _FACTS
)
POSTED: Final = event_type(
    "site.postings.set",
    _l("更新派驻"),
    _l("%(actor)s 登记了 %(subject)s 的派驻人员"),
    {
        "posting": Field(_l("派驻"), _duties, queries.name_of),
        "recorded": Field(_l("开始登记"), lambda _value: str(_l("派驻"))),
        "since": Field(_l("起始日期")),
        "reason": Field(_l("原因")),
    },
)
FOLLOWED: Final = event_type(
    "staff.followed",
    _l("工作人员随区划调整"),
    _l("%(actor)s 调整区划，%(subject)s 的登记转到承接区划"),
    {**_FACTS, "since": Field(_l("起始日期"))},
)
FOLLOWED_SITE: Final = event_type(
    "site.postings.followed",
    _l("派驻随网点归并"),
    _l("%(actor)s 合并网点，并入网点的派驻人员归 %(subject)s"),
    {
        "posting": Field(_l("派驻"), _duties, queries.name_of),
        **joining.fields(_duties, queries.name_of),
        "since": Field(_l("起始日期")),
    },
)
