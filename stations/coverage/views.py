"""The pages of coverage: of a region with its map, and the lists behind its numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from flask import (
    Blueprint,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from core import tables as files
from core.access import Permission, Reach, current_actor, requires
from core.catalogue.queries import catalogue
from core.clock import today
from core.errors import BadInput
from core.figures.queries import tops
from core.regions.queries import tree
from core.sites.queries import network
from stations.coverage import forms, listing, maps, panels, spots, words
from stations.coverage.forms import Asked
from stations.coverage.listed import LISTS, cut
from stations.coverage.scene import Scene, scene
from stations.coverage.tables import State
from stations.coverage.ways import DEMAND, SITING, WHATIF, elsewhere, known

blueprint = Blueprint("coverage", __name__, url_prefix="/coverage")
words.init(blueprint)

#: How many of the largest uncovered settlements stand beside the map.
LARGEST: Final = 6
#: How many of one's own sites are told on one page.
MOST_OWN: Final = 30
#: How many lines a file may have that a page makes; the command makes any number.
MOST_LINES: Final = 100_000


def reach() -> Reach:
    """Where the current actor reads the register."""
    return current_actor().reach(Permission.REGISTER_READ)


@blueprint.get("")
@requires(Permission.REGISTER_READ)
def index() -> AnyResponse:
    """The coverage of the highest region within reach; of somebody with mere sites, of those."""
    own = tops(reach(), tree(today()))
    if own:
        kept: dict[str, Any] = {
            name: request.args[name] for name in forms.ARGUMENTS if name in request.args
        }
        return redirect(url_for(".show", code=own[0].code, **kept))
    net = network(today())
    found = net.places(np.isin(net.rows.ids, sorted(reach().sites)))
    told = [(place, panels.site(place)) for place in found[:MOST_OWN]]
    left = len(found) - len(told)
    return make_response(
        render_template("stations/coverage/mine.html", found=told, left=left, made=net.made)
    )


@blueprint.get("/<code>")
@requires(Permission.REGISTER_READ)
def show(code: str) -> AnyResponse:
    """Whom the network reaches in a region: numbers, map, largest gaps, region by region."""
    asked = forms.read(request.args, code, reach())
    if asked.fault is not None:
        return page("stations/coverage/fault.html", asked, None, status=asked.fault.status)
    found = scene(asked.question)
    corners = maps.bounds(found)
    kept = forms.query(asked.question)
    largest = spots.uncovered(found.cover, found.inside)[:LARGEST]
    return page(
        "stations/coverage/show.html",
        asked,
        found,
        map=maps.compiled(corners, url_for("coverage_map.data", code=code, **kept)),
        left=maps.left_out(found),
        largest=listing.settlement_lines(found, largest),
        **cut(LISTS["regions"](found, request.args), request.args),
    )


@blueprint.get('/<code>/<any("blind-spots", services, sites, settlements):name>')
@requires(Permission.REGISTER_READ)
def lists(code: str, name: str) -> AnyResponse:
    """The lines behind a number of a region."""
    asked = forms.read(request.args, code, reach())
    if asked.fault is not None:
        return page("stations/coverage/fault.html", asked, None, status=asked.fault.status)
    found = scene(asked.question)
    try:
        shown = LISTS[name](found, request.args)
    except BadInput as fault:
        asked = replace(asked, fault=fault)
        return page("stations/coverage/fault.html", asked, None, status=fault.status)
    mapped = None
    if name == "blind-spots":
        kept = forms.query(asked.question)
        mapped = maps.compiled(
            maps.bounds(found), url_for("coverage_map.data", code=code, layer=name, **kept)
        )
    return page(
        f"stations/coverage/{name.replace('-', '_')}.html",
        asked,
        found,
        map=mapped,
        left=maps.left_out(found),
        **cut(shown, request.args),
    )


@blueprint.get(
    '/<code>/<any("blind-spots", regions, services, sites, settlements):name>.<any(csv, xlsx):file>'
)
@requires(Permission.REGISTER_READ)
def export(code: str, name: str, file: str) -> AnyResponse:
    """The same list as a file, all of it, in the order of the page."""
    asked = forms.read(request.args, code, reach())
    if asked.fault is not None:
        raise asked.fault
    shown = LISTS[name](scene(asked.question), request.args)
    if shown.total > MOST_LINES:
        raise BadInput(
            _l(
                "一次最多导出 %(most)s 行：请缩小范围，或由运维人员用 flask coverage export 导出。",
                most=MOST_LINES,
            )
        )
    titled = f"{shown.table.title}-{asked.region.code}-{asked.question.on.isoformat()}"
    lines = shown.table.cells(shown.lines(slice(None)))
    return files.answer(file, titled, shown.table.headings(), lines)


# -- The page -----------------------------------------------------------------------------------


def page(
    template: str, asked: Asked, found: Scene | None, *, status: int = 200, **more: Any
) -> AnyResponse:
    """A page of a region and a question, with the form that asks it."""
    living, allowed = tree(asked.question.on), reach()
    text = render_template(
        template,
        asked=asked,
        question=asked.question,
        region=asked.region,
        scene=found,
        made=found is not None and found.made,
        path=[node for node in living.path(asked.region.id) if allowed.region(living, node.id)],
        services=[one for one in catalogue(asked.question.on).services if one.devolved],
        today=today(),
        kept=forms.query(asked.question),
        told=words.question_words(asked.question),
        spot_words=spots.words(asked.question.rule),
        states=tuple(State),
        whatif_endpoint=known(WHATIF),
        siting_endpoint=known(SITING),
        demand_endpoint=known(DEMAND),
        elsewhere=elsewhere(asked.region.code, forms.query(asked.question)),
        **more,
    )
    return make_response(text, status)
