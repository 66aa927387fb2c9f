"""What is done to a site in one step: confirmed, away and back, given up, opened; its story."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from core.access import Permission, current_actor, fresh, require_reach, requires
from core.accounts.forms import blame
from core.audit import forms as audit_forms
from core.audit.queries import story
from core.clock import now, today
from core.db import writing
from core.errors import BadInput, Conflict
from core.pages import PER_PAGE
from core.sendings.pages import writing_once
from core.sites import actions as sites
from core.sites import changes
from core.sites.queries import network
from core.sites.rules import Status
from core.sites.story import SITE
from network.editing import actions, forms, proposing, queries, rules
from network.editing.forms import AwayForm, StandingForm
from network.editing.panels import DONE, away_now
from network.queries import find_site

AnyPage: TypeAlias = AnyResponse | tuple[str, int]

blueprint = Blueprint("keeping", __name__)

#: How many events a page of a site's story holds.


@blueprint.app_template_filter()
def site_status(value: str) -> str:
    """A state of a site in words."""
    return str(Status(value).label)


def back(code: str, done: str) -> AnyResponse:
    """To where the form stood: the site's page, or the list of one's own."""
    if request.form.get("from") == "mine":
        return redirect(url_for("keeping.mine", done=done, _anchor=f"site-{code}"), 303)
    return redirect(url_for("network.site", code=code, done=done, _anchor="staff"), 303)


@blueprint.post("/sites/<code>/confirm")
@requires(Permission.REGISTER_READ)
def confirm(code: str) -> AnyResponse:
    """All that is known of a site is right today."""
    actor = current_actor()
    with writing():
        kept = queries.keep(actor, code)
        sites.confirm(actor, kept.id, forms.seen())
    return back(code, "confirmed")


@blueprint.route("/sites/<code>/away", methods=["GET", "POST"])
@requires(Permission.REGISTER_READ)
def away(code: str) -> AnyPage:
    """Nobody is there for some hours of today."""
    actor = current_actor()
    kept = queries.keep(actor, code)
    net, place = find_site(code)
    minute, today_s = actions.minute_of(now()), actions.intervals(net, place)
    form = AwayForm(phone=kept.phone)
    if form.validate_on_submit():
        try:
            until, number = form.until(minute, today_s), form.number
            with writing_once() as sent:
                actions.leave(actor, queries.keep(actor, code).id, minute, until, number)
                sent.to = back(code, "away").location or ""
            return sent.onward()
        except BadInput as fault:
            blame(form, fault)
    page = render_template(
        "network/editing/away.html",
        form=form,
        place=place,
        lunch=rules.after_lunch(today_s, minute),
        away=away_now(place),
    )
    return page, 422 if form.errors else 200


@blueprint.post("/sites/<code>/back")
@requires(Permission.REGISTER_READ)
def come_back(code: str) -> AnyResponse:
    """Somebody is there again, earlier than was said."""
    actor = current_actor()
    with writing():
        actions.come_back(actor, queries.keep(actor, code).id, actions.minute_of(now()))
    return back(code, "back")


@blueprint.get("/sites/<code>/history")
@requires(Permission.REGISTER_READ)
def history(code: str) -> str:
    """What happened to a site, newest first."""
    net, place = find_site(code)
    reach = current_actor().reach(Permission.REGISTER_READ)
    require_reach(reach.site(net.tree, place.id, place.region.id))
    found = story(SITE, code, PER_PAGE + 1, audit_forms.before(request.args))
    events = found[:PER_PAGE]
    return render_template(
        "network/editing/history.html",
        place=place,
        events=events,
        older=events[-1].number if len(found) > PER_PAGE else None,
    )


@blueprint.get("/my-sites")
@requires(Permission.REGISTER_PROPOSE)
def mine() -> str:
    """The stations of whoever asks, each with what is done most days."""
    actor = current_actor()
    net, moment = network(), now()
    places = queries.stations(net, actor.reach(Permission.REGISTER_PROPOSE))
    codes = [place.code for place in places]
    versions = queries.versions([place.id for place in places])
    minute = actions.minute_of(moment)
    return render_template(
        "network/editing/mine.html",
        stations=[
            {
                "place": place,
                "opening": net.opening(place, moment),
                "version": versions[place.id][0],
                "confirmed_on": versions[place.id][1],
                "away": away_now(place),
                "lunch": rules.after_lunch(actions.intervals(net, place), minute),
            }
            for place in places
        ],
        waiting=proposing.told(actor, queries.waiting(codes)),
        answered=proposing.told(actor, queries.last_answers(codes, actor.account_id)),
        today=today(),
        done=DONE.get(request.args.get("done", "")),
    )


# -- Given up, opened ---------------------------------------------------------------------------


@blueprint.route("/sites/<code>/close", methods=["GET", "POST"])
@requires(Permission.REGISTER_WRITE)
@fresh
def close(code: str) -> AnyPage:
    """A site is given up from a day on."""
    return _standing(code, "close", changes.closed)


@blueprint.route("/sites/<code>/open", methods=["GET", "POST"], endpoint="open")
@requires(Permission.REGISTER_WRITE)
def open_again(code: str) -> AnyPage:
    """A site serves from a day on, for the first time or again."""
    return _standing(code, "open", changes.opened)


def _standing(code: str, act: str, change: Callable[..., changes.Change]) -> AnyPage:
    actor = current_actor()
    kept = queries.keep(actor, code, Permission.REGISTER_WRITE)
    form = StandingForm(on=today().isoformat(), version=str(kept.version))
    status = 200
    if form.validate_on_submit():
        try:
            with writing():
                sites.do(
                    *(actor, kept.id, forms.seen(), change(form.day())),
                    why=rules.shown_text(forms.typed(form.reason)),
                )
            return back(code, "status")
        except (BadInput, Conflict) as fault:
            blame(form, fault)
            status = fault.status if isinstance(fault, Conflict) else 422
            kept = queries.keep(actor, code, Permission.REGISTER_WRITE)
            form.version.data = str(kept.version)
    elif form.errors:
        status = 422
    page = render_template(
        "network/editing/standing.html",
        form=form,
        kept=kept,
        act=act,
        possible=(act == "close") == (kept.status is not Status.CLOSED)
        and not (act == "open" and kept.status is Status.ACTIVE),
        title=_l("撤销网点") if act == "close" else _l("开办网点"),
        coming=queries.coming(kept.id),
    )
    return page, status
