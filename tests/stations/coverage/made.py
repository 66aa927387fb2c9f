"""A small city for tests of demand, and sets of the people in it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa

from core.access import command
from core.clock import now
from core.db import db, table_of
from core.regions import importer, queries
from stations.coverage.models import PopulationSet, Settlement

ACTOR: Final = command("tests")
SINCE: Final = date(2021, 1, 1)
CITY, COUNTY, OTHER = "371000000000", "371002000000", "371082000000"
TOWN, OTHER_TOWN = "371002001000", "371082001000"
VILLAGE, SECOND, ELSEWHERE = "371002001201", "371002001202", "371082001201"
LIST: Final = f"""code,name,level,parent
{CITY},威海市,city,
{COUNTY},环翠区,county,{CITY}
{OTHER},荣成市,county,{CITY}
{TOWN},环翠楼街道,town,{COUNTY}
{OTHER_TOWN},宁津街道,town,{OTHER}
{VILLAGE},甲子村委会,village,{TOWN}
{SECOND},乙丑村委会,village,{TOWN}
{ELSEWHERE},丙寅村委会,village,{OTHER_TOWN}
"""


def regions() -> dict[str, int]:
    """Let the small city be there; the ids of its regions by their codes. Within a transaction."""
    importer.apply(ACTOR, importer.plan(LIST, SINCE, "a document"))
    return {node.code: node.id for node in queries.load(SINCE).by_id.values()}


def population_set(region_id: int, year: int = 2020, **more: Any) -> PopulationSet:
    """A set without settlements. Within a transaction."""
    values = {"kind": "points", "source": "a count", "datum": "wgs84", "people": 0.0, "places": 0}
    row = PopulationSet(
        uuid=str(uuid4()),
        region_id=region_id,
        year=year,
        entered_by="tests",
        entered_at=now(),
        **(values | more),
    )
    db.session.add(row)
    db.session.flush()
    return row


def settle(row: PopulationSet, region_id: int, *places: tuple[str, float, float, float]) -> None:
    """Let people live in the set at places: code, lat, lon, people each."""
    found = [
        {"set_id": row.id, "region_id": region_id, "code": code, "name": code}
        | {"lat": lat, "lon": lon, "people": people}
        for code, lat, lon, people in places
    ]
    db.session.execute(sa.insert(table_of(Settlement)), found)
    row.people += sum(place[3] for place in places)
    row.places += len(places)
    db.session.flush()
