"""Writing sets of people: one comes to count, in the place of the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.audit.rules import compared
from core.clock import now, today
from core.db import db, rows_written
from core.errors import Conflict
from core.geo import Datum
from core.regions.queries import code_of
from stations.coverage import story
from stations.coverage.models import PopulationSet
from stations.coverage.population import SetKind

STALE: Final = _l("这个区划和年份的人口数据在试运行之后有了变动。请重新试运行，看过后再载入。")


@dataclass(frozen=True, slots=True)
class New:
    """A set that is to count, as PopulationSet has it."""

    region_id: int
    year: int
    kind: SetKind
    source: str
    datum: Datum
    people: float
    places: int
    made: bool = False
    file_name: str = ""
    sha256: str = ""
    digest: str = ""


def take(actor: Actor, new: New, replaces: str) -> PopulationSet:
    """Let the set count from now on for its region and year, in the place of *replaces* (a UUID,
    empty where none counted). Raises Conflict where another one does by now."""
    _replace(new, replaces)
    row = PopulationSet(
        uuid=str(uuid4()),
        region_id=new.region_id,
        year=new.year,
        kind=new.kind,
        source=new.source,
        datum=new.datum,
        made=new.made,
        people=new.people,
        places=new.places,
        file_name=new.file_name,
        sha256=new.sha256,
        digest=new.digest,
        entered_by=actor.name,
        entered_at=now(),
    )
    db.session.add(row)
    try:
        db.session.flush()
    except sa.exc.IntegrityError:
        raise Conflict(STALE) from None
    _record(actor, row, replaces)
    return row


def _replace(new: New, replaces: str) -> None:
    known = (
        PopulationSet.region_id == new.region_id,
        PopulationSet.year == new.year,
        PopulationSet.kind == new.kind,
        PopulationSet.replaced_at.is_(None),
    )
    if replaces:
        own = sa.update(PopulationSet).where(*known, PopulationSet.uuid == replaces)
        if not rows_written(own.values(replaced_at=now())):
            raise Conflict(STALE)
    elif db.session.scalar(sa.select(PopulationSet.id).where(*known)) is not None:
        raise Conflict(STALE)


def _record(actor: Actor, row: PopulationSet, replaces: str) -> None:
    facts = {
        "region": code_of(row.region_id, today()),
        "year": row.year,
        "kind": row.kind,
        "source": row.source,
        "datum": row.datum,
        "people": row.people,
        "places": row.places,
        "file": row.file_name or None,
        "sha256": row.sha256 or None,
        "made": row.made or None,
        "replaces": replaces or None,
    }
    subject = (story.SET, row.uuid)
    record(actor, story.TAKEN, subject, compared({}, facts), region_id=row.region_id)
