"""Reading a population grid that somebody has sent, by the process that does it within limits."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core import child
from core.child import GaveUp
from core.geo import EAST, NORTH, SOUTH, WEST
from core.sheets.container import Unreadable
from core.sizes import MEGABYTE
from stations.coverage.grids.frame import Frame
from stations.coverage.grids.parse import SECONDS, SYSTEMS
from stations.coverage.grids.rules import Container
from stations.coverage.grids.sums import People

#: The largest file that is taken, in bytes.
MOST_BYTES: Final = 256 * MEGABYTE
_PROGRAM: Final = "stations.coverage.grids.parse"
_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

Size = tuple[int, int]

_LARGE: Final = _l("网格太大，最多 6000 万个格。请裁剪到需要的范围后再上传。")
_WHY: Final[dict[str, LazyString]] = {
    "nosystem": _l(
        "GeoTIFF 没有写明坐标参考系。请用 gdal_edit.py -a_srs EPSG:4326 文件名 写明后再上传。"
    ),
    "turned": _l("网格不是正北朝上的经纬网。请用 gdalwarp -t_srs EPSG:4326 重采样后再上传。"),
    "numbers": _l("GeoTIFF 里不是普通的数（可能是复数），没有载入。"),
    "empty": _l("文件里没有一行数据。"),
    "single": _l("只有一个格，看不出网格的间距。"),
    "encoding": _l("文件不是 UTF-8 编码的文本。请另存为 UTF-8 的 CSV 后再上传。"),
    "memory": _l("文件太复杂，读取时超出了内存或时间的限制。请裁剪到需要的范围后再上传。"),
    "large": _LARGE,
}


def check(path: Path, name: str) -> Container:
    """What kind of grid the file at *path* is, which somebody calls *name*.

    Raises Unreadable for what is not taken, and for GeoTIFF where rasterio is not installed.
    """
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(_l("文件是空的。"))
    with path.open("rb") as file:
        head = file.read(4)
    if head in _TIFF:
        require_rasterio()
        return Container.TIF
    if name.lower().endswith((".tif", ".tiff")):
        raise Unreadable(_l("文件名像 GeoTIFF，内容却不是。"))
    if b"\0" in head or head.startswith((b"PK", b"%PDF", b"\xd0\xcf")):
        raise Unreadable(_l("人口网格只接受 GeoTIFF，或 UTF-8 编码的 CSV。"))
    return Container.CSV


def require_rasterio() -> None:
    """Raise Unreadable, saying how to install it, where rasterio is not there."""
    if importlib.util.find_spec("rasterio") is None:
        raise Unreadable(
            _l(
                "服务器没有安装 rasterio，不能读取 GeoTIFF。请由运维人员安装："
                "pip install '.[grids]'；或改用 CSV（纬度、经度、人口）。"
            )
        )


@dataclass(frozen=True)
class Odd:
    """Cells in which nobody is counted, and why: no data, no number, a number below nothing."""

    holes: int = 0
    broken: int = 0
    negative: int = 0


def read(path: Path, kind: Container, out: Path) -> tuple[Frame, Odd]:
    """Read the grid at *path* and write the people of its cells to *out* (numpy's npz).

    Raises Unreadable.
    """
    try:
        said = child.run(_PROGRAM, kind, path.resolve(), out, seconds=SECONDS * 5)
    except GaveUp as why:
        raise Unreadable(_why(why)) from None
    told = json.loads(said)
    north, west, lat_step, lon_step, rows, cols = told["frame"]
    odd = Odd(told["holes"], told["broken"], told["negative"])
    return _framed(north, west, lat_step, lon_step, (rows, cols)), odd


def _framed(north: float, west: float, lat_step: float, lon_step: float, size: Size) -> Frame:
    """Where the cells lie. Raises Unreadable where that is not in China."""
    rows, cols = size
    south, east = north - (rows - 1) * lat_step, west + (cols - 1) * lon_step
    if south >= SOUTH and north <= NORTH and west >= WEST and east <= EAST:
        return Frame(north, west, lat_step, lon_step, rows, cols)
    if west >= SOUTH and east <= NORTH and south >= WEST and north <= EAST:
        raise Unreadable(_l("纬度和经度似乎写反了：纬度应在 3–54 之间，经度应在 73–136 之间。"))
    raise Unreadable(_l("网格的范围不在中国境内：纬度应在 3–54，经度应在 73–136。"))


def people(path: Path) -> People:
    """The people of the cells, as they were written."""
    with np.load(path, allow_pickle=False) as kept:
        found: People = kept["people"]
    return found


def _why(why: GaveUp) -> LazyString:
    if why.word == "system":
        return _l(
            "网格的坐标参考系是 %(system)s，只接受 %(taken)s。人口不能随意重采样，请用"
            " gdalwarp -t_srs EPSG:4326 -r sum 转换，并核对总数不变后再上传。",
            system=why.told,
            taken="、".join(f"EPSG:{code}" for code in SYSTEMS),
        )
    if why.word in _TOLD:
        return _l(_TOLD[why.word]._args[0], told=why.told)
    if not why.word:
        return _WHY["memory"]
    unknown = _l("GeoTIFF 不完整，或不是 GeoTIFF，读不出来。请重新导出后再上传。")
    return _WHY.get(why.word, unknown)


_TOLD: Final[dict[str, LazyString]] = {
    "bands": _l("GeoTIFF 有 %(told)s 个波段，只接受一个（人口）。"),
    "column": _l("CSV 第一行应有且只有一个 %(told)s 列：lat、lon、people。"),
    "line": _l("第 %(told)s 行不是三个数（纬度、经度、人口）。没有数据的格请删去整行。"),
    "lines": _l("CSV 超过 %(told)s 行。请改用 GeoTIFF。"),
    "position": _l("第 %(told)s 行没有位置。"),
    "twice": _l("第 %(told)s 行与前面某一行是同一个格。"),
    "uneven": _l(
        "第 %(told)s 行不在等间距的经纬网上。请给出各格中心点，间距一致；"
        "不成网格的数据请按聚落点载入。"
    ),
}
