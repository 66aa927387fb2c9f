"""The verdicts for staff: of a region, of one site with every reason, as a panel on its page."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core import tables
from core.access import Permission, current_actor, require_reach, requires
from core.audit.rules import find_kind
from core.clock import today
from core.errors import BadInput, NotFound
from core.figures import queries as figures
from core.figures.queries import Scope
from core.pages import Page, page_number, pages_of
from core.regions.queries import tree
from core.sites.network import KINDS, Network, Place
from core.sites.queries import network
from core.web import Panel, fragment
from standards import forms, queries, verdicts
from standards.listing import Asked, View, levels_below
from standards.rules import State
from standards.site import MOST_SHOWN, SiteVerdict, Spoken, history, of_site, of_standard

blueprint = Blueprint("verdicts", __name__, url_prefix="/standards")

#: How many regions a page shows before it says that there are more.
RANKED: Final = 100


@blueprint.get("/<code>")
@requires(Permission.REGISTER_READ)
def show(code: str) -> Response:
    """How the sites within reach stand with a standard: by region, by criterion, site by site."""
    asked = forms.read(request.args, queries.shown(code).version)
    where = _scope(asked)
    view = _view(code, asked, where)
    if view is None:
        return _page("standards/not_yet.html", asked, where, shown=queries.shown(code))
    columns = view.sites(asked)
    pages = pages_of(len(columns))
    number = page_number(request.args, pages)
    regions = view.by_region(where, asked.below)
    levels = levels_below(where)
    return _page(
        "standards/verdicts.html",
        *(asked, where),
        shown=view.published,
        counts=view.counts,
        criteria=view.by_criterion(),
        regions=regions[:RANKED],
        ranked=len(regions),
        levels=levels,
        level=asked.below if asked.below in levels else (levels[0] if levels else None),
        lines=[view.line(column) for column in columns[Page(number).bounds]],
        total=len(columns),
        page=number,
        pages=pages,
    )


@blueprint.get("/<code>/sites.<any(csv, xlsx):file>")
@requires(Permission.REGISTER_READ)
def export(code: str, file: str) -> Response:
    """All sites of the list as a file, in its order: a column for each criterion."""
    asked = forms.read(request.args, queries.shown(code).version)
    view = _view(code, asked, _scope(asked))
    if view is None:
        raise NotFound(_l("这个标准当天还没有生效。"))
    columns = view.sites(asked)
    if file == tables.XLSX and len(columns) > tables.MOST_XLSX:
        raise BadInput(_l("行数超过一张工作表能放的数量，请改用 CSV 或缩小范围。"))
    name = f"{code}-{view.published.number}-{asked.on.isoformat()}"
    return tables.answer(file, name, _headings(view), _rows(view, columns.tolist()))


def _headings(view: View) -> list[str]:
    told = (_l("网点编号"), _l("网点"), _l("类型"), _l("区划代码"), _l("区划"), _l("判定"))
    points = (_l("得分"), _l("最多得分"), _l("满分"), _l("等级"))
    criteria = [one.text for one in view.judged.version.criteria]
    return [*map(str, told), *map(str, points), *criteria]


def _rows(view: View, columns: list[int]) -> list[list[object]]:
    living = view.verdicts.day.ask.network.tree
    states = list(State)
    rows: list[list[object]] = []
    for column in columns:
        line = view.line(column)
        place = line.place
        told = [place.code, place.name, place.kind.label, place.region.code]
        points = [line.least, line.most, line.of, line.band.name if line.band else None]
        criteria = [states[number].label for number in view.judged.criteria[:, column]]
        full = living.full_name(place.region.id)
        rows.append([*told, full, line.state.label, *points, *criteria])
    return rows


@blueprint.get("/<code>/sites/<site>")
@requires(Permission.REGISTER_READ)
def site(code: str, site: str) -> Response:
    """One site against a standard: each criterion, its reason, and what was ever said of it."""
    asked = forms.read(request.args, queries.shown(code).version)
    net = network(asked.on)
    place = _place(net, site)
    found = of_standard(code, place.id, asked.on)
    if found is None:
        raise NotFound(_l("这个标准不适用于这个网点，或当天还没有生效。"))
    spoken = history(place.id, code, asked.on)
    reads = current_actor().reach(Permission.INSPECTIONS_READ)
    if not reads.site(net.tree, place.id, place.region.id):
        # What inspectors write is for those who read visits; the verdict is for all staff.
        found, spoken = found.bare(), [one.bare() for one in spoken]
    return _page(
        "standards/site.html",
        *(asked, _scope(asked)),
        shown=found.published,
        found=found,
        place=place,
        spoken=spoken,
        most=MOST_SHOWN,
        texts={row.criterion.code: row.criterion for row in found.rows},
    )


def _place(net: Network, code: str) -> Place:
    place = net.by_code(code)
    reach = current_actor().reach(Permission.REGISTER_READ)
    require_reach(place is not None and reach.site(net.tree, place.id, place.region.id))
    if place is None:  # said already, but not to the reader of types
        raise NotFound(code)
    return place


def _scope(asked: Asked) -> Scope:
    reach = current_actor().reach(Permission.REGISTER_READ)
    return figures.scope(reach, asked.region, asked.on)


def _view(code: str, asked: Asked, where: Scope) -> View | None:
    found = verdicts.verdicts(asked.on)
    known = found.of(code)
    return None if known is None else View.of(found, *known, where, asked.kind)


def _page(template: str, asked: Asked, where: Scope, **context: Any) -> Response:
    reach, living = current_actor().reach(Permission.REGISTER_READ), tree(asked.on)
    region = where.region
    path = () if region is None else living.path(region.id)
    return make_response(
        render_template(
            template,
            asked=asked,
            on=asked.on,
            today=today(),
            where=where,
            tree=living,
            kinds=KINDS,
            states=list(State),
            tops=figures.tops(reach, living),
            path=[node for node in path if reach.region(living, node.id)],
            address=_address(asked, where),
            made=network(asked.on).made,
            **context,
        )
    )


def _address(asked: Asked, where: Scope) -> dict[str, str | None]:
    """What is looked at, as arguments of an address."""
    return {
        "region": None if where.region is None else where.region.code,
        "on": None if asked.on == today() else asked.on.isoformat(),
        "kind": asked.kind,
        "state": asked.state,
        "criterion": asked.criterion or None,
        "standing": asked.standing if asked.criterion else None,
        "q": asked.text or None,
    }


@blueprint.app_template_global("observation_source")
def source_of(spoken: Spoken) -> tuple[str, str | None]:
    """Where something was recorded: its name, and its address."""
    known = find_kind(spoken.source_kind)
    if known is None:
        return spoken.source_kind, None
    address = None
    if known.endpoint is not None and current_actor().may(Permission.INSPECTIONS_READ):
        address = url_for(known.endpoint, code=spoken.source_code)
    return str(known.label), address


@blueprint.app_template_global("figure_rows")
def figure_rows(code: str, place: Place, asked: Asked) -> str:
    """Where the number of a site stands among the rows of its figure."""
    day = None if asked.on == today() else asked.on.isoformat()
    return url_for("figures.figure", code=code, region=place.region.code, on=day)


# -- On the page of a site ----------------------------------------------------------------------


def panel(place: Place) -> Markup | None:
    """How the site stands with every standard, for those who may read of it."""
    net = network()
    reach = current_actor().reach(Permission.REGISTER_READ)
    if not reach.site(net.tree, place.id, place.region.id):
        return None
    found: tuple[SiteVerdict, ...] = of_site(place.id)
    if not found:
        return None
    return fragment("standards/panel.html", place=place, found=found)


PANELS: Final = (Panel("site", _l("达标情况"), panel, 150),)
