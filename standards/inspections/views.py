"""Lists of visits, and the page of each: to be filled in as long as it waits, then its result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from core import tables
from core.access import current_actor, requires, takes
from core.accounts.views import WRONG
from core.api import asked_page
from core.clock import civil, today
from core.db import writing
from core.errors import BadInput, OneKmError
from core.files.actions import Put, Waiting, take_picture
from core.files.rules import MOST_PHOTO
from core.pages import pages_of
from core.regions.queries import tree
from core.sendings.pages import writing_once
from core.sites.rules import Kind
from core.web import MenuItem
from standards.inspections import (
    access,
    actions,
    asking,
    closing,
    filing,
    forms,
    judging,
    listing,
    pages,
    photos,
    queries,
    results,
)
from standards.inspections.access import READ, WRITE
from standards.inspections.actions import Visit
from standards.inspections.closing import Ready
from standards.inspections.queries import Line
from standards.inspections.rules import (
    MOST_FORM,
    OPEN,
    Origin,
    Record,
    Sort,
    State,
)

blueprint = Blueprint("inspections", __name__, url_prefix="/inspections")

MENU: Final = (
    MenuItem(
        "inspections.index",
        _l("我的检查"),
        (WRITE,),
        210,
        lambda: listing.number_due(current_actor()),
    ),
    MenuItem("inspections.everything", _l("检查记录"), (READ,), 220, section="/inspections"),
)


def answer(template: str, status: int = 200, **context: Any) -> Response:
    """A page of visits."""
    return make_response(render_template(f"inspections/{template}.html", **context), status)


# -- Lists --------------------------------------------------------------------------------------


@blueprint.get("/")
@requires(READ)
def index() -> AnyResponse:
    """One's own visits: today's in the order of a round, later ones, lately done.

    Whoever makes none is shown all that she may read.
    """
    actor = current_actor()
    if not actor.may(WRITE):
        return redirect(url_for(".everything"))
    day = listing.mine(actor, today(), asking.start(request.args))
    return answer("index", **pages.index(actor, day))


@blueprint.get("/all")
@requires(READ)
def everything() -> Response:
    """All visits within reach."""
    actor, given = current_actor(), request.args
    number = asked_page().number
    try:
        asked, fault = asking.asked(given), None
    except BadInput as wrong:
        asked, fault = asking.Asked(), wrong
    found = listing.listing(actor, asked, number)
    living = tree(today())
    return answer(
        "list",
        WRONG if fault else 200,
        asked=asked,
        found=found,
        counts=listing.counts(actor, asked),
        fault=fault,
        number=number,
        pages=pages_of(found.total),
        counties=listing.counties(actor, living),
        states=State,
        origins=Origin,
        kinds=Kind,
        sorts=Sort,
        made=any(one.row.made for one in found.lines),
    )


@blueprint.get("/all.<any(csv, xlsx):file>")
@requires(READ)
def export(file: str) -> Response:
    """The same list as a file, all pages of it, in its order."""
    asked = asking.asked(request.args)
    found = listing.listing(current_actor(), asked, None)
    headings = [
        *(_("检查编号"), _("网点编号"), _("网点"), _("网点类型"), _("区划")),
        *(_("检查日期"), _("检查员"), _("来源"), _("状态")),
        *(_("标准"), _("得分"), _("满分"), _("等级")),
        *(_("否决项"), _("不符合项"), _("提醒"), _("提交时间"), _("审核人")),
    ]
    rows = [row for one in found.lines for row in _exported(one)]
    return tables.answer(file, _("检查记录"), headings, rows)


def _exported(one: Line) -> list[list[object]]:
    """A line for each standard of a visit; one without if it has none yet."""
    row = one.row
    head = [row.uuid, one.code, one.name, str(one.kind.label), one.region, row.day, row.inspector]
    head += [str(Origin(row.origin).label), str(State(row.state).label)]
    tail = [
        "、".join(str(flag.label) for flag in one.flags),
        row.filed_at and civil(row.filed_at).isoformat(sep=" ", timespec="minutes"),
        row.reviewed_by,
    ]
    scores = [
        [
            *(code, kept["points"]["least"], kept["points"]["of"], kept["grade"]),
            *(len(kept["vetoes"]), len(kept["failed"])),
        ]
        for code, kept in one.score.items()
    ] or [[None] * 6]
    return [[*head, *score, *tail] for score in scores]


# -- One's own, at a site of one's choice ---------------------------------------------------------


@blueprint.route("/new", methods=["GET", "POST"])
@requires(WRITE)
def new() -> AnyResponse:
    """Begin a visit that nobody has planned; ``site`` is the code of the site, or words of its
    name, for which the sites are offered that have them."""
    actor, fault, found = current_actor(), None, []
    code = (request.form if request.method == "POST" else request.args).get("site", "").strip()
    if request.method == "POST":
        try:
            found = [] if code.isdecimal() or not code else queries.sites_named(actor, code)
            if found:
                return answer("new", site=code, fault=None, found=found)
            place = queries.site(code)
            with writing_once() as sent:
                visit = Visit(place.id, today(), actor.account_id or 0, origin=Origin.OWN)
                sent.to = url_for(".show", code=actions.plan(actor, visit).uuid)
            return sent.onward()
        except OneKmError as wrong:
            fault = wrong
    return answer("new", WRONG if fault else 200, site=code, fault=fault, found=found)


# -- One ------------------------------------------------------------------------------------------


@blueprint.get("/<code>")
@requires(READ, WRITE)
def show(code: str) -> AnyResponse:
    """The page of a visit; ``versions`` are those with which it was begun, if others are in force
    by now."""
    one = queries.line(current_actor(), code)
    begun = forms.versions(request.args) if "versions" in request.args else None
    return _shown(one, begun=begun)


def _shown(
    one: Line, status: int = 200, *, begun: Mapping[str, str] | None = None, **more: Any
) -> Response:
    actor = current_actor()
    if one.row.state == State.PLANNED and actor.may(WRITE):
        return answer("visit", status, **pages.visit(one, begun, **more))
    return answer("result", status, **results.page(actor, one, **more))


@blueprint.post("/<code>")
@requires(WRITE)
@takes(MOST_FORM)
def fill(code: str) -> AnyResponse:
    """Take in the page as an ordinary form, with its photos, all at once."""
    actor = current_actor()
    one = queries.line(actor, code)
    access.require_filing(actor, one.row)
    if one.row.state not in OPEN:
        return redirect(url_for(".show", code=code), 303)
    try:
        _file(one)
    except OneKmError as fault:
        status = WRONG if fault.status == 400 else fault.status
        again = queries.line(actor, code)
        return _shown(again, status, fault=fault, given=request.form)
    return redirect(url_for(".show", code=code), 303)


def _file(one: Line) -> None:
    versions = forms.versions(request.form)
    keys = [
        f"{code}/{each.code}"
        for code, published in judging.pinned(versions).items()
        for each in judging.asked(published, one.kind)
    ]
    files = {key: _contents(request.files.getlist(f"photo:{key}")) for key in ("", *keys)}
    sent = forms.form(one.code, versions, keys, request.form, files)
    made = {sha256: take_picture(data) for sha256, data in sent.photos.items()}
    ready = closing.ready(sent.record)
    with writing():
        _take_in(one.row.uuid, sent.record, made, ready)


def _take_in(uuid: str, record: Record, made: dict[str, Put | Waiting], ready: Ready) -> None:
    actor = current_actor()
    filing.file(actor, uuid, record, ready)
    for put in made.values():
        photos.take(actor, uuid, put, ready)


def _contents(files: list[FileStorage]) -> list[bytes]:
    return [file.stream.read(MOST_PHOTO + 1) for file in files if file.filename]
