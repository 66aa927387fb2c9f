"""A notice as a page, printed by the browser or as a PDF."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from core import printing
from core.access import Permission, current_actor, requires
from core.db import writing
from core.errors import Conflict
from core.rectification import access
from core.rectification import queries as findings
from core.rectification.notices import actions, queries
from core.rectification.notices.queries import Notice
from core.rectification.rules import Severity, find_source

blueprint = Blueprint("rectification_notices", __name__, url_prefix="/findings")


@blueprint.post("/<code>/notice")
@requires(Permission.INSPECTIONS_WRITE, Permission.INSPECTIONS_REVIEW)
def issue(code: str) -> AnyResponse:
    """Issue a notice of all that the same visit found; where there is one already, show that."""
    try:
        with writing():
            uuid = actions.issue(current_actor(), code).uuid
    except Conflict:
        found = findings.notice_of(findings.find(current_actor(), code).finding)
        if found is None:
            raise
        uuid = found.uuid
    return redirect(url_for(".notice", code=uuid), 303)


@blueprint.get("/notices/<code>")
@requires(*access.READERS)
def notice(code: str) -> str:
    """The notice, to be read and printed."""
    return _page(queries.find(current_actor(), code))


@blueprint.get("/notices/<code>.pdf")
@requires(*access.READERS)
def pdf(code: str) -> Response:
    """The same as a PDF."""
    found = queries.find(current_actor(), code)
    return printing.answer(_page(found), found.row.number)


def _page(found: Notice) -> str:
    return render_template(
        "rectification/notice.html",
        notice=found.row,
        site=found.document["site"],
        findings=[_told(one) for one in found.document["findings"]],
        source=find_source(found.row.source),
    )


def _told(one: dict[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(one[name]) for name in ("found_on", "due")}
    return {**one, **days, "severity": Severity(one["severity"])}
