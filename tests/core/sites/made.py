"""What the tests of the register have in common."""

from __future__ import annotations

from datetime import date
from typing import Final

from core.access import command
from core.geo import Datum
from core.sites.actions import Entry
from core.sites.changes import Position
from core.sites.rules import Kind

ACTOR: Final = command("test")
SINCE: Final = date(2026, 1, 1)
ON: Final = date(2026, 6, 1)
WEEK: Final = {"week": {"mon": ["08:30-11:30"]}}
HERE: Final = Position(37.16, 122.48, Datum.WGS84, verified=True)


def entry(region_id: int, name: str = "崖头医保工作站", position: Position | None = HERE) -> Entry:
    return Entry(name=name, kind=Kind.COMMUNITY, region_id=region_id, position=position)
