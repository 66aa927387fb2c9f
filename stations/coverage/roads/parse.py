"""A program of its own that reads a graph of roads somebody has sent, within limits.

    python -m stations.coverage.roads.parse KIND FILE OUT

CSV has one road a line: from_lat, from_lon, to_lat, to_lon and, if known, length_m.  GraphML has
nodes with x and y (or lon and lat) and edges that may have a length.  What was read goes to OUT
(numpy's npz); it exits with 3 where the file is not what it seems, and says why in one word, with
what is to be told after a colon.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from core.child import Wrong, limited

MEMORY: Final = 2 * 1024 * 1024 * 1024
SECONDS: Final = 120
MOST_ROADS: Final = 3_000_000
#: Crossings nearer than this, in degrees, are one: a hundredth of a metre.
_ONE: Final = 1e-7
_COLUMNS: Final = ("from_lat", "from_lon", "to_lat", "to_lon")

Numbers = NDArray[np.float64]


def table(path: str) -> dict[str, Numbers | NDArray[np.int64]]:
    """Roads from a CSV file; crossings are where their ends meet. Raises Wrong."""
    with open(path, encoding="utf-8-sig") as file:
        head = [name.strip().lower() for name in file.readline(10_000).split(",")]
    missing = [name for name in _COLUMNS if head.count(name) != 1]
    if missing:
        raise Wrong(f"column:{missing[0]}")
    told = "length_m" in head
    columns = [head.index(name) for name in (*_COLUMNS, *(["length_m"] if told else []))]
    try:
        numbers = np.loadtxt(
            path,
            delimiter=",",
            skiprows=1,
            usecols=columns,
            comments=None,
            encoding="utf-8-sig",
            max_rows=MOST_ROADS + 1,
            ndmin=2,
            # An empty length is one that is not known.
            converters={head.index("length_m"): _length} if told else None,
        )
    except ValueError as fault:
        place = re.search(r"at row (\d+)", str(fault))
        raise Wrong(f"line:{int(place[1]) + 2 if place else 0}") from None
    if len(numbers) > MOST_ROADS:
        raise Wrong(f"roads:{MOST_ROADS}")
    if not len(numbers):
        raise Wrong("empty")
    for row in np.flatnonzero(~np.isfinite(numbers[:, :4]).all(axis=1))[:1].tolist():
        raise Wrong(f"line:{row + 2}")
    length = numbers[:, 4] if told else np.full(len(numbers), np.nan)
    for row in np.flatnonzero(~((length > 0) | np.isnan(length)) | np.isinf(length))[:1].tolist():
        raise Wrong(f"length:{row + 2}")
    ends = np.concatenate([numbers[:, :2], numbers[:, 2:4]])
    _, at, crossing = np.unique(
        np.rint(ends / _ONE), axis=0, return_index=True, return_inverse=True
    )
    start, end = crossing.reshape(2, -1)
    return _told(ends[at, 0], ends[at, 1], start, end, length)


def _length(text: str) -> float:
    return float(text) if text.strip() else float("nan")


class _Graph:
    """Crossings and roads as a GraphML file tells them, one element after another."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.nodes: dict[str, tuple[float, float]] = {}
        self.roads: list[tuple[str, str, float]] = []
        self._told: dict[str, str] = {}
        self._of: dict[str, str] = {}
        self._key: str | None = None

    def begin(self, tag: str, told: dict[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "key":
            self.names[told.get("id", "")] = told.get("attr.name", "")
        elif kind in ("node", "edge"):
            self._of, self._told = told, {}
        elif kind == "data":
            self._key = self.names.get(told.get("key", ""), told.get("key", ""))

    def text(self, text: str) -> None:
        if self._key is not None:
            self._told[self._key] = self._told.get(self._key, "") + text

    def end(self, tag: str) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "data":
            self._key = None
        elif kind == "node":
            self.nodes[self._of.get("id", "")] = self._place()
        elif kind == "edge":
            ends = self._of.get("source", ""), self._of.get("target", "")
            self.roads.append((*ends, float(self._told.get("length") or "nan")))
        if len(self.roads) > MOST_ROADS or len(self.nodes) > 2 * MOST_ROADS:
            raise Wrong(f"roads:{MOST_ROADS}")

    def _place(self) -> tuple[float, float]:
        lat = self._told.get("y", self._told.get("lat"))
        lon = self._told.get("x", self._told.get("lon"))
        if lat is None or lon is None:
            raise Wrong(f"place:{self._of.get('id', '')[:40]}")
        return float(lat), float(lon)


def _no_entities(*_told: object) -> None:
    raise Wrong("graphml")


def graphml(path: str) -> dict[str, Numbers | NDArray[np.int64]]:
    """Crossings and roads from a GraphML file, as OSMnx and others write it. Raises Wrong."""
    graph, parser = _Graph(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = graph.begin, graph.end
    parser.CharacterDataHandler = graph.text
    parser.EntityDeclHandler = _no_entities
    try:
        with open(path, "rb") as file:
            parser.ParseFile(file)
    except (expat.ExpatError, ValueError):
        raise Wrong("graphml") from None
    number = {name: place for place, name in enumerate(graph.nodes)}
    unknown = [end for road in graph.roads for end in road[:2] if end not in number]
    if unknown:
        raise Wrong(f"node:{unknown[0][:40]}")
    if not graph.roads:
        raise Wrong("empty")
    lat, lon = np.array(list(graph.nodes.values()), np.float64).T
    start = np.array([number[road[0]] for road in graph.roads], np.int64)
    end = np.array([number[road[1]] for road in graph.roads], np.int64)
    length = np.array([road[2] for road in graph.roads], np.float64)
    if not ((length > 0) | np.isnan(length) | (start == end)).all() or np.isinf(length).any():
        raise Wrong("graphml")
    return _told(lat, lon, start, end, length)


def _told(lat: Numbers, lon: Numbers, start: Any, end: Any, length: Numbers) -> dict[str, Any]:
    if not (np.isfinite(lat).all() and np.isfinite(lon).all()):
        raise Wrong("graphml")
    return {"lat": lat, "lon": lon, "start": start, "end": end, "length": length}


def main(kind: str, path: str, out: str) -> int:
    """Write the roads of a file to *out*; gives the exit code."""

    def write() -> None:
        read: dict[str, Any] = graphml(path) if kind == "graphml" else table(path)
        with Path(out).open("wb") as file:
            np.savez(file, **read)

    return limited(MEMORY, SECONDS, write)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
