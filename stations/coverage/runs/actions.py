"""Every write to runs.

A run is worked out part by part, each kept in a transaction of its own together with its rows.  All
parts of a run rest on one state of the register: where that has changed since a run broke off, what
was done is done anew.  A finished run is never written again, but for the mark that the same
question has another answer now.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.audit.rules import Changes, compared
from core.clock import now
from core.db import db, insert_or, rows_written, table_of
from core.errors import Conflict
from stations.coverage.rules import Question, Tally
from stations.coverage.runs import queries, story
from stations.coverage.runs.models import CoverageRow, CoverageRun, CoverageShard
from stations.coverage.runs.queries import From
from stations.coverage.runs.rules import Ground, Kind, Part, minute_of, together


class Moved(Exception):
    """Somebody else goes on with the run, from another state of the register."""


def ask(actor: Actor, question: Question, kind: Kind, month: str | None = None) -> str | None:
    """A run of a question that is yet to be worked out; *kind* is of its day. Gives its UUID.

    None where the region has its run of the *month* already.
    """
    region, minute = question.region, minute_of(question)
    if region is None:
        raise ValueError("a run is of a region")
    values = {
        "uuid": str(uuid4()),
        "region_id": region.id,
        "on_day": question.on,
        "service_id": question.service_id,
        "minute": minute,
        "day_kind": None if minute is None else kind,
        "radius": question.rule.radius,
        "factor": question.rule.factor,
        "rule_key": question.rule.key,
        "month": month,
        "asked_by": actor.name,
        "asked_at": now(),
    }
    nothing = {"state_key": "", "people_key": "", "sources": "[]", "sites": 0, "shards": 0}
    table = table_of(CoverageRun)
    asked = insert_or(table).values(**values, **nothing, job_uuid="")
    unless = asked.on_conflict_do_nothing(index_elements=["region_id", "month"])
    uuid = db.session.execute(unless.returning(table.c.uuid)).scalar_one_or_none()
    if uuid is not None:
        subject = (story.RUN, str(uuid))
        record(actor, story.ASKED, subject, _told(question), region_id=region.id)
    return uuid


def _told(question: Question) -> Changes:
    told: dict[str, Any] = {"on": question.on, "rule": question.rule.key}
    if question.region is not None:
        told["region"] = question.region.code
    if question.service is not None:
        told["service"] = question.service.code
    if question.at is not None:
        told["at"] = f"{question.at:%H:%M}"
    return compared({}, told)


def given_to(run_id: int, job_uuid: str) -> None:
    """A job works it out from now on. Raises Conflict for a finished run."""
    if not _change(_open(run_id), job_uuid=job_uuid):
        raise _over()


# -- While it is worked out ------------------------------------------------------------------------


def begin(run_id: int, ground: Ground) -> dict[int, Tally]:
    """Begin or go on; gives the parts that are done already. Raises Conflict for a finished run.

    What was done from another state is forgotten.
    """
    state = ground.state_key
    if _change(sa.and_(_open(run_id), CoverageRun.state_key != state), state_key=state):
        for table in (CoverageRow, CoverageShard):
            rows_written(sa.delete(table).where(table.run_id == run_id))
    codes = ground.ranks.tree.by_id
    sources = [
        asdict(
            From(
                codes[one.region_id].code, codes[one.region_id].name, one.year, one.source, one.made
            )
        )
        for one in ground.sources
    ]
    if not _change(
        _open(run_id),
        people_key=ground.people_key,
        sites=len(ground.sites),
        sources=json.dumps(sources, ensure_ascii=False),
        shards=len(ground.parts),
    ):
        raise _over()
    return queries.done(run_id)


def keep(run_id: int, state: str, region_id: int, part: Part) -> None:
    """Keep the answer of a part, unless it is there. Raises Moved."""
    mine = sa.and_(_open(run_id), CoverageRun.state_key == state)
    if not _change(mine, state_key=state):  # and nobody else moves it until this is committed
        raise Moved
    table = table_of(CoverageShard)
    shard = {"run_id": run_id, "region_id": region_id, "done_at": now(), **_numbers(part.total)}
    kept = insert_or(table).values(shard).on_conflict_do_nothing()
    if db.session.execute(kept.returning(table.c.run_id)).first() is None:
        return
    rows = [
        {"run_id": run_id, "region_id": row_id, **_numbers(tally)}
        for row_id, tally in part.rows.items()
    ]
    if rows:
        db.session.execute(sa.insert(table_of(CoverageRow)), rows)


def finish(actor: Actor, run: CoverageRun, ground: Ground) -> None:
    """All parts are done: from here on the run stands. Raises Moved where one is not."""
    done = queries.done(run.id)
    mine = sa.and_(_open(run.id), CoverageRun.state_key == ground.state_key)
    if done.keys() != {part.id for part in ground.parts}:
        raise Moved
    total = together(done[part.id] for part in ground.parts)
    if not _change(mine, finished_at=now(), **_numbers(total)):
        raise Moved
    changes = compared({}, _numbers(total))
    record(actor, story.FINISHED, (story.RUN, run.uuid), changes, region_id=run.region_id)


def note_corrected(run_id: int) -> None:
    """The question has another answer now; the run stays as it is."""
    rows_written(
        sa.update(CoverageRun)
        .where(CoverageRun.id == run_id, CoverageRun.corrected_at.is_(None))
        .values(corrected_at=now())
    )


def _open(run_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(CoverageRun.id == run_id, CoverageRun.finished_at.is_(None))


def _change(which: sa.ColumnElement[bool], **values: Any) -> bool:
    return bool(rows_written(sa.update(CoverageRun).where(which).values(**values)))


def _numbers(tally: Tally) -> dict[str, float]:
    return asdict(tally)


def _over() -> Conflict:
    return Conflict(_l("这次测算已经完成，结果不再改动。"))
