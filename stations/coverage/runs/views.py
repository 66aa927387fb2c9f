"""The pages of runs: those of a region, how its share has moved; one with counties and towns."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from core import tables
from core.access import Permission, Reach, current_actor, requires
from core.api import asked_page
from core.catalogue.queries import catalogue
from core.clock import today
from core.db import writing
from core.errors import BadInput
from core.figures.queries import tops
from core.jobs.rules import State
from core.pages import pages_of
from core.regions.queries import tree
from core.sendings.pages import writing_once
from core.sites.queries import network
from stations.coverage import asked as questions
from stations.coverage.rules import Rule
from stations.coverage.runs import forms, jobs, queries, sheet
from stations.coverage.runs.models import CoverageRun
from stations.coverage.ways import around

blueprint = Blueprint("coverage_runs", __name__, url_prefix="/coverage/runs")


def _reach() -> Reach:
    return current_actor().reach(Permission.REGISTER_READ)


for _name, _filter in sheet.FILTERS.items():
    blueprint.add_app_template_filter(_filter, f"run_{_name}")


@blueprint.get("")
@requires(Permission.REGISTER_READ)
def index() -> AnyResponse:
    """The runs of a region, and how the share of its people has moved."""
    asked = forms.read(request.args, _reach())
    number = asked_page().number
    found = queries.listed(asked.wanted, number)
    latest = next((run for run in found.runs if run.finished_at), None)
    return _page(
        "stations/coverage/runs/index.html",
        asked=asked,
        found=found,
        lines=sheet.lines(found.runs),
        latest_line=None if latest is None else sheet.line(latest),
        stretches=[] if latest is None else queries.stretches(queries.over_time(latest)),
        latest=latest,
        number=number,
        pages=pages_of(found.total),
        **around(asked.region.code),
    )


@blueprint.get("/list.<any(csv, xlsx):file>")
@requires(Permission.REGISTER_READ)
def export(file: str) -> AnyResponse:
    """All runs of the list as a file."""
    asked = forms.read(request.args, _reach())
    found = queries.listed(asked.wanted, None)
    name = f"coverage-runs-{asked.region.code}"
    return tables.answer(file, name, sheet.headings(), sheet.cells(found.runs))


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_WRITE)
def new() -> AnyResponse:
    """Ask for a run; the address may say of what."""
    actor, fault = current_actor(), None
    reach = actor.reach(Permission.REGISTER_WRITE)
    if request.method == "POST":
        try:
            with writing_once() as sent:
                uuid = jobs.start(actor, questions.read(request.form, reach))
                sent.to = url_for(".show", uuid=uuid)
            return sent.onward()
        except BadInput as error:
            fault = error
    given = request.args if fault is None else request.form
    region = questions.region(given.get("region", ""), today(), reach)
    return _page(
        "stations/coverage/runs/new.html",
        400 if fault else 200,
        region=region,
        tops=tops(reach, tree(today())),
        given=given,
        fault=fault,
        usual=Rule(),
    )


@blueprint.get("/<uuid>")
@requires(Permission.REGISTER_READ)
def show(uuid: str) -> AnyResponse:
    """A run: what was asked, the numbers, the counties and towns, those before and after it."""
    run = queries.readable(_reach(), uuid)
    question = queries.question_of(run)
    job = queries.job_of(run)
    state = None if job is None else State(job.state)
    return _page(
        "stations/coverage/runs/show.html",
        run=run,
        question=question,
        tally=queries.total_of(run),
        lines=queries.lines(run),
        line=sheet.line(run),
        differs=_differs(run),
        stretches=queries.stretches(queries.over_time(run)),
        parts=queries.parts_done([run.id]).get(run.id, 0),
        state=state,
        going_on=run.finished_at is None and state is not None and not state.over,
        mine=job is not None and job.account_id == current_actor().account_id,
        writes=current_actor()
        .reach(Permission.REGISTER_WRITE)
        .region(tree(today()), run.region_id),
    )


def _differs(run: CoverageRun) -> bool:
    if run.finished_at is None:
        return False
    return queries.differs(run, queries.ground(queries.question_of(run)))


@blueprint.get("/<uuid>/rows.<any(csv, xlsx):file>")
@requires(Permission.REGISTER_READ)
def rows(uuid: str, file: str) -> AnyResponse:
    """The counties and towns of a run as a file."""
    run = queries.readable(_reach(), uuid)
    return tables.answer(file, f"coverage-run-{run.on}", sheet.row_headings(), sheet.row_cells(run))


@blueprint.post("/<uuid>/go-on")
@requires(Permission.REGISTER_WRITE)
def go_on(uuid: str) -> AnyResponse:
    """Go on with a run that broke off; what is done of it stays done."""
    actor = current_actor()
    run = queries.readable(actor.reach(Permission.REGISTER_WRITE), uuid)
    with writing():
        jobs.go_on(actor, queries.find(run.uuid))
    return redirect(url_for(".show", uuid=uuid), 303)


def _page(template: str, status: int = 200, **shown: Any) -> AnyResponse:
    living = tree(today())
    shown.setdefault("tops", tops(_reach(), living))
    return make_response(
        render_template(
            template,
            tree=living,
            today=today(),
            made=network(today()).made,
            services=catalogue(today()).services,
            writes_somewhere=current_actor().may(Permission.REGISTER_WRITE),
            **shown,
        ),
        status,
    )
