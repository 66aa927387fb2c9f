"""Values of a site that are one of a few, as a sheet has them."""

from __future__ import annotations

from typing import Final

from core.sheets.words import Choice, Word
from core.sites.rules import Kind, Mode, Status

KINDS: Final = Choice(
    {
        Kind.HALL: Word(
            "服务大厅", "Service hall", ("大厅", "医保大厅", "医保服务大厅", "政务服务大厅")
        ),
        Kind.CONVENIENCE_CENTRE: Word(
            "便民服务中心",
            "Convenience service centre",
            ("基层便民服务中心", "镇街便民服务中心", "便民服务站", "镇(街)便民服务中心"),
        ),
        Kind.DESIGNATED_PROVIDER: Word(
            "两定机构",
            "Designated provider",
            ("定点医药机构", "定点医疗机构", "定点医院", "定点药店", "定点零售药店"),
        ),
        Kind.VILLAGE_CLINIC: Word(
            "村卫生室", "Village clinic", ("卫生室", "村卫生所", "卫生所", "村(社区)卫生室")
        ),
        Kind.COMMUNITY: Word("社区", "Community", ("社区居委会", "居委会", "村居", "村(居)")),
    }
)
STATUSES: Final = Choice(
    {
        Status.PLANNED: Word("筹建中", "Planned", ("筹建", "在建", "规划")),
        Status.ACTIVE: Word("服务中", "In service", ("在用", "运行", "正常", "已开办", "active")),
        Status.CLOSED: Word("已撤销", "Permanently closed", ("撤销", "已关闭", "关闭", "停用")),
    }
)
MODES: Final = Choice(
    {
        Mode.DIRECT: Word("直办", "direct", ("直接办理", "可直接办理", "直接办")),
        Mode.ASSISTED: Word("帮办", "assisted", ("帮您代办", "帮办代办", "代办", "帮代办")),
    }
)
