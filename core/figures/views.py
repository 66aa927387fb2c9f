"""The pages of figures: all of a region on a day, and one with its rule, its ranking, its rows."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import lazy_gettext as _l

from core import tables
from core.access import Permission, current_actor, requires
from core.clock import today
from core.errors import BadInput
from core.figures import forms, listing, queries, rules, words
from core.figures.forms import Asked
from core.figures.queries import Day, Scope
from core.figures.rules import Figure, Rows, Subject
from core.pages import Page, page_number, pages_of
from core.regions.queries import tree
from core.sites.network import KINDS

blueprint = Blueprint("figures", __name__)
words.init(blueprint)

#: How many regions a ranking shows before it says that there are more.
RANKED = 100


@blueprint.get("/figures")
@requires(Permission.REGISTER_READ)
def index() -> Response:
    """Every figure of a region, or of one's own sites, on a day."""
    asked = forms.read(request.args)
    where, found = _scope(asked), queries.day(asked.on)
    values = [
        (figure, queries.value(found, figure, where, asked.kinds)) for figure in rules.figures()
    ]
    return _page("figures/index.html", asked, where, found, values=values)


@blueprint.get("/figures/<code>")
@requires(Permission.REGISTER_READ)
def figure(code: str) -> Response:
    """One figure: value, rule, day, version, ranking below, and the rows behind it."""
    one, asked = queries.find(code), forms.read(request.args)
    where, found = _scope(asked), queries.day(asked.on)
    rows = listing.rows_in_order(found, one, where, asked.kinds)
    pages = pages_of(len(rows))
    number = page_number(request.args, pages)
    shown = Page(number).bounds
    ranking = listing.ranked(found, one, where, asked.below, asked.kinds)
    levels = listing.levels_below(where)
    return _page(
        "figures/figure.html",
        *(asked, where, found),
        figure=one,
        sources=() if one.sources is None else one.sources(found.ask),
        value=queries.value(found, one, where, asked.kinds),
        of_sites=one.subject is Subject.SITE,
        by_kind=_by_kind(found, one, where),
        ranking=ranking[:RANKED],
        ranked=len(ranking),
        level=asked.below if asked.below in levels else (levels[0] if levels else None),
        levels=levels,
        rows=listing.rows_of(found, one, _cut(rows, shown)),
        total=len(rows),
        page=number,
        pages=pages,
    )


def _cut(rows: Rows, shown: slice) -> Rows:
    return Rows(rows.entities[shown], rows.places[shown], rows.part[shown], rows.base[shown])


def _by_kind(found: Day, one: Figure, where: Scope) -> list[tuple[Any, Any]]:
    if one.subject is Subject.REGION:
        return []
    return [
        (kind, queries.value(found, one, where, frozenset({kind})))
        for kind in KINDS
        if kind in one.kinds
    ]


@blueprint.get("/figures/<code>/rows.<any(csv, xlsx):file>")
@requires(Permission.REGISTER_READ)
def export(code: str, file: str) -> Response:
    """All rows behind a figure as a file, in the order of the page."""
    one, asked = queries.find(code), forms.read(request.args)
    where, found = _scope(asked), queries.day(asked.on)
    rows = listing.rows_in_order(found, one, where, asked.kinds)
    if file == tables.XLSX and len(rows) > tables.MOST_XLSX:
        raise BadInput(_l("行数超过一张工作表能放的数量，请改用 CSV 或缩小范围。"))
    name = f"{one.code}-{asked.on.isoformat()}"
    return tables.answer(file, name, _headings(one), _lines(found, one, rows))


def _headings(one: Figure) -> list[str]:
    subject = [_l("网点编号"), _l("网点"), _l("类型")] if one.subject is Subject.SITE else []
    last = [one.part] + ([one.base] if one.base is not None else [])
    return [str(text) for text in (*subject, _l("区划代码"), _l("区划"), *last)]


def _lines(found: Day, one: Figure, rows: Rows) -> list[list[object]]:
    living = found.ask.network.tree
    lines: list[list[object]] = []
    for row in listing.rows_of(found, one, rows):
        place = row.place
        subject = [] if place is None else [place.code, place.name, place.kind.label]
        last = [row.value.part] + ([row.value.base] if one.base is not None else [])
        lines.append([*subject, row.region.code, living.full_name(row.region.id), *last])
    return lines


def _scope(asked: Asked) -> Scope:
    reach = current_actor().reach(Permission.REGISTER_READ)
    return queries.scope(reach, asked.region, asked.on)


def _page(template: str, asked: Asked, where: Scope, found: Day, **context: Any) -> Response:
    reach, living = current_actor().reach(Permission.REGISTER_READ), tree(asked.on)
    region = where.region
    return make_response(
        render_template(
            template,
            made=found.ask.network.made,
            asked=asked,
            on=asked.on,
            today=today(),
            where=where,
            network=found.ask.network,
            tree=living,
            kinds=KINDS,
            tops=queries.tops(reach, living),
            path=()
            if region is None
            else [node for node in living.path(region.id) if reach.region(living, node.id)],
            address=_address(asked, where),
            **context,
        )
    )


def _address(asked: Asked, where: Scope) -> dict[str, str | None]:
    """What is looked at, as arguments of an address."""
    return {
        "region": None if where.region is None else where.region.code,
        "on": None if asked.on == today() else asked.on.isoformat(),
        "kind": asked.kind,
    }
