"""A program of its own that reads a population grid somebody has sent, within limits.

    python -m stations.coverage.grids.parse KIND FILE OUT [SECONDS]

It writes the people of the cells to OUT (compressed, numpy's npz) and one line of JSON about them
to its standard output, nothing else, so that a file that eats memory or time takes this process
with it and no other.  It exits with 3 where the file is not what it seems, and says why in one
word, with what is to be told after a colon.  Of what rasterio reads only GeoTIFF is let in.
"""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.child import Wrong, limited

MEMORY: Final = 2 * 1024 * 1024 * 1024
SECONDS: Final = 120
#: The most cells that a grid may have, and lines that a CSV file may have.
MOST_CELLS: Final = 60_000_000
MOST_LINES: Final = 5_000_000
#: The systems of coordinates in which a grid may be: both are in degrees.
SYSTEMS: Final = (4326, 4490)
#: How far a centre may be from its place on the grid: in steps, and in degrees for the rounding.
_OFF, _ROUNDED = 0.01, 1.5e-6
_CELLS_AT_ONCE: Final = 1 << 20
_NAMES: Final = {
    "lat": ("lat", "latitude", "y", "纬度"),
    "lon": ("lon", "lng", "longitude", "x", "经度"),
    "people": ("people", "population", "pop", "人口", "人数"),
}


@dataclass(frozen=True)
class Read:
    """A grid as it was read: centres of the first cell, steps, people, and what was odd in it."""

    north: float
    west: float
    lat_step: float
    lon_step: float
    people: NDArray[np.float32]
    odd: dict[str, int]


def _settle(values: NDArray[np.float64], odd: dict[str, int]) -> NDArray[np.float64]:
    """The people of some cells: nobody where there is no number or one below nothing, counted."""
    broken = ~np.isfinite(values)
    odd["broken"] += int(np.count_nonzero(broken))
    values = np.where(broken, 0.0, values)
    negative = values < 0
    odd["negative"] += int(np.count_nonzero(negative))
    return np.where(negative, 0.0, values)


def _odd() -> dict[str, int]:
    return {"holes": 0, "broken": 0, "negative": 0}


# -- GeoTIFF ---------------------------------------------------------------------------------------


def tif(path: str) -> Read:
    """The first and only band of a GeoTIFF in degrees, north up. Raises Wrong."""
    import rasterio
    from rasterio.errors import RasterioError

    options = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_CACHEMAX": 64}
    try:
        with rasterio.Env(**options), rasterio.open(path, driver="GTiff") as raster:
            _check(raster)
            return _bands(raster)
    except RasterioError as fault:
        raise Wrong(f"tif:{str(fault)[:100]}") from None


def _check(raster: Any) -> None:
    """Raise Wrong unless the raster is one band of numbers on meridians and parallels."""
    if raster.count != 1:
        raise Wrong(f"bands:{raster.count}")
    if raster.crs is None:
        raise Wrong("nosystem")
    if not raster.crs.is_geographic or raster.crs.to_epsg() not in SYSTEMS:
        code = raster.crs.to_epsg()
        raise Wrong(f"system:{f'EPSG:{code}' if code else raster.crs.to_wkt()[:60]}")
    turn = raster.transform
    if turn.b or turn.d or not (turn.a > 0 > turn.e):
        raise Wrong("turned")
    if raster.width * raster.height > MOST_CELLS:
        raise Wrong(f"large:{raster.width * raster.height}")
    if np.dtype(raster.dtypes[0]).kind not in "iuf":
        raise Wrong("numbers")


def _bands(raster: Any) -> Read:
    from rasterio.windows import Window

    people = np.zeros((raster.height, raster.width), np.float32)
    odd, high = _odd(), raster.block_shapes[0][0]
    tall = max(1, _CELLS_AT_ONCE // raster.width)
    tall = max(tall // high * high, 1) if high <= tall else tall
    scale, offset = raster.scales[0], raster.offsets[0]
    for row in range(0, raster.height, tall):
        window = Window(0, row, raster.width, min(tall, raster.height - row))
        found = raster.read(1, window=window, masked=True)
        holes = np.ma.getmaskarray(found)
        # What is no number may be how this file says "no data": told once, as a hole.
        odd["holes"] += int(np.count_nonzero(holes))
        values = found.filled(0).astype(np.float64)
        if (scale, offset) != (1, 0):
            values = np.where(holes, 0.0, values * scale + offset)
        people[row : row + len(values)] = _settle(values, odd)
    turn = raster.transform
    west, north = turn.c + turn.a / 2, turn.f + turn.e / 2
    return Read(north, west, -turn.e, turn.a, people, odd)


# -- CSV -------------------------------------------------------------------------------------------


def table(path: str) -> Read:
    """Lines of latitude, longitude and people of the centres of cells. Raises Wrong."""
    with open(path, encoding="utf-8-sig") as file:
        head = file.readline(10_000)
    delimiter = max(",\t;", key=head.count)
    columns = _columns([name.strip().strip('"').lower() for name in head.split(delimiter)])
    try:
        lat, lon, people = np.loadtxt(
            path,
            delimiter=delimiter,
            skiprows=1,
            usecols=columns,
            comments=None,
            encoding="utf-8-sig",
            max_rows=MOST_LINES + 1,
            ndmin=2,
            quotechar='"',
        ).T
    except ValueError as fault:
        place = re.search(r"at row (\d+)", str(fault))
        raise Wrong(f"line:{int(place[1]) + 2 if place else 0}") from None
    if len(lat) > MOST_LINES:
        raise Wrong(f"lines:{MOST_LINES}")
    return _gridded(lat, lon, people)


def _columns(names: list[str]) -> list[int]:
    found = []
    for column, known in _NAMES.items():
        at = [number for number, name in enumerate(names) if name in known]
        if len(at) != 1:
            raise Wrong(f"column:{column}")
        found.append(at[0])
    return found


def _gridded(
    lat: NDArray[np.float64], lon: NDArray[np.float64], people: NDArray[np.float64]
) -> Read:
    if not len(lat):
        raise Wrong("empty")
    for number in np.flatnonzero(~(np.isfinite(lat) & np.isfinite(lon)))[:1].tolist():
        raise Wrong(f"position:{number + 2}")
    north_down, row = _axis(-lat, "lat")
    west_on, col = _axis(lon, "lon")
    if north_down is None and west_on is None:
        raise Wrong("single")
    lat_step, lon_step = (
        one or other for one, other in ((north_down, west_on), (west_on, north_down))
    )
    rows, cols = int(row.max()) + 1, int(col.max()) + 1
    if rows * cols > MOST_CELLS:
        raise Wrong(f"large:{rows * cols}")
    cell = row * cols + col
    order = np.argsort(cell, kind="stable")
    again = np.flatnonzero(np.diff(cell[order]) == 0)
    if len(again):
        raise Wrong(f"twice:{int(order[again + 1].min()) + 2}")
    odd = _odd()
    grid = np.zeros(rows * cols, np.float32)
    grid[cell] = _settle(people, odd)
    odd["holes"], odd["broken"] = odd["broken"], 0
    # The centres of the first row and column are where the fitted steps begin.
    return Read(
        float(lat.max()),
        float(lon.min()),
        lat_step or 0,
        lon_step or 0,
        grid.reshape(rows, cols),
        odd,
    )


def _axis(values: NDArray[np.float64], name: str) -> tuple[float | None, NDArray[np.int64]]:
    """The step between the centres, and the number of each counted from the least on."""
    known, of = np.unique(values, return_inverse=True)
    gaps = np.diff(known)
    wide = gaps[gaps > _ROUNDED]
    if not len(wide):
        return None, np.zeros(len(values), np.int64)
    # The mean of the smallest gaps is the step but for what was lost in writing it down.
    step = float(wide[wide < 1.5 * wide.min()].mean())
    number = np.concatenate([[0], np.cumsum(np.rint(gaps / step))])
    step = float((known[-1] - known[0]) / number[-1]) if number[-1] else step
    off = np.abs(known - known[0] - number * step)
    if number[-1] == 0 or off.max() > _OFF * step + _ROUNDED:
        worst = int(np.argmax(off[of]))
        raise Wrong(f"uneven:{worst + 2}")
    return step, number[of].astype(np.int64)


# -- All of it -------------------------------------------------------------------------------------


def main(kind: str, path: str, out: str, seconds: str = str(SECONDS)) -> int:
    """Write the frame of a grid to standard output and its cells to *out*; gives the exit code."""

    def write() -> None:
        read = tif(path) if kind == "tif" else table(path)
        with Path(out).open("wb") as file:
            np.savez_compressed(file, people=read.people)
        frame = (read.north, read.west, read.lat_step, read.lon_step)
        if not all(map(math.isfinite, frame)):
            raise Wrong("turned")
        print(json.dumps({"frame": [*frame, *read.people.shape], **read.odd}))

    return limited(MEMORY, int(seconds), write)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
