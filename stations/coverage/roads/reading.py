"""Reading a graph of roads by the process that does it within limits; then into WGS-84."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core import child
from core.child import GaveUp
from core.geo import Datum, Floats, check, to_wgs84
from core.sheets.container import Unreadable
from core.sizes import MEGABYTE
from stations.coverage.positions import Places
from stations.coverage.roads.graph import Graph, lengths, needed
from stations.coverage.roads.parse import SECONDS

#: The largest file that is taken, in bytes.
MOST_BYTES: Final = 512 * MEGABYTE
#: By how many metres a road may be shorter than the straight line, for rounding's sake.
_ROUNDED: Final = 1.0
_PROGRAM: Final = "stations.coverage.roads.parse"

_WHY: Final[dict[str, LazyString]] = {
    "empty": _l("文件里没有一条路。"),
    "encoding": _l("文件不是 UTF-8 编码的文本。请另存为 UTF-8 的 CSV 后再上传。"),
    "memory": _l("文件太复杂，读取时超出了内存或时间的限制。请裁剪到需要的范围后再上传。"),
    "graphml": _l("GraphML 不完整，或其中的坐标、长度不是正常的数。请重新导出。"),
}
_TOLD: Final[dict[str, LazyString]] = {
    "column": _l(
        "CSV 第一行应有 from_lat、from_lon、to_lat、to_lon，可以有 length_m；缺 %(told)s。"
    ),
    "line": _l("第 %(told)s 行的坐标不是数。"),
    "length": _l("第 %(told)s 行的长度不是正数。"),
    "roads": _l("路段超过 %(told)s 条。请裁剪到需要的范围。"),
    "node": _l("GraphML 里有路段的端点 %(told)s 没有列出。"),
    "place": _l("GraphML 里的节点 %(told)s 没有坐标（x、y 或 lon、lat）。"),
}


@dataclass(frozen=True)
class Read:
    """A graph, and how many of its roads had no length, or one shorter than can be."""

    graph: Graph
    guessed: int
    short: int


def read(path: Path, datum: Datum) -> Read:
    """The graph in the CSV or GraphML file. Raises Unreadable."""
    with path.open("rb") as file:
        head = file.read(2000)
    kind = "graphml" if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else "csv"
    with tempfile.TemporaryDirectory(prefix="onekm-roads-") as folder:
        out = Path(folder) / "roads.npz"
        try:
            child.run(_PROGRAM, kind, path.resolve(), out, seconds=SECONDS * 5)
        except GaveUp as why:
            raise Unreadable(_why(why)) from None
        with np.load(out, allow_pickle=False) as kept:
            lat, lon = _placed(kept["lat"], kept["lon"], datum)
            return _graph(lat, lon, kept["start"], kept["end"], kept["length"])


def _why(why: GaveUp) -> LazyString:
    if why.word in _TOLD:
        return _l(_TOLD[why.word]._args[0], told=why.told)
    return _WHY.get(why.word, _WHY["memory"])


def _placed(lat: Floats, lon: Floats, datum: Datum) -> tuple[Floats, Floats]:
    """The crossings in WGS-84. Raises Unreadable where one does not lie in China."""
    for corner in ((lat.min(), lon.min()), (lat.max(), lon.max())):
        try:
            check(float(corner[0]), float(corner[1]), Datum.WGS84)
        except Exception as fault:
            raise Unreadable(getattr(fault, "message", _WHY["graphml"])) from None
    if datum in (Datum.WGS84, Datum.CGCS2000):
        return lat, lon
    found = [to_wgs84(*one, datum) for one in zip(lat.tolist(), lon.tolist(), strict=True)]
    return np.array([one.lat for one in found]), np.array([one.lon for one in found])


def _graph(lat: Floats, lon: Floats, start: Places, end: Places, length: Floats) -> Read:
    straight = lengths(lat, lon, start, end)
    guessed = np.isnan(length)
    short = ~guessed & (length < straight - _ROUNDED)
    length = np.where(guessed, straight, np.maximum(length, straight))
    kept = needed(start, end, length)
    graph = Graph.of(lat, lon, start[kept], end[kept], length[kept])
    return Read(graph, int(guessed[kept].sum()), int(short[kept].sum()))
