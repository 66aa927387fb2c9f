"""The editor: drafts, their pieces, the preview with its dry run, sending one on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from core.access import Permission, current_actor, fresh, requires, takes
from core.accounts.forms import blame
from core.accounts.views import WRONG
from core.clock import today
from core.db import writing
from core.errors import BadInput, Conflict, OneKmError
from core.forms import choices, whole_number
from core.i18n import named
from core.sendings.pages import writing_once
from core.textfile import read_text
from core.tomlfile import MOST_BYTES
from standards import comparison, verdicts
from standards import queries as published
from standards.drafting import actions, queries, rules
from standards.drafting.forms import CriterionForm, NewForm, SendForm, TextForm, WholeForm
from standards.drafting.parts import PartsForm
from standards.drafting.queries import Draft
from standards.rules import State, Version
from standards.views import within_reach

blueprint = Blueprint("drafts", __name__, url_prefix="/standards/drafts")

#: A form with the whole file in it is at most so large: every character may be sent as nine.
MOST_SENT = MOST_BYTES * 2


@blueprint.get("")
@requires(Permission.STANDARDS_PUBLISH)
def index() -> Response:
    """What is being written, and where to begin."""
    return _index(NewForm(formdata=None))


def _index(form: NewForm) -> Response:
    form.base.choices = choices(_bases())
    status = WRONG if form.errors or form.form_errors else 200
    return _answer("standards/drafts.html", status, drafts=queries.drafts(), form=form)


def _bases() -> list[tuple[str, str]]:
    told = [("", str(_("空白的标准")))]
    for one in published.published():
        name = named(one.version.name, one.version.name_en)
        told.append((str(one.id), f"{name} · {_('第 %(number)s 版', number=one.number)}"))
    return told


@blueprint.post("")
@requires(Permission.STANDARDS_PUBLISH)
@takes(MOST_SENT)
def begin() -> Response:
    """Begin a draft out of a file, a version or nothing."""
    form = NewForm()
    form.base.choices = choices(_bases())
    if not form.validate():
        return _index(form)
    try:
        document, base_id = _beginning(form)
        with writing_once() as sent:
            uuid = actions.begin(current_actor(), document, base_id).uuid
            sent.to = url_for("drafts.draft", uuid=uuid)
    except BadInput as fault:
        blame(form, fault)
        return _index(form)
    return sent.onward()


def _beginning(form: NewForm) -> tuple[str, int | None]:
    sent = form.sent
    if sent:
        return read_text(sent), None
    if form.base.data:
        base_id = int(form.base.data)
        return published.document(base_id), base_id
    return rules.BLANK, None


@blueprint.get("/<uuid>")
@requires(Permission.STANDARDS_PUBLISH)
def draft(uuid: str) -> Response:
    """One draft: what is wrong with it, its pieces, what can be done."""
    return _draft(queries.find(uuid))


def _draft(kept: Draft, fault: OneKmError | None = None) -> Response:
    status = 200 if fault is None else WRONG if isinstance(fault, BadInput) else fault.status
    return _answer("standards/draft.html", status, kept=kept, fault=fault, version=kept.version)


@blueprint.route("/<uuid>/text", methods=["GET", "POST"])
@requires(Permission.STANDARDS_PUBLISH)
@takes(MOST_SENT)
def text(uuid: str) -> Response:
    """The whole file as text."""
    kept = queries.find(uuid)
    form = TextForm(data={"text": kept.row.document, "seen": kept.row.version})

    def save(found: Draft, seen: int) -> None:
        actions.rewrite(found, seen, (form.text.data or "").replace("\r\n", "\n"))

    return _form("standards/draft_text.html", kept, form, save)


@blueprint.route("/<uuid>/whole", methods=["GET", "POST"])
@requires(Permission.STANDARDS_PUBLISH)
def whole(uuid: str) -> Response:
    """What the version is as a whole: name, kinds, from what share on it is met."""
    return _applied("standards/draft_whole.html", uuid, WholeForm)


@blueprint.route("/<uuid>/parts", methods=["GET", "POST"])
@requires(Permission.STANDARDS_PUBLISH)
def parts(uuid: str) -> Response:
    """Its chapters, grades and documents."""
    return _applied("standards/draft_parts.html", uuid, PartsForm)


def _applied(template: str, uuid: str, kind: type[WholeForm | PartsForm]) -> Response:
    kept, version = _shaped(uuid)
    form = kind(version)

    def save(found: Draft, seen: int) -> None:
        actions.change(found, seen, form.apply(_of(found)))

    return _form(template, kept, form, save)


@blueprint.route("/<uuid>/criteria/new", methods=["GET", "POST"])
@requires(Permission.STANDARDS_PUBLISH)
def new(uuid: str) -> Response:
    """One criterion more."""
    return _criterion(uuid, None)


@blueprint.route("/<uuid>/criteria/<code>", methods=["GET", "POST"])
@requires(Permission.STANDARDS_PUBLISH)
def criterion(uuid: str, code: str) -> Response:
    """One criterion."""
    return _criterion(uuid, code)


def _criterion(uuid: str, code: str | None) -> Response:
    kept, version = _shaped(uuid)
    at = None if code is None else rules.place_of(version, code)
    form = CriterionForm(version, None if at is None else version.criteria[at])

    def save(found: Draft, seen: int) -> None:
        other, one = form.apply(_of(found))
        place = None if code is None else rules.place_of(other, code)
        actions.change(found, seen, rules.with_criterion(other, one, place))

    return _form("standards/draft_criterion.html", kept, form, save, code=code)


@blueprint.post("/<uuid>/criteria/<code>/move")
@requires(Permission.STANDARDS_PUBLISH)
def move(uuid: str, code: str) -> Response:
    """Put a criterion one place up or down."""
    by = -1 if request.form.get("to") == "up" else 1
    return _pieces(uuid, lambda version: rules.moved(version, code, by))


@blueprint.post("/<uuid>/criteria/<code>/remove")
@requires(Permission.STANDARDS_PUBLISH)
def remove(uuid: str, code: str) -> Response:
    """Take a criterion out."""
    return _pieces(uuid, lambda version: rules.without(version, code))


def _pieces(uuid: str, change: Callable[[Version], Version]) -> Response:
    try:
        seen = whole_number(request.form.get("seen", ""), "seen")
        with writing():
            found = queries.find(uuid)
            actions.change(found, seen, change(_of(found)))
    except (BadInput, Conflict) as fault:
        return _draft(queries.find(uuid), fault)
    return redirect(f"{url_for('drafts.draft', uuid=uuid)}#criteria", 303)


@blueprint.get("/<uuid>/preview")
@requires(Permission.STANDARDS_PUBLISH)
def preview(uuid: str) -> Response:
    """The draft as it would be read, what differs, and what would become of every site."""
    kept, version = _shaped(uuid)
    form = SendForm(formdata=None, data={"seen": kept.row.version, "in_force": today()})
    return _preview(kept, version, form)


@blueprint.post("/<uuid>/propose")
@requires(Permission.STANDARDS_PUBLISH)
@fresh
def propose(uuid: str) -> Response:
    """Ask a second person to publish."""
    kept, version = _shaped(uuid)
    form = SendForm()
    if not form.validate() or form.in_force.data is None:
        return _preview(kept, version, form)
    try:
        words = (form.words.data or "").strip()
        with writing_once() as sent:
            found = queries.find(uuid)
            made = actions.send(current_actor(), found, form.version, form.in_force.data, words)
            sent.to = url_for("proposals.proposal", uuid=made.uuid)
    except (BadInput, Conflict) as fault:
        blame(form, fault)
        return _preview(queries.find(uuid), version, form)
    return sent.onward()


def _preview(kept: Draft, version: Version, form: SendForm) -> Response:
    found = verdicts.verdicts()
    before, holds = queries.base(kept), found.of(version.code)
    dry = comparison.dry_run(
        found.day.ask.network, None if holds is None else holds[1], found.try_out(version)
    )
    return _answer(
        "standards/preview.html",
        WRONG if form.errors or form.form_errors else 200,
        kept=kept,
        version=version,
        form=form,
        before=before,
        differs=None if before is None else comparison.compare(before.version, version),
        dry=within_reach(dry),
        states=list(State),
    )


@blueprint.post("/<uuid>/drop")
@requires(Permission.STANDARDS_PUBLISH)
def drop(uuid: str) -> Response:
    """Throw it away."""
    try:
        with writing():
            actions.drop(current_actor(), queries.find(uuid))
    except Conflict as fault:
        return _draft(queries.find(uuid), fault)
    return redirect(url_for("drafts.index"), 303)


def _shaped(uuid: str) -> tuple[Draft, Version]:
    kept = queries.find(uuid)
    return kept, _of(kept)


def _of(kept: Draft) -> Version:
    """The version of a draft. Raises Conflict as long as it has not the shape of one."""
    if kept.version is None:
        raise Conflict(_l("草稿的文件还有错，请先按文本改好。"))
    return kept.version


def _form(
    template: str, kept: Draft, form: Any, save: Callable[[Draft, int], None], **context: Any
) -> Response:
    """Back to the draft once it is saved, else the form; whoever was told of another's change
    saves over it knowing that."""
    uuid = kept.row.uuid
    form.seen.data = form.seen.data or str(kept.row.version)
    if form.validate_on_submit():
        try:
            with writing_once() as sent:
                save(queries.find(uuid), form.version)
                sent.to = url_for("drafts.draft", uuid=uuid)
            return sent.onward()
        except (BadInput, Conflict) as fault:
            blame(form, fault)
        kept = queries.find(uuid)
    form.seen.data = str(kept.row.version)
    status = WRONG if form.errors or form.form_errors else 200
    return _answer(template, status, kept=kept, form=form, version=kept.version, **context)


def _answer(template: str, status: int = 200, **context: Any) -> Response:
    return make_response(render_template(template, **context), status)
