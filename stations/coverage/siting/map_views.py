"""The map of a proposal: its script, what it draws, and the whole of it as one file."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core import map_data, map_file
from core import maps as ground
from core.access import Permission, requires
from core.errors import NotFound
from core.geo import Datum
from core.web import fragment, settings
from stations.coverage.siting import maps, queries, sheet, words
from stations.coverage.siting.views import Shown, shown

blueprint = Blueprint("siting_map", __name__, url_prefix="/coverage/siting")


@blueprint.get("/<uuid>/map.js")
@requires(Permission.REGISTER_READ)
def script(uuid: str) -> Response:
    """The script of the map on the proposal's page."""
    made = maps.compiled(shown(uuid).answer, url_for(".data", uuid=uuid))
    if made is None:
        raise _nothing()
    return ground.answer(made)


@blueprint.get("/<uuid>/map.json")
@requires(Permission.REGISTER_READ)
def data(uuid: str) -> Response:
    """What the map draws, in the datum of its tiles."""
    one = shown(uuid)
    datum = ground.layer_datum(settings().tiles)
    return map_data.answer(maps.layers(queries.setting(one.ask), one.answer, datum))


@blueprint.get("/<uuid>/map.html")
@requires(Permission.REGISTER_READ)
def file(uuid: str) -> Response:
    """The map with its numbers and its list as one file, which opens from a disk."""
    one = shown(uuid)
    corners = maps.bounds(one.answer)
    if corners is None:
        raise _nothing()
    title = one.proposal.name or _("%(region)s · 选址草稿", region=one.ask.region.name)
    content = map_file.whole(
        title,
        corners,
        maps.layers(queries.setting(one.ask), one.answer, Datum.WGS84),
        above=_part("above", one),
        below=_part("below", one),
    )
    return map_file.answer(content, title)


def _part(name: str, one: Shown) -> Markup:
    return fragment(
        f"stations/coverage/siting/file_{name}.html",
        one=one,
        ask=one.ask,
        answer=one.answer,
        standing_at=one.standing_at,
        ground=queries.ground_of(one.proposal),
        proof=words.proof_words(one.ask, one.answer),
        where=lambda region_id: sheet.where(one.living, region_id),
    )


def _nothing() -> NotFound:
    return NotFound(_l("这里还没有可以画在地图上的内容。"))
