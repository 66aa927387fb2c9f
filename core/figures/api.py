"""Figures for programs: all of a region on a day, and one with the regions below."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from core import api
from core.access import Permission, current_actor, requires
from core.figures import forms, listing, queries, rules
from core.figures.forms import Asked
from core.figures.queries import Scope
from core.figures.rules import Figure, Value

blueprint = Blueprint("figures_api", __name__, url_prefix="/api/v1/figures")


@blueprint.get("")
@requires(Permission.REGISTER_READ)
def index() -> Response:
    """Every figure: ``region`` (all within reach if not said), ``on`` (today), ``kind``."""
    asked = forms.read(request.args)
    where, found = _scope(asked), queries.day(asked.on)
    told = [
        _figure(figure) | _value(queries.value(found, figure, where, asked.kinds))
        for figure in rules.figures()
    ]
    return api.data(told, **_meta(asked, where))


@blueprint.get("/<code>")
@requires(Permission.REGISTER_READ)
def figure(code: str) -> Response:
    """One figure, and the same of the regions ``below`` (one level down if not said)."""
    one, asked = queries.find(code), forms.read(request.args)
    where, found = _scope(asked), queries.day(asked.on)
    told = _figure(one) | _value(queries.value(found, one, where, asked.kinds))
    told["sources"] = [] if one.sources is None else list(one.sources(found.ask))
    told["regions"] = [
        {"code": node.code, "name": node.name, "level": node.level} | _value(value)
        for node, value in listing.ranked(found, one, where, asked.below, asked.kinds)
    ]
    return api.data(told, **_meta(asked, where))


def _scope(asked: Asked) -> Scope:
    reach = current_actor().reach(Permission.REGISTER_READ)
    return queries.scope(reach, asked.region, asked.on)


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "code": figure.code,
        "version": figure.version,
        "title": str(figure.title),
        "unit": str(figure.unit),
        "rule": str(figure.rule),
        "reduce": figure.reduce,
    }


def _value(value: Value) -> dict[str, Any]:
    """``value`` is null where there is nothing to measure; a share is between 0 and 1."""
    return {"value": value.number, "part": value.part, "base": value.base, "rows": value.rows}


def _meta(asked: Asked, where: Scope) -> dict[str, Any]:
    return {
        "on": asked.on.isoformat(),
        "region": None if where.region is None else where.region.code,
        "kind": asked.kind,
    }
