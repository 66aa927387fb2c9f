"""What is written for a file of settlements: the file, its rows, what would become of them.

Rows are written a stretch at a time in short transactions, so that nobody waits for a large file;
what was approved comes to count in one (:func:`apply`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, require_reach
from core.audit.actions import record
from core.clock import now, today
from core.db import db, make_room, rows_written, table_of, writing
from core.errors import BadInput, Conflict
from core.files import actions as files
from core.files.store import Content
from core.regions import queries as regions
from core.regions.rules import Level
from core.sheets import problems
from core.sheets.columns import recognised
from core.sheets.container import Container, Unreadable
from core.sheets.headings import Layout, Tops
from core.sheets.problems import Commonest
from core.sheets.reading import Hidden, SheetRow, stretches
from stations.coverage import actions, sets
from stations.coverage.actions import STALE, New
from stations.coverage.demand import queries, story
from stations.coverage.demand.judging import Judge
from stations.coverage.demand.models import PopulationImport, PopulationImportRow
from stations.coverage.demand.queries import AT_ONCE, READ, TRIED, File
from stations.coverage.demand.rules import MOST_LETTERS, MOST_ROWS, Judged, State, Verdict
from stations.coverage.demand.sheet import BY_CODE, COLUMNS, NEEDED
from stations.coverage.models import Settlement
from stations.coverage.population import SetKind, Terms

#: Tells how far it is; raises to stop.
Report = Callable[[int, int], None]

_DONE: Final = _l("这个文件已经载入。")


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent: its content is in the store already."""

    content: Content
    name: str
    container: Container
    terms: Terms


def send(actor: Actor, sent: Sent) -> str:
    """Note that somebody has sent a file; gives the UUID by which it is known.

    Raises BadInput, NotFound out of reach, QuotaSpent.
    """
    terms = sent.terms
    terms.check()
    living = regions.load(today())
    require_reach(actor.reach(Permission.REGISTER_IMPORT).region(living, terms.region_id))
    node = living.by_id[terms.region_id]
    if node.level not in (Level.CITY, Level.COUNTY):
        raise BadInput(_l("人口数据按市或区县载入，请选择市或区县。"), field="region")
    file = files.keep(actor, sent.content, sent.name, sent.container.media_type)
    run = PopulationImport(
        uuid=str(uuid4()),
        account_id=actor.account_id,
        sent_by=actor.name,
        region_id=terms.region_id,
        year=terms.year,
        source=terms.source.strip(),
        datum=terms.datum,
        file_id=file.id,
        container=sent.container.value,
        state=State.READING,
        created_at=now(),
    )
    db.session.add(run)
    db.session.flush()
    facts: dict[str, Any] = {"file": file.name, "sha256": file.sha256, "region": node.code}
    facts |= {"year": terms.year, "source": run.source, "datum": terms.datum}
    told = {name: (None, value) for name, value in facts.items()}
    record(actor, story.SENT, (story.FILE, run.uuid), told, region_id=terms.region_id)
    return run.uuid


# -- Reading ------------------------------------------------------------------------------------


def stage(file: File, rows: Iterable[SheetRow | Hidden], report: Report) -> None:
    """Keep the rows of a file; those that were kept before it broke off are passed over.

    Raises Unreadable where a column that is needed is not found.
    """
    already = queries.last_staged(file.id)
    db.session.rollback()
    tops = Tops()
    number = 0
    for stretch in stretches(rows, AT_ONCE):
        kept = []
        for row in tops.passing(stretch):
            number += 1
            _check_size(number, row)
            if number > already:
                kept.append(_staged(file.id, number, row))
        if kept:
            with writing():
                db.session.execute(sa.insert(table_of(PopulationImportRow)), kept)
        report(number, 0)
    layouts = tops.layouts(recognised(COLUMNS))
    _check_columns(layouts)
    with writing():
        _set(file.id, rows=number, layouts=_json([one.as_json() for one in layouts]))
        _set(file.id, notices=_json({READ: tops.notices}))


def _check_size(number: int, row: SheetRow) -> None:
    """Raise Unreadable for more than anybody says of settlements."""
    if number > MOST_ROWS:
        raise Unreadable(_l("表格太大，一次最多 %(most)s 行。请分成几个文件。", most=MOST_ROWS))
    if any(isinstance(cell, str) and len(cell) > MOST_LETTERS for cell in row.cells):
        raise Unreadable(
            _l("第 %(line)s 行有单元格超过 %(most)s 个字。", line=row.line, most=MOST_LETTERS)
        )


def _check_columns(layouts: Sequence[Layout]) -> None:
    if not layouts:
        raise Unreadable(
            _l("没有认出列名。第一行应写明：区划代码、名称、纬度、经度、人口；可以下载模板填写。")
        )
    for layout in layouts:
        missing = [BY_CODE[code].heading for code in NEEDED if code not in layout.columns]
        if missing:
            message = _l(
                "没有认出这些列：%(columns)s。请改列名，或用模板。", columns="、".join(missing)
            )
            raise Unreadable(message)


def _staged(run_id: int, number: int, row: SheetRow) -> dict[str, Any]:
    cells = _json(row.cells)
    return {"run_id": run_id, "number": number, "sheet": row.sheet[:100]} | {
        "line": row.line,
        "cells": cells,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _set(run_id: int, **values: Any) -> None:
    rows_written(sa.update(PopulationImport).where(PopulationImport.id == run_id).values(**values))


def failed(uuid: str, message: object) -> None:
    """Note that the file could not be read or its rows are no longer kept, and why."""
    rows_written(
        sa.update(PopulationImport)
        .where(PopulationImport.uuid == uuid, PopulationImport.state != State.APPLIED)
        .values(state=State.FAILED, notices=_json({READ: [problems.keep(message)]}))
    )
    own = sa.select(PopulationImport.id).where(PopulationImport.uuid == uuid)
    row = PopulationImportRow
    rows_written(sa.delete(row).where(row.run_id.in_(own)))


# -- The trial ----------------------------------------------------------------------------------


def judge(actor: Actor, uuid: str, report: Report) -> None:
    """Try every row, and keep what would become of it; ends with the digest of it all."""
    file = queries.find(actor, uuid)
    if file.node is None:
        raise Conflict(_l("这个区划已经不存在，请重新上传并选择现在的区划。"))
    judging = Judge(file.node, file.terms.datum, queries.regions_for(actor))
    held = sets.in_use(file.terms.region_id, file.terms.year)
    replaces = "" if held is None else held.uuid
    with writing():
        _reopen(file)
    common = Commonest()
    done = 0
    for stretch in stretches(queries.staged(file), AT_ONCE):
        judged = judging.judge(stretch)
        db.session.rollback()
        with writing():
            _keep(file.id, judged)
        for one, staged in zip(judged, stretch, strict=True):
            common.add(one.problems, staged.layout.sheet, staged.line)
        done += len(stretch)
        report(done, file.rows)
    told = {**file.told, TRIED: [problems.keep(notice) for notice in judging.notices()]}
    content = _content(file.terms, judging.content())
    with writing():
        _set(file.id, state=State.READY, content=content, replaces=replaces)
        _set(file.id, digest=_sealed(content, replaces), notices=_json(told))
        _set(file.id, counts=_json(_counted(file.id)), summary=_json(common.most()))
        _set(file.id, sums=_json({str(id): each for id, each in judging.sums.items()}))


def _content(terms: Terms, rows: str) -> str:
    """The digest of what a file says, with what was said about it."""
    told = (terms.region_id, terms.year, terms.source, terms.datum, rows)
    return hashlib.sha256(_json(told).encode()).hexdigest()


def _sealed(content: str, replaces: str) -> str:
    return hashlib.sha256(f"{content} {replaces}".encode()).hexdigest()


def _reopen(file: File) -> None:
    """Take back an earlier trial. Raises Conflict where the file was taken."""
    begun = rows_written(
        sa.update(PopulationImport)
        .where(PopulationImport.id == file.id, PopulationImport.state != State.APPLIED)
        .values(state=State.READING, digest="", counts="{}")
    )
    if not begun:
        raise Conflict(_DONE)
    rows_written(
        sa.update(PopulationImportRow)
        .where(PopulationImportRow.run_id == file.id, PopulationImportRow.verdict.is_not(None))
        .values(verdict=None)
    )


def _keep(run_id: int, judged: Sequence[Judged]) -> None:
    if not judged:
        return
    row = PopulationImportRow
    one = sa.and_(row.run_id == sa.bindparam("b_run"), row.number == sa.bindparam("b_number"))
    kept = [
        {
            "b_run": run_id,
            "b_number": each.number,
            "verdict": each.verdict.value,
            "problems": problems.dumped(each.problems),
            "code": each.code,
            "name": each.name,
            "lat": each.lat,
            "lon": each.lon,
            "people": each.people,
            "region_id": each.region_id,
        }
        for each in judged
    ]
    db.session.execute(sa.update(table_of(row)).where(one), kept)


def _counted(run_id: int) -> dict[str, int]:
    row = PopulationImportRow
    found = db.session.execute(
        sa.select(row.verdict, sa.func.count())
        .where(row.run_id == run_id, row.verdict.is_not(None))
        .group_by(row.verdict)
        .order_by(row.verdict)
    )
    return {str(verdict): count for verdict, count in found}


# -- Letting it count ---------------------------------------------------------------------------


def apply(
    actor: Actor, uuid: str, approved: str, finish: Callable[[], None] = lambda: None
) -> File:
    """Let the settlements of the file count, if that is what was *approved* (a digest).

    All in one transaction; *finish* is called last in it.  Raises NotFound out of reach, BadInput
    where rows are wrong, Conflict where it was taken or what would be replaced is another by now.
    """
    file = queries.find(actor, uuid)
    check(file, approved)
    touched = queries.regions_taken(file.id)
    db.session.rollback()
    with writing():
        make_room()
        _claim(file, approved)
        living = regions.load(today()).by_id
        if not living.keys() >= {file.terms.region_id, *touched}:
            raise Conflict(STALE)
        row = actions.take(actor, _new(file), file.replaces)
        _settle(row.id, file.id)
        _set(file.id, set_uuid=row.uuid)
        finish()
    return file


def check(file: File, approved: str) -> None:
    """Raise BadInput or Conflict unless the file may count as it was approved."""
    if file.state is State.APPLIED:
        raise Conflict(_DONE)
    if file.state is not State.READY or not approved or file.digest != approved:
        raise Conflict(STALE)
    if file.open:
        raise BadInput(_l("还有 %(count)s 行有错，改好后才能载入。", count=file.open))
    if not file.taken:
        raise BadInput(_l("文件里没有一个聚落。"))
    held = sets.in_use(file.terms.region_id, file.terms.year)
    if held is not None and held.digest == file.content:
        raise BadInput(_l("与使用中的人口数据完全一致，没有需要载入的内容。"))


def _claim(file: File, approved: str) -> None:
    """Let it be taken, by this transaction and no other."""
    claimed = rows_written(
        sa.update(PopulationImport)
        .where(
            PopulationImport.id == file.id,
            PopulationImport.state == State.READY,
            PopulationImport.digest == approved,
        )
        .values(state=State.APPLIED, applied_at=now())
    )
    if not claimed:
        raise Conflict(STALE)


def _new(file: File) -> New:
    terms = file.terms
    return New(
        region_id=terms.region_id,
        year=terms.year,
        kind=SetKind.POINTS,
        source=terms.source,
        datum=terms.datum,
        people=file.people,
        places=file.taken,
        file_name=file.file_name,
        sha256=file.sha256,
        digest=file.content,
    )


def _settle(set_id: int, run_id: int) -> None:
    names = ("region_id", "code", "name", "lat", "lon", "people")
    row = PopulationImportRow
    rows = (
        sa.select(sa.literal(set_id), *(getattr(row, name) for name in names))
        .where(row.run_id == run_id, row.verdict == Verdict.TAKE)
        .order_by(row.number)
    )
    rows_written(sa.insert(Settlement).from_select(["set_id", *names], rows))
