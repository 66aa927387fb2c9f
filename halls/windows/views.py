"""The windows of a site: recorded by whoever keeps it, shown on its page."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.access import Permission, current_actor, requires
from core.sites.network import Place
from core.web import Panel, fragment
from halls import forms, keeping
from halls.forms import Draft
from halls.keeping import WRONG, AnyPage
from halls.queries import Kept, keep, keeps, reads
from halls.windows import forms as window_forms
from halls.windows import proposing, queries
from halls.windows.changes import windowed
from halls.windows.rules import LANES, Lane, WindowKind

blueprint = Blueprint("windows", __name__)


@blueprint.get("/sites/<code>/windows")
@requires(Permission.REGISTER_READ)
def edit(code: str) -> AnyPage:
    """The windows of the site, to be changed."""
    kept = keep(current_actor(), code)
    return _page(kept, Draft(window_forms.texts_of(queries.held(kept.id))))


@blueprint.post("/sites/<code>/windows")
@requires(Permission.REGISTER_READ)
def save(code: str) -> AnyPage:
    """Record them, or ask for it."""
    actor = current_actor()
    kept = keep(actor, code)
    read = window_forms.read(request.form, queries.held(kept.id))
    if request.form.get("step") == "more":
        return _page(kept, window_forms.with_more(read.draft))
    if read.draft.faults:
        return _page(kept, read.draft, WRONG)
    if not read.wanted and not (read.none and not queries.recorded(kept.id)):
        return keeping.back(kept, "same")
    return keeping.save(
        kept,
        read,
        lambda: windowed(read.wanted, read.on),
        lambda: proposing.ask(actor, kept, read),
        _page,
        lambda now: window_forms.overlaid(read, queries.held(now.id)),
    )


def _page(kept: Kept, draft: Draft, status: int = 200) -> AnyPage:
    held = queries.held(kept.id)
    page = render_template(
        "halls/windows.html",
        kept=kept,
        draft=draft,
        rows=range(int(draft.texts["rows"])),
        cell=window_forms.cell,
        kinds=WindowKind,
        lanes=LANES,
        most=window_forms.MOST_ROWS,
        recorded=queries.recorded(kept.id),
        known=frozenset(held),
        base=forms.write_base(window_forms.document(held)),
    )
    return page, status


# -- On the page of the site --------------------------------------------------------------------


def panel(place: Place) -> Markup | None:
    """For a resident the lanes that are kept and where; for staff every window."""
    actor = current_actor()
    staff, own = reads(actor, place), keeps(actor, place)
    held = queries.held(place.id)
    lanes: dict[Lane, list[str]] = {
        lane: [number for number, opened in held.items() if lane in opened.lanes] for lane in LANES
    }
    kept = {lane: numbers for lane, numbers in lanes.items() if numbers}
    if not kept and not staff:
        return None
    return fragment(
        "halls/windows_panel.html",
        place=place,
        held=held,
        lanes=kept,
        staff=staff,
        keeps=own,
        recorded=staff and (bool(held) or queries.recorded(place.id)),
    )


PANEL = Panel("site", _l("窗口和绿色通道"), panel, 55)
