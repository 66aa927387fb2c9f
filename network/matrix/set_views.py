"""Setting cells in bulk: chosen on the page or read from a sheet, shown, then done as shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from flask import Blueprint, make_response, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from core.access import Permission, current_actor, requires
from core.clock import today
from core.errors import BadInput, Conflict, OneKmError
from core.figures import queries as figures
from core.figures.queries import Scope
from core.sendings.pages import writing_once
from core.sheets.reading import first_sheet
from network import forms as network_forms
from network.matrix import actions, forms, queries, rules, sheet
from network.matrix.forms import Asked
from network.matrix.rules import Difference, Matrix
from network.matrix.views import found, page, scope

blueprint = Blueprint("matrix_set", __name__)

#: How many cells and faults a page lists before it says how many more there are.
LISTED = 200


@blueprint.post("/matrix/preview")
@requires(Permission.REGISTER_WRITE)
def preview() -> AnyResponse:
    """Which cells would be different, before anything is."""
    asked = _today(forms.read(request.args))
    where = scope(asked, Permission.REGISTER_WRITE)
    try:
        chosen = forms.chosen(request.form, queries.devolved(asked.on))
        on = network_forms.moment(request.form)
        matrix = _rows(found(asked, where), chosen.sites)
        differences = rules.differences(matrix, chosen.wanted)
        actions.check_size(len(differences))
    except BadInput as fault:
        return page(asked, fault)
    return _confirm(asked, differences, on)


def _today(asked: Asked) -> Asked:
    """Cells are set as they are today, whatever day was looked at."""
    if asked.on != today():
        raise BadInput(_l("只能在今天的矩阵上修改，请先回到今天。"), field="on")
    return asked


def _rows(matrix: Matrix, sites: frozenset[str] | None) -> Matrix:
    if sites is None:
        return matrix
    codes = matrix.ask.network.rows.codes
    return matrix.only(np.array([codes[index] in sites for index in matrix.indexes], bool))


@blueprint.get("/matrix/import")
@requires(Permission.REGISTER_IMPORT)
def upload() -> AnyResponse:
    """Where to send a sheet that was taken away and filled in."""
    asked = forms.read(request.args)
    return _upload(asked, scope(asked, Permission.REGISTER_IMPORT))


@blueprint.post("/matrix/import")
@requires(Permission.REGISTER_IMPORT)
def read() -> AnyResponse:
    """What a sheet would change, before anything is; faults by row and column."""
    asked = _today(forms.read(request.args))
    where = scope(asked, Permission.REGISTER_WRITE)
    every = replace(asked, kind=None, service=None, gaps=False)
    matrix = found(every, where)
    try:
        on = network_forms.moment(request.form)
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise BadInput(_l("请选择要上传的文件。"), field="file")
        told = sheet.read(first_sheet(sent.read(), sent.filename), matrix.services)
        differences, missing = sheet.compared(told, matrix)
        actions.check_size(len(differences))
    except BadInput as fault:
        return _upload(every, where, fault)
    faults = [*told.faults, *missing]
    if faults:
        return _upload(every, where, faults=faults)
    return _confirm(every, differences, on)


@blueprint.post("/matrix/apply")
@requires(Permission.REGISTER_WRITE)
def apply() -> AnyResponse:
    """Set the cells that were shown, unless somebody changed one of their sites since."""
    asked = _today(forms.read(request.args))
    cells = forms.unpacked(request.form.get("cells", ""))
    on = network_forms.moment(request.form)
    services = {service.code: service.id for service in queries.devolved(asked.on)}
    try:
        with writing_once() as sent:
            seen = request.form.get("seen", "")
            changed = actions.set_cells(current_actor(), cells, on, seen, services)
            sent.to = url_for("matrix.show", **asked.query(changed=changed))
    except (BadInput, Conflict) as fault:
        return _confirm(asked, _again(asked, cells), on, fault)
    return sent.onward()


def _again(asked: Asked, cells: Sequence[actions.Cell]) -> list[Difference]:
    """The same cells against how they are now."""
    every = replace(asked, kind=None, service=None, gaps=False)
    matrix = found(every, scope(every, Permission.REGISTER_WRITE))
    codes = matrix.ask.network.rows.codes
    rows = {codes[index]: row for row, index in enumerate(matrix.indexes.tolist())}
    columns = {service.code: column for column, service in enumerate(matrix.services)}
    return [
        (code, service, matrix.mode(rows[code], columns[service]), mode)
        for code, service, mode in cells
        if code in rows and service in columns
        if matrix.mode(rows[code], columns[service]) is not mode
    ]


def _confirm(
    asked: Asked,
    differences: Sequence[Difference],
    on: date | None,
    fault: OneKmError | None = None,
) -> AnyResponse:
    where = scope(asked, Permission.REGISTER_WRITE)
    net = figures.day(asked.on).ask.network
    codes = {code for code, *_rest in differences}
    shown = [(net.by_code(one[0]), *one[1:]) for one in differences[:LISTED]]
    told = render_template(
        "network/matrix_confirm.html",
        made=net.made,
        asked=asked,
        where=where,
        query=asked.query(),
        tree=net.tree,
        names={service.code: service for service in queries.devolved(asked.on)},
        by_service=Counter(service for _code, service, *_modes in differences),
        shown=shown,
        cells=len(differences),
        sites=len(codes),
        packed=forms.packed(differences),
        seen=queries.digest(queries.versions(codes)),
        on=on,
        fault=fault,
    )
    return make_response(told, 200 if fault is None else fault.status)


def _upload(
    asked: Asked,
    where: Scope,
    fault: OneKmError | None = None,
    faults: Sequence[sheet.Fault] = (),
) -> AnyResponse:
    net = figures.day(asked.on).ask.network
    told = render_template(
        "network/matrix_import.html",
        made=net.made,
        asked=asked,
        where=where,
        query=asked.query(),
        faults=faults[:LISTED],
        more=max(0, len(faults) - LISTED),
        fault=fault,
        sent=request.form,
    )
    wrong = fault or (BadInput("") if faults else None)
    return make_response(told, 200 if wrong is None else wrong.status)
