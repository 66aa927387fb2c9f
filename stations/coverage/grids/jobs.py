"""The long work of a population grid: reading it, and adding up who lives where."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Final

from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.clock import now
from core.db import db, writing
from core.errors import NotFound, OneKmError
from core.files import store
from core.jobs import actions as jobs
from core.jobs.rules import JobKind, Run, job_kind
from stations.coverage.grids import actions, queries, reading
from stations.coverage.grids.models import PopulationGrid
from stations.coverage.grids.rules import Container, State

#: How long a grid waits for somebody's word.
KEPT: Final = timedelta(days=30)
#: The steps that a person is told of.
_STEPS: Final = 3


def _read(run: Run) -> None:
    uuid = run.payload["grid"]
    read(run.actor, uuid, run)
    run.finish(f"/coverage/grids/{uuid}")


def read(actor: Actor, uuid: str, run: Run | None = None) -> None:
    """Read the file and add up what is in it, unless that is done. Raises OneKmError."""
    grid = queries.find(uuid)
    node = queries.node_of(grid)
    if grid.state != State.READING:
        return
    path, container = store.path(grid.sha256), Container(grid.container)
    db.session.rollback()
    try:
        if node is None:
            raise NotFound(_l("没有这个区划。"))
        _tell(run, 0, _l("正在读取网格"))
        with tempfile.TemporaryDirectory(prefix="onekm-grid-") as folder:
            out = Path(folder) / "cells.npz"
            frame, odd = reading.read(path, container, out)
            _tell(run, 1, _l("正在按区划汇总"))
            found = queries.content(frame, reading.people(out), node)
            db.session.rollback()
            _tell(run, 2, _l("正在保存"))
            with out.open("rb") as file:
                cells = store.put(file, out.stat().st_size)
        with writing():
            actions.ready(actor, uuid, cells, frame, found, odd)
    except OneKmError as fault:
        with writing():
            actions.failed(uuid, fault.message)
        raise


def forget_old() -> None:
    """Forget grids that were sent long ago and that nobody has let count, one at a time."""
    for uuid in queries.kept_too_long(now() - KEPT):
        with writing():
            actions.drop(uuid)


def _tell(run: Run | None, done: int, words: str) -> None:
    if run is not None:
        run.progress(done, _STEPS, words)


READ: Final = job_kind(
    JobKind("population_grid.read", _l("读取人口网格"), Permission.REGISTER_IMPORT, _read)
)


def start_reading(actor: Actor, grid: PopulationGrid) -> str:
    """Let a worker read the file; gives the job's UUID. Within a transaction."""
    title = _l("读取人口网格 %(name)s", name=grid.file_name)
    job = jobs.start(actor, READ, {"grid": grid.uuid}, region_id=grid.region_id, title=title)
    actions.given_to(grid.uuid, job.uuid)
    return job.uuid
