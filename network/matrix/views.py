"""The matrix to look at, to take away, and the story of one cell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from core import tables
from core.access import Permission, current_actor, requires
from core.clock import today
from core.errors import OneKmError
from core.figures import queries as figures
from core.figures.queries import Scope
from core.i18n import named
from core.pages import Page, page_number, pages_of
from core.regions.queries import tree
from core.sites.network import KINDS, Place
from network.matrix import forms, queries, rules, sheet
from network.matrix.forms import Asked
from network.matrix.queries import Choice
from network.matrix.rules import By, Matrix, Sign, Sum

blueprint = Blueprint("matrix", __name__)

#: How many sites a page shows.


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as the page shows it; ``number`` is of gaps, where a row is many sites."""

    sign: Sign
    address: str
    title: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a site, or a town or kind with the sum of its sites."""

    title: Any
    address: str
    cells: list[Cell]
    total: Sum
    place: Place | None = None


@blueprint.get("/matrix")
@requires(Permission.REGISTER_READ)
def show() -> Response:
    """Plan against fact: services beside sites, towns or kinds."""
    return page(forms.read(request.args))


def scope(asked: Asked, permission: Permission = Permission.REGISTER_READ) -> Scope:
    """What whoever asks looks at. Raises NotFound out of reach."""
    return figures.scope(current_actor().reach(permission), asked.region, asked.on)


def found(asked: Asked, where: Scope) -> Matrix:
    """The matrix asked for."""
    return queries.matrix(Choice(where, asked.on, asked.kind, asked.service, asked.gaps))


def writes(asked: Asked, where: Scope) -> bool:
    """Whether cells can be set here: by who writes there, and as they are today."""
    reach = current_actor().reach(Permission.REGISTER_WRITE)
    if asked.on != today() or where.region is None:
        return False
    return reach.region(tree(asked.on), where.region.id)


def page(asked: Asked, fault: OneKmError | None = None, **more: Any) -> Response:
    """The page of the matrix, with what is wrong with what was sent."""
    where = scope(asked)
    matrix = found(asked, where)
    pages = pages_of(len(matrix)) if asked.by is By.SITES else 1
    number = 1 if fault else page_number(request.args, pages)
    settled = replace(asked, region=where.region)
    told = render_template(
        "network/matrix.html",
        **_surroundings(settled, where, matrix),
        **more,
        rows=_rows(settled, matrix, number),
        number=number,
        pages=pages,
        writes=asked.by is By.SITES and writes(asked, where),
        fault=fault,
        sent=request.form,
    )
    return make_response(told, 200 if fault is None else fault.status)


def _surroundings(asked: Asked, where: Scope, matrix: Matrix) -> dict[str, Any]:
    net, reach = matrix.ask.network, current_actor().reach(Permission.REGISTER_READ)
    path = () if where.region is None else net.tree.path(where.region.id)
    return {
        "made": net.made,
        "matrix": matrix,
        "asked": asked,
        "query": asked.query(),
        "where": where,
        "tree": net.tree,
        "tops": figures.tops(reach, net.tree),
        "path": [node for node in path if reach.region(net.tree, node.id)],
        "kinds": KINDS,
        "by": By,
        "signs": Sign,
        "services": queries.devolved(asked.on),
        "today": today(),
    }


# -- Rows ---------------------------------------------------------------------------------------


def _rows(asked: Asked, matrix: Matrix, number: int) -> list[Row]:
    if asked.by is By.SITES:
        return _site_rows(matrix.only(Page(number).bounds))
    parts: list[tuple[Any, dict[str, Any], list[Sum]]]
    if asked.by is By.KINDS:
        groups = matrix.grouped(rules.kind_keys(matrix))
        parts = [
            (KINDS[key].label, {"kind": KINDS[key], "by": None}, groups[key])
            for key in sorted(groups)
        ]
    else:
        groups, ranks = matrix.grouped(rules.town_keys(matrix)), matrix.ask.ranks
        nodes = sorted((ranks.nodes[key].code, key) for key in groups)
        parts = [
            (ranks.nodes[key], {"region": ranks.nodes[key].code, "by": None}, groups[key])
            for _code, key in nodes
        ]
    rows = [_group_row(asked, matrix, *part) for part in parts]
    return sorted(rows, key=lambda row: -row.total.gaps)


def _site_rows(matrix: Matrix) -> list[Row]:
    net = matrix.ask.network
    names = [named(service.name, service.name_en) for service in matrix.services]
    labels = {sign: str(sign.label) for sign in Sign}
    rows = []
    for row, index in enumerate(matrix.indexes.tolist()):
        place = net.place(index)
        home = url_for("network.site", code=place.code)
        cells = []
        for column, service in enumerate(matrix.services):
            sign = matrix.sign(row, column)
            title = f"{names[column]} {labels[sign]}"
            cells.append(Cell(sign, f"{home}/services/{service.code}", title))
        rows.append(Row(place, home, cells, matrix.rows[row], place))
    return rows


def _group_row(
    asked: Asked, matrix: Matrix, title: Any, narrowed: dict[str, Any], sums: list[Sum]
) -> Row:
    cells = []
    total = rules.NOTHING
    for service, one in zip(matrix.services, sums, strict=True):
        total = one + total
        sign = one.sign
        address = url_for("matrix.show", **asked.query(**narrowed, service=service.code))
        words = f"{named(service.name, service.name_en)} {sign.label} {one.kept}/{one.planned}"
        cells.append(Cell(sign, address, words, one.gaps))
    return Row(title, url_for("matrix.show", **asked.query(**narrowed)), cells, total)


# -- To take away -------------------------------------------------------------------------------


@blueprint.get("/matrix/sheet.<any(csv, xlsx):file>")
@requires(Permission.REGISTER_READ)
def export(file: str) -> Response:
    """All sites that the filters let through, in the order of the page."""
    asked = forms.read(request.args)
    matrix = found(asked, scope(asked))
    name = f"matrix-{asked.on.isoformat()}"
    return tables.answer(file, name, sheet.headings(matrix.services), sheet.lines(matrix))


@blueprint.get("/matrix/nowhere")
@requires(Permission.REGISTER_READ)
def nowhere() -> Response:
    """Which services no site of a town offers, town by town."""
    asked = forms.read(request.args)
    where = scope(asked)
    ask = figures.day(asked.on).ask
    towns = [] if where.region is None else queries.nowhere(ask, where.region)
    matrix = found(replace(asked, kind=None, service=None, gaps=False), where)
    settled = replace(asked, region=where.region)
    return make_response(
        render_template(
            "network/nowhere.html", towns=towns, **_surroundings(settled, where, matrix)
        )
    )
