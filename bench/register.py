"""A register of made sites in a SQLite file, as large as is asked for.

Every site has hours and two offerings; the regions are as many as a city's, not a nation's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask

from bench.made import SERVICES, Made
from core.calendar.hours import canonical
from core.catalogue.models import Service
from core.config import Config
from core.config import Mode as Environment
from core.db import Base, db, table_of, writing
from core.geo import Datum
from core.regions.models import Region, RegionPeriod
from core.regions.rules import Level
from core.search import index_text
from core.sites.models import Offering, Site, SiteHours, SitePeriod
from core.sites.network import KINDS
from core.sites.rules import Mode, Status, site_code
from tests.databases import migrate
from wsgi import create_app

SINCE: Final = date(2025, 1, 1)
VILLAGES: Final = 3000
BATCH: Final = 20_000
WORKDAYS: Final = ("mon", "tue", "wed", "thu", "fri")
#: Which hours a site has; a city knows a few sets of them.
HOURS: Final = tuple(
    canonical({"week": {day: [f"08:{minute:02}-11:30", "13:30-17:00"] for day in WORKDAYS}})
    for minute in range(0, 60, 5)
)

Row = Mapping[str, Any]


@contextmanager
def opened(folder: Path, sites: Made) -> Iterator[Flask]:
    """An app, its context pushed, over a new register that holds the sites."""
    url = f"sqlite:///{folder / 'register.sqlite3'}"
    migrate(url, folder)
    config = Config(
        Environment.DEVELOPMENT, folder, url, "no secret, but long enough to be one", ""
    )
    app = create_app(config)
    with app.app_context():
        with writing():
            for table, rows in _tables(sites):
                _insert(table, iter(rows))
        yield app
        db.session.remove()
        db.engine.dispose()


def _insert(table: type[Base], rows: Iterator[Row]) -> None:
    while batch := list(islice(rows, BATCH)):
        db.session.execute(sa.insert(table_of(table)), batch)


def _tables(sites: Made) -> Iterator[tuple[type[Base], Iterable[Row]]]:
    ids = range(1, len(sites.lat) + 1)
    yield Region, ({"id": id, "point_source": ""} for id in range(1, VILLAGES + 4))
    yield RegionPeriod, _regions()
    yield Service, ({"id": id, "code": f"{id:012}"} for id in SERVICES)
    yield Site, map(_site, ids)
    yield SitePeriod, map(_period, ids, sites.lat.tolist(), sites.lon.tolist())
    yield (
        SiteHours,
        ({"site_id": id, "since": SINCE, "document": HOURS[id % len(HOURS)]} for id in ids),
    )
    yield Offering, (_offering(id, number) for id in ids for number in (0, 1))


def _regions() -> Iterator[Row]:
    above = ((Level.CITY, None), (Level.COUNTY, 1), (Level.TOWN, 2))
    for id, (level, parent) in enumerate((*above, *((Level.VILLAGE, 3),) * VILLAGES), 1):
        name = f"区划{id}"
        yield {
            "region_id": id,
            "since": SINCE,
            "code": f"{id:012}",
            "name": name,
            "level": level,
            "parent_id": parent,
            "search": name,
            "source": "made",
        }


NAME: Final = "第{}号医保工作站"
ADDRESS: Final = "海滨路{}号"
#: What a site is found by, but for its number, which sounds as it is written.
SEARCH: Final = index_text(NAME.format(1), ADDRESS.format(1))


def _site(id: int) -> Row:
    return {
        "id": id,
        "serial": id,
        "code": site_code(id),
        "name": NAME.format(id),
        "address": ADDRESS.format(id),
        "phone": f"0631-{id:07}",
        "confirmed_on": SINCE,
        "made": True,
        "search": SEARCH.replace("1", str(id)),
    }


def _period(id: int, lat: float, lon: float) -> Row:
    return {
        "site_id": id,
        "since": SINCE,
        "region_id": 4 + id % VILLAGES,
        "kind": KINDS[id % len(KINDS)],
        "status": Status.ACTIVE,
        "lat": lat,
        "lon": lon,
        "given_lat": lat,
        "given_lon": lon,
        "datum": Datum.WGS84,
        "verified": True,
    }


def _offering(site_id: int, number: int) -> Row:
    return {
        "site_id": site_id,
        "service_id": SERVICES[(site_id + 7 * number) % len(SERVICES)],
        "since": SINCE,
        "mode": (Mode.DIRECT, Mode.ASSISTED)[number],
    }
