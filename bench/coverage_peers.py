"""Coverage by other software, asked as one who knows it would, on the same settlements and sites.

PostGIS is given geography points under GiST indexes; GeoPandas its points ready projected, which
takes it far longer than the question itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

import numpy as np

from bench.made import Box
from bench.postgis import MissingError, database
from bench.settlements import Made
from stations.coverage.positions import Wanted
from stations.coverage.rules import RADIUS, Cover, Rule, cover
from stations.coverage.serving import sites_of

#: Who is covered, in the order of the settlements.
Ask = Callable[[], Wanted]

INSTALL: Final = "GeoPandas is not installed: pip install geopandas"

TABLES: Final = """
    CREATE TABLE site (id int PRIMARY KEY, place geography(Point, 4326) NOT NULL);
    CREATE TABLE settlement (id int PRIMARY KEY, place geography(Point, 4326) NOT NULL);
    CREATE TEMPORARY TABLE given (id int, lat double precision, lon double precision)
"""
FILL: Final = """
    INSERT INTO {table} SELECT id, ST_MakePoint(lon, lat)::geography FROM given;
    TRUNCATE given;
    CREATE INDEX ON {table} USING gist (place);
    ANALYZE {table}
"""
COVERED: Final = """
    SELECT settlement.id FROM settlement
    WHERE EXISTS (SELECT FROM site WHERE ST_DWithin(site.place, settlement.place, 1000))
"""


def cover_by(ground: Made, wanted: Wanted) -> Cover:
    """Who is covered by some of the sites."""
    return cover(ground.demand, sites_of(ground.network, wanted), Rule())


@contextmanager
def postgis(ground: Made) -> Iterator[Ask]:
    """The question to PostGIS in a cluster of its own. Raises MissingError without one."""
    demand, rows = ground.demand, ground.network.rows
    with database() as connection:
        connection.execute(TABLES)
        for table, lat, lon in (
            ("site", rows.lat, rows.lon),
            ("settlement", demand.lat, demand.lon),
        ):
            with connection.cursor().copy("COPY given FROM STDIN") as copy:
                for number, place in enumerate(zip(lat.tolist(), lon.tolist(), strict=True)):
                    copy.write_row((number, *place))
            connection.execute(FILL.replace("{table}", table).encode())
        connection.execute("SET max_parallel_workers_per_gather = 2")

        def ask() -> Wanted:
            found = np.zeros(len(demand), bool)
            ids = connection.execute(COVERED).fetchall()
            found[np.array(ids, np.int64).ravel()] = True
            return found

        yield ask


def geopandas(ground: Made) -> Ask:
    """The question to GeoPandas: circles around the sites, all together, and who lies in them.

    Raises MissingError where it is not installed.
    """
    try:
        library: Any = import_module("geopandas")
    except ImportError:
        raise MissingError(INSTALL) from None
    crs = _transverse_mercator(ground.size.box)
    rows, demand = ground.network.rows, ground.demand
    sites, settlements = (
        library.GeoSeries.from_xy(lon, lat, crs="EPSG:4326").to_crs(crs)
        for lat, lon in ((rows.lat, rows.lon), (demand.lat, demand.lon))
    )
    shapely = import_module("shapely")

    def ask() -> Wanted:
        union = sites.buffer(RADIUS).union_all()
        shapely.prepare(union)
        return np.asarray(shapely.contains(union, settlements.values))

    return ask


def _transverse_mercator(box: Box) -> str:
    """A projection made for the box."""
    lat, lon = (box.south + box.north) / 2, (box.west + box.east) / 2
    return f"+proj=tmerc +lat_0={lat} +lon_0={lon} +k=1 +ellps=WGS84 +units=m"
