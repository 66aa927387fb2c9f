"""What if, for programs: ``POST /api/v1/coverage/what-if``. Asking changes nothing."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _l

from core import api
from core.access import Permission, current_actor, requires
from core.catalogue.queries import catalogue
from core.clock import today
from core.errors import BadInput
from core.jsontext import read_json
from core.sites.queries import network
from stations.coverage.api import geojson, telling, wants_geojson
from stations.coverage.asked import read
from stations.coverage.telling import Telling, Told, metres, point, tallied
from stations.coverage.whatif import asked, queries
from stations.coverage.whatif.on_grid import OnGrid, on_grid
from stations.coverage.whatif.queries import ByService
from stations.coverage.whatif.reckoning import Balance, Outcome, Touched

blueprint = Blueprint("whatif_api", __name__, url_prefix="/api/v1/coverage")

#: What the question is asked with, as in the address of coverage or in what is sent.
ASKED: Final = ("region", "service", "on", "at", "radius", "factor")


@blueprint.post("/what-if")
@requires(Permission.REGISTER_READ)
def what_if() -> Response:
    """``changes`` (see stations.coverage.whatif.asked) and what coverage is asked with, as JSON.
    As GeoJSON, the settlements that are reached otherwise than before.

    Who looks after single sites asks about those, and is told of whom they serve, wherever they
    live; ``meta.whole`` says whether it is the whole region."""
    sent = _sent()
    given = {name: _plain(sent[name], name) for name in ASKED if sent.get(name) is not None}
    reach = current_actor().reach(Permission.REGISTER_READ)
    question = read({**request.args, **given}, queries.around(reach, network(today())))
    what = asked.read(sent.get("changes"), network(question.on), reach)
    outcome = queries.ask(question, what, reach)
    answer, elsewhere = telling(question), queries.alternatives_by_service(outcome)
    told = [_touched(answer, one, elsewhere) for one in outcome.touched]
    if wants_geojson():
        return geojson(answer, [point(one) for one in told])
    whole = queries.whole(question, reach)
    content = _outcome(answer, outcome, told)
    content["population_grid"] = _on_grid(on_grid(question, what)) if whole else None
    return api.data(content, **answer.meta(), whole=whole)


def _sent() -> dict[str, Any]:
    sent = read_json(request.get_data()) if request.is_json else None
    if not isinstance(sent, dict):
        raise BadInput(_l("请以 JSON 对象提交。"))
    unknown = sorted(set(sent) - {"changes", *ASKED})
    if unknown:
        raise BadInput(_l("没有这一项。"), field=unknown[0][:40])
    return sent


def _plain(value: object, name: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadInput(_l("此项的类型不对。"), field=name)
    return str(value)


def _outcome(answer: Telling, outcome: Outcome, told: list[Told]) -> Told:
    services = catalogue(outcome.question.on).by_id
    codes = dict(zip(answer.net.rows.ids.tolist(), answer.net.rows.codes, strict=True))
    return {
        "before": tallied(outcome.before),
        "after": tallied(outcome.after),
        "dropped": [one for one in told if one["covered_before"] and not one["covered"]],
        "won": [one for one in told if one["covered"] and not one["covered_before"]],
        "fewer_services": [one for one in told if one["covered"] and one["lost"]],
        "beyond_region": _balance(outcome.beyond),
        "services": [
            {"code": services[one].code, "name": services[one].name} | _balance(balance)
            for one, balance in outcome.services.items()
            if one in services
        ],
        "sites_without_effect": [codes[one] for one in outcome.idle],
    }


def _on_grid(found: OnGrid | None) -> Told | None:
    if found is None:
        return None
    return {
        "uuid": found.grid.uuid,
        "year": found.grid.year,
        "source": found.grid.source,
        "people_lost": found.people_lost,
        "cells_lost": found.cells_lost,
        "people_won": found.people_won,
        "cells_won": found.cells_won,
    }


def _balance(told: Balance) -> Told:
    return {
        "people_lost": told.people_lost,
        "settlements_lost": told.settlements_lost,
        "people_won": told.people_won,
        "settlements_won": told.settlements_won,
    }


def _touched(answer: Telling, one: Touched, elsewhere: ByService) -> Told:
    """A settlement; ``nearest`` and ``distance_m`` are of the site that it is left with, for what
    was asked and for each service that it loses."""
    services = catalogue(answer.question.on).by_id
    return answer.place(one.settlement) | {
        "covered_before": one.before,
        "covered": one.after,
        "nearest": answer.site(one.nearest),
        "distance_m": metres(one.distance),
        "lost": [
            {
                "code": services[service_id].code,
                "nearest": answer.site(index),
                "distance_m": metres(away),
            }
            for service_id in one.lost
            if service_id in services
            for index, away in (elsewhere[one.settlement, service_id],)
        ],
        "won": [services[one_won].code for one_won in one.won if one_won in services],
    }
