"""What a site has: recorded by whoever keeps it, shown on its page."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.access import Permission, current_actor, requires
from core.facilities import queries
from core.facilities.changes import fitted
from core.facilities.rules import GROUPS, items
from core.sites.network import Place
from core.web import Panel, fragment
from halls import forms, keeping
from halls.fittings import forms as fitting_forms
from halls.fittings import proposing
from halls.forms import Draft
from halls.keeping import WRONG, AnyPage
from halls.queries import Kept, keep, keeps, reads

blueprint = Blueprint("fittings", __name__)


@blueprint.get("/sites/<code>/facilities")
@requires(Permission.REGISTER_READ)
def edit(code: str) -> AnyPage:
    """Everything that is recorded of what the site has, to be changed."""
    kept = keep(current_actor(), code)
    held = queries.held(kept.id)
    return _page(kept, Draft(fitting_forms.texts_of(held.fits)))


@blueprint.post("/sites/<code>/facilities")
@requires(Permission.REGISTER_READ)
def save(code: str) -> AnyPage:
    """Record it, or ask for it."""
    actor = current_actor()
    kept = keep(actor, code)
    held = queries.held(kept.id)
    read = fitting_forms.read(request.form, held)
    if read.draft.faults:
        return _page(kept, read.draft, WRONG)
    if not read.says_something:
        return keeping.back(kept, "same")
    return keeping.save(
        kept,
        read,
        lambda: fitted(read.wanted, read.on, read.groups),
        lambda: proposing.ask(actor, kept, read),
        _page,
        lambda now: fitting_forms.overlaid(read, queries.held(now.id)),
    )


def _page(kept: Kept, draft: Draft, status: int = 200) -> AnyPage:
    held = queries.held(kept.id)
    page = render_template(
        "halls/fittings.html",
        kept=kept,
        held=held,
        draft=draft,
        groups=[(group, items().of(group)) for group in GROUPS],
        count_field=fitting_forms.count_field,
        note_field=fitting_forms.note_field,
        group_field=fitting_forms.group_field,
        base=forms.write_base(fitting_forms.document(held.fits)),
    )
    return page, status


# -- On the page of the site --------------------------------------------------------------------


def panel(place: Place) -> Markup | None:
    """What helps a resident; for staff everything that is recorded."""
    actor = current_actor()
    staff, own = reads(actor, place), keeps(actor, place)
    held = queries.held(place.id)
    shown = [
        (group, found)
        for group in GROUPS
        if (found := [pair for pair in held.of(group) if staff or pair[0].public])
    ]
    if not shown and not staff:
        return None
    return fragment(
        "halls/fittings_panel.html",
        place=place,
        shown=shown,
        held=held,
        staff=staff,
        keeps=own,
        groups=GROUPS,
    )


PANEL = Panel("site", _l("设施和便民服务"), panel, 60)
