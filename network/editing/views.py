"""Changing a site: one page of sections, a second look where it is grave, and both versions side by
side where somebody else was faster."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from core.access import Permission, current_actor, requires
from core.catalogue.queries import catalogue
from core.clock import today
from core.errors import BadInput, Conflict
from core.forms import whole_number
from core.regions.queries import tree
from core.search import MOST_ASKED
from core.sendings.pages import writing_once
from core.sites import actions as sites
from core.sites.queries import network
from network.editing import comparison, hours, notes, proposing, queries
from network.editing.desk import (
    ASKS,
    WRITES,
    AnyPage,
    Desk,
    form_page,
    public_lines,
    second_look,
    stepped,
)
from network.editing.draft import Draft, region_text

blueprint = Blueprint("editing", __name__)


def _desk(code: str) -> Desk:
    """The desk for a site of a code. Raises Forbidden, NotFound out of reach."""
    actor = current_actor()
    kept = queries.keep(actor, code)
    living = tree(today())
    writes = actor.reach(Permission.REGISTER_WRITE).site(living, kept.id, kept.region_id)
    return Desk(actor, kept, catalogue(today()), living, WRITES if writes else ASKS)


@blueprint.post("/sites/hours")
@requires(Permission.REGISTER_READ)
def preview_hours() -> AnyResponse:
    """What the hours in a form come to, while they are typed."""
    read = hours.read(request.form)
    return jsonify(blocks=public_lines(request.form), faults=read.faults)


#: How many regions are suggested at a time.
SUGGESTED: Final = 8


@blueprint.get("/sites/regions")
@requires(Permission.REGISTER_WRITE)
def regions() -> AnyResponse:
    """Regions that the text so far may mean, of those in which the person may write."""
    living = tree(today())
    try:
        found = queries.regions_begun(current_actor(), request.args.get("q", ""), living, SUGGESTED)
    except BadInput:
        return make_response(jsonify([]), 400)
    told = [
        {
            "label": living.full_name(node.id),
            "path": node.code,
            "value": region_text(living, node)[:MOST_ASKED],
        }
        for node in found
    ]
    return jsonify(told)


# -- Changing a site ----------------------------------------------------------------------------


@blueprint.get("/sites/<code>/edit")
@requires(Permission.REGISTER_READ)
def edit(code: str) -> AnyPage:
    """Everything about a site that is kept, to be changed."""
    desk = _desk(code)
    return form_page(desk, Draft(desk.shown))


@blueprint.post("/sites/<code>/edit")
@requires(Permission.REGISTER_READ)
def save(code: str) -> AnyPage:
    """Save it, or ask for it; show what is wrong, what is grave, or what somebody else did."""
    desk = _desk(code)
    draft = desk.read()
    step = request.form.get("step", "save")
    if step != "save":
        return form_page(desk, stepped(draft, step))
    if draft.faults:
        return form_page(desk, draft, 422)
    if whole_number(request.form.get("version", ""), "version") != desk.site.version:
        return _conflict(desk, draft)
    keys = comparison.changed_keys(draft.values, desk.held)
    if not keys:
        return redirect(url_for("network.site", code=code, done="same", _anchor="staff"), 303)
    try:
        return _keep(desk, draft, keys) if desk.sections == WRITES else _ask(desk, draft, keys)
    except Conflict:
        return _conflict(_desk(code), draft)
    except BadInput as fault:
        draft.fault(fault.field or "", fault)
        return form_page(desk, draft, 422, str(fault))


def _keep(desk: Desk, draft: Draft, keys: list[str]) -> AnyPage:
    kept = desk.site
    said = notes.about(network(), draft, keys, kept)
    grave = comparison.grave(keys, draft.values, desk.held)
    reason = draft.texts["reason"]
    sure = request.form.get("sure") == "1"
    if (said or grave) and not (sure and (reason or not grave)):
        return second_look(desk, draft, keys, said, grave, sure)
    wanted = comparison.wanted(keys, draft.values, draft.days, desk.known, desk.living)
    with writing_once() as sent:
        sites.do(desk.actor, kept.id, kept.version, *wanted, why=reason)
        sent.to = url_for("network.site", code=kept.code, done="saved", _anchor="staff")
    return sent.onward()


def _ask(desk: Desk, draft: Draft, keys: list[str]) -> AnyPage:
    kept = desk.site
    with writing_once() as sent:
        proposing.ask(desk.actor, kept, keys, draft.values, draft.days, draft.texts["reason"])
        sent.to = url_for("network.site", code=kept.code, done="asked", _anchor="staff")
    return sent.onward()


def _conflict(desk: Desk, draft: Draft) -> AnyPage:
    """Both versions, fact by fact; what only one of the two changed is chosen already."""
    held = desk.held
    rows = comparison.conflicts(_base(held), draft.values, held, desk.known)
    page = render_template(
        "network/editing/conflict.html",
        kept=desk.site,
        rows=rows,
        base=json.dumps(held, ensure_ascii=False),
        carried=dict(draft.texts),
    )
    return page, 409


def _base(held: Mapping[str, str]) -> dict[str, str]:
    """What the form showed at first. It only chooses what is picked beforehand."""
    try:
        found = json.loads(request.form.get("base", ""))
    except (ValueError, RecursionError):
        found = None
    known = found if isinstance(found, dict) else {}
    return {key: value for key, value in known.items() if isinstance(value, str)} or dict(held)
