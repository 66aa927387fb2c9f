"""Handing a point over to the map apps people have, each in the datum that it reads."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.geo import Datum, Point, from_wgs84


@dataclass(frozen=True, slots=True)
class Direction:
    """A link that opens *app* at a place."""

    app: LazyString
    url: str


def directions(point: Point, name: str, address: str) -> tuple[Direction, ...]:
    """Links to 高德, 百度 and 腾讯 maps at a WGS-84 point."""
    lat, lon = from_wgs84(point, Datum.GCJ02)
    baidu_lat, baidu_lon = from_wgs84(point, Datum.BD09)
    amap = {"position": f"{lon:.6f},{lat:.6f}", "name": name, "coordinate": "gaode"}
    baidu = {
        "location": f"{baidu_lat:.6f},{baidu_lon:.6f}",
        "title": name,
        "content": address or name,
        "coord_type": "bd09ll",
        "output": "html",
    }
    # Semicolons and colons part the fields of a Tencent marker; a name must not hold any.
    title = name.replace(";", " ").replace(":", " ")
    tencent = {"marker": f"coord:{lat:.6f},{lon:.6f};title:{title}", "referer": "onekm"}
    return (
        Direction(_l("高德地图"), f"https://uri.amap.com/marker?{urlencode(amap)}"),
        Direction(_l("百度地图"), f"https://api.map.baidu.com/marker?{urlencode(baidu)}"),
        Direction(_l("腾讯地图"), f"https://apis.map.qq.com/uri/v1/marker?{urlencode(tencent)}"),
    )
