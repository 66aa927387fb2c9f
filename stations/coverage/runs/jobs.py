"""The long work of a run, county by county; and the run that every city gets once a month."""

from __future__ import annotations

import logging
from typing import Final

from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, command
from core.clock import today
from core.db import db, writing
from core.errors import Conflict
from core.jobs import actions as jobs
from core.jobs.rules import JobKind, Run, job_kind
from core.sites.queries import network
from stations.coverage.rules import Question, metres_text
from stations.coverage.runs import actions, queries, rules
from stations.coverage.runs.actions import Moved
from stations.coverage.runs.models import CoverageRun

log = logging.getLogger(__name__)

#: How often it is begun anew where the register changes while it is worked out.
_TRIES: Final = 5


def _work(run: Run) -> None:
    uuid = run.payload["run"]
    for _ in range(_TRIES):
        try:
            if not work(run.actor, uuid, run):
                return
        except Moved:
            continue
        run.finish(f"/coverage/runs/{uuid}")
        return
    raise Conflict(_l("测算期间数据一直在变化，没有完成。请稍后继续。"))


def work(actor: Actor, uuid: str, run: Run | None = None) -> bool:
    """Work out a run, or what is still to be done of it; whether it is finished.

    Everything is reckoned from one state of the register, read at the beginning. Raises Moved
    where another has begun it from a newer one.
    """
    found = queries.find(uuid)
    run_id = found.id
    if found.finished_at is not None:
        return True
    ground = queries.ground(queries.question_of(found))
    parts, state = ground.parts, ground.state_key
    with writing():
        done = actions.begin(run_id, ground)
    for number, part in enumerate(parts):
        if run is not None:
            if run.stopping():
                return False
            run.progress(number, len(parts), part.name)
        if part.id not in done:
            answer = rules.reckon(ground, part)
            with writing():
                actions.keep(run_id, state, part.id, answer)
    with writing():
        actions.finish(actor, queries.find(uuid), ground)
    return True


KIND: Final = job_kind(JobKind("coverage.run", _l("覆盖测算"), Permission.REGISTER_WRITE, _work))


def start(actor: Actor, question: Question, month: str | None = None) -> str | None:
    """Ask for a run and let a worker work it out; gives its UUID. Within a transaction.

    None where the region has its run of the *month* already. Raises Forbidden, NotFound.
    """
    kind = rules.day_kind(question.on, network(question.on).calendar)
    uuid = actions.ask(actor, question, kind, month)
    if uuid is not None:
        go_on(actor, queries.find(uuid))
    return uuid


def go_on(actor: Actor, run: CoverageRun) -> None:
    """Let a worker begin a run, or go on with one that broke off. Within a transaction."""
    region = queries.question_of(run).region
    title = _l(
        "覆盖测算 %(region)s %(day)s（%(radius)s 米）",
        region=region.name if region else "",
        day=run.on.isoformat(),
        radius=metres_text(run.radius),
    )
    job = jobs.start(actor, KIND, {"run": run.uuid}, region_id=run.region_id, title=title)
    actions.given_to(run.id, job.uuid)


# -- What comes round ------------------------------------------------------------------------------

#: Who asks for what comes round by itself.
BY_ITSELF: Final = command("coverage")


def monthly() -> None:
    """Let every city where people are known to live have its run of this month, of its first day:
    all services, any hour, one kilometre."""
    first = today().replace(day=1)
    for city in queries.cities_with_people(first):
        with writing():
            start(BY_ITSELF, Question(region=city, on=first), month=f"{first:%Y-%m}")


def look_again() -> None:
    """Find the runs whose question has another answer now, and mark them."""
    for run_id, uuid in queries.uncorrected():
        try:
            found = queries.find(uuid)
            corrected = queries.differs(found, queries.ground(queries.question_of(found)))
        except Exception:
            log.exception("the run %s could not be looked at again", uuid)
            corrected = False
        db.session.rollback()
        if corrected:
            with writing():
                actions.note_corrected(run_id)
