"""What is written for an import, up to the trial: the file, its rows, what would become of them.

Rows are written a stretch at a time in short transactions, so that nobody waits for a large file;
applying.py writes the register.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.audit.actions import record
from core.catalogue.queries import catalogue
from core.clock import now, today
from core.db import db, rows_written, table_of, writing
from core.errors import BadInput, Conflict, Forbidden
from core.files import actions as files
from core.files.store import Content
from core.sheets import problems
from core.sheets.columns import recognised
from core.sheets.container import Container
from core.sheets.headings import Layout, Tops
from core.sheets.problems import Commonest
from core.sheets.reading import Hidden, SheetRow, stretches
from core.sites import arrivals
from core.sites.actions import shared_region
from core.sites.queries import last_settled
from network.imports import queries, story
from network.imports.judging import Judge
from network.imports.known import Register
from network.imports.models import ImportOffering, ImportRow, ImportRun
from network.imports.queries import AT_ONCE, File
from network.imports.row import NEW, Judged
from network.imports.rules import State, Terms, Verdict
from network.sheets.columns import PARTED, columns

#: Tells how far it is; raises to stop.
Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent: its content is in the store already."""

    content: Content
    name: str
    container: Container
    terms: Terms


def send(actor: Actor, sent: Sent) -> str:
    """Note that somebody has sent a file; gives the UUID by which it is known.

    Raises Forbidden, QuotaSpent.
    """
    reach = actor.reach(Permission.REGISTER_IMPORT)
    if not reach:
        raise Forbidden(_l("您没有此项权限。"))
    region_id = shared_region(reach.regions) if reach.regions and not reach.everywhere else None
    file = files.keep(actor, sent.content, sent.name, sent.container.media_type)
    run = ImportRun(
        uuid=str(uuid4()),
        account_id=actor.account_id,
        sent_by=actor.name,
        region_id=region_id,
        file_id=file.id,
        container=sent.container.value,
        datum=sent.terms.datum,
        on=sent.terms.on,
        state=State.READING,
        created_at=now(),
    )
    db.session.add(run)
    db.session.flush()
    facts = {"file": (None, file.name), "sha256": (None, file.sha256)}
    record(actor, story.SENT, (story.IMPORT, run.uuid), facts, region_id=region_id)
    return run.uuid


# -- Reading ------------------------------------------------------------------------------------


def stage(file: File, rows: Iterable[SheetRow | Hidden], report: Report) -> None:
    """Keep the rows of a file; those that were kept before it broke off are passed over.

    Ends with the columns found; each stretch is a transaction of its own.
    """
    already = queries.last_staged(file.id)
    db.session.rollback()
    known = recognised(columns(catalogue(today()).services))
    tops = Tops()
    number = 0
    for stretch in stretches(rows, AT_ONCE):
        kept = []
        for row in tops.passing(stretch):
            number += 1
            if number > already:
                kept.append(_staged(file.id, number, row))
        if kept:
            with writing():
                db.session.execute(sa.insert(table_of(ImportRow)), kept)
        report(number, 0)
    layouts = tops.layouts(known, PARTED) or _unnamed(tops.sheets)
    with writing():
        _set(file.id, rows=number, layouts=_json([one.as_json() for one in layouts]))
        state = State.READING if layouts else State.COLUMNS
        _set(file.id, notices=_json(tops.notices), state=state)


def _staged(run_id: int, number: int, row: SheetRow) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "number": number,
        "sheet": row.sheet[:100],
        "line": row.line,
        "cells": _json(row.cells),
        "choice": "",
    }


def _unnamed(sheets: Mapping[str, Sequence[SheetRow]]) -> list[Layout]:
    """Somebody has to say which column is which: the first row of the first sheet heads it."""
    if not sheets:
        return []
    sheet, rows = next(iter(sheets.items()))
    width = max(len(row.cells) for row in rows)
    texts = [str(cell) if isinstance(cell, str) else "" for cell in rows[0].cells]
    texts += [""] * (width - len(texts))
    return [Layout(sheet, rows[0].line, rows[0].line + 1, tuple(texts), (None,) * width)]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _set(run_id: int, **values: Any) -> None:
    db.session.execute(
        sa.update(ImportRun)
        .where(ImportRun.id == run_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


# -- The trial ----------------------------------------------------------------------------------


def judge(actor: Actor, uuid: str, report: Report) -> None:
    """Try every row, and keep what would become of it; ends with the digest of it all."""
    file = queries.find(actor, uuid)
    arrivals.sweep_old()
    if file.batch_id is not None:
        arrivals.sweep(file.batch_id)
    if not any("name" in layout.columns or "code" in layout.columns for layout in file.layouts):
        with writing():
            _set(file.id, state=State.COLUMNS)
        return
    on = file.terms.on or today()
    regions = queries.regions_for(actor, on)
    serial = last_settled()
    judge = Judge(
        file.terms,
        today(),
        regions,
        queries.sheet_columns(on),
        queries.service_ids(on),
        Register(regions, on, actor.reach(Permission.REGISTER_IMPORT).sites),
    )
    with writing():
        _forget(file)
    digest = hashlib.sha256()
    common = Commonest()
    done = 0
    for stretch in queries.staged(file):
        judged = judge.judge(stretch)
        db.session.rollback()
        with writing():
            _keep(file.id, judged)
        for one, staged in zip(judged, stretch, strict=True):
            digest.update(_sealed(one))
            common.add(one.problems, staged.layout.sheet, staged.line)
        done += len(stretch)
        report(done, file.rows)
    with writing():
        _mark(file.id, judge)
        _set(file.id, state=State.READY, digest=digest.hexdigest(), last_serial=serial)
        _set(file.id, counts=_json(_counted(file.id)), summary=_json(common.most()))


def _forget(file: File) -> None:
    """Take back an earlier trial. Raises Conflict where the file was applied."""
    begun = rows_written(
        sa.update(ImportRun)
        .where(ImportRun.id == file.id, ImportRun.state != State.APPLIED)
        .values(state=State.READING, digest="", counts="{}")
    )
    if not begun:
        raise Conflict(_l("这个文件已经导入。"))
    db.session.execute(sa.delete(ImportOffering).where(ImportOffering.run_id == file.id))
    db.session.execute(
        sa.update(ImportRow)
        .where(ImportRow.run_id == file.id, ImportRow.verdict.is_not(None))
        .values(verdict=None)
        .execution_options(synchronize_session=False)
    )


def _sealed(judged: Judged) -> bytes:
    """What of a row goes into the digest: what would be written, and upon what."""
    parts = (judged.number, judged.verdict, judged.site_id, judged.seen, judged.changes)
    return _json(parts).encode() + b"\n"


_TEXTS: Final = (
    *("name_en", "address", "phone", "search", "region_id", "kind", "status"),
    *("lat", "lon", "given_lat", "given_lon", "datum", "verified", "hours"),
)
_NOTHING: Final[dict[str, Any]] = dict.fromkeys(_TEXTS)


def _keep(run_id: int, judged: Sequence[Judged]) -> None:
    """Keep what would become of rows."""
    if not judged:
        return
    table = table_of(ImportRow)
    one = sa.and_(
        ImportRow.run_id == sa.bindparam("b_run"), ImportRow.number == sa.bindparam("b_number")
    )
    rows = [{"b_run": run_id, "b_number": each.number, **_columns(each)} for each in judged]
    db.session.execute(sa.update(table).where(one), rows)
    offered = [
        {"run_id": run_id, "number": each.number, "service_id": id, "mode": str(mode)}
        for each in judged
        if each.verdict is Verdict.CREATE
        for id, mode in each.modes.items()
    ]
    if offered:
        db.session.execute(sa.insert(table_of(ImportOffering)), offered)


def _columns(judged: Judged) -> dict[str, Any]:
    values = judged.values or {}
    return {
        "verdict": judged.verdict.value,
        "problems": problems.dumped(judged.problems),
        "offered": " ".join(judged.offered),
        "changes": judged.changes,
        "work": None if judged.work is None else _json(judged.work),
        "site_id": judged.site_id,
        "seen": judged.seen,
        "code": judged.code or None,
        "name": judged.name,
        **{name: values.get(name) for name in _TEXTS},
        "region_id": judged.region_id,
    }


def _mark(run_id: int, judge: Judge) -> None:
    """Refuse the rows that turned out afterwards to be one with another."""
    for number, problem in judge.afterwards:
        row = db.session.get_one(ImportRow, (run_id, number))
        row.problems = problems.dumped([*problems.loaded(row.problems or ""), problem])
        row.verdict = Verdict.REFUSE
    db.session.flush()


def _counted(run_id: int) -> dict[str, int]:
    found = db.session.execute(
        sa.select(ImportRow.verdict, sa.func.count())
        .where(ImportRow.run_id == run_id, ImportRow.verdict.is_not(None))
        .group_by(ImportRow.verdict)
        .order_by(ImportRow.verdict)
    )
    return {str(verdict): count for verdict, count in found}


# -- What a person says -------------------------------------------------------------------------


def name_columns(
    file: File, mapping: Mapping[tuple[str, int], str], firsts: Mapping[str, int], terms: Terms
) -> None:
    """Let the columns (sheet and number) be what somebody says, and the terms too.

    Raises BadInput where a column is named twice, Conflict where the file was applied.
    """
    layouts = []
    for layout in file.layouts:
        width = len(layout.columns)
        named = [mapping.get((layout.sheet, number)) or None for number in range(width)]
        doubled = {code for code in named if code and named.count(code) > 1} - {"region_name"}
        if doubled:
            raise BadInput(_l("有两列选成了同一项，请改正。"), field="columns")
        first = firsts.get(layout.sheet, layout.first)
        kept = {**asdict(layout), "columns": named, "first": max(1, first)}
        layouts.append(Layout.of_json(kept))
    _open(file)
    _set(file.id, layouts=_json([one.as_json() for one in layouts]))
    _set(file.id, datum=terms.datum, on=terms.on, state=State.READING)


def choose(file: File, choices: Mapping[int, str]) -> None:
    """Keep which site each row (by its number) means, of those offered, or that it is a new one.

    Raises BadInput for what was not offered, Conflict where the file was applied.
    """
    _open(file)
    for number, choice in choices.items():
        row = db.session.get(ImportRow, (file.id, number))
        if row is None or choice not in (*(row.offered or "").split(), NEW):
            raise BadInput(_l("请从所列网点中选择。"), field="choice")
        row.choice = choice
    db.session.flush()
    _set(file.id, state=State.READING)


def _open(file: File) -> None:
    """See that the file was not applied, and that nobody applies it meanwhile."""
    done = rows_written(
        sa.update(ImportRun)
        .where(ImportRun.id == file.id, ImportRun.state != State.APPLIED)
        .values(digest="")
    )
    if not done:
        raise Conflict(_l("这个文件已经导入。"))


def failed(uuid: str, message: object) -> None:
    """Note that the file could not be read, and why."""
    db.session.execute(
        sa.update(ImportRun)
        .where(ImportRun.uuid == uuid, ImportRun.state != State.APPLIED)
        .values(state=State.FAILED, notices=_json([problems.keep(message)]))
        .execution_options(synchronize_session=False)
    )
