"""The drawing of the demonstration: run once by a developer, its result is shipped.

County outlines and the points of towns come from outside; villages, the other towns and all sites
are put around them by a seed.  The same seed and the same inputs give the same file.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from core.regions.rules import Level, Row, level_of
from network.demo.places import Places, urban
from network.demo.rows import Drawn, RegionRow
from network.demo.rules import SEED, City, Event, stream
from network.demo.stations import Stations


@dataclass(frozen=True, slots=True)
class Given:
    """What the drawing starts from, all of it WGS-84 degrees.

    ``outlines`` by six digits of the county's code; ``towns`` latitude and longitude by code.
    """

    regions: Sequence[Row]
    outlines: Mapping[str, BaseGeometry]
    towns: Mapping[str, tuple[float, float]]


def read_outlines(text: str) -> dict[str, BaseGeometry]:
    """The county outlines of a GeoJSON text, whose features bear ``code12``; others are left."""
    return {
        feature["properties"]["code12"][: Level.COUNTY.digits]: shape(feature["geometry"])
        for feature in json.loads(text)["features"]
        if level_of(feature["properties"]["code12"]) is Level.COUNTY
    }


def read_towns(text: str) -> dict[str, tuple[float, float]]:
    """Latitude and longitude of the towns in a CSV text (town_code12, wgs_lat, wgs_lng)."""
    return {
        cells["town_code12"]: (float(cells["wgs_lat"]), float(cells["wgs_lng"]))
        for cells in csv.DictReader(io.StringIO(text))
        if cells["town_code12"]
    }


def draw(city: City, given: Given, seed: int = SEED) -> Drawn:
    """Draw the whole of *city*; each part from its own stream, so that one can change alone."""
    places = Places(
        given.regions,
        given.outlines,
        given.towns,
        city.seats,
        stream(city.code, "places", seed=seed),
    )
    rng = stream(city.code, "sites", seed=seed)
    stations = Stations(city, given.regions, places, rng)
    trained = rng.choice(
        [row.code for row in given.regions if row.level is Level.TOWN and not urban(row)]
    )
    return Drawn(
        tuple(_region(row, places, row.code == trained) for row in given.regions), stations.sites
    )


def _region(row: Row, places: Places, trained: bool) -> RegionRow:
    lat, lon = places.plane.degrees(places.points[row.code])
    return RegionRow(
        region=row.code,
        lat=lat,
        lon=lon,
        source="geonames" if row.code in places.known else "made",
        event=Event.TRAINING if trained else None,
    )
