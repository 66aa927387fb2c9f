"""Entering a site that is not in the register yet, all of it on one page."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.access import Permission, current_actor, requires
from core.catalogue.queries import catalogue
from core.clock import today
from core.errors import BadInput, NotFound
from core.regions.queries import tree
from core.sendings.pages import writing_once
from core.sites import actions as sites
from core.sites.actions import Entry
from core.sites.forms import day
from core.sites.queries import network
from core.sites.rules import Kind, Status
from network.editing import comparison, notes
from network.editing.desk import WRITES, AnyPage, Desk, form_page, second_look, stepped
from network.editing.draft import Draft, position_of

blueprint = Blueprint("entering", __name__)


@blueprint.route("/sites/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_WRITE)
def new() -> AnyPage:
    """A site that is not in the register yet."""
    desk = Desk(current_actor(), None, catalogue(today()), tree(today()), WRITES)
    if request.method == "GET":
        texts = desk.shown | {"region": request.args.get("region", "")}
        return form_page(desk, Draft(texts | _entry_texts()))
    draft = desk.read()
    draft.texts |= _entry_texts()
    step = request.form.get("step", "save")
    if step != "save":
        return form_page(desk, stepped(draft, step))
    since = _since(draft)
    if since is None or draft.faults:
        return form_page(desk, draft, 422)
    said = notes.about(network(), draft, list(draft.values), None)
    if said and request.form.get("sure") != "1":
        return second_look(desk, draft, _told_keys(draft), said, False, False)
    return _enter(desk, draft, since)


def _since(draft: Draft) -> date | None:
    """The day from which it is in the register; what is wrong with it is noted."""
    since: date | None = draft.try_read("since", lambda: day(draft.texts["since"], "since"))
    if since is None:
        draft.fault("since", _("请填写日期。"))
    elif since > today():
        draft.fault("since", _("登记日期不能晚于今天；以后才开办的，请选“筹建中”。"))
    elif draft.region_id is not None and draft.region_id not in tree(since).by_id:
        draft.fault("since", _("这一天没有这个区划。"))
    return since


def _entry_texts() -> dict[str, str]:
    given = request.form
    status = given.get("status", "")
    return {
        "since": given.get("since", today().isoformat()),
        "status": status if status in (Status.ACTIVE, Status.PLANNED) else Status.ACTIVE,
    }


def _told_keys(draft: Draft) -> list[str]:
    return [key for key, value in draft.values.items() if value]


def _enter(desk: Desk, draft: Draft, since: date) -> AnyPage:
    values = draft.values
    if draft.region_id is None:
        raise NotFound(_l("没有这个页面。可能是地址有误，或该内容已经移走。"))
    entry = Entry(
        name=values["name"],
        kind=Kind(values["kind"]),
        region_id=draft.region_id,
        position=position_of(values["position"]),
        name_en=values["name_en"],
        address=values["address"],
        phone=values["phone"],
        status=Status(draft.texts["status"]),
    )
    dated = [key for key in _told_keys(draft) if key == "hours" or key.startswith("offering:")]
    days = {"hours": since, "offerings": since}
    wanted = comparison.wanted(dated, values, days, desk.known, desk.living)
    try:
        with writing_once() as sent:
            site = sites.enter(desk.actor, entry, since)
            if wanted:
                sites.do(desk.actor, site.id, None, *wanted)
            sent.to = url_for("network.site", code=site.code, done="saved", _anchor="staff")
    except BadInput as fault:
        draft.fault(fault.field or "", fault)
        return form_page(desk, draft, 422, str(fault))
    return sent.onward()
