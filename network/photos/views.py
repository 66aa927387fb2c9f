"""The photos of a site: for everybody to see, for whoever keeps it to add and take out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from core.access import Actor, current_actor, public, requires, takes
from core.db import writing
from core.errors import BadInput, OneKmError
from core.files import serving
from core.files.actions import put_picture
from core.files.rules import EMPTY_PHOTO, MOST_PHOTO, Damaged, kept_name
from core.sites.actions import KEEPERS, require_site
from core.sites.network import Place
from core.sites.queries import network
from core.web import Panel, fragment
from network.photos import actions, queries, rules
from network.queries import find_site

blueprint = Blueprint("photos", __name__)


# -- For everybody -------------------------------------------------------------------------------


def panel(place: Place) -> Markup | None:
    """The photos on the page of a site; for whoever keeps it the way to add some, too."""
    photos = queries.shown(place.id)
    keeps = _keeps(current_actor(), place)
    if not photos and not keeps:
        return None
    return fragment("photos/panel.html", place=place, photos=photos, keeps=keeps)


PANEL = Panel("site", _l("照片"), panel, 50)


def _keeps(actor: Actor, place: Place) -> bool:
    living = network().tree
    return any(actor.reach(one).site(living, place.id, place.region.id) for one in KEEPERS)


@blueprint.get("/sites/<code>/photos/<uuid>")
@public
def show(code: str, uuid: str) -> Response:
    """A photo, as large as it is kept."""
    _net, place = find_site(code)
    return serving.answer(queries.file(place.id, uuid))


@blueprint.get("/sites/<code>/photos/<uuid>/small")
@public
def show_small(code: str, uuid: str) -> Response:
    """The same, small, for lists."""
    _net, place = find_site(code)
    return serving.answer(queries.file(place.id, uuid), small=True)


# -- For whoever keeps the site ------------------------------------------------------------------


def _kept(code: str) -> Place:
    """The site with this code, for whoever keeps it. Raises NotFound out of reach."""
    _net, place = find_site(code)
    require_site(current_actor(), place.id, *KEEPERS)
    return place


@blueprint.get("/sites/<code>/photos")
@requires(*KEEPERS)
def index(code: str) -> AnyResponse:
    """The photos of a site, to be added to, described, put in order and taken out."""
    return _page(_kept(code))


def _page(place: Place, status: int = 200, **more: Any) -> AnyResponse:
    text = render_template(
        "photos/index.html",
        place=place,
        photos=queries.shown(place.id),
        most=rules.MOST_PHOTOS,
        most_at_once=rules.MOST_AT_ONCE,
        most_caption=rules.MOST_CAPTION,
        **more,
    )
    return make_response(text, status)


@dataclass(frozen=True, slots=True)
class Refused:
    """A photo that was not added, by the name it came with, and why."""

    name: str
    fault: OneKmError


@blueprint.post("/sites/<code>/photos")
@requires(*KEEPERS)
@takes(rules.MOST_SENT)
def add(code: str) -> AnyResponse:
    """Add photos, several at once; what is wrong with one does not hold up the others."""
    place = _kept(code)
    sent = [file for file in request.files.getlist("photos") if file.filename]
    if not sent:
        return _page(place, 422, fault=Damaged(EMPTY_PHOTO, field="photos"))
    if len(sent) > rules.MOST_AT_ONCE:
        message = _l("一次最多 %(most)s 张照片。", most=rules.MOST_AT_ONCE)
        return _page(place, 422, fault=BadInput(message, field="photos"))
    refused = _add_all(place, sent)
    if not refused:
        return redirect(url_for(".index", code=code, _anchor="photos"), 303)
    added = len(sent) - len(refused)
    return _page(place, 200 if added else refused[0].fault.status, added=added, refused=refused)


def _add_all(place: Place, sent: Sequence[FileStorage]) -> list[Refused]:
    refused = []
    for file in sent:
        try:
            put = put_picture(file.stream.read(MOST_PHOTO + 1))
            with writing():
                actions.add(current_actor(), place.id, put, file.filename)
        except OneKmError as fault:
            refused.append(Refused(kept_name(file.filename), fault))
    return refused


@blueprint.post("/sites/<code>/photos/<uuid>")
@requires(*KEEPERS)
def describe(code: str, uuid: str) -> AnyResponse:
    """Say what is seen on a photo."""
    place = _kept(code)
    try:
        with writing():
            actions.describe(current_actor(), place.id, uuid, request.form.get("caption", ""))
    except BadInput as fault:
        return _page(place, 422, wrong=uuid, fault=fault, typed=request.form.get("caption", ""))
    return _back(code, uuid)


@blueprint.post("/sites/<code>/photos/<uuid>/earlier")
@requires(*KEEPERS)
def earlier(code: str, uuid: str) -> AnyResponse:
    """Show a photo one place earlier."""
    return _do(code, uuid, lambda actor, site_id: actions.move(actor, site_id, uuid, -1))


@blueprint.post("/sites/<code>/photos/<uuid>/later")
@requires(*KEEPERS)
def later(code: str, uuid: str) -> AnyResponse:
    """Show a photo one place later."""
    return _do(code, uuid, lambda actor, site_id: actions.move(actor, site_id, uuid, 1))


@blueprint.post("/sites/<code>/photos/<uuid>/out")
@requires(*KEEPERS)
def take_out(code: str, uuid: str) -> AnyResponse:
    """Show a photo no longer."""
    return _do(code, "", lambda actor, site_id: actions.take_out(actor, site_id, uuid))


def _do(code: str, uuid: str, act: Callable[[Actor, int], None]) -> AnyResponse:
    place = _kept(code)
    with writing():
        act(current_actor(), place.id)
    return _back(code, uuid)


def _back(code: str, uuid: str) -> AnyResponse:
    anchor = f"photo-{uuid}" if uuid else "photos"
    return redirect(url_for(".index", code=code, _anchor=anchor), 303)
