"""What may happen to findings and their notices, as the audit tells it."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind
from core.db import db
from core.rectification.models import Finding, FindingNotice
from core.rectification.rules import Climb, Severity, find_source
from core.sites.models import Site
from core.sites.queries import network


def _finding_name(code: str) -> str:
    found = db.session.execute(
        sa.select(Site.name, Finding.words)
        .join(Site, Site.id == Finding.site_id)
        .where(Finding.uuid == code)
    ).one_or_none()
    if found is None:
        return ""
    return str(_("%(site)s：%(finding)s", site=found.name, finding=found.words))


def _notice_name(code: str) -> str:
    return (
        db.session.scalar(sa.select(FindingNotice.number).where(FindingNotice.uuid == code)) or ""
    )


def _site(code: Any) -> str:
    place = network().by_code(code)
    return code if place is None else f"{place.name}（{code}）"


def _source(code: Any) -> str:
    found = find_source(code)
    return code if found is None else str(found.label)


FINDING: Final = subject_kind(
    "finding", _l("整改问题"), "rectification.finding", _finding_name
).code
NOTICE: Final = subject_kind(
    "finding_notice", _l("整改通知书"), "rectification_notices.notice", _notice_name
).code

_FIELDS: Final = {
    "site": Field(_l("网点"), _site),
    "source": Field(_l("来源"), _source),
    "reference": Field(_l("来源编号")),
    "criterion": Field(_l("条目")),
    "severity": Field(_l("严重程度"), lambda value: str(Severity(value).label)),
    "times": Field(_l("一年内第几次")),
    "owner": Field(_l("责任人")),
    "due": Field(_l("整改期限")),
    "round": Field(_l("第几次反馈")),
    "photos": Field(_l("照片")),
    "sha256": Field(_l("原图校验值")),
    "level": Field(_l("报送层级"), lambda value: str(Climb(value).label)),
    "late": Field(_l("逾期工作日")),
    "closed_on": Field(_l("销号日期")),
    "number": Field(_l("编号")),
    "findings": Field(_l("问题数")),
    "reason": Field(_l("原因")),
}

OPENED: Final = event_type(
    "finding.opened", _l("发现问题"), _l("%(actor)s 登记了问题 %(subject)s"), _FIELDS
)
EVIDENCE: Final = event_type(
    "finding.evidence", _l("上传整改照片"), _l("%(actor)s 给 %(subject)s 上传了整改照片"), _FIELDS
)
EVIDENCE_OUT: Final = event_type(
    "finding.evidence.out",
    _l("撤下整改照片"),
    _l("%(actor)s 从 %(subject)s 撤下了还没有提交的整改照片"),
    _FIELDS,
)
ANSWERED: Final = event_type(
    "finding.answered", _l("反馈整改"), _l("%(actor)s 反馈了 %(subject)s 的整改情况"), _FIELDS
)
RETURNED: Final = event_type(
    "finding.returned", _l("退回整改"), _l("%(actor)s 复查后退回了 %(subject)s"), _FIELDS
)
CLOSED: Final = event_type(
    "finding.closed", _l("整改销号"), _l("%(actor)s 复查后给 %(subject)s 销号"), _FIELDS
)
LAPSED: Final = event_type(
    "finding.lapsed", _l("终止整改"), _l("%(actor)s 终止了 %(subject)s 的整改"), _FIELDS
)
ASSIGNED: Final = event_type(
    "finding.assigned", _l("指定责任人"), _l("%(actor)s 指定了 %(subject)s 的责任人"), _FIELDS
)
EXTENDED: Final = event_type(
    "finding.extended", _l("批准延期"), _l("%(actor)s 批准了 %(subject)s 的延期"), _FIELDS
)
CLIMBED: Final = event_type(
    "finding.climbed", _l("逾期上报"), _l("%(subject)s 逾期，由 %(actor)s 上报"), _FIELDS
)
HANDED_OVER: Final = event_type(
    "finding.handed_over",
    _l("随网点并入"),
    _l("%(subject)s 随网点并入而转到保留的网点，由 %(actor)s 办理"),
    _FIELDS,
)
ISSUED: Final = event_type(
    "finding.notice.issued", _l("出具整改通知书"), _l("%(actor)s 出具了 %(subject)s"), _FIELDS
)
