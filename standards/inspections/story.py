"""What may happen to a visit, a plan and a draw, as the audit tells it."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind
from standards.inspections.rules import Flag, State

#: The kinds of subject; the code is the UUID.
INSPECTION: Final = "inspection"
DRAW: Final = "inspection_draw"
PLAN: Final = "inspection_plan"

subject_kind(INSPECTION, _l("检查"), "inspections.show")
subject_kind(DRAW, _l("双随机抽取"), "inspection_plans.draw")
subject_kind(PLAN, _l("检查计划"), "inspection_plans.plan")


def _state(value: Any) -> str:
    return str(State(value).label) if value else str(_l("无"))


def _flags(value: Any) -> str:
    return str(_("、")).join(str(Flag(one).label) for one in value or ()) or str(_l("无"))


_FIELDS: Final = {
    "state": Field(_l("状态"), _state),
    "site": Field(_l("网点")),
    "inspector": Field(_l("检查员")),
    "companion": Field(_l("同行检查员")),
    "day": Field(_l("检查日期")),
    "digest": Field(_l("记录校验值")),
    "device_at": Field(_l("手机时间")),
    "flags": Field(_l("提醒"), _flags),
    "photos": Field(_l("照片张数")),
    "sha256": Field(_l("原图校验值")),
    "kept": Field(_l("留存校验值")),
    "points": Field(_l("得分")),
    "grade": Field(_l("等级")),
    "findings": Field(_l("问题数")),
    "side": Field(_l("签名方")),
    "name": Field(_l("签名")),
    "words": Field(_l("说明")),
    "copy": Field(_l("另一份记录")),
    "seed": Field(_l("种子")),
    "pools": Field(_l("名单校验值")),
    "visits": Field(_l("数量")),
    "year": Field(_l("年度")),
    "region": Field(_l("区划")),
    "kind": Field(_l("网点类型")),
}

PLANNED: Final = event_type(
    "inspection.planned", _l("安排检查"), _l("%(actor)s 安排了检查 %(subject)s"), _FIELDS
)
ASSIGNED: Final = event_type(
    "inspection.assigned", _l("改派检查"), _l("%(actor)s 改派了检查 %(subject)s"), _FIELDS
)
CANCELLED: Final = event_type(
    "inspection.cancelled", _l("取消检查"), _l("%(actor)s 取消了检查 %(subject)s"), _FIELDS
)
HANDED_OVER: Final = event_type(
    "inspection.handed_over",
    _l("检查随网点并入"),
    _l("检查 %(subject)s 随网点并入而转到保留的网点，由 %(actor)s 办理"),
    _FIELDS,
)
FILED: Final = event_type(
    "inspection.filed", _l("提交检查"), _l("%(actor)s 提交了检查 %(subject)s"), _FIELDS
)
IMPORTED: Final = event_type(
    "inspection.imported",
    _l("导入检查"),
    _l("%(actor)s 从文件代为提交了检查 %(subject)s"),
    _FIELDS,
)
COPY_KEPT: Final = event_type(
    "inspection.copy_kept",
    _l("拒收另一份记录"),
    _l("%(actor)s 为检查 %(subject)s 提交了另一份内容不同的记录，未采用，已留存"),
    _FIELDS,
)
COPY_SETTLED: Final = event_type(
    "inspection.copy_settled",
    _l("处理另一份记录"),
    _l("%(actor)s 处理了检查 %(subject)s 的另一份记录"),
    _FIELDS,
)
PHOTO: Final = event_type(
    "inspection.photo", _l("收到照片"), _l("%(actor)s 上传了检查 %(subject)s 的照片"), _FIELDS
)
PHOTO_MADE: Final = event_type(
    "inspection.photo_made",
    _l("照片处理完成"),
    _l("检查 %(subject)s 的一张照片已去除拍摄信息并留存（%(actor)s）"),
    _FIELDS,
)
PHOTO_BAD: Final = event_type(
    "inspection.photo_bad",
    _l("照片无法处理"),
    _l("检查 %(subject)s 的一张照片收到后无法处理（%(actor)s）"),
    _FIELDS,
)
PHOTO_LOST: Final = event_type(
    "inspection.photo_lost",
    _l("照片缺失"),
    _l("%(actor)s 确认检查 %(subject)s 有一张照片无法取得"),
    _FIELDS,
)
COMPLETED: Final = event_type(
    "inspection.completed",
    _l("检查收齐"),
    _l("检查 %(subject)s 的记录和照片已全部收齐，由 %(actor)s 提交"),
    _FIELDS,
)
SIGNED: Final = event_type(
    "inspection.signed", _l("签名"), _l("%(actor)s 在检查 %(subject)s 的报告上签名"), _FIELDS
)
COMMENTED: Final = event_type(
    "inspection.commented", _l("提出意见"), _l("%(actor)s 对检查 %(subject)s 提出意见"), _FIELDS
)
SIGNED_OFF: Final = event_type(
    "inspection.signed_off", _l("审核通过"), _l("%(actor)s 审核通过了检查 %(subject)s"), _FIELDS
)
RETURNED: Final = event_type(
    "inspection.returned", _l("退回检查"), _l("%(actor)s 退回了检查 %(subject)s"), _FIELDS
)
PLAN_MADE: Final = event_type(
    "inspection.plan_made", _l("制定计划"), _l("%(actor)s 制定了检查计划 %(subject)s"), _FIELDS
)
PLAN_ENDED: Final = event_type(
    "inspection.plan_ended", _l("终止计划"), _l("%(actor)s 终止了检查计划 %(subject)s"), _FIELDS
)
DRAWN: Final = event_type(
    "inspection.drawn", _l("随机抽取"), _l("%(actor)s 进行了双随机抽取 %(subject)s"), _FIELDS
)
VOIDED: Final = event_type(
    "inspection.draw_voided", _l("作废抽取"), _l("%(actor)s 作废了双随机抽取 %(subject)s"), _FIELDS
)
