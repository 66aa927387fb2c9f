"""What would become of each row of settlements: the whole trial, without a statement of SQL."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from shapely import STRtree
from shapely.geometry import Point as Spot

from core.errors import BadInput
from core.geo import Datum, Point, check, to_wgs84
from core.imports.rules import Staged
from core.regions.meant import Regions
from core.regions.rules import Level
from core.regions.tree import Node
from core.sheets.problems import Level as Gravity
from core.sheets.rows import InHand, begins_remark, of_row
from core.sheets.spots import Lines, Spots, apart
from stations.coverage.comparing import Sum
from stations.coverage.demand.rules import DECIMALS, ONE_PLACE, Judged, Verdict
from stations.coverage.demand.sheet import BY_CODE, NEEDED

#: Of how many settlements the datum is looked at beside the points of their regions.
_SAMPLED: Final = 500
#: Metres: how near the datum that fits brings most of them, how far the one that was stated.
_FITS, _MISSES = 150.0, 300.0
#: How many such settlements tell anything.
_FEWEST: Final = 5
_DATUMS: Final = (Datum.WGS84, Datum.GCJ02, Datum.BD09)


class Judge:
    """Tries the rows of one file, in their order; remembers what it needs of those before."""

    def __init__(self, region: Node, datum: Datum, regions: Regions) -> None:
        self._region = region
        self._datum = datum
        self._regions = regions
        self._within = {region.id} | {node.id for node in regions.tree.descendants(region.id)}
        self._lines = Lines()
        self._codes: dict[str, int] = {}
        self._spots = Spots()
        self._fitting: Counter[Datum] = Counter()
        self._astray = self._placed = 0
        self._sample: list[tuple[float, float, Point]] = []
        self._rows: list[bytes] = []
        #: What was taken, by the region it was put into.
        self.sums: dict[int, Sum] = {}

    def judge(self, stretch: Sequence[Staged]) -> list[Judged]:
        """What would become of these rows."""
        return [self._judged(staged) for staged in stretch]

    def _judged(self, staged: Staged) -> Judged:
        self._lines.note(staged.number, staged.layout.sheet, staged.line)
        cells = of_row(staged.cells, staged.layout, BY_CODE)
        name = cells.given["name"].text[:100] if "name" in cells.given else ""
        judged = Judged(staged.number, Verdict.NOTE, name=name)
        row = InHand(staged.layout, cells, judged.problems)
        if _is_remark(row, staged.cells):
            return judged
        row.problems += (fault.problem for fault in cells.faults)
        judged.verdict = Verdict.REFUSE
        self._read(row, judged)
        point = None if row.wrong else self._position(row)
        if point is not None:
            self._settle(row, judged, point)
        if not row.wrong:
            judged.verdict = Verdict.TAKE
            self._take(judged)
        return judged

    def _read(self, row: InHand, judged: Judged) -> None:
        for column in BY_CODE.values():
            row.read(column)
        for code in NEEDED:
            if code not in row.cells.given and not row.faulty(code):
                row.fault(code, _MISSING[code])
        judged.name = row.values.get("name", judged.name)
        judged.people = row.values.get("people")
        judged.code = row.values.get("code", "")
        if judged.people == 0:
            row.fault("people", _l("没有人住：算作聚落，不算居民。"), Gravity.WARNING)
        if judged.code in self._codes:
            place = self._lines.place(self._codes[judged.code])
            row.fault("code", _l("代码与第 %(line)s 行相同。每个聚落只留一行。", line=place))
        elif judged.code:
            self._codes[judged.code] = judged.number

    # -- Where it is ----------------------------------------------------------------------------

    def _position(self, row: InHand) -> Point | None:
        """Where the row says that people live, in WGS-84; None, and a problem, where it cannot."""
        lat, lon = row.values["lat"], row.values["lon"]
        try:
            point = check(lat, lon, self._datum)
            check(point.lat, point.lon, Datum.WGS84)
        except BadInput as fault:
            row.fault(fault.field, fault)
            return None
        return Point(round(point.lat, DECIMALS), round(point.lon, DECIMALS))

    def _settle(self, row: InHand, judged: Judged, point: Point) -> None:
        judged.lat, judged.lon = point.lat, point.lon
        node = self._coded(row, judged.code)
        if row.wrong:
            return
        if node is None:
            node = self._outlined(row, point)
        else:
            self._look(row, node)
        if node is None:
            return
        judged.region_id = node.id
        self._crowded(row, judged.number, point)

    def _coded(self, row: InHand, code: str) -> Node | None:
        """The region below a city that bears the code; None where none does."""
        node = self._regions.tree.by_code.get(code)
        if node is None or node.level is Level.CITY:
            return None
        if node.id not in self._within:
            told = _l(
                "%(name)s 不在 %(region)s 内。请删去这一行，或改正代码。",
                name=self._regions.tree.full_name(node.id),
                region=self._region.name,
            )
            row.fault("code", told)
        return node

    def _look(self, row: InHand, node: Node) -> None:
        """Warn of a position outside the county of its code, and remember what would mend it."""
        lat, lon = row.values["lat"], row.values["lon"]
        county = self._regions.county(node.id)
        if node.point is not None and len(self._sample) < _SAMPLED:
            self._sample.append((lat, lon, node.point))
        if county is None or county.id not in self._regions.shapes:
            return
        self._placed += 1
        astray = self._regions.astray(node.id, lat, lon, self._datum)
        if astray is not None:
            self._astray += 1
            self._fitting.update(self._regions.fitting(county, lat, lon))
            row.fault("lat", astray, Gravity.WARNING)

    def _outlined(self, row: InHand, point: Point) -> Node | None:
        """The lowest region in whose outline the place is; the county of a set that is a county's.

        None, and a problem, where that is not known.
        """
        nodes, outlines = self._outlines
        found = outlines.query(Spot(point.lon, point.lat), predicate="intersects").tolist()
        if found:
            inside: list[Node] = [nodes[at] for at in found]
            return max(inside, key=lambda node: node.level.depth)
        known = self._region.id in self._regions.shapes
        if self._region.parent_id is not None and not known:
            if _REGION_CODE.fullmatch(row.values.get("code", "")):
                told = _l("登记里没有这个区划代码，算在%(region)s。", region=self._region.name)
                row.fault("code", told, Gravity.WARNING)
            return self._region
        coded = row.says("code")
        row.fault("code" if coded else "lat", self._nowhere(coded, bool(nodes)))
        return None

    def _nowhere(self, coded: bool, outlined: bool) -> LazyString:
        name = self._region.name
        if coded and outlined:
            return _l("没有这个区划代码，位置也不在%(region)s各区县的轮廓内。请改正。", region=name)
        if coded:
            return _l("没有这个区划代码，也没有轮廓可以判断在哪个区县。请改正代码。")
        if outlined:
            return _l(
                "位置不在%(region)s各区县的轮廓内（海上或外市）。请改正位置，或填 12 位区划代码。",
                region=name,
            )
        return _l("没有区划代码，也没有轮廓可以判断在哪个区县。请填写 12 位区划代码。")

    @cached_property
    def _outlines(self) -> tuple[list[Node], STRtree]:
        """The regions of the set whose outline is known, and their outlines."""
        by_id, shapes = self._regions.tree.by_id, self._regions.shapes
        nodes = [by_id[id] for id in sorted(self._within & shapes.keys())]
        # The outline of the whole city says of no county.
        nodes = [node for node in nodes if node.parent_id is not None]
        return nodes, STRtree([shapes[node.id] for node in nodes])

    def _crowded(self, row: InHand, number: int, point: Point) -> None:
        """Warn of another settlement at the same point of the file."""
        for other, *where in self._spots.near(point.lat, point.lon):
            if apart(point.lat, point.lon, *where) < ONE_PLACE:
                place = self._lines.place(other)
                told = _l("与第 %(line)s 行在同一点，请核对是否重复。", line=place)
                row.fault("lat", told, Gravity.WARNING)
                break
        self._spots.add(number, point.lat, point.lon)

    # -- What it all comes to -------------------------------------------------------------------

    def _take(self, judged: Judged) -> None:
        held = self.sums.get(judged.region_id or 0, Sum(0, 0.0))
        people = float(judged.people or 0)
        self.sums[judged.region_id or 0] = Sum(held.places + 1, held.people + people)
        told = (judged.code, judged.name, judged.lat, judged.lon, judged.people, judged.region_id)
        self._rows.append(hashlib.sha256(json.dumps(told).encode()).digest())

    @property
    def total(self) -> Sum:
        return Sum(
            sum(each.places for each in self.sums.values()),
            sum(each.people for each in self.sums.values()),
        )

    def content(self) -> str:
        """The same for two files that say the same, in whatever order."""
        return hashlib.sha256(b"".join(sorted(self._rows))).hexdigest()

    def notices(self) -> list[LazyString]:
        """What is to be said of the file as a whole."""
        found: list[LazyString] = []
        if not self._regions.shapes:
            found.append(_l("没有载入区划轮廓，无法核对位置是否在海上或别的区县。"))
        fits = self._better()
        if fits:
            found.append(
                _l(
                    "坐标看来是 %(fits)s，而上传时说明的是 %(stated)s：请核对坐标系后重新上传。",
                    fits="、".join(datum.symbol for datum in fits),
                    stated=self._datum.symbol,
                )
            )
        return found

    def _better(self) -> list[Datum]:
        """The datums in which the coordinates fit, where the one that was stated does not."""
        if len(self._sample) >= _FEWEST and self._off(self._datum) >= _MISSES:
            nearest = min(_DATUMS, key=self._off)
            if self._off(nearest) < _FITS:
                return [nearest]
        if self._astray <= 0.2 * self._placed:
            return []
        return [datum for datum in _DATUMS if self._fitting[datum] > 0.8 * self._astray]

    def _off(self, datum: Datum) -> float:
        """How far most settlements would be from the points of their regions, in metres."""
        offs = []
        for lat, lon, known in self._sample:
            point = to_wgs84(lat, lon, datum)
            offs.append(apart(point.lat, point.lon, known.lat, known.lon))
        return sorted(offs)[len(offs) // 2]


#: A code that can only be meant as that of a region.
_REGION_CODE: Final = re.compile(r"\d{12}", re.ASCII)
_MISSING: Final = {
    "lat": _l("没有纬度。请填写十进制度，例如 37.1653。"),
    "lon": _l("没有经度。请填写十进制度，例如 122.4867。"),
    "people": _l("没有人口。请填写人数；没有人住填 0。"),
}


def _is_remark(row: InHand, raw: list[Any]) -> bool:
    """Whether the row is no settlement but a sum, a note or a signature below the list."""
    code = row.cells.given.get("code")
    if row.says("lat", "lon") or (code is not None and code.text.isdigit()):
        return False
    return begins_remark(raw) or (row.cells.filled <= 1 and not row.cells.faults)
