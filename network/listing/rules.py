"""What may be asked of a list of sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.access import Reach
from core.catalogue.rules import Service
from core.labels import Labelled
from core.regions.tree import Node, Tree
from core.sites.rules import Kind, Status

MOST_NAME: Final = 40
#: How many filters somebody may keep.
MOST_KEPT: Final = 50


class Way(Labelled):
    """How a site is to offer the service that is asked for."""

    ANY = "any", _l("已开办")
    DIRECT = "direct", _l("直接办理")
    ASSISTED = "assisted", _l("帮办代办")
    NONE = "none", _l("未开办")


class Located(Labelled):
    """What is known of where a site is."""

    VERIFIED = "verified", _l("位置已核实")
    UNVERIFIED = "unverified", _l("位置待核实")
    NOWHERE = "nowhere", _l("没有位置")


class Stale(Labelled):
    """For how long nobody has said that what is known is right; a kept filter moves with time."""

    NEVER = "never", _l("从未核实")
    QUARTER = "90", _l("90 天以上未核实")
    HALF_YEAR = "180", _l("半年以上未核实")
    YEAR = "365", _l("一年以上未核实")

    def before(self, on: date) -> date | None:
        """The day before which it was last confirmed, if it ever was; None for never."""
        return None if self is Stale.NEVER else on - timedelta(days=int(self))


class Sort(Labelled):
    REGION = "region", _l("区划")
    NAME = "name", _l("名称")
    CODE = "code", _l("编号")
    KIND = "kind", _l("类型")
    CONFIRMED = "confirmed", _l("核实日期")
    CHANGED = "changed", _l("修改时间")


class Form(Labelled):
    """What a list may be written as."""

    XLSX = "xlsx", _l("Excel 表格")
    CSV = "csv", _l("CSV 文本")
    GEOJSON = "geojson", _l("GeoJSON 地图数据")

    @property
    def mimetype(self) -> str:
        return _MIMETYPES[self]


_MIMETYPES: Final = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv",
    Form.GEOJSON: "application/geo+json",
}
#: How many sites a browser waits for; more are written by a command.
MOST_EXPORTED: Final = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What narrows a list down and how it is sorted; what is None or empty narrows nothing.

    ``before``: nobody has confirmed it since that day; those that nobody ever did are among them.
    """

    text: str = ""
    region: Node | None = None
    kind: Kind | None = None
    status: Status | None = None
    service: Service | None = None
    way: Way = Way.ANY
    open_on: date | None = None
    located: Located | None = None
    stale: Stale | None = None
    before: date | None = None
    proposed: bool = False
    made: bool | None = None
    sort: Sort = Sort.REGION
    descending: bool = False

    def query(self) -> dict[str, Any]:
        """The same as arguments of an address; what narrows nothing is left out."""
        told = {
            "q": self.text,
            "region": "" if self.region is None else self.region.code,
            "kind": self.kind or "",
            "status": self.status or "",
            "service": "" if self.service is None else self.service.code,
            "way": "" if self.service is None or self.way is Way.ANY else self.way,
            "open": "" if self.open_on is None else self.open_on.isoformat(),
            "position": self.located or "",
            "stale": self.stale or "",
            "before": "" if self.before is None else self.before.isoformat(),
            "proposed": "1" if self.proposed else "",
            "made": "" if self.made is None else str(int(self.made)),
            "sort": self.sorting(),
        }
        return {name: str(value) for name, value in told.items() if value}

    def sorting(self) -> str:
        """How the order is written in an address; empty for the usual one."""
        if self.sort is Sort.REGION and not self.descending:
            return ""
        return f"-{self.sort}" if self.descending else self.sort.value

    def sorted_by(self, sort: Sort) -> Asked:
        """The same list in another order; in the same one, from the other end."""
        newest_first = sort is Sort.CHANGED
        descending = not self.descending if sort is self.sort else newest_first
        return replace(self, sort=sort, descending=descending)

    @property
    def narrowed(self) -> bool:
        return bool(self.query().keys() - {"sort"})


#: How many regions a list of them to choose from may hold.
MOST_CHOICES: Final = 300


def region_choices(tree: Tree, reach: Reach, selected: Node | None) -> list[tuple[Node, int]]:
    """The regions to choose from, each with its depth: as many levels of the reach as are few.

    The way to the one that is selected is always among them, and what lies right below it.
    """
    tops = tree.top() if reach.everywhere else _tops(tree, reach)
    chosen = list(tops)
    level: Sequence[Node] = tops
    while level:
        level = [child for node in level for child in tree.children(node.id)]
        if len(chosen) + len(level) > MOST_CHOICES:
            break
        chosen += level
    if selected is not None and selected.id in tree.by_id:
        chosen += tree.path(selected.id) + tree.children(selected.id)
    shown = {node.id: node for node in chosen}
    least = min((node.level.depth for node in shown.values()), default=0)
    inner = sorted(shown.values(), key=lambda node: [above.code for above in tree.path(node.id)])
    return [(node, node.level.depth - least) for node in inner]


def _tops(tree: Tree, reach: Reach) -> tuple[Node, ...]:
    nodes = (tree.by_id[region] for region in sorted(reach.regions) if region in tree.by_id)
    return tuple(sorted(nodes, key=lambda node: node.code))
