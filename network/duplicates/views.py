"""Going through the pairs that may be one place: looking, judging, merging, taking apart."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from core.access import Actor, Permission, current_actor, fresh, require_reach, requires
from core.catalogue.queries import catalogue
from core.catalogue.rules import Service
from core.clock import today
from core.db import writing
from core.errors import Conflict, OneKmError
from core.pages import Page, page_number, pages_of
from core.sendings.pages import writing_once
from core.sites import joining, merging
from core.sites.network import Network, Place
from core.sites.queries import network
from core.sites.rules import Fact, Kind, Mode, Status
from core.web import fragment
from network.duplicates import actions, choosing, forms, queries, words
from network.duplicates.choosing import Held
from network.duplicates.forms import Show
from network.duplicates.rules import Pair

blueprint = Blueprint("duplicates", __name__, url_prefix="/duplicates")

PER_PAGE = 20


# -- The list -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A pair of the list, with what is known of both."""

    pair: Pair
    a: Place
    b: Place


@blueprint.get("")
@requires(Permission.REGISTER_WRITE)
def index() -> str:
    """The pairs within reach: to be judged, found to be two places, or merged."""
    actor, asked, net = current_actor(), forms.filters(request.args), network()
    if asked.region is not None:
        require_reach(queries.reach(actor).region(net.tree, asked.region.id))
    ready = asked.show is not Show.OPEN or queries.searchable(net, asked.region)
    found = _found(actor, net, asked) if ready else []
    pages = pages_of(len(found), PER_PAGE)
    number = page_number(request.args, pages)
    return render_template(
        "duplicates/index.html",
        made=net.made,
        net=net,
        asked=asked,
        shows=Show,
        ready=ready,
        counties=queries.counties(actor, net),
        total=len(found),
        rows=found[Page(number, PER_PAGE).bounds],
        page=number,
        pages=pages,
    )


def _found(actor: Actor, net: Network, asked: forms.Filters) -> list[object]:
    if asked.show is Show.APART:
        return list(queries.judged(actor, net, asked.region))
    if asked.show is Show.MERGED:
        return list(queries.merged(actor, net, asked.region))
    pairs = queries.undecided(actor, net, asked.region, asked.least)
    placed = ((pair, net.by_code(pair.a), net.by_code(pair.b)) for pair in pairs)
    return [Shown(pair, a, b) for pair, a, b in placed if a is not None and b is not None]


# -- One pair -----------------------------------------------------------------------------------


@blueprint.get("/<a>/<b>")
@requires(Permission.REGISTER_WRITE)
def pair(a: str, b: str) -> Response:
    """Two sites side by side, and what to do about them."""
    return _pair(*queries.find(current_actor(), a, b))


def _pair(a: Held, b: Held, fault: OneKmError | None = None) -> Response:
    net = network()
    stays = choosing.survivor(a, b)
    page = render_template(
        "duplicates/pair.html",
        made=net.made,
        fault=fault,
        a=a,
        b=b,
        pair=queries.candidate(net, a, b),
        rows=[_row(fact, a, b, net) for fact in Fact],
        modes=[(service, a.modes[service.id], b.modes[service.id]) for service in _contested(a, b)],
        coming={held.code: _only(held, other) for held, other in ((a, b), (b, a))},
        stays=stays,
        verdict=queries.verdict(a, b),
        announced={held.code: queries.announced(held) for held in (a, b)},
        waiting={held.code: queries.waiting(held) for held in (a, b)},
        hanging=joining.held([a.id, b.id], today()),
        keepers={held.code: queries.keepers(current_actor(), net, held) for held in (a, b)},
        across=merging.across_counties(a.id, b.id),
        form_values=request.form,
    )
    return make_response(page, 200 if fault is None else fault.status)


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of both sites in words, whether it differs, and whose is likelier right."""

    fact: Fact
    label: str
    told: tuple[str, str]
    differs: bool
    preferred: str


def _row(fact: Fact, a: Held, b: Held, net: Network) -> Row:
    return Row(
        fact=fact,
        label=str(words.FACTS[fact]),
        told=(words.told(fact, a, net.tree), words.told(fact, b, net.tree)),
        differs=fact in choosing.differing(a, b),
        preferred=choosing.preferred(fact, a, b).code,
    )


def _contested(a: Held, b: Held) -> list[Service]:
    wanted = choosing.contested(a, b)
    return [service for service in catalogue(network().on).services if service.id in wanted]


def _only(held: Held, other: Held) -> list[tuple[Service, Mode]]:
    """What the site offers and the other does not."""
    known = catalogue(network().on).by_id
    return [
        (known[service_id], mode)
        for service_id, mode in held.modes.items()
        if service_id not in other.modes and service_id in known
    ]


@blueprint.post("/<a>/<b>/merge")
@requires(Permission.REGISTER_WRITE)
@fresh
def merge(a: str, b: str) -> AnyResponse:
    """Make one of two; across counties, ask the city to."""
    actor = current_actor()
    first, second = queries.find(actor, a, b)
    services = {service.code: service.id for service in _contested(first, second)}
    try:
        survivor, other, asked = forms.merging(request.form, first, second, services)
        reason = forms.words(request.form)
        with writing_once() as sent:
            if actions.merge(actor, survivor, other, asked, reason):
                sent.to = url_for("duplicates.merged", code=other.code)
            else:
                sent.to = url_for("duplicates.pair", a=first.code, b=second.code)
    except Conflict as fault:
        return _pair(*queries.find(actor, a, b), fault)
    except OneKmError as fault:
        if fault.status != 400:
            raise
        return _pair(first, second, fault)
    return sent.onward()


@blueprint.post("/<a>/<b>/apart")
@requires(Permission.REGISTER_WRITE)
def tell_apart(a: str, b: str) -> AnyResponse:
    """They are two places, and need not be looked at again."""
    actor, reason = current_actor(), forms.words(request.form)
    with writing():
        actions.tell_apart(actor, *queries.find(actor, a, b), reason)
    return redirect(url_for("duplicates.index"), 303)


@blueprint.post("/<a>/<b>/undecided")
@requires(Permission.REGISTER_WRITE)
def take_back(a: str, b: str) -> AnyResponse:
    """Whether they are two places is open again."""
    actor = current_actor()
    with writing():
        actions.take_back(actor, *queries.find(actor, a, b))
    return redirect(url_for("duplicates.pair", a=a, b=b), 303)


# -- One that was merged ------------------------------------------------------------------------


@blueprint.get("/merged/<code>")
@requires(Permission.REGISTER_READ)
def merged(code: str) -> str:
    """What became of a site that was merged, and what it was before."""
    actor, net = current_actor(), network()
    found = queries.find_merged(actor, net, code)
    return render_template(
        "duplicates/merged.html",
        made=net.made,
        net=net,
        found=found,
        periods=queries.periods(found.place.id),
        kinds=Kind,
        statuses=Status,
        may_undo=queries.reach(actor).site(net.tree, found.place.id, found.place.region.id),
        may_read_audit=actor.reach(Permission.AUDIT_READ).region(net.tree, found.place.region.id),
    )


@blueprint.post("/merged/<code>/apart")
@requires(Permission.REGISTER_WRITE)
@fresh
def take_apart(code: str) -> AnyResponse:
    """Let it be a site of its own again, from today on."""
    actor = current_actor()
    with writing():
        found = queries.find_merged(actor, network(), code)
        merging.take_apart(actor, found.place.id, forms.version(request.form))
    return redirect(url_for("network.site", code=code), 303)


# -- On a site's own page -----------------------------------------------------------------------


def panel(place: Place) -> Markup | None:
    """For those who keep the register: which codes lead here, and what may be the same place."""
    actor, net = current_actor(), network()
    if not queries.reach(actor).site(net.tree, place.id, place.region.id):
        return None
    parts = [one for code in queries.parts(net, place.code) if (one := net.by_code(code))]
    pairs = queries.undecided_of(actor, net, place)
    if not parts and not pairs:
        return None
    return fragment("duplicates/panel.html", parts=parts, pairs=pairs, net=net, place=place)
