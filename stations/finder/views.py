"""The page on which a resident finds the nearest place, and the suggestions while typing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from core import maps
from core.access import public
from core.catalogue.queries import catalogue
from core.clock import civil, now, today
from core.errors import BadInput, NotFound
from core.regions import queries as regions
from core.sites.directions import directions
from core.sites.network import Network
from core.sites.queries import network
from core.web import settings
from core.words import moment as in_words
from stations.finder import geocoder, places
from stations.finder.forms import FinderForm
from stations.finder.queries import nearest, unplaced
from stations.finder.rules import (
    MATCHED,
    MOST,
    MOST_TYPED,
    NEARBY,
    STEP,
    SUGGESTED,
    Ask,
    Found,
    Start,
)

blueprint = Blueprint("finder", __name__)

Answer: TypeAlias = str | tuple[str, int]


@blueprint.after_request
def forget(response: Response) -> Response:
    """No cache on the way keeps where somebody was."""
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/")
@public
def find() -> Answer:
    """Everything is in the query string, nothing is kept."""
    form = FinderForm(request.args, catalogue(today()), now())
    if not form.validate():
        return _page(form, network()), 400
    among = network(civil(form.moment).date())
    try:
        return _answer(form, among)
    except NotFound as fault:
        return _page(form, among, problem=fault.message), fault.status


def _answer(form: FinderForm, among: Network) -> Answer:
    if form.pick.data:
        return _page(form, among, opened=regions.find_code(form.pick.data, among.on).node)
    if form.blank:
        return _page(form, among)
    start = _picked(form, among)
    if start is not None:
        return _results(form, among, start)
    text = form.q.data or ""
    found = places.matches(text, among, MATCHED)
    if len(found) == 1:
        return _results(form, among, places.start_at(found[0].code, among))
    if found:
        return _page(form, among, matches=found)
    point = geocoder.locate(text, settings())
    if point is not None:
        return _results(form, among, Start(point, text, geocoded=True))
    return _page(form, among, unknown=text)


def _picked(form: FinderForm, among: Network) -> Start | None:
    """Where the visitor is by what was picked; None if another text has been typed since."""
    if not form.picked:
        return None
    if form.point is not None:
        return Start(form.point, form.spot.data or "")
    return places.start_at(form.place.data, among) if form.place.data else None


def _results(form: FinderForm, among: Network, start: Start) -> str:
    wanted = form.wanted
    service_id = None if wanted is None else wanted.id
    found = []
    if start.point is not None:
        found = nearest(
            among,
            Ask(
                point=start.point,
                moment=form.moment,
                limit=form.shown + 1,
                service_id=service_id,
                open_only=bool(form.open.data),
                first=None if start.site is None else start.site.code,
            ),
        )
    shown = found[: form.shown]
    return _page(
        form,
        among,
        start=start,
        found=shown,
        near=sum(each.metres <= NEARBY for each in shown),
        more=min(form.shown + STEP, MOST) if len(found) > len(shown) < MOST else None,
        unplaced=[] if start.region is None else unplaced(among, start.region, service_id),
        place_here=_query_of(start),
        boundaries=_ground(among, shown),
    )


def _query_of(start: Start) -> dict[str, str]:
    """The part of a query string that leads back to *start*."""
    if start.site is not None:
        return {"place": start.site.code, "spot": start.label}
    if start.region is not None:
        return {"place": start.region.code, "spot": start.label}
    if start.point is None:
        return {}
    return {"lat": f"{start.point.lat}", "lon": f"{start.point.lon}", "spot": start.label}


def _page(form: FinderForm, among: Network, **shown: Any) -> str:
    tiles = settings().tiles
    return render_template(
        "finder/find.html",
        form=form,
        tree=among.tree,
        made=among.made,
        day=civil(form.moment).date(),
        clock=partial(_clock, asked=form.moment),
        link=partial(_link, form),
        directions=directions,
        tiles=tiles,
        position=partial(maps.position, datum=maps.layer_datum(tiles)),
        most_typed=MOST_TYPED,
        most_matched=MATCHED,
        most_unplaced=MOST,
        **({"place_here": form.held()} | shown),
    )


def _ground(among: Network, shown: Sequence[Found]) -> str | None:
    """Where the ground of the map comes from if it has no tiles: the county of the nearest."""
    if not shown or settings().tiles is not None:
        return None
    above = among.tree.path(shown[0].place.region.id)
    county = above[1] if len(above) > 1 else above[0]
    return url_for("network_map.outlines", code=county.code)


def _link(form: FinderForm, **changes: str | int) -> str:
    """The address of this page with another place, the rest as it is."""
    asked: dict[str, Any] = form.kept() | changes
    return url_for("finder.find", **{name: value for name, value in asked.items() if value})


def _clock(value: datetime, asked: datetime) -> str:
    """A moment in words; on the day asked about, the hour alone."""
    local = civil(value)
    if local.date() == civil(asked).date():
        return f"{local.hour}:{local.minute:02d}"
    return in_words(value)


@blueprint.get("/suggest")
@public
def suggest() -> tuple[Response, int]:
    """Places that the text so far may mean: a list of what to show and what to ask the page for."""
    among = network()
    try:
        found = places.suggestions(request.args.get("q", ""), among, SUGGESTED)
    except BadInput:
        return jsonify([]), 400
    told = [
        {
            "label": (each.name if each.kind else each.path)[:MOST_TYPED],
            "path": f"{each.kind.label} · {each.path}" if each.kind else "",
            "params": {"place": each.code},
        }
        for each in found
    ]
    return jsonify(told), 200
