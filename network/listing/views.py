"""Lists of sites, and the filters that people keep."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from core import downloads, pages
from core.access import Permission, current_actor, requires
from core.catalogue.queries import catalogue
from core.clock import today
from core.db import writing
from core.errors import BadInput, OneKmError
from core.regions.queries import tree
from core.sites.network import KINDS, STATUSES
from network.listing import actions, exports, forms, queries, rules
from network.listing.bulk.rules import Action
from network.listing.rules import Asked

blueprint = Blueprint("register", __name__, url_prefix="/register")


@blueprint.get("")
@requires(Permission.REGISTER_READ)
def index() -> AnyResponse:
    """The sites within reach that are asked for; what is asked wrongly is told above the form."""
    try:
        asked, page = forms.asked(request.args), pages.page(request.args)
        done = forms.done(request.args)
    except OneKmError as fault:
        return _page(Asked(), fault=fault)
    found = queries.find(current_actor(), asked)
    last = pages.pages_of(len(found), page.size)
    if page.number > last:
        return redirect(url_for(".index", **(asked.query() | page.query(last))), 302)
    return _page(
        asked,
        found=found,
        rows=queries.rows(found, page.bounds),
        page=page,
        pages=last,
        made=found.register.net.made,
        done=done,
    )


def _page(asked: Asked, fault: OneKmError | None = None, **context: Any) -> Response:
    actor, regions = current_actor(), tree(today())
    reach = actor.reach(Permission.REGISTER_READ)
    text = render_template(
        "register/index.html",
        asked=asked,
        here_query=forms.kept(asked),
        fault=fault,
        given=request.args if fault else asked.query(),
        tree=regions,
        regions=rules.region_choices(regions, reach, asked.region),
        services=catalogue(today()).services,
        kinds=KINDS,
        statuses=STATUSES,
        rules=rules,
        saved=queries.saved(actor) if actor.account_id is not None else (),
        writes=actor.may(Permission.REGISTER_WRITE),
        actions=Action,
        **context,
    )
    return make_response(text, fault.status if fault else 200)


@blueprint.get("/sites.<any(xlsx, csv, geojson):form>")
@requires(Permission.REGISTER_READ)
def export(form: str) -> AnyResponse:
    """All that the list shows, every page of it, as a file."""
    kind = rules.Form(form)
    found = queries.find(current_actor(), forms.asked(request.args))
    if len(found) > rules.MOST_EXPORTED:
        most = rules.MOST_EXPORTED
        raise BadInput(
            _l("一次最多导出 %(most)s 个网点：请先筛选，或由运维人员用命令导出。", most=most)
        )
    file = TemporaryFile()  # noqa: SIM115 -- whoever sends it closes it
    exports.write(
        kind, file, queries.lines(found, exports.AT_ONCE), catalogue(found.register.net.on).services
    )
    file.seek(0)
    name = f"{_('网点登记')}-{today().isoformat()}.{kind}"
    answer = downloads.named(send_file(file, kind.mimetype), name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/filters")
@requires(Permission.REGISTER_READ)
def save() -> AnyResponse:
    """Keep the list that was asked for under a name."""
    asked = forms.asked(request.form)
    try:
        with writing():
            actions.save_filter(current_actor(), request.form.get("name", ""), forms.kept(asked))
    except BadInput as fault:
        return _page(asked, fault=fault)
    return redirect(url_for(".index", **asked.query()), 303)


@blueprint.post("/filters/<uuid>/delete")
@requires(Permission.REGISTER_READ)
def drop(uuid: str) -> AnyResponse:
    """Keep one of one's own filters no longer."""
    with writing():
        actions.drop_filter(current_actor(), queries.saved_filter(current_actor(), uuid))
    return redirect(url_for(".index"), 303)
