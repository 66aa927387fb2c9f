"""Who is posted to a site: recorded by whoever keeps it; shown to those who have signed in."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.access import Permission, current_actor, requires
from core.sites.network import Place
from core.staff import queries
from core.staff.changes import posted
from core.staff.rules import DUTIES
from core.web import Panel, fragment
from halls import forms, keeping
from halls.forms import Draft
from halls.keeping import WRONG, AnyPage
from halls.postings import forms as posting_forms
from halls.postings import proposing
from halls.queries import Kept, keep, keeps, reads

blueprint = Blueprint("postings", __name__)


@blueprint.get("/sites/<code>/staff")
@requires(Permission.REGISTER_READ)
def edit(code: str) -> AnyPage:
    """Who is posted to the site, to be changed."""
    kept = keep(current_actor(), code)
    held = posting_forms.document(queries.at_site(kept.id))
    return _page(kept, Draft(posting_forms.texts_of(held)))


@blueprint.post("/sites/<code>/staff")
@requires(Permission.REGISTER_READ)
def save(code: str) -> AnyPage:
    """Record it, or ask for it."""
    actor = current_actor()
    kept = keep(actor, code)
    held = posting_forms.document(queries.at_site(kept.id))
    read = posting_forms.read(request.form, held, lambda who: queries.named(actor, who))
    if read.draft.faults:
        return _page(kept, read.draft, WRONG)
    if not read.wanted and not (read.none and not queries.recorded(kept.id)):
        return keeping.back(kept, "same")
    return keeping.save(
        kept,
        read,
        lambda: posted(read.wanted, read.on),
        lambda: proposing.ask(actor, kept, read),
        _page,
        lambda now: posting_forms.overlaid(read, posting_forms.document(queries.at_site(now.id))),
        {"member": "who"},
    )


def _page(kept: Kept, draft: Draft, status: int = 200) -> AnyPage:
    people = queries.at_site(kept.id)
    page = render_template(
        "halls/postings.html",
        kept=kept,
        draft=draft,
        people=people,
        duties=DUTIES,
        field=posting_forms.field,
        new=posting_forms.NEW,
        recorded=queries.recorded(kept.id),
        base=forms.write_base(posting_forms.document(people)),
    )
    return page, status


# -- On the page of the site --------------------------------------------------------------------


def panel(place: Place) -> Markup | None:
    """Who is posted here; for staff alone."""
    actor = current_actor()
    if not reads(actor, place):
        return None
    people = queries.at_site(place.id)
    return fragment(
        "halls/postings_panel.html",
        place=place,
        people=people,
        recorded=bool(people) or queries.recorded(place.id),
        keeps=keeps(actor, place),
    )


PANEL = Panel("site", _l("派驻人员"), panel, 56)
