"""What is written for a file, up to the trial: the file, its rows, what would become of them.

Rows are written a stretch at a time in short transactions, so that nobody waits for a large file;
what was approved is applied by the room that imports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.clock import now
from core.db import db, rows_written, table_of, writing
from core.errors import BadInput, Conflict
from core.files import actions as kept_files
from core.files.actions import Kept
from core.files.store import Content
from core.imports import queries, rules
from core.imports.models import Import, R, S
from core.imports.queries import File
from core.imports.rules import AT_ONCE, READ, TRIED, Judged, Report, Staged, State, as_json
from core.sheets import problems
from core.sheets.container import Container
from core.sheets.headings import Layout, Tops
from core.sheets.problems import Commonest, Words
from core.sheets.reading import Hidden, SheetRow, stretches

T = TypeVar("T")
J = TypeVar("J", bound=Judged)

#: How many rows are let go of at a time.
_GOING = 10_000


@dataclass(frozen=True, slots=True)
class Sent(Generic[T]):
    """A file as it was sent, its content in the store already; what is said about it."""

    content: Content
    name: str
    container: Container
    terms: T


def begin(actor: Actor, run: type[R], sent: Sent[Any], **said: Any) -> tuple[R, Kept]:
    """Note that somebody has sent a file, with what else its table has. Raises QuotaSpent."""
    file = kept_files.keep(actor, sent.content, sent.name, sent.container.media_type)
    row = run(
        uuid=str(uuid4()),
        account_id=actor.account_id,
        sent_by=actor.name,
        file_id=file.id,
        container=sent.container.value,
        state=State.READING,
        created_at=now(),
        **said,
    )
    db.session.add(row)
    db.session.flush()
    return row, file


def change(files: Import[R, S], run_id: int, **values: Any) -> None:
    """Set columns of a file."""
    rows_written(sa.update(files.run).where(files.run.id == run_id).values(**values))


# -- Reading ------------------------------------------------------------------------------------


def stage(
    files: Import[R, S],
    file: File,
    rows: Iterable[SheetRow | Hidden],
    report: Report,
    check: Callable[[int, SheetRow], None] = lambda _number, _row: None,
) -> tuple[int, Tops]:
    """Keep the rows of a file; those that were kept before it broke off are passed over.

    Each stretch is a transaction of its own.  *check* may say no to a row, by its number.  Gives
    how many rows there are, and how the sheets begin.
    """
    already = queries.last_staged(files, file.id)
    db.session.rollback()
    tops = Tops()
    number = 0
    for stretch in stretches(rows, AT_ONCE):
        kept = []
        for row in tops.passing(stretch):
            number += 1
            check(number, row)
            if number > already:
                kept.append(staged(file.id, number, row))
        if kept:
            with writing():
                db.session.execute(sa.insert(table_of(files.row)), kept)
        report(number, 0)
    return number, tops


def staged(run_id: int, number: int, row: SheetRow) -> dict[str, Any]:
    """A row as its table keeps it until it is tried."""
    said = {"sheet": row.sheet[:100], "line": row.line, "cells": as_json(row.cells)}
    return {"run_id": run_id, "number": number, **said}


def read(
    files: Import[R, S], file: File, number: int, layouts: Sequence[Layout], notices: list[Words]
) -> None:
    """Note that all rows are there, and which column is which; in a transaction of its own."""
    with writing():
        change(files, file.id, rows=number, notices=as_json({READ: notices}))
        change(files, file.id, layouts=as_json([one.as_json() for one in layouts]))


def failed(files: Import[R, S], uuid: str, message: object) -> None:
    """Note that the file cannot be read or tried, and why; its rows go. Outside a transaction."""
    run = files.run
    told = as_json({READ: [problems.keep(message)]})
    wanted = (run.uuid == uuid, run.state != State.APPLIED)
    with writing():
        run_id = db.session.scalar(sa.select(run.id).where(*wanted))
        values = {"state": State.FAILED, "notices": told, "digest": ""}
        if not rows_written(sa.update(run).where(*wanted).values(**values)):
            return
    if run_id is not None:
        _let_go(files, run_id)


def _let_go(files: Import[R, S], run_id: int) -> None:
    """Let go of the rows of a file that is over, the last first: whoever reads it anew meanwhile
    goes on behind those that are left, and no more of them go."""
    run, left = files.run, 1
    over = (run.id == run_id, run.state.in_((State.FAILED, State.APPLIED)))
    while left:
        with writing():
            if not rows_written(sa.update(run).where(*over).values(state=run.state)):
                return
            left = max(0, queries.last_staged(files, run_id) - _GOING)
            for table in (*files.hanging, files.row):
                gone = sa.delete(table).where(table.run_id == run_id, table.number > left)
                rows_written(gone)


def forget_old(files: Import[R, S]) -> None:
    """Let go of the rows of files that were sent long ago; what was not applied has to come again.

    A stretch at a time, so that nobody waits for long.
    """
    for run_id, uuid in queries.kept_too_long(files, now() - rules.KEPT):
        failed(files, uuid, _l("这个文件保存期已过，需要时请重新上传。"))
        _let_go(files, run_id)


# -- The trial ----------------------------------------------------------------------------------


def reopen(files: Import[R, S], run_id: int, **values: Any) -> None:
    """Take back an earlier trial: whoever approved it has approved nothing. Raises Conflict where
    the file was applied; nobody applies it in this transaction."""
    run = files.run
    begun = sa.update(run).where(run.id == run_id, run.state != State.APPLIED)
    if not rows_written(begun.values(**{"state": State.READING, "digest": "", **values})):
        raise Conflict(files.done)


def try_rows(
    files: Import[R, S],
    file: File,
    judge: Callable[[list[Staged]], list[J]],
    keep: Callable[[list[J]], None],
    report: Report,
) -> Commonest:
    """Try every row anew, and keep what would become of it; *keep* does more with a stretch, in
    its transaction.  Raises Conflict where the file was applied."""
    row, common, done = files.row, Commonest(), 0
    with writing():
        reopen(files, file.id, counts="{}")
        for table in files.hanging:
            rows_written(sa.delete(table).where(table.run_id == file.id))
        tried = sa.update(row).where(row.run_id == file.id, row.verdict.is_not(None))
        rows_written(tried.values(verdict=None))
    one = sa.and_(row.run_id == sa.bindparam("b_run"), row.number == sa.bindparam("b_number"))
    for stretch in queries.staged(files, file):
        judged = judge(stretch)
        kept = [{"b_run": file.id, "b_number": each.number, **each.columns()} for each in judged]
        db.session.rollback()
        with writing():
            if kept:
                db.session.execute(sa.update(table_of(row)).where(one), kept)
            keep(judged)
        for each, staged in zip(judged, stretch, strict=True):
            common.add(each.problems, staged.layout.sheet, staged.line)
        done += len(stretch)
        report(done, file.rows)
    return common


def tried(
    files: Import[R, S],
    file: File,
    common: Commonest,
    digest: str,
    notices: Iterable[object] = (),
    **values: Any,
) -> None:
    """Note that every row was tried; *digest* is of all that the file would change."""
    told = {**file.told, TRIED: [problems.keep(notice) for notice in notices]}
    counts = queries.counted(files, file.id)
    change(files, file.id, counts=as_json(counts), summary=as_json(common.most()))
    change(files, file.id, state=State.READY, digest=digest, notices=as_json(told), **values)


# -- Applying -----------------------------------------------------------------------------------


def check(files: Import[R, S], file: File, approved: str) -> None:
    """Raise BadInput or Conflict unless the file may be applied as it was approved (a digest)."""
    if file.state is State.APPLIED:
        raise Conflict(files.done)
    if file.state is not State.READY or not approved or file.digest != approved:
        raise Conflict(_l("试运行的结果已经变了，请重新查看后再导入。"))
    if file.open:
        raise BadInput(_l(files.unsettled._args[0], count=file.open))


def claim(
    files: Import[R, S],
    file: File,
    approved: str,
    stale: LazyString,
    *wanted: sa.ColumnElement[bool],
    **values: Any,
) -> None:
    """Set columns of a file that waits as it was approved, by this transaction and no other.

    Raises Conflict, with the words *stale*, where it is otherwise by now.
    """
    run = files.run
    here = (run.id == file.id, run.state == State.READY, run.digest == approved, *wanted)
    if not rows_written(sa.update(run).where(*here).values(**values)):
        raise Conflict(stale)
