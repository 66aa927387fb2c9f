"""Lists of findings: mine, overdue, all; what fails most; and each of them as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from core import pages, tables
from core.access import Permission, current_actor, requires
from core.clock import today
from core.errors import BadInput, OneKmError
from core.rectification import access
from core.rectification.lists import forms, ledger, queries, rules
from core.rectification.lists.rules import Asked, CriteriaSort, Show
from core.rectification.rules import Severity, State, sources
from core.regions.queries import tree
from core.regions.tree import Node
from core.sites.network import Place
from core.web import MenuItem, Panel, fragment

blueprint = Blueprint("findings", __name__, url_prefix="/findings")

READERS: Final = access.READERS


@blueprint.get("")
@requires(*READERS)
def index() -> AnyResponse:
    """The findings within reach that are asked for; what is asked wrongly is told above."""
    try:
        asked, page = forms.asked(request.args), pages.page(request.args)
    except OneKmError as fault:
        return _page("rectification/index.html", Asked(), fault=fault)
    found = queries.find(current_actor(), asked, page)
    last = pages.pages_of(found.total, page.size)
    if page.number > last:
        return redirect(url_for(".index", **(asked.query() | page.query(last))), 302)
    return _page("rectification/index.html", asked, found=found, page=page, pages=last)


def _page(template: str, asked: Asked, fault: OneKmError | None = None, **context: Any) -> Response:
    text = render_template(
        template,
        asked=asked,
        fault=fault,
        given=request.args if fault else asked.query(),
        tree=tree(today()),
        regions=_regions(asked.region),
        states=State,
        severities=Severity,
        sources=sources(),
        rules=rules,
        shows=Show,
        today=today(),
        **context,
    )
    return make_response(text, fault.status if fault else 200)


def _regions(selected: Node | None) -> list[tuple[Node, int]]:
    """The counties and towns within reach to choose from, each with its depth."""
    living, reach = tree(today()), access.reach_of(current_actor(), READERS)
    tops = living.top() if reach.everywhere else _tops(reach.regions)
    chosen = {node.id: node for top in tops for node in (top, *living.children(top.id))}
    if selected is not None:
        chosen |= {node.id: node for node in living.path(selected.id)}
        chosen |= {node.id: node for node in living.children(selected.id)}
    inner = sorted(chosen.values(), key=lambda one: [up.code for up in living.path(one.id)])
    least = min((node.level.depth for node in inner), default=0)
    return [(node, node.level.depth - least) for node in inner]


def _tops(regions: frozenset[int]) -> list[Node]:
    living = tree(today())
    return [living.by_id[region] for region in sorted(regions) if region in living.by_id]


@blueprint.get("/list.<any(csv, xlsx):file>")
@requires(*READERS)
def export(file: str) -> Response:
    """All that the list shows, every page of it in its order: the ledger."""
    asked = forms.asked(request.args)
    lines = queries.every(current_actor(), asked, rules.MOST_EXPORTED + 1)
    if len(lines) > rules.MOST_EXPORTED:
        message = _l("一次最多导出 %(most)s 条，请先筛选。", most=rules.MOST_EXPORTED)
        raise BadInput(message)
    name = f"{_('整改台账')}-{asked.show.label}-{today().isoformat()}"
    return tables.answer(file, name, ledger.headings(), ledger.rows(lines))


@blueprint.get("/criteria")
@requires(*READERS)
def criteria() -> AnyResponse:
    """What fails most: findings by criterion."""
    try:
        asked, sort, page = _criteria_asked(request.args)
    except OneKmError as fault:
        return _page("rectification/criteria.html", Asked(show=Show.ALL), fault=fault)
    found = queries.criteria(current_actor(), asked, sort)
    last = pages.pages_of(len(found), page.size)
    shown = found[page.bounds]
    context = {"found": shown, "total": len(found), "page": page, "pages": last}
    return _page(
        "rectification/criteria.html",
        asked,
        sort=sort,
        sorts=CriteriaSort,
        criteria_query=_criteria_query(asked, sort),
        **context,
    )


def _criteria_asked(given: Mapping[str, str]) -> tuple[Asked, CriteriaSort, Any]:
    own = {name: value for name, value in given.items() if name not in ("sort", "show")}
    asked = forms.asked({**own, "show": Show.ALL})
    return asked, forms.criteria_sort(given), pages.page(given)


def _criteria_query(asked: Asked, sort: CriteriaSort) -> dict[str, str]:
    told = asked.narrowing()
    return told if sort is CriteriaSort.FOUND else {**told, "sort": sort.value}


@blueprint.get("/criteria.<any(csv, xlsx):file>")
@requires(*READERS)
def export_criteria(file: str) -> Response:
    """The same as a file."""
    asked, sort, _page = _criteria_asked(request.args)
    found = queries.criteria(current_actor(), asked, sort)
    name = f"{_('高发问题')}-{today().isoformat()}"
    return tables.answer(file, name, ledger.criteria_headings(), ledger.criteria_rows(found))


# -- On other pages -----------------------------------------------------------------------------


def panel(place: Place) -> Markup | None:
    """What is to be put right at a site, for those who may read it."""
    actor = current_actor()
    if not any(map(actor.may, READERS)):
        return None
    if not access.may_read(actor, place.id, place.region.id):
        return None
    lines = queries.of_site(actor, place.id)
    if lines is None:
        return None
    return fragment("rectification/panel.html", place=place, lines=lines, states=State)


PANEL: Final = Panel("site", _l("整改"), panel, 300)
MENU: Final = MenuItem(
    "findings.index",
    _l("整改"),
    (Permission.RECTIFY, Permission.INSPECTIONS_READ),
    260,
    lambda: queries.number_waiting(current_actor()),
)
