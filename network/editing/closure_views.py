"""Announcing that a site or a whole region does not serve, with a look at it as the public will;
other words, another end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeAlias

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from core.access import Permission, current_actor, fresh, requires
from core.accounts.forms import blame
from core.calendar.rules import Shut
from core.clock import now, today
from core.db import writing
from core.errors import BadInput, NotFound
from core.regions.queries import find_code, tree
from core.regions.tree import Node
from core.sendings.pages import writing_once
from core.sites import closures
from core.sites.actions import require_region
from core.sites.closures import Notice
from core.sites.models import Closure
from core.sites.network import Announced
from core.sites.queries import network
from network import rules
from network.editing import queries
from network.editing.act_views import back
from network.editing.forms import ClosureForm
from network.queries import find_site

AnyPage: TypeAlias = AnyResponse | tuple[str, int]

blueprint = Blueprint("closures", __name__)


@blueprint.route("/sites/<code>/closures/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_WRITE)
def of_site(code: str) -> AnyPage:
    """One site does not serve for some days, or until further notice."""
    kept = queries.keep(current_actor(), code, Permission.REGISTER_WRITE)
    form = ClosureForm(since=today().isoformat())

    def wanted() -> Notice:
        notice = form.notice(kept.id, None)
        if notice.until is None:
            form.need_reason()
        return notice

    _net, place = find_site(code)
    return _announce(form, wanted, lambda: back(code, "closure"), place=place, node=None, sites=1)


@blueprint.route("/network/<code>/closures/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_WRITE)
@fresh
def of_region(code: str) -> AnyPage:
    """All of a region does not serve."""
    net = network()
    node = find_code(code, net.on).node
    require_region(current_actor(), node.id)
    form = ClosureForm(since=today().isoformat())

    def wanted() -> Notice:
        notice = form.notice(None, node.id)
        form.need_reason()
        return notice

    sites = rules.tally(net, rules.chosen(net, rules.Choice(node))).get(node.id, rules.NOTHING)
    return _announce(
        form, wanted, lambda: _to_notices(node), place=None, node=node, sites=sum(sites)
    )


def _to_notices(node: Node) -> AnyResponse:
    return redirect(url_for("network.notices", region=node.code), 303)


def _announce(
    form: ClosureForm, wanted: Callable[[], Notice], done: Callable[[], AnyResponse], **shown: Any
) -> AnyPage:
    """The form; then what the public will read; then it is announced."""
    step, status, announced = request.form.get("step", ""), 200, None
    if form.validate_on_submit():
        try:
            notice = wanted()
            if step == "publish":
                with writing_once() as sent:
                    closures.announce(current_actor(), notice, form.why)
                    sent.to = done().location or ""
                return sent.onward()
            announced = _as_seen(notice)
        except BadInput as fault:
            blame(form, fault)
    if form.errors:
        status = 422
    page = render_template(
        "network/editing/closure_new.html",
        form=form,
        announced=None if step == "back" else announced,
        today=today(),
        **shown,
    )
    return page, status


def _as_seen(notice: Notice) -> Announced:
    """The notice as the pages of the public will have it."""
    return Announced(
        uuid="",
        shut=Shut(notice.since, notice.until, notice.minutes),
        words=notice.words,
        words_en=notice.words_en,
        site_id=notice.site_id,
        region_id=notice.region_id,
        announced_at=now(),
    )


# -- What is announced already ------------------------------------------------------------------


@blueprint.route("/closures/<uuid>", methods=["GET", "POST"])
@requires(Permission.REGISTER_WRITE)
def closure(uuid: str) -> AnyPage:
    """Another end, other words."""
    actor = current_actor()
    found = closures.find(uuid)
    closures.require_closure(actor, found)
    since, subject = found.since, _subject(found)
    form = ClosureForm(
        since=found.since.isoformat(),
        last="" if found.until is None else (found.until - timedelta(days=1)).isoformat(),
        open_end=found.until is None,
        words=found.words,
        words_en=found.words_en,
    )
    if form.validate_on_submit():
        try:
            until = form.until(since)
            words, words_en = form.texts
            with writing():
                closures.amend(actor, closures.find(uuid), until, words, words_en)
            return _back_to(subject, "amended")
        except BadInput as fault:
            blame(form, fault)
    page = render_template(
        "network/editing/closure.html", form=form, uuid=uuid, since=since, **subject, today=today()
    )
    return page, 422 if form.errors else 200


@blueprint.post("/closures/<uuid>/lift")
@requires(Permission.REGISTER_WRITE)
def lift(uuid: str) -> AnyResponse:
    """It serves again from today on; what has not begun is taken back."""
    actor = current_actor()
    found = closures.find(uuid)
    closures.require_closure(actor, found)
    subject = _subject(found)
    with writing():
        closures.lift(actor, closures.find(uuid))
    return _back_to(subject, "lifted")


def _subject(found: Closure) -> dict[str, Any]:
    """The site or the region that a closure is of."""
    net = network()
    place = None if found.site_id is None else rules.by_id(net, found.site_id)
    node = tree(net.on).by_id.get(found.region_id or 0)
    if place is None and node is None:
        raise NotFound("closure")
    return {"place": place, "node": node}


def _back_to(subject: Mapping[str, Any], done: str) -> AnyResponse:
    if subject["place"] is not None:
        return back(subject["place"].code, done)
    return _to_notices(subject["node"])
