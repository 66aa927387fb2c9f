"""The pages of jobs: one's own, and how far one of them is."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from core import api
from core.access import current_actor, known, signed_in
from core.db import writing
from core.forms import one_of
from core.i18n import named
from core.jobs import actions, queries
from core.jobs.models import Job
from core.jobs.rules import State
from core.pages import pages_of
from core.search import sought

blueprint = Blueprint("jobs", __name__)


@blueprint.app_template_filter()
def job_state(state: str) -> State:
    return State(state)


@blueprint.get("/jobs")
@signed_in
def index() -> str:
    """One's own jobs, the newest first; ``q`` and ``state`` narrow them down."""
    text, state = sought(request.args), one_of(State, request.args, "state")
    number = api.asked_page().number
    found = queries.listed(current_actor(), text, state, number)
    return render_template(
        "jobs/index.html",
        found=found,
        text=text,
        state=state,
        states=tuple(State),
        number=number,
        pages=pages_of(found.total),
    )


@blueprint.get("/jobs/<uuid>")
@signed_in
def job(uuid: str) -> str:
    """How far a job is, or what came of it; it brings itself up to date."""
    found = queries.visible(current_actor(), uuid)
    return render_template("jobs/job.html", job=found, state=State(found.state))


@blueprint.post("/jobs/<uuid>/stop")
@signed_in
def stop(uuid: str) -> AnyResponse:
    """Ask for a job to stop."""
    with writing():
        actions.ask_stop(current_actor(), uuid)
    return redirect(url_for("jobs.job", uuid=uuid), 303)


@blueprint.get("/api/v1/jobs/<uuid>")
@known
def told(uuid: str) -> AnyResponse:
    """The same for a program, and for the page's script; 304 where nothing has changed."""
    answer = make_response(api.data(_told(queries.visible(current_actor(), uuid))))
    answer.add_etag()
    return answer.make_conditional(request)


def _told(job: Job) -> dict[str, object]:
    return {
        "uuid": job.uuid,
        "kind": job.kind,
        "title": named(job.title, job.title_en),
        "state": job.state,
        "over": State(job.state).over,
        "done": job.done,
        "total": job.total,
        "words": named(job.words, job.words_en),
        "stopping": job.stop_asked_at is not None,
        "url": job.url or None,
        "created_at": _instant(job.created_at),
        "began_at": _instant(job.began_at),
        "ended_at": _instant(job.ended_at),
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
