"""The walking variant by roads, in words: what it is, and what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from stations.coverage.rules import Rule, metres_text

LEFT_OUT = _l(
    "路网里没有的路不算：村里的小路、田间便道、小区内部道路常常没有登记，实际步行可能更近；"
    "上下坡、台阶、过街等候和能否通行都没有考虑。"
)


@dataclass(frozen=True, slots=True)
class RoadRule:
    """Covered is who has a site at most ``rule.radius`` metres away along the roads, inclusive."""

    rule: Rule
    snap: float
    graph: str

    @property
    def key(self) -> str:
        """The same for two rules that may be compared, and only for them."""
        return f"road-1 radius={self.rule.radius!r} snap={self.snap!r} graph={self.graph}"

    def words(self) -> LazyString:
        return _l(
            "覆盖：沿路网步行到最近网点不超过 %(radius)s 米（正好 %(radius)s 米算覆盖）。村居和网点"
            "各按直线接到最近的路上，最远 %(snap)s 米，这段也计入路程；接不上路的不算覆盖，另列。"
            "这是路网步行，不是直线距离，两种结果不能相比。",
            radius=metres_text(self.rule.radius),
            snap=f"{self.snap:g}",
        )
