"""Plans of a year, draws that anybody can repeat, the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from core import downloads
from core.access import current_actor, fresh, requires
from core.accounts.forms import blame
from core.accounts.views import WRONG
from core.clock import today
from core.db import writing
from core.errors import BadInput, Conflict
from core.sendings.pages import writing_once
from standards.inspections import listing
from standards.inspections.access import READ, REVIEW, WRITE
from standards.inspections.planning import actions, forms, queries
from standards.inspections.planning.forms import DrawForm, PlanForm

blueprint = Blueprint("inspection_plans", __name__, url_prefix="/inspections")


def _answer(template: str, status: int = 200, **context: Any) -> Response:
    return make_response(render_template(f"inspections/{template}.html", **context), status)


@blueprint.get("/plans")
@requires(READ)
def index() -> Response:
    """The plans and the draws within reach."""
    actor = current_actor()
    return _answer("plans", plans=queries.plans(actor), draws=queries.draws(actor))


@blueprint.route("/plans/new", methods=["GET", "POST"])
@requires(REVIEW)
def new_plan() -> AnyResponse:
    """Say how many sites of a kind are to be visited in a year."""
    form = PlanForm()
    form.offer(current_actor())
    if form.validate_on_submit():
        with writing_once() as sent:
            sent.to = url_for(".plan", code=actions.make_plan(current_actor(), form.new()).uuid)
        return sent.onward()
    if form.year.data is None:
        form.year.data = today().year
    return _answer("new_plan", WRONG if form.errors else 200, form=form)


@blueprint.get("/plans/<code>")
@requires(READ)
def plan(code: str) -> Response:
    """One plan: how far it has come, and its draws."""
    return _plan(code)


def _plan(code: str, fault: Conflict | None = None) -> Response:
    actor = current_actor()
    found = queries.plan(actor, code)
    draws = queries.draws(actor, found.row.id)
    return _answer("plan", 409 if fault else 200, plan=found, draws=draws, fault=fault)


@blueprint.post("/plans/<code>/end")
@requires(REVIEW)
def end_plan(code: str) -> AnyResponse:
    """Let a plan be followed no longer."""
    actor = current_actor()
    try:
        with writing():
            actions.end_plan(actor, queries.plan(actor, code).row)
    except Conflict as fault:
        return _plan(code, fault)
    return redirect(url_for(".plan", code=code), 303)


@blueprint.route("/draws/new", methods=["GET", "POST"])
@requires(REVIEW)
@fresh
def new_draw() -> AnyResponse:
    """Draw sites and inspectors; ``plan`` is the UUID of the plan that it belongs to."""
    actor, form = current_actor(), DrawForm()
    form.offer(actor)
    known = request.args.get("plan")
    of_plan = queries.plan(actor, known) if known else None
    if request.method == "GET" and of_plan is not None and of_plan.region is not None:
        form.region.data, form.kind.data = of_plan.region.code, of_plan.row.kind or ""
    if form.validate_on_submit():
        try:
            new = form.new(None if of_plan is None else of_plan.row.id)
            pools = queries.pools(new.region_id, form.chosen)
            with writing_once() as sent:
                sent.to = url_for(".draw", code=actions.draw(actor, new, pools).uuid)
            return sent.onward()
        except BadInput as fault:
            blame(form, fault)
    return _answer("new_draw", WRONG if form.errors else 200, form=form, plan=of_plan)


@blueprint.get("/draws/<code>")
@requires(READ)
def draw(code: str) -> Response:
    """One draw: the seed, from what was drawn and by which rule, and whether it comes out again."""
    return _draw(code)


def _draw(code: str, fault: BadInput | Conflict | None = None) -> Response:
    made = queries.draw(current_actor(), code)
    status = 200 if fault is None else fault.status if isinstance(fault, Conflict) else WRONG
    return _answer("draw", status, made_draw=made, row=made.row, again=made.again, fault=fault)


@blueprint.get("/draws/<code>/pools.json")
@requires(READ)
def pools(code: str) -> Response:
    """From what was drawn, as it is kept: with the seed it is all that repeats the draw."""
    row = queries.draw(current_actor(), code).row
    response = Response(row.pools, mimetype="application/json")
    return downloads.named(response, f"draw-{row.uuid}.json")


@blueprint.post("/draws/<code>/void")
@requires(REVIEW)
@fresh
def void(code: str) -> AnyResponse:
    """Let a draw not be followed, and say why; it stays."""
    actor = current_actor()
    try:
        with writing():
            words = request.form.get("words", "")
            actions.void(actor, queries.draw(actor, code).row, words)
    except (BadInput, Conflict) as fault:
        return _draw(code, fault)
    return redirect(url_for(".draw", code=code), 303)


@blueprint.get("/calendar")
@requires(READ, WRITE)
def month() -> Response:
    """The visits of a month, day by day."""
    try:
        first, fault = forms.month(request.args.get("month", "")), None
    except BadInput as wrong:
        first, fault = today().replace(day=1), wrong
    following = (first + timedelta(32)).replace(day=1)
    days = listing.calendar_days(current_actor(), first, following - timedelta(1))
    return _answer(
        "calendar",
        WRONG if fault else 200,
        first=first,
        before=(first - timedelta(1)).replace(day=1),
        after=following,
        weeks=_weeks(first),
        days=days,
        today=today(),
        fault=fault,
        weekdays=[_l("一"), _l("二"), _l("三"), _l("四"), _l("五"), _l("六"), _l("日")],
    )


def _weeks(first: date) -> list[list[date | None]]:
    """The days of a month by weeks from Monday; None for days of another month."""
    day, weeks = first - timedelta(first.weekday()), []
    while day < (first + timedelta(32)).replace(day=1):
        week = [day + timedelta(number) for number in range(7)]
        weeks.append([one if one.month == first.month else None for one in week])
        day += timedelta(7)
    return weeks
