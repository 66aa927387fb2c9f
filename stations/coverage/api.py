"""Coverage for programs: whom the network reaches, and the blind spots; JSON or GeoJSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _l

from core import api
from core.access import Permission, current_actor, requires
from core.catalogue.queries import catalogue
from core.errors import BadInput
from core.forms import flag
from core.regions.queries import tree
from core.regions.ranks import ranks
from core.sites.queries import network
from stations.coverage import asked, spots
from stations.coverage.by_service import by_service
from stations.coverage.positions import Wanted
from stations.coverage.queries import cover
from stations.coverage.rules import Question, shares, tally
from stations.coverage.telling import Telling, Told, of_region, tallied

blueprint = Blueprint("coverage_api", __name__, url_prefix="/api/v1/coverage")

GEOJSON: Final = "application/geo+json"
#: How many settlements one answer may have as features.
MOST_FEATURES: Final = 50_000


@blueprint.get("")
@requires(Permission.REGISTER_READ)
def coverage() -> Response:
    """The numbers of a region and of those one level below: ``region`` (the highest within reach
    if not said), ``service`` (any), ``on`` (today), ``at`` (any hour), ``radius``, ``factor``;
    with ``services=1`` those of each service too.  As GeoJSON, its settlements."""
    question = read(request.args)
    answer, inside = telling(question), within(question)
    if wants_geojson():
        return geojson(answer, answer.features(few(inside)))
    content = tallied(tally(answer.found, inside)) | {
        "rim": [answer.settlement(one) for one in answer.found.rim.tolist() if inside[one]],
        "regions": _below(answer),
    }
    if flag(request.args.get("services", ""), "services"):
        content["services"] = _services(question)
    return api.data(content, **answer.meta())


@blueprint.get("/blind-spots")
@requires(Permission.REGISTER_READ)
def blind_spots() -> Response:
    """The blind spots of a region, most people first: asked as coverage is, a page at a time.
    As GeoJSON all of them: the settlements of each, and where one site would reach most."""
    question = read(request.args)
    answer, inside = telling(question), within(question)
    if wants_geojson():
        few(inside & ~answer.found.covered)
        found = enumerate(spots.blind_spots(answer.found, inside), 1)
        features = [one for each in found for one in answer.spot_features(*each)]
        return geojson(answer, features)
    rule = str(spots.words(question.rule))
    found_spots = spots.blind_spots(answer.found, inside)
    return api.listing(found_spots, answer.spot, blind_spot_rule=rule, **answer.meta())


# -- What is asked ------------------------------------------------------------------------------


def read(args: Mapping[str, str]) -> Question:
    """The question, within the reach of whoever asks. Raises BadInput, NotFound."""
    return asked.read(args, current_actor().reach(Permission.REGISTER_READ))


def wants_geojson() -> bool:
    """Whether GeoJSON is asked for: by ``format=geojson``, or as what is accepted. Raises
    BadInput for a format that there is not."""
    wanted = request.args.get("format", "")
    if wanted not in ("", "json", "geojson"):
        raise BadInput(_l("格式应为 json 或 geojson。"), field="format")
    if wanted:
        return wanted == "geojson"
    offered = ("application/json", GEOJSON)
    return request.accept_mimetypes.best_match(offered, "application/json") == GEOJSON


# -- What is told -------------------------------------------------------------------------------


def telling(question: Question) -> Telling:
    """The answer."""
    return Telling(question, network(question.on), cover(question))


def within(question: Question) -> Wanted:
    """Which settlements lie in the region asked about."""
    found = cover(question).demand
    return found.inside(ranks(question.on), question.region)


def few(wanted: Wanted) -> Any:
    """The wanted settlements. Raises BadInput where they are too many for one answer."""
    if np.count_nonzero(wanted) > MOST_FEATURES:
        raise BadInput(
            _l(
                "聚落点超过 %(most)s 个，请缩小区划，或用 flask coverage export 导出。",
                most=MOST_FEATURES,
            ),
            field="region",
        )
    return np.flatnonzero(wanted)


def geojson(answer: Telling, features: list[Told]) -> Response:
    """The features as a file of GeoJSON."""
    response = Response(api.as_json(answer.collection(features)), mimetype=GEOJSON)
    response.headers["Vary"] = "Accept"
    return response


def _below(answer: Telling) -> list[Told]:
    """The numbers of the regions one level below."""
    question, among = answer.question, ranks(answer.question.on)
    if question.region is None:
        return []
    every = shares(answer.found, among)
    return [
        of_region(node) | tallied(every.at(among.place[node.id]))
        for node in tree(question.on).children(question.region.id)
    ]


def _services(question: Question) -> list[Told]:
    """Each service by itself, whichever was asked for."""
    among, known = ranks(question.on), catalogue(question.on).services
    everybody = cover(replace(question, service=None))
    every = by_service(everybody, network(question.on), among, [one.id for one in known])
    place = 0 if question.region is None else among.place[question.region.id]
    return [
        {"code": one.code, "name": one.name, "devolved": one.devolved}
        | tallied(every.at(one.id, place))
        for one in known
    ]
