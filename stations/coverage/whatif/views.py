"""The page of a what-if, asked by its address, which can be sent on; asking writes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from flask import Blueprint, Response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from core import map_data, map_file
from core import maps as ground
from core import tables as files
from core.access import Permission, requires
from core.catalogue.queries import catalogue
from core.clock import today
from core.errors import BadInput, NotFound
from core.geo import Datum
from core.i18n import named
from core.maps import CompiledMap
from core.regions.rules import Level
from core.sites.network import Place
from core.sites.queries import network
from core.web import fragment, settings
from stations.coverage import forms as question_forms
from stations.coverage import maps as coverage_maps
from stations.coverage import views, words
from stations.coverage.forms import Asked
from stations.coverage.scene import Scene, scene
from stations.coverage.whatif import asked as reading
from stations.coverage.whatif import forms, listing, maps, queries
from stations.coverage.whatif.maps import Answered
from stations.coverage.whatif.on_grid import on_grid
from stations.coverage.whatif.words import change_words

blueprint = Blueprint("coverage_whatif", __name__, url_prefix="/coverage")

#: How many sites the form lets choose from; beyond them their codes are typed.
MOST_CHOICES: Final = 600
#: How many settlements of a kind the page shows; the file has all.
MOST_SHOWN: Final = 100


@blueprint.get("/<code>/what-if")
@requires(Permission.REGISTER_READ)
def show(code: str) -> AnyResponse:
    """Choose what happens to which sites; who drops out of reach, where they would go instead."""
    asked = _read(code)
    if asked.fault is not None:
        return _page(asked, None, None)
    found = scene(asked.question)
    try:
        if forms.adds(request.args):
            return redirect(_with_added(asked))
        answered = answer(found)
    except BadInput as fault:
        return _page(asked, found, None, fault)
    return _page(asked, found, answered)


def _read(code: str) -> Asked:
    """The question of the address: about a region within reach, or that of a site within it."""
    within = queries.around(views.reach(), network(today()))
    return question_forms.read(request.args, code, within)


def whole(found: Scene) -> bool:
    """Whether the actor may look at all of the region, and not at single sites in it alone."""
    return queries.whole(found.question, views.reach())


def _with_added(asked: Asked) -> str:
    """The address with what the form adds. Raises BadInput."""
    question, reach = asked.question, views.reach()
    net = network(question.on)
    more = forms.added(request.args, lambda text: reading.named(text, net, reach))
    texts = list(dict.fromkeys([*forms.changes(request.args), *more]))
    day = forms.day_of(texts, question.on)
    found = scene(question)
    told = [forms.given(text) for text in texts]
    try:
        reading.read(told, found.net, views.reach())
    except NotFound:
        raise BadInput(_l("您的管辖范围内没有这个编号的网点。"), field="site") from None
    kept = question_forms.query(question)
    if day != question.on:
        kept["on"] = day.isoformat()
    return url_for(".show", code=asked.region.code, change=texts, **kept)


def answer(found: Scene) -> Answered | None:
    """The answer to the changes of the address; None without any. Raises BadInput, NotFound."""
    texts = forms.changes(request.args)
    if not texts:
        return None
    what = reading.read([forms.given(text) for text in texts], found.net, views.reach())
    told = queries.reckoning(found.net, found.demand, found.question, what)
    if not whole(found):
        found = replace(found, only=queries.served(told))
    return Answered(found, told, told.outcome(found.inside), tuple(texts))


def _page(
    asked: Asked, found: Scene | None, answered: Answered | None, fault: BadInput | None = None
) -> AnyResponse:
    """The form, and below it the answer if there is one."""
    wrong = fault or asked.fault
    more: dict[str, Any] = {} if answered is None else _told(answered)
    return views.page(
        "stations/coverage/whatif.html",
        asked,
        found,
        status=200 if wrong is None else wrong.status,
        fault=wrong,
        fault_field="" if wrong is None or wrong.field is None else wrong.field.split(".")[-1],
        kinds=forms.KINDS,
        datums=tuple(Datum),
        choices=_choices(found),
        whole=found is None or whole(found),
        texts=forms.changes(request.args),
        answered=answered,
        **more,
    )


def _choices(found: Scene | None) -> list[tuple[str, list[Place]]]:
    """The sites that can be chosen, by towns and names; none where they are too many."""
    if found is None:
        return []
    wanted = found.net.below(found.region) & found.net.ranked
    if not whole(found):
        wanted &= np.isin(found.net.rows.ids, sorted(views.reach().sites))
    if int(wanted.sum()) > MOST_CHOICES:
        return []
    towns: dict[str, list[Place]] = {}
    for place in sorted(found.net.places(wanted), key=lambda one: (one.region.code, one.name)):
        path = found.tree.path(place.region.id)
        town = path[min(Level.TOWN.depth, len(path) - 1)]
        towns.setdefault(found.tree.full_name(town.id), []).append(place)
    return list(towns.items())


def _told(answered: Answered) -> dict[str, Any]:
    """What the template says of an answer."""
    services = catalogue(answered.scene.question.on).by_id
    known = {one.id: one for one in services.values()}
    lines = listing.lines(answered)
    changes = answered.outcome.what.changes
    net = answered.scene.net
    codes = dict(zip(net.rows.ids.tolist(), net.rows.codes, strict=True))
    return {
        "outcome": answered.outcome,
        "changes": [
            (net.by_code(codes[one.site_id]), change_words(one, known), text)
            for one, text in zip(changes, answered.texts, strict=True)
        ],
        "idle": [net.by_code(codes[one]) for one in answered.outcome.idle],
        "dropped": [one for one in lines if one.dropped],
        "won": [one for one in lines if one.won],
        "poorer": [one for one in lines if one.poorer],
        "balances": listing.balances(answered),
        "most": MOST_SHOWN,
        "map": _compiled(answered),
        "peopled": answered.scene.peopled,
        # Who looks after single sites is told of no more than whom these serve.
        "on_grid": on_grid(answered.scene.question, answered.outcome.what)
        if answered.scene.only is None
        else None,
        "left": coverage_maps.left_out(answered.scene),
        "again": _again(answered),
    }


def _again(answered: Answered) -> dict[str, Any]:
    """The arguments of the same question."""
    return {
        "code": answered.scene.region.code,
        "change": list(answered.texts),
        **question_forms.query(answered.scene.question),
    }


def _compiled(answered: Answered) -> CompiledMap | None:
    return coverage_maps.compiled(maps.bounds(answered), url_for(".data", **_again(answered)))


# -- What the page is made of, and what can be taken away ---------------------------------------


def _answered(code: str) -> Answered:
    """The answer of the address. Raises NotFound, BadInput."""
    asked = _read(code)
    if asked.fault is not None:
        raise asked.fault
    found = answer(scene(asked.question))
    if found is None:
        raise BadInput(_l("请至少选择一个网点和一种变化。"), field="change")
    return found


@blueprint.get("/<code>/what-if/map.js")
@requires(Permission.REGISTER_READ)
def script(code: str) -> Response:
    """The script of the map."""
    made = _compiled(_answered(code))
    if made is None:
        raise NotFound(_l("这里还没有可以画在地图上的内容。"))
    return ground.answer(made)


@blueprint.get("/<code>/what-if/map.json")
@requires(Permission.REGISTER_READ)
def data(code: str) -> Response:
    """What the map draws, before and after."""
    return map_data.answer(maps.layers(_answered(code), ground.layer_datum(settings().tiles)))


@blueprint.get("/<code>/what-if/map.html")
@requires(Permission.REGISTER_READ)
def file(code: str) -> Response:
    """The answer with its map as one file."""
    found = _answered(code)
    corners = maps.bounds(found)
    if corners is None:
        raise NotFound(_l("这里还没有可以画在地图上的内容。"))
    region = found.scene.region
    title = _("%(region)s · 如果", region=named(region.name, region.name_en))
    context = {
        **_told(found),
        "scene": found.scene,
        "whole": found.scene.only is None,
        "question": found.scene.question,
        "region": region,
        "told": words.question_words(found.scene.question),
        "in_file": True,
    }
    content = map_file.whole(
        title,
        corners,
        maps.layers(found, Datum.WGS84),
        above=fragment("stations/coverage/whatif_above.html", **context),
        below=fragment("stations/coverage/whatif_below.html", **context),
    )
    return map_file.answer(content, f"{title}-{found.scene.question.on.isoformat()}")


@blueprint.get("/<code>/what-if/settlements.<any(csv, xlsx):file>")
@requires(Permission.REGISTER_READ)
def export(code: str, file: str) -> AnyResponse:
    """Every settlement that is reached otherwise than before, with each service it loses."""
    found = _answered(code)
    name = f"{_('如果')}-{found.scene.region.code}-{found.scene.question.on.isoformat()}"
    table = listing.TABLE
    return files.answer(file, name, table.headings(), table.cells(listing.lines(found)))
