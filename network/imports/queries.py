"""What is read for an import: the file and its rows, and what the register knows of its sites."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.catalogue.queries import catalogue
from core.clock import today
from core.db import db
from core.errors import NotFound
from core.files.models import File as KeptFile
from core.geo import Datum
from core.regions import boundaries
from core.regions import queries as regions
from core.regions.meant import Regions
from core.sheets import problems as wrong
from core.sheets.headings import Layout
from core.sheets.problems import Common, Problem
from core.sites.models import Site, SitePeriod
from network.imports.models import ImportRow, ImportRun
from network.imports.row import Staged
from network.imports.rules import OPEN, State, Terms, Verdict
from network.sheets.columns import Column, columns

#: How many rows are in hand at a time.
AT_ONCE: Final = 1000
PER_PAGE: Final = 50
LONGEST_SAMPLE: Final = 24

# -- The file -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class File:
    """A file that was sent, as far as it is."""

    id: int
    uuid: str
    sent_by: str
    file_name: str
    container: str
    sha256: str
    terms: Terms
    state: State
    layouts: tuple[Layout, ...]
    notices: tuple[str, ...]
    counts: dict[str, int]
    summary: tuple[Common, ...]
    rows: int
    digest: str
    last_serial: int
    batch_id: int | None
    region_id: int | None
    created_at: datetime

    @property
    def open(self) -> int:
        """How many rows keep it from being applied."""
        return sum(self.counts.get(verdict, 0) for verdict in OPEN)

    @property
    def differing(self) -> int:
        return self.counts.get(Verdict.CREATE, 0) + self.counts.get(Verdict.CHANGE, 0)

    @property
    def applicable(self) -> bool:
        return self.state is State.READY and not self.open and self.differing > 0


def _file(row: ImportRun, name: str, sha256: str) -> File:
    return File(
        id=row.id,
        uuid=row.uuid,
        sent_by=row.sent_by,
        file_name=name,
        container=row.container,
        sha256=sha256,
        terms=Terms(None if row.datum is None else Datum(row.datum), row.on),
        state=State(row.state),
        layouts=tuple(map(Layout.of_json, json.loads(row.layouts))),
        notices=tuple(map(wrong.tell, json.loads(row.notices))),
        counts=json.loads(row.counts),
        summary=wrong.common_of(json.loads(row.summary)),
        rows=row.rows,
        digest=row.digest,
        last_serial=row.last_serial,
        batch_id=row.batch_id,
        region_id=row.region_id,
        created_at=row.created_at,
    )


def _whose(actor: Actor) -> sa.ColumnElement[bool]:
    """One's own, and those for regions within reach."""
    reach = actor.reach(Permission.REGISTER_IMPORT)
    if reach.everywhere:
        return sa.true()
    within = sorted(reach.region_ids(regions.tree(today())))
    own = sa.and_(ImportRun.account_id.is_not(None), ImportRun.account_id == actor.account_id)
    return sa.or_(own, ImportRun.region_id.in_(within))


def find(actor: Actor, uuid: str) -> File:
    """The file, if it is within reach. Raises NotFound."""
    row = db.session.execute(_FILES.where(ImportRun.uuid == uuid, _whose(actor))).one_or_none()
    if row is None:
        raise NotFound(_l("没有这次导入。"))
    return _file(*row)


_FILES: Final = sa.select(ImportRun, KeptFile.name, KeptFile.sent_sha256).join(
    KeptFile, KeptFile.id == ImportRun.file_id
)


def listed(actor: Actor, page: int) -> tuple[list[File], int]:
    """A page of the files within reach, the newest first, and how many there are."""
    whose = _whose(actor)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(ImportRun).where(whose)) or 0
    found = db.session.execute(
        _FILES.where(whose)
        .order_by(ImportRun.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return [_file(*row) for row in found], total


def file_name(uuid: str) -> str:
    """What the file was called; empty where it is no longer known."""
    named = sa.select(KeptFile.name).join(ImportRun, ImportRun.file_id == KeptFile.id)
    return db.session.scalar(named.where(ImportRun.uuid == uuid)) or ""


def kept_too_long(before: datetime) -> list[tuple[int, str]]:
    """Id and UUID of the files that were sent before then and still have rows."""
    held = sa.exists().where(ImportRow.run_id == ImportRun.id)
    old = sa.select(ImportRun.id, ImportRun.uuid).where(ImportRun.created_at < before, held)
    return [(row.id, row.uuid) for row in db.session.execute(old.order_by(ImportRun.id))]


def last_staged(run_id: int) -> int:
    """The number of the last row that was staged; 0 if none was."""
    last = sa.select(sa.func.max(ImportRow.number)).where(ImportRow.run_id == run_id)
    return db.session.scalar(last) or 0


def staged(file: File) -> Iterator[list[Staged]]:
    """The rows of the file that stand below headings, a stretch at a time."""
    layouts = {layout.sheet: layout for layout in file.layouts}
    last = 0
    while True:
        rows = db.session.execute(
            sa.select(
                *(
                    ImportRow.number,
                    ImportRow.sheet,
                    ImportRow.line,
                    ImportRow.cells,
                    ImportRow.choice,
                )
            )
            .where(ImportRow.run_id == file.id, ImportRow.number > last)
            .order_by(ImportRow.number)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        last = rows[-1].number
        yield [
            Staged(row.number, layouts[row.sheet], row.line, json.loads(row.cells), row.choice)
            for row in rows
            if row.sheet in layouts and row.line >= layouts[row.sheet].first
        ]


# -- Its rows, for the page ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as the page and the report show it."""

    number: int
    sheet: str
    line: int
    name: str
    code: str
    verdict: Verdict
    problems: list[Problem]
    changes: str
    choice: str
    offered: tuple[str, ...]
    site_id: int | None


def rows(
    file: File, verdict: Verdict | None, warned: bool, text: str, page: int
) -> tuple[list[Shown], int]:
    """A page of the rows of a verdict, those with warnings only, those whose name has *text*."""
    wanted = [ImportRow.run_id == file.id, ImportRow.verdict.is_not(None)]
    if verdict is not None:
        wanted.append(ImportRow.verdict == verdict)
    if warned:
        wanted.append(ImportRow.problems != "")
    if text:
        wanted.append(
            sa.or_(
                ImportRow.name.icontains(text, autoescape=True),
                ImportRow.code.icontains(text, autoescape=True),
            )
        )
    total = db.session.scalar(sa.select(sa.func.count()).select_from(ImportRow).where(*wanted)) or 0
    found = _shown(*wanted).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return [_row(row) for row in db.session.execute(found)], total


def offered(shown: Sequence[Shown]) -> dict[str, str]:
    """The names of the sites that rows may mean, by code."""
    codes = sorted({code for row in shown for code in row.offered})
    rows = db.session.execute(sa.select(Site.code, Site.name).where(Site.code.in_(codes)))
    return {row.code: row.name for row in rows}


def told(file: File) -> Iterator[Shown]:
    """Every row about which there is something to say, for the report."""
    wanted = (
        ImportRow.run_id == file.id,
        ImportRow.problems.is_not(None),
        ImportRow.problems != "",
    )
    for row in db.session.execute(_shown(*wanted)):
        yield _row(row)


def _shown(*wanted: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            *(ImportRow.number, ImportRow.sheet, ImportRow.line, ImportRow.name, ImportRow.code),
            *(ImportRow.verdict, ImportRow.problems, ImportRow.changes, ImportRow.choice),
            *(ImportRow.offered, ImportRow.site_id),
        )
        .where(*wanted)
        .order_by(ImportRow.number)
    )


def _row(row: Any) -> Shown:
    return Shown(
        number=row.number,
        sheet=row.sheet,
        line=row.line,
        name=row.name or "",
        code=row.code or "",
        verdict=Verdict(row.verdict),
        problems=wrong.loaded(row.problems or ""),
        changes=row.changes or "",
        choice=row.choice,
        offered=tuple((row.offered or "").split()),
        site_id=row.site_id,
    )


def raw(file: File) -> Iterator[tuple[str, int, list[Any]]]:
    """Every row as it was read: sheet, line, cells."""
    last = 0
    while True:
        found = db.session.execute(
            sa.select(ImportRow.number, ImportRow.sheet, ImportRow.line, ImportRow.cells)
            .where(ImportRow.run_id == file.id, ImportRow.number > last)
            .order_by(ImportRow.number)
            .limit(AT_ONCE)
        ).all()
        if not found:
            return
        last = found[-1].number
        for row in found:
            yield row.sheet, row.line, json.loads(row.cells)


def samples(file: File, most: int = 3) -> dict[str, list[list[str]]]:
    """What stands in the first rows of each column of each sheet, for whoever names the columns."""
    found: dict[str, list[list[str]]] = {}
    for layout in file.layouts:
        rows = db.session.scalars(
            sa.select(ImportRow.cells)
            .where(
                ImportRow.run_id == file.id,
                ImportRow.sheet == layout.sheet,
                ImportRow.line >= layout.first,
            )
            .order_by(ImportRow.number)
            .limit(most)
        )
        columns: list[list[str]] = [[] for _ in layout.columns]
        for cells in map(json.loads, rows):
            for column, cell in zip(columns, cells, strict=False):
                if cell is not None and not isinstance(cell, list):
                    column.append(str(cell)[:LONGEST_SAMPLE])
        found[layout.sheet] = columns
    return found


# -- The register -------------------------------------------------------------------------------


def sheet_columns(on: date | None = None) -> tuple[Column, ...]:
    """The columns of a sheet on the day."""
    return columns(catalogue(on or today()).services)


def service_ids(on: date) -> dict[str, int]:
    return {service.code: service.id for service in catalogue(on).services}


def regions_for(actor: Actor, on: date) -> Regions:
    """The regions of the day, with what *actor* may import into."""
    return Regions(regions.tree(on), actor.reach(Permission.REGISTER_IMPORT), boundaries.shapes(on))


def batch_of(run_id: int) -> int | None:
    """The batch in which the new sites of the file are entered."""
    return db.session.scalar(sa.select(ImportRun.batch_id).where(ImportRun.id == run_id))


def entered_since(region_ids: Collection[int], serial: int) -> bool:
    """Whether any site was entered in the regions after the one with the serial."""
    entered = (
        sa.select(SitePeriod.region_id)
        .join(Site, Site.id == SitePeriod.site_id)
        .where(Site.serial > serial)
        .distinct()
    )
    return not set(region_ids).isdisjoint(db.session.scalars(entered))


def regions_of(run_id: int) -> list[int]:
    """The regions of the sites that the file changes or brings."""
    return list(
        db.session.scalars(
            sa.select(ImportRow.region_id)
            .where(
                ImportRow.run_id == run_id,
                ImportRow.verdict.in_((Verdict.CREATE, Verdict.CHANGE)),
                ImportRow.region_id.is_not(None),
            )
            .distinct()
            .order_by(ImportRow.region_id)
        )
    )
