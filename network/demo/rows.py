"""The drawn file of a city: one CSV with a row for each region's point and each made site."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from core.sites.rules import Status
from network.demo.rules import Event, Sort

FOLDER: Final = Path(__file__).parent / "data"
DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class RegionRow:
    """The point (WGS-84 degrees) that stands for a region; ``source`` is a key of POINT_SOURCES."""

    region: str
    lat: float
    lon: float
    source: str
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A made site; ``since`` is an ISO date, empty for one that is only planned.

    ``hours`` names a document in HOURS_OF, empty where no hours are known; ``lat`` and ``lon`` are
    WGS-84 degrees, None for the site without a position.
    """

    region: str
    sort: Sort
    name: str
    name_en: str
    address: str
    phone: str
    lat: float | None
    lon: float | None
    verified: bool
    status: Status
    since: str
    hours: str
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Everything that was drawn for one city."""

    regions: tuple[RegionRow, ...]
    sites: tuple[SiteRow, ...]


COLUMNS: Final = (
    "what",
    *dict.fromkeys(field.name for row in (RegionRow, SiteRow) for field in fields(row)),
)


def shipped(city: str) -> Path:
    """Where the file of the city (first four digits of its code) lies."""
    return FOLDER / f"{city}.csv"


def write(drawn: Drawn) -> str:
    """The CSV file of *drawn*."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for what, rows in (("region", drawn.regions), ("site", drawn.sites)):
        for row in rows:
            cells = {name: _cell(value) for name, value in asdict(row).items()}
            writer.writerow({"what": what, **cells})
    return file.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.{DECIMALS}f}"
    return str(int(value)) if isinstance(value, bool) else str(value)


def read(text: str) -> Drawn:
    """What :func:`write` wrote."""
    regions: list[RegionRow] = []
    sites: list[SiteRow] = []
    for cells in csv.DictReader(io.StringIO(text)):
        if cells["what"] == "region":
            regions.append(_region(cells))
        else:
            sites.append(_site(cells))
    return Drawn(tuple(regions), tuple(sites))


def _region(cells: dict[str, str]) -> RegionRow:
    return RegionRow(
        region=cells["region"],
        lat=float(cells["lat"]),
        lon=float(cells["lon"]),
        source=cells["source"],
        event=_event(cells),
    )


def _site(cells: dict[str, str]) -> SiteRow:
    return SiteRow(
        region=cells["region"],
        sort=Sort(cells["sort"]),
        name=cells["name"],
        name_en=cells["name_en"],
        address=cells["address"],
        phone=cells["phone"],
        lat=float(cells["lat"]) if cells["lat"] else None,
        lon=float(cells["lon"]) if cells["lon"] else None,
        verified=cells["verified"] == "1",
        status=Status(cells["status"]),
        since=cells["since"],
        hours=cells["hours"],
        event=_event(cells),
    )


def _event(cells: dict[str, str]) -> Event | None:
    return Event(cells["event"]) if cells["event"] else None
