"""A population grid of the small town, and outlines of its counties."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np

from core.clock import today
from core.db import writing
from core.files import store
from core.geo import Datum
from core.regions import boundaries
from core.regions.boundaries import Origin
from core.regions.queries import tree
from stations.coverage.grids import actions, jobs, reading
from stations.coverage.grids.actions import Sent
from stations.coverage.grids.frame import Frame
from stations.coverage.population import Terms
from tests.stations.coverage.made import ACTOR, CITY, COUNTY, OTHER

#: Cells of about 555 by 441 metres around the hall at 37.5, 122.1; one stands on the hall itself.
FRAME: Final = Frame(37.5 + 10 * 0.005, 122.1 - 12 * 0.005, 0.005, 0.005, 31, 31)
#: The border between the counties runs just west of the hall.
BORDER: Final = 122.1 - 0.0075


def people() -> np.ndarray:
    """Somebody in every third cell."""
    cells = np.arange(FRAME.rows * FRAME.cols, dtype=np.float64)
    return np.where(cells % 3 == 0, 10 + cells % 7, 0).reshape(FRAME.shape)


def table(cells: np.ndarray | None = None) -> str:
    found = people() if cells is None else cells
    lines = ["lat,lon,people"]
    for row, lat in enumerate(FRAME.lat):
        for col, lon in enumerate(FRAME.lon):
            lines.append(f"{lat:.6f},{lon:.6f},{found[row, col]}")
    return "\n".join(lines) + "\n"


def sent(text: str, region: str = CITY, year: int = 2020, name: str = "grid.csv") -> str:
    """A grid for which a worker waits; its UUID."""
    content = store.put(BytesIO(text.encode()), reading.MOST_BYTES)
    container = reading.check(store.path(content.sha256), name)
    terms = Terms(tree(today()).by_code[region].id, year, "一次调查", Datum.WGS84)
    with writing():
        grid = actions.send(ACTOR, Sent(content, name, container, terms))
        jobs.start_reading(ACTOR, grid)
        return grid.uuid


def loaded(text: str | None = None, region: str = CITY, year: int = 2020) -> str:
    """A grid that counts."""
    uuid = sent(table() if text is None else text, region, year)
    jobs.read(ACTOR, uuid)
    with writing():
        actions.apply(ACTOR, uuid)
    return uuid


def outlined() -> None:
    """The county of the hall lies east of the border, the other one west; beyond is nowhere."""

    def box(code: str, west: float, east: float) -> dict[str, object]:
        ring = [[west, 37.45], [east, 37.45], [east, 37.6], [west, 37.6], [west, 37.45]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}

    features = [box(COUNTY, BORDER, 122.3), box(OTHER, 121.9, BORDER)]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    with writing():
        boundaries.load(ACTOR, text, Origin(Datum.WGS84, "a map"))


def write(folder: Path, text: str) -> Path:
    path = folder / "grid.csv"
    path.write_text(text, encoding="utf-8")
    return path
