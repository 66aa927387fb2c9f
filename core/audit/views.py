"""Two pages: what happened to one thing, and everything, for auditors.

Whoever may read the audit of some regions only sees what is recorded as theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from flask import Blueprint, Flask, current_app, make_response, render_template, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from core.access import Permission, Reach, current_actor, requires
from core.audit import forms, queries
from core.audit.queries import Event
from core.audit.rules import event_types, find_kind, subject_kinds, subject_name
from core.errors import NotFound
from core.pages import PER_PAGE

blueprint = Blueprint("audit", __name__)


_REGIONS: Final = "onekm.audit.regions"


def init_app(app: Flask, regions: Callable[[Reach], Collection[int]]) -> None:
    """Let the pages know which regions, those that are no more among them, a reach holds: what
    knows of regions stands above this room."""
    app.extensions[_REGIONS] = regions


def _within_reach() -> Collection[int] | None:
    """The regions whose events whoever asks may read; None for all there are."""
    reach = current_actor().reach(Permission.AUDIT_READ)
    if reach.everywhere:
        return None
    regions: Callable[[Reach], Collection[int]] = current_app.extensions[_REGIONS]
    return regions(reach)


@blueprint.get("/audit")
@requires(Permission.AUDIT_READ)
def index() -> Response:
    """Everything that was done, newest first; filters narrow it down."""
    asked = replace(forms.filters(request.args), regions=_within_reach())
    found = queries.events(asked, PER_PAGE + 1, forms.before(request.args))
    return _page(
        "audit/index.html",
        found,
        request.args,
        asked=asked,
        types=event_types(),
        kinds=subject_kinds(),
    )


@blueprint.get("/audit/<kind>/<code>")
@requires(Permission.AUDIT_READ)
def story(kind: str, code: str) -> Response:
    """What happened to one thing."""
    known = find_kind(kind)
    if known is None:
        raise NotFound(_l("没有这种记录。"))
    regions = _within_reach()
    found = queries.story(kind, code, PER_PAGE + 1, forms.before(request.args), regions)
    name = subject_name(kind, code)
    if not found and (regions is not None or not name):
        raise NotFound(_l("没有编号为 %(code)s 的记录。", code=code[:40]))
    return _page("audit/story.html", found, {}, kind=known, code=code, name=name)


def _page(
    template: str, found: Sequence[Event], query: Mapping[str, str], **context: object
) -> Response:
    """A page of events; one more than it holds tells that there are older ones."""
    events = found[:PER_PAGE]
    more = len(found) > PER_PAGE
    older = forms.again(query, events[-1].number) if more else None
    return make_response(render_template(template, events=events, older=older, **context))
