"""The ways from one page of coverage to the others."""

from __future__ import annotations

from typing import Any, Final

from flask import current_app
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.access import PUBLIC, Permission, current_actor
from core.clock import today
from core.figures.queries import tops
from core.regions.queries import tree
from stations.coverage.maps import WHATIF as WHATIF

#: The other pages of coverage and what they are called; with the question, or the region alone.
SITING: Final = "siting.show"
DEMAND: Final = "demand.index"
ROADS: Final = "coverage_roads.show"
GRIDS: Final = "coverage_grids.index"
RUNS: Final = "coverage_runs.index"
ELSEWHERE: Final = (
    (WHATIF, _l("如果…"), True),
    (SITING, _l("选址"), False),
    (ROADS, _l("路网步行"), True),
    (GRIDS, _l("人口网格"), False),
    (RUNS, _l("覆盖变化"), False),
    (DEMAND, _l("人口数据"), False),
)


def elsewhere(code: str, kept: dict[str, Any]) -> list[tuple[str, LazyString, dict[str, Any]]]:
    """The ways to the other pages: endpoint, title, arguments."""
    return [
        (endpoint, title, _arguments(endpoint, code) | (kept if asks else {}))
        for endpoint, title, asks in ELSEWHERE
        if known(endpoint)
    ]


def _arguments(endpoint: str, code: str) -> dict[str, Any]:
    """The region as the page takes it: in its path, or as an argument."""
    takes = current_app.url_map.is_endpoint_expecting(endpoint, "code")
    return {"code": code} if takes else {"region": code}


def known(endpoint: str) -> str | None:
    """The *endpoint* if there is such a page, and the current actor may open it."""
    view = current_app.view_functions.get(endpoint)
    if view is None:
        return None
    guard, actor = getattr(view, "guard", PUBLIC), current_actor()
    return endpoint if any(map(actor.may, guard.permissions)) else None


def around(code: str) -> dict[str, Any]:
    """What a page that is about no region needs for these ways: of the region *code* if that lies
    within reach, else of the highest that does; without one there are none."""
    reach, living = current_actor().reach(Permission.REGISTER_READ), tree(today())
    named = living.by_code.get(code)
    if named is None or not reach.region(living, named.id):
        named = next(iter(tops(reach, living)), None)
    if named is None:
        return {"region": None, "kept": {}, "elsewhere": []}
    return {"region": named, "kept": {}, "elsewhere": elsewhere(named.code, {})}
