"""The members of staff within reach, one of them with every posting; what they are called is only
for those who have signed in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from core import tables
from core.access import Actor, Permission, current_actor, require_reach, requires
from core.accounts.forms import blame
from core.accounts.views import keep_nowhere
from core.clock import today
from core.db import writing
from core.errors import BadInput, Conflict
from core.forms import whole_number
from core.pages import Page, page_number, pages_of
from core.regions.queries import tree
from core.sendings.pages import writing_once
from core.sites import forms as site_forms
from core.staff import actions, queries
from core.staff.actions import Described
from core.staff.forms import Filters, LeaveForm, MemberForm, Show, filters
from core.staff.models import Member
from core.staff.queries import Asked
from core.staff.rules import DUTIES
from core.web import MenuItem

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
blueprint.after_request(keep_nowhere)

WRONG = 422
MENU = MenuItem("staff.index", _l("工作人员"), (Permission.REGISTER_READ,), 350)


@blueprint.get("")
@requires(Permission.REGISTER_READ)
def index() -> Response:
    """Who works within reach, and where today."""
    asked = filters(request.args)
    actor = current_actor()
    _rows, total = queries.members(actor, _asked(asked), slice(0, 0))
    pages = pages_of(total)
    number = page_number(request.args, pages)
    rows, _total = queries.members(actor, _asked(asked), Page(number).bounds)
    return _page(
        "index.html",
        asked=asked,
        rows=rows,
        total=total,
        page=number,
        pages=pages,
        duties=DUTIES,
        shows=Show,
        living=tree(today()),
        writes=actor.may(Permission.REGISTER_WRITE),
    )


def _asked(asked: Filters) -> Asked:
    living, region = tree(today()), asked.region
    inside = None
    if region is not None:
        inside = frozenset({region.id, *(node.id for node in living.descendants(region.id))})
    posted = None if asked.show is None else asked.show is Show.POSTED
    return Asked(asked.text, asked.duty, None, inside, posted, asked.by_code)


@blueprint.get("/list.<any(csv, xlsx):file>")
@requires(Permission.REGISTER_READ)
def export(file: str) -> Response:
    """The whole list as a file, a line a posting, in the order of the page."""
    rows, _total = queries.members(current_actor(), _asked(filters(request.args)))
    living = tree(today())
    headings = (_l("工号"), _l("姓名"), _l("所在区划"), _l("网点编号"), _l("网点"), _l("职责"))
    lines: list[list[object]] = []
    for row in rows:
        where = living.by_id.get(row.region_id)
        who = [row.code, row.name, "" if where is None else living.full_name(where.id)]
        held = row.postings or (("", "", "", None, None),)
        lines += [
            [*who, one[0], one[1], "" if one[3] is None else str(one[3].label), one[4]]
            for one in held
        ]
    named = [str(text) for text in (*headings, _l("起始日期"))]
    return tables.answer(file, f"staff-{today().isoformat()}", named, lines)


# -- One of them --------------------------------------------------------------------------------


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_WRITE)
def new() -> AnyResponse:
    """Enter a member."""
    actor = current_actor()
    form = MemberForm(region=_home(actor))
    if form.validate_on_submit():
        try:
            with writing_once() as sent:
                code = actions.enter(actor, _described(actor, form)).code
                sent.to = url_for("staff.member", code=code, done="entered")
            return sent.onward()
        except BadInput as fault:
            blame(form, fault)
    return _page("new.html", WRONG if form.errors else 200, form=form)


def _home(actor: Actor) -> str:
    """The region in which whoever asks most probably keeps records."""
    reach, living = actor.reach(Permission.REGISTER_WRITE), tree(today())
    tops = living.top() if reach.everywhere else [living.by_id[one] for one in reach.regions]
    return min((node.code for node in tops), default="")


def _described(actor: Actor, form: MemberForm, member: Member | None = None) -> Described:
    """What was typed. Raises BadInput."""
    region = site_forms.region(form.region.data or "", today())
    if region is None:
        raise BadInput(_l("请填写所在区划。"), field="region")
    reach = actor.reach(Permission.REGISTER_WRITE)
    if not reach.region(tree(today()), region.id):
        raise BadInput(_l("没有这个区划，或不在您的管辖范围内。"), field="region")
    return Described(form.name.data or "", region.id, _account(actor, form, member))


def _account(actor: Actor, form: MemberForm, member: Member | None) -> int | None:
    """The account that was named; one that the form did not show stays. Raises BadInput."""
    username = (form.account.data or "").strip()
    if member is not None and username == queries.username_of(actor, member):
        return member.account_id
    return queries.account_named(actor, username) if username else None


@blueprint.get("/<code>")
@requires(Permission.REGISTER_READ)
def member(code: str) -> Response:
    """One member: where she works, where she worked."""
    return _member(queries.find(current_actor(), code))


def _member(
    whom: Member,
    form: MemberForm | None = None,
    leave_form: LeaveForm | None = None,
    status: int = 200,
) -> Response:
    actor, living = current_actor(), tree(today())
    where = living.by_id.get(whom.region_id)
    writes = actor.reach(Permission.REGISTER_WRITE).region(living, whom.region_id)
    form = form or MemberForm(
        formdata=None,
        name=whom.name,
        region="" if where is None else where.code,
        account=queries.username_of(actor, whom),
    )
    leave_form = leave_form or LeaveForm(formdata=None, on=today().isoformat())
    form.version.data = leave_form.version.data = str(whom.version)
    return _page(
        "member.html",
        status,
        whom=whom,
        region="" if where is None else living.full_name(where.id),
        postings=queries.of_member(whom.id),
        today=today(),
        writes=writes,
        form=form,
        leave_form=leave_form,
        done=request.args.get("done", ""),
    )


@blueprint.post("/<code>")
@requires(Permission.REGISTER_WRITE)
def describe(code: str) -> AnyResponse:
    """Another name, region or account."""
    actor = current_actor()
    whom = _writable(actor, code)
    form = MemberForm()
    if form.validate_on_submit():
        try:
            with writing():
                given = _described(actor, form, whom)
                actions.describe(actor, code, _seen(form), given)
            return redirect(url_for("staff.member", code=code, done="saved"), 303)
        except (BadInput, Conflict) as fault:
            blame(form, fault)
            status = fault.status if isinstance(fault, Conflict) else WRONG
            return _member(_writable(actor, code), form=form, status=status)
    return _member(whom, form=form, status=WRONG)


@blueprint.post("/<code>/leave")
@requires(Permission.REGISTER_WRITE)
def leave(code: str) -> AnyResponse:
    """She works for the city no longer from a day on."""
    actor = current_actor()
    whom = _writable(actor, code)
    form = LeaveForm()
    if form.validate_on_submit():
        try:
            with writing():
                actions.leave(actor, code, _seen(form), form.day())
            return redirect(url_for("staff.member", code=code, done="left"), 303)
        except (BadInput, Conflict) as fault:
            blame(form, fault)
            status = fault.status if isinstance(fault, Conflict) else WRONG
            return _member(_writable(actor, code), leave_form=form, status=status)
    return _member(whom, leave_form=form, status=WRONG)


def _writable(actor: Actor, code: str) -> Member:
    """The member, whose record *actor* keeps. Raises NotFound."""
    whom = queries.find(actor, code)
    require_reach(actor.reach(Permission.REGISTER_WRITE).region(tree(today()), whom.region_id))
    return whom


def _seen(form: MemberForm | LeaveForm) -> int:
    return whole_number(form.version.data or "", "version")


def _page(name: str, status: int = 200, **context: Any) -> Response:
    return make_response(render_template(f"staff/{name}", **context), status)
