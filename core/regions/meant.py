"""Which region a row means, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from shapely import contains_xy
from shapely.geometry.base import BaseGeometry

from core import geo
from core.access import Reach
from core.errors import BadInput
from core.geo import Datum, Point
from core.regions.rules import Level
from core.regions.tree import Node, Tree


@dataclass(frozen=True)
class Regions:
    """The regions of the day from which a file holds, and how far whoever sends it reaches."""

    tree: Tree
    reach: Reach
    shapes: Mapping[int, BaseGeometry] = field(default_factory=dict)

    @cached_property
    def within(self) -> frozenset[int] | None:
        """The regions within reach; None where all are."""
        return None if self.reach.everywhere else self.reach.region_ids(self.tree)

    def reaches(self, region_id: int) -> bool:
        return self.within is None or region_id in self.within

    def by_code(self, code: str) -> Node:
        """The region with this code. Raises BadInput where there is none, or it is another's."""
        node = self.tree.by_code.get(code)
        if node is None:
            raise BadInput(
                _l(
                    "%(city)s没有代码为 %(code)s 的区划（%(on)s）。"
                    "外市的不能导入；代码有误请改正。",
                    city="、".join(top.name for top in self.tree.top()),
                    on=self.tree.on,
                    code=code,
                )
            )
        return self._own(node)

    def _own(self, node: Node) -> Node:
        if not self.reaches(node.id):
            raise BadInput(
                _l(
                    "“%(name)s”不在您的管辖范围内。请删去这一行，交给所属区县导入。",
                    name=self.tree.full_name(node.id),
                )
            )
        return node

    @cached_property
    def _named(self) -> dict[str, list[Node]]:
        """The regions by each way of calling them: in full, and by their own name alone."""
        found: dict[str, list[Node]] = {}
        for node in self.tree.by_id.values():
            path = [each.name for each in self.tree.path(node.id)]
            ways = {"".join(path[at:]) for at in range(len(path))}
            if len(path) > 2:  # 荣成市东荣成村, without the town
                ways.add(path[1] + path[-1])
            for way in ways:
                found.setdefault(way, []).append(node)
        return found

    def by_name(self, text: str) -> Node:
        """The one region that is called so. Raises BadInput where there is none or more than one.

        One within reach goes before one of the same name elsewhere.
        """
        name = "".join(text.split())
        found = self._named.get(name) or self._named.get(name.removeprefix("山东省")) or []
        own = [node for node in found if self.reaches(node.id)]
        if len(own) == 1:
            return own[0]
        if not found:
            raise BadInput(_l("没有叫“%(name)s”的区划，请填写 12 位区划代码。", name=name[:60]))
        if not own:
            return self._own(found[0])
        raise BadInput(
            _l(
                "叫“%(name)s”的区划有 %(count)s 个（%(codes)s），请填写 12 位区划代码。",
                name=name[:60],
                count=len(own),
                codes="、".join(node.code for node in own[:5]),
            )
        )

    def county(self, region_id: int) -> Node | None:
        """The county that a region is or lies in."""
        path = self.tree.path(region_id)
        return next((node for node in path if node.level is Level.COUNTY), None)

    def astray(self, region_id: int, lat: float, lon: float, datum: Datum) -> BadInput | None:
        """What to say of a place that lies outside its region's county; None where it may not.

        Tells in which datum the coordinates would be inside, or which county they are in.
        """
        county = self.county(region_id)
        shape = None if county is None else self.shapes.get(county.id)
        if county is None or shape is None:
            return None
        point = geo.to_wgs84(lat, lon, datum)
        if contains_xy(shape, point.lon, point.lat):
            return None
        fitting = self.fitting(county, lat, lon)
        if fitting:
            return BadInput(
                _l(
                    "位置在%(county)s之外；若坐标其实是 %(datums)s 则在其内，请核对坐标系。",
                    county=county.name,
                    datums="、".join(other.symbol for other in fitting),
                )
            )
        return BadInput(self._elsewhere(county, point))

    def fitting(self, county: Node, lat: float, lon: float) -> list[Datum]:
        """In which datums the coordinates would lie in a county whose outline is known."""
        shape = self.shapes[county.id]
        return [
            datum
            for datum in (Datum.WGS84, Datum.GCJ02, Datum.BD09)
            if _inside(shape, geo.to_wgs84(lat, lon, datum))
        ]

    def _elsewhere(self, county: Node, point: Point) -> LazyString:
        for region_id, shape in self.shapes.items():
            other = self.tree.by_id.get(region_id)
            if other is not None and other.level is Level.COUNTY and _inside(shape, point):
                return _l(
                    "位置在%(county)s之外，落在%(other)s；请核对坐标或区划。",
                    county=county.name,
                    other=other.name,
                )
        counties = self.tree.children(county.parent_id or 0)
        if all(each.id in self.shapes for each in counties):
            return _l(
                "位置在%(county)s之外，也不在本市其他区县（海上或外市），请核对坐标。",
                county=county.name,
            )
        return _l("位置在%(county)s之外，请核对坐标。", county=county.name)


def _inside(shape: BaseGeometry, point: Point) -> bool:
    return bool(contains_xy(shape, point.lon, point.lat))
