"""The nearest five in process, beside PostGIS on the same sites in a cluster of its own.

The peer is asked as one who knows it would: geography points under a GiST index, ``<->`` with a
limit, a prepared statement over a socket of the same machine.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from bench.made import RARE, Made, made, points
from bench.measure import Finding, Promise, Sense, beside
from bench.nearest import LIMIT, name_of, network_of
from core.geo import Point
from core.sites.network import Network
from tests.databases import PostgreSQL

PROMISE: Final = Promise(Sense.AT_MOST, 0.1)
# So many questions in a row that the tree is found in the processor's cache as in use.
ROUNDS, BATCH = 20, 1000
MANY: Final = 700_000
INSTALL: Final = "PostGIS is not installed; on Debian: apt-get install postgresql-15-postgis-3"

TABLES: Final = """
    CREATE TABLE site (id int PRIMARY KEY, place geography(Point, 4326) NOT NULL);
    CREATE TABLE offering (site_id int NOT NULL, service_id int NOT NULL,
                           PRIMARY KEY (service_id, site_id));
    CREATE TEMPORARY TABLE given (id int, lat double precision, lon double precision, rare bool)
"""
FILL: Final = """
    INSERT INTO site SELECT id, ST_MakePoint(lon, lat)::geography FROM given;
    INSERT INTO offering SELECT id, {rare} FROM given WHERE rare;
    CREATE INDEX ON site USING gist (place);
    ANALYZE
"""
NEAREST: Final = """
    SELECT id FROM site ORDER BY place <-> ST_MakePoint(%s, %s)::geography LIMIT {limit}
"""
NEAREST_OFFERING: Final = """
    SELECT id FROM site JOIN offering ON site_id = id AND service_id = {rare}
    ORDER BY place <-> ST_MakePoint(%s, %s)::geography LIMIT {limit}
"""


def findings(small: bool) -> Iterator[Finding]:
    sites = made(70_000 if small else MANY)
    network = network_of(sites)
    try:
        with database() as connection:
            _fill(connection, sites)
            for service in (None, RARE):
                yield _finding(network, connection, service)
    except MissingError as missing:
        yield Finding.skipped(name_of(len(network), None), PROMISE, str(missing))


class MissingError(RuntimeError):
    """The peer is not on this machine."""


@contextmanager
def database() -> Iterator[psycopg.Connection]:
    """An empty database with PostGIS in a cluster of its own. Raises MissingError."""
    if not shutil.which("initdb") and not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        raise MissingError(INSTALL)
    with PostgreSQL.cluster() as cluster:
        cluster.administer("CREATE DATABASE bench")
        url = cluster.url("bench").replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            known = "SELECT FROM pg_available_extensions WHERE name = 'postgis'"
            if connection.execute(known).fetchone() is None:
                raise MissingError(INSTALL)
            connection.execute("CREATE EXTENSION postgis")
            yield connection


def _fill(connection: psycopg.Connection, sites: Made) -> None:
    connection.execute(TABLES)
    columns = (sites.lat.tolist(), sites.lon.tolist(), sites.rare.tolist())
    with connection.cursor().copy("COPY given FROM STDIN") as copy:
        for number, (lat, lon, rare) in enumerate(zip(*columns, strict=True), 1):
            copy.write_row((number, lat, lon, rare))
    connection.execute(sql.SQL(FILL).format(rare=RARE))


def _finding(network: Network, connection: psycopg.Connection, service: int | None) -> Finding:
    ask = _asking(connection, NEAREST if service is None else NEAREST_OFFERING)
    own_points, its_points = cycle(points(2000)), cycle(points(2000))

    def ours() -> None:
        for point in islice(own_points, BATCH):
            network.nearest(point, LIMIT, service_id=service)

    def peer() -> None:
        for point in islice(its_points, BATCH):
            ask(point)

    took = beside(ours, peer, ROUNDS)
    # Where there is little to search, the way to the server and back is most of it.
    promise = PROMISE if len(network) >= MANY else None
    return took.finding(name_of(len(network), service), "PostGIS", promise, times=BATCH)


def _asking(connection: psycopg.Connection, statement: str) -> Callable[[Point], object]:
    prepared = sql.SQL(statement).format(rare=RARE, limit=LIMIT)
    cursor = connection.cursor()

    def ask(point: Point) -> object:
        return cursor.execute(prepared, (point.lon, point.lat), prepare=True).fetchall()

    return ask
