"""What is read of the files that were sent, and of their rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.db import db
from core.errors import NotFound
from core.files.models import File as KeptFile
from core.imports.models import Import, R, S, SentFile
from core.imports.rules import AT_ONCE, OPEN, READ, TRIED, Asked, Staged, State
from core.pages import PER_PAGE
from core.sheets import problems as wrong
from core.sheets.headings import Layout
from core.sheets.problems import Common, Words

# -- The file -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that was sent, as far as it is."""

    id: int
    uuid: str
    sent_by: str
    file_name: str
    container: str
    sha256: str
    state: State
    layouts: tuple[Layout, ...]
    told: Mapping[str, list[Words]]
    counts: Mapping[str, int]
    summary: tuple[Common, ...]
    rows: int
    digest: str
    region_id: int | None
    created_at: datetime

    @property
    def notices(self) -> list[str]:
        """What is to be said of the file as a whole."""
        return [wrong.tell(each) for part in (READ, TRIED) for each in self.told.get(part, ())]

    @property
    def open(self) -> int:
        """How many rows keep it from being applied."""
        return sum(self.counts.get(verdict, 0) for verdict in OPEN)


def told_of(row: Any, name: str, sha256: str) -> dict[str, Any]:
    """What every :class:`File` has, of its row."""
    told = json.loads(row.notices)
    return {
        **{each: getattr(row, each) for each in ("id", "uuid", "sent_by", "container", "rows")},
        **{each: getattr(row, each) for each in ("digest", "region_id", "created_at")},
        "file_name": name,
        "sha256": sha256,
        "state": State(row.state),
        "layouts": tuple(map(Layout.of_json, json.loads(row.layouts))),
        # Files of sites once had what was found in reading alone.
        "told": {READ: told} if isinstance(told, list) else told,
        "counts": json.loads(row.counts),
        "summary": wrong.common_of(json.loads(row.summary)),
    }


def sent(files: Import[R, S], *wanted: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    """The files, the newest first: the row, what the file was called, and its hash."""
    run = files.run
    return (
        sa.select(run, KeptFile.name, KeptFile.sent_sha256)
        .join(KeptFile, KeptFile.id == run.file_id)
        .where(*wanted)
        .order_by(run.id.desc())
    )


def find(files: Import[R, S], uuid: str, whose: sa.ColumnElement[bool]) -> tuple[R, str, str]:
    """One of those that *whose* says, as :func:`sent`. Raises NotFound."""
    row = db.session.execute(sent(files, files.run.uuid == uuid, whose)).one_or_none()
    if row is None:
        raise NotFound(_l("没有这次导入。"))
    return row[0], row[1], row[2]


def file_name(run: type[SentFile], uuid: str) -> str:
    """What the file was called; empty where it is no longer known."""
    named = sa.select(KeptFile.name).join(run, run.file_id == KeptFile.id)
    return db.session.scalar(named.where(run.uuid == uuid)) or ""


def kept_too_long(files: Import[R, S], before: datetime) -> list[tuple[int, str]]:
    """Id and UUID of the files that were sent before then and still have rows."""
    run = files.run
    held = sa.exists().where(files.row.run_id == run.id)
    old = sa.select(run.id, run.uuid).where(run.created_at < before, held)
    return [(row.id, row.uuid) for row in db.session.execute(old.order_by(run.id))]


# -- Its rows -----------------------------------------------------------------------------------


def last_staged(files: Import[R, S], run_id: int) -> int:
    """The number of the last row that was staged; 0 if none was."""
    last = sa.select(sa.func.max(files.row.number)).where(files.row.run_id == run_id)
    return db.session.scalar(last) or 0


def stored(files: Import[R, S], run_id: int, *more: Any) -> Iterator[Sequence[Any]]:
    """The rows as they were read (number, sheet, line, cells, *more*), a stretch at a time."""
    row, last = files.row, 0
    while found := db.session.execute(
        sa.select(row.number, row.sheet, row.line, row.cells, *more)
        .where(row.run_id == run_id, row.number > last)
        .order_by(row.number)
        .limit(AT_ONCE)
    ).all():
        last = found[-1].number
        yield found


def staged(files: Import[R, S], file: File) -> Iterator[list[Staged]]:
    """The rows of the file that stand below headings, a stretch at a time."""
    layouts = {layout.sheet: layout for layout in file.layouts}
    choice = getattr(files.row, "choice", sa.literal(""))
    for stretch in stored(files, file.id, choice):
        yield [
            Staged(number, layouts[sheet], line, json.loads(cells), choice)
            for number, sheet, line, cells, choice in stretch
            if sheet in layouts and line >= layouts[sheet].first
        ]


def raw(files: Import[R, S], file: File) -> Iterator[tuple[str, int, list[Any]]]:
    """Every row as it was read: sheet, line, cells."""
    for stretch in stored(files, file.id):
        for row in stretch:
            yield row.sheet, row.line, json.loads(row.cells)


def rows(files: Import[R, S], file: File, asked: Asked) -> tuple[list[S], int]:
    """A page of the rows that were tried and are asked for, and how many there are."""
    row = files.row
    wanted = [row.run_id == file.id, row.verdict.is_not(None)]
    if asked.verdict is not None:
        wanted.append(row.verdict == asked.verdict)
    if asked.warned:
        wanted.append(row.problems != "")
    if asked.text:
        has = (each.icontains(asked.text, autoescape=True) for each in (row.name, row.code))
        wanted.append(sa.or_(*has))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(row).where(*wanted)) or 0
    found = _shown(files, *wanted).limit(PER_PAGE).offset((asked.page - 1) * PER_PAGE)
    return [_row(files, one) for one in db.session.execute(found)], total


def told(files: Import[R, S], file: File) -> Iterator[S]:
    """Every row about which there is something to say, for the report."""
    row = files.row
    wanted = (row.run_id == file.id, row.problems.is_not(None), row.problems != "")
    for one in db.session.execute(_shown(files, *wanted)):
        yield _row(files, one)


def _shown(files: Import[R, S], *wanted: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    columns = (_column(getattr(files.row, each.name)) for each in fields(files.shown))
    return sa.select(*columns).where(*wanted).order_by(files.row.number)


def _column(column: Any) -> Any:
    """The column; a text that there is not is empty."""
    text = isinstance(column.type, sa.String)
    return sa.func.coalesce(column, "").label(column.key) if text else column


def _row(files: Import[R, S], row: sa.Row[Any]) -> S:
    told = {"verdict": files.verdicts(row.verdict), "problems": wrong.loaded(row.problems)}
    return files.shown(**{**row._mapping, **told})


def counted(files: Import[R, S], run_id: int) -> dict[str, int]:
    """How many rows would come to what."""
    row = files.row
    found = db.session.execute(
        sa.select(row.verdict, sa.func.count())
        .where(row.run_id == run_id, row.verdict.is_not(None))
        .group_by(row.verdict)
        .order_by(row.verdict)
    )
    return {str(verdict): count for verdict, count in found}


def regions_of(files: Import[R, S], run_id: int, *verdicts: str) -> list[int]:
    """The regions of the rows that come to one of these."""
    row = files.row
    wanted = (row.run_id == run_id, row.verdict.in_(verdicts), row.region_id.is_not(None))
    found = sa.select(row.region_id).where(*wanted).distinct().order_by(row.region_id)
    return [id for id in db.session.scalars(found) if id is not None]
