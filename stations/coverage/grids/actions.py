"""Every write to population grids: one is sent, read, and comes to count."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, require_reach
from core.audit.actions import record
from core.audit.rules import compared
from core.clock import now, today
from core.db import db, rows_written
from core.errors import BadInput, Conflict
from core.files import actions as files
from core.files.store import Content as Kept
from core.geo import Datum
from core.i18n import in_both
from core.regions.queries import code_of, tree
from stations.coverage import actions as sets
from stations.coverage import sets as known_sets
from stations.coverage.actions import New
from stations.coverage.grids import queries, story
from stations.coverage.grids.frame import Frame
from stations.coverage.grids.models import PopulationGrid
from stations.coverage.grids.queries import Content
from stations.coverage.grids.reading import Odd
from stations.coverage.grids.rules import DATUMS, SHIFTED, Container, State
from stations.coverage.population import SetKind, Terms


@dataclass(frozen=True, slots=True)
class Sent:
    """A file in the store, and what it is called and said to be."""

    content: Kept
    name: str
    container: Container
    terms: Terms


def send(actor: Actor, sent: Sent) -> PopulationGrid:
    """Keep a file that is yet to be read. Raises BadInput, NotFound out of reach, QuotaSpent."""
    terms = sent.terms
    reach = actor.reach(Permission.REGISTER_IMPORT)
    require_reach(reach.region(tree(today()), terms.region_id))
    _check(terms)
    file = files.keep(actor, sent.content, sent.name, sent.container.media_type)
    grid = PopulationGrid(
        uuid=str(uuid4()),
        account_id=actor.account_id,
        sent_by=actor.name,
        region_id=terms.region_id,
        year=terms.year,
        source=terms.source,
        datum=terms.datum,
        container=sent.container,
        file_id=file.id,
        file_name=file.name,
        sha256=sent.content.sha256,
        state=State.READING,
        created_at=now(),
    )
    db.session.add(grid)
    db.session.flush()
    facts = {
        "file": file.name,
        "sha256": grid.sha256,
        "region": code_of(terms.region_id, today()),
        "year": terms.year,
        "source": terms.source,
        "datum": terms.datum,
    }
    subject = (story.GRID, grid.uuid)
    record(actor, story.SENT, subject, compared({}, facts), region_id=terms.region_id)
    return grid


def _check(terms: Terms) -> None:
    if terms.datum not in DATUMS:
        raise BadInput(SHIFTED, field="datum")
    terms.check()


def given_to(uuid: str, job_uuid: str) -> None:
    """A job reads it."""
    _change(uuid, (State.READING,), job_uuid=job_uuid)


def failed(uuid: str, words: LazyString | str) -> None:
    """It cannot be read; *words* say why."""
    told, told_en = in_both(words)
    _change(uuid, (State.READING,), state=State.FAILED, fault=told, fault_en=told_en)


def ready(actor: Actor, uuid: str, cells: Kept, frame: Frame, found: Content, odd: Odd) -> None:
    """It was read, and waits for somebody's word. *cells* are its people, in the store."""
    grid = queries.find(uuid)
    if grid.state != State.READING:
        return  # another worker has read it
    file = files.keep(actor, cells, f"{uuid}.npz", "application/octet-stream")
    _change(
        uuid,
        (State.READING,),
        state=State.READY,
        cells_id=file.id,
        cells_sha256=cells.sha256,
        north=frame.north,
        west=frame.west,
        lat_step=frame.lat_step,
        lon_step=frame.lon_step,
        rows=frame.rows,
        cols=frame.cols,
        people=found.people,
        populated=found.populated,
        outside=found.outside,
        odd=json.dumps(asdict(odd)),
        sums=json.dumps({str(key): list(value) for key, value in found.by_region.items()}),
    )


def apply(actor: Actor, uuid: str) -> None:
    """Let it count, in the place of the grid of the same region and year. Raises Conflict."""
    grid = queries.find(uuid)
    if grid.state != State.READY:
        raise Conflict(_l("这个人口网格不在待载入的状态，可能已有人处理。"))
    held = known_sets.in_use(grid.region_id, grid.year, SetKind.GRID)
    row = sets.take(
        actor,
        New(
            region_id=grid.region_id,
            year=grid.year,
            kind=SetKind.GRID,
            source=grid.source,
            datum=Datum(grid.datum),
            people=grid.people or 0.0,
            places=grid.populated or 0,
            file_name=grid.file_name,
            sha256=grid.sha256,
            digest=grid.cells_sha256,
        ),
        "" if held is None else held.uuid,
    )
    ended = {"state": State.APPLIED, "set_id": row.id, "applied_at": now()}
    if not _change(uuid, (State.READY,), **ended):
        raise Conflict(_l("这个人口网格不在待载入的状态，可能已有人处理。"))


def drop(uuid: str) -> None:
    """Forget one that does not count, with its files. Raises Conflict for one that does.

    Whoever still reads it finds nothing to write to.
    """
    grid = queries.find(uuid)
    file_ids = [one for one in (grid.file_id, grid.cells_id) if one is not None]
    gone = sa.delete(PopulationGrid).where(
        PopulationGrid.uuid == uuid, PopulationGrid.state != State.APPLIED
    )
    if not rows_written(gone):
        raise Conflict(_l("已载入的人口网格不能删除。"))
    files.drop(file_ids)


def _change(uuid: str, states: tuple[State, ...], **values: object) -> bool:
    wanted = sa.update(PopulationGrid).where(
        PopulationGrid.uuid == uuid, PopulationGrid.state.in_(states)
    )
    return bool(rows_written(wanted.values(**values)))
