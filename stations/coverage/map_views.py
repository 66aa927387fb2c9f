"""The map of a coverage: its script, what it draws, and the whole of it as one file."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core import map_data, map_file
from core import maps as ground
from core.access import Permission, current_actor, requires
from core.errors import NotFound
from core.geo import Datum
from core.i18n import named
from core.map_data import Layer
from core.web import fragment, settings
from stations.coverage import forms, listing, maps, spots, words
from stations.coverage.forms import Asked
from stations.coverage.scene import Scene, scene

blueprint = Blueprint("coverage_map", __name__, url_prefix="/coverage")

#: How many of the uncovered settlements stand below the map in a file.
MOST_BELOW = 500


def asked_scene(code: str) -> tuple[Asked, Scene]:
    """What the address asks, and its answer. Raises NotFound, BadInput."""
    asked = forms.read(request.args, code, current_actor().reach(Permission.REGISTER_READ))
    if asked.fault is not None:
        raise asked.fault
    return asked, scene(asked.question)


def layers(found: Scene, datum: Datum) -> list[Layer]:
    """Those of the coverage, or of its blind spots."""
    if request.args.get("layer") == "blind-spots":
        return maps.blind_spots(found, datum)
    return maps.layers(found, datum)


@blueprint.get("/<code>/map.js")
@requires(Permission.REGISTER_READ)
def script(code: str) -> Response:
    """The script of the map on the page of the same arguments."""
    asked, found = asked_scene(code)
    kept = forms.query(asked.question) | _layer()
    made = maps.compiled(maps.bounds(found), url_for(".data", code=code, **kept))
    if made is None:
        raise _nothing()
    return ground.answer(made)


@blueprint.get("/<code>/map.json")
@requires(Permission.REGISTER_READ)
def data(code: str) -> Response:
    """What the map draws, in the datum of its tiles."""
    _asked, found = asked_scene(code)
    return map_data.answer(layers(found, ground.layer_datum(settings().tiles)))


@blueprint.get("/<code>/map.html")
@requires(Permission.REGISTER_READ)
def file(code: str) -> Response:
    """The map with its numbers and its list as one file, which opens from a disk."""
    asked, found = asked_scene(code)
    corners = maps.bounds(found)
    if corners is None:
        raise _nothing()
    name = named(asked.region.name, asked.region.name_en)
    title = _("%(region)s · 一公里覆盖", region=name)
    missing = spots.uncovered(found.cover, found.inside)
    context = {
        "asked": asked,
        "question": asked.question,
        "region": asked.region,
        "scene": found,
        "told": words.question_words(asked.question),
        "left": maps.left_out(found),
        "lines": listing.settlement_lines(found, missing[:MOST_BELOW].tolist()),
        "total": len(missing),
    }
    content = map_file.whole(
        title,
        corners,
        layers(found, Datum.WGS84),
        above=fragment("stations/coverage/file_above.html", **context),
        below=fragment("stations/coverage/file_below.html", **context),
    )
    return map_file.answer(content, f"{title}-{asked.question.on.isoformat()}")


def _layer() -> dict[str, str]:
    return {"layer": "blind-spots"} if request.args.get("layer") == "blind-spots" else {}


def _nothing() -> NotFound:
    return NotFound(_l("这里还没有可以画在地图上的内容。"))
