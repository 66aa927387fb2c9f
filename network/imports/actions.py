"""What is written for a file of sites, up to the trial; applying.py writes the register."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.audit.actions import record
from core.catalogue.queries import catalogue
from core.clock import today
from core.db import db, table_of, writing
from core.errors import BadInput, Forbidden
from core.imports import actions as imports
from core.imports.actions import Sent
from core.imports.jobs import Rows
from core.imports.rules import Report, State, as_json
from core.sheets import problems
from core.sheets.columns import recognised
from core.sheets.headings import Layout
from core.sheets.reading import SheetRow
from core.sites import arrivals
from core.sites.actions import shared_region
from core.sites.queries import last_settled
from network.imports import queries, story
from network.imports.judging import Judge
from network.imports.known import Register
from network.imports.models import ImportOffering, ImportRow, ImportRun
from network.imports.queries import FILES, File
from network.imports.row import NEW, Judged
from network.imports.rules import Terms, Verdict
from network.sheets.columns import PARTED, columns


def send(actor: Actor, sent: Sent[Terms]) -> str:
    """Note that somebody has sent a file; gives the UUID by which it is known.

    Raises Forbidden, QuotaSpent.
    """
    reach = actor.reach(Permission.REGISTER_IMPORT)
    if not reach:
        raise Forbidden(_l("您没有此项权限。"))
    region_id = shared_region(reach.regions) if reach.regions and not reach.everywhere else None
    said = {"region_id": region_id, "datum": sent.terms.datum, "on": sent.terms.on}
    run, file = imports.begin(actor, ImportRun, sent, **said)
    facts = {"file": (None, file.name), "sha256": (None, file.sha256)}
    record(actor, story.SENT, (story.IMPORT, run.uuid), facts, region_id=region_id)
    return run.uuid


def stage(file: File, rows: Rows, report: Report) -> None:
    """Keep the rows of a file, and which column is which."""
    known = recognised(columns(catalogue(today()).services))
    number, tops = imports.stage(FILES, file, rows, report)
    layouts = tops.layouts(known, PARTED) or _unnamed(tops.sheets)
    imports.read(FILES, file, number, layouts, tops.notices)


def _unnamed(sheets: Mapping[str, Sequence[SheetRow]]) -> list[Layout]:
    """Somebody has to say which column is which: the first row of the first sheet heads it."""
    if not sheets:
        return []
    sheet, rows = next(iter(sheets.items()))
    width = max(len(row.cells) for row in rows)
    texts = [str(cell) if isinstance(cell, str) else "" for cell in rows[0].cells]
    texts += [""] * (width - len(texts))
    return [Layout(sheet, rows[0].line, rows[0].line + 1, tuple(texts), (None,) * width)]


# -- The trial ----------------------------------------------------------------------------------


def judge(actor: Actor, file: File, report: Report) -> None:
    """Try every row, and keep what would become of it; ends with the digest of it all."""
    arrivals.sweep_old()
    if file.batch_id is not None:
        arrivals.sweep(file.batch_id)
    if not any("name" in layout.columns or "code" in layout.columns for layout in file.layouts):
        with writing():
            imports.reopen(FILES, file.id, state=State.COLUMNS)
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
    digest = hashlib.sha256()

    def keep(judged: Sequence[Judged]) -> None:
        _keep_offerings(file.id, judged)
        for one in judged:
            digest.update(_sealed(one))

    common = imports.try_rows(FILES, file, judge.judge, keep, report)
    with writing():
        _mark(file.id, judge)
        imports.tried(FILES, file, common, digest.hexdigest(), last_serial=serial)


def _sealed(judged: Judged) -> bytes:
    """What of a row goes into the digest: what would be written, and upon what."""
    parts = (judged.number, judged.verdict, judged.site_id, judged.seen, judged.changes)
    return as_json(parts).encode() + b"\n"


def _keep_offerings(run_id: int, judged: Sequence[Judged]) -> None:
    """Keep what the new sites offer."""
    offered = [
        {"run_id": run_id, "number": each.number, "service_id": id, "mode": str(mode)}
        for each in judged
        if each.verdict is Verdict.CREATE
        for id, mode in each.modes.items()
    ]
    if offered:
        db.session.execute(sa.insert(table_of(ImportOffering)), offered)


def _mark(run_id: int, judge: Judge) -> None:
    """Refuse the rows that turned out afterwards to be one with another."""
    for number, problem in judge.afterwards:
        row = db.session.get_one(ImportRow, {"run_id": run_id, "number": number})
        row.problems = problems.dumped([*problems.loaded(row.problems or ""), problem])
        row.verdict = Verdict.REFUSE
    db.session.flush()


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
        layouts.append(Layout.of_json(kept).as_json())
    said = {"layouts": as_json(layouts), "datum": terms.datum, "on": terms.on}
    imports.reopen(FILES, file.id, **said)


def choose(file: File, choices: Mapping[int, str]) -> None:
    """Keep which site each row (by its number) means, of those offered, or that it is a new one.

    Raises BadInput for what was not offered, Conflict where the file was applied.
    """
    imports.reopen(FILES, file.id)
    for number, choice in choices.items():
        row = db.session.get(ImportRow, {"run_id": file.id, "number": number})
        if row is None or choice not in (*(row.offered or "").split(), NEW):
            raise BadInput(_l("请从所列网点中选择。"), field="choice")
        row.choice = choice
    db.session.flush()
