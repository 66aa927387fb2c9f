"""What is read for the import of settlements: the files that were sent, and their rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.clock import today
from core.db import db
from core.errors import NotFound
from core.files.models import File as KeptFile
from core.geo import Datum
from core.regions import boundaries, census
from core.regions import queries as regions
from core.regions.meant import Regions
from core.regions.rules import Level
from core.regions.tree import Node
from core.sheets import problems as wrong
from core.sheets.headings import Layout
from core.sheets.problems import Common, Problem, Words
from stations.coverage import comparing
from stations.coverage.comparing import Compared, Sum
from stations.coverage.demand.models import PopulationImport, PopulationImportRow
from stations.coverage.demand.rules import Staged, State, Verdict
from stations.coverage.population import Terms

#: How many rows are in hand at a time.
AT_ONCE: Final = 1000
#: What is to be said of a file, since it was read, and since it was tried.
READ, TRIED = "read", "tried"
PER_PAGE: Final = 50

# -- The file -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class File:
    """A file that was sent, as far as it is; ``node`` is its region today."""

    id: int
    uuid: str
    sent_by: str
    file_name: str
    container: str
    sha256: str
    terms: Terms
    node: Node | None
    state: State
    layouts: tuple[Layout, ...]
    told: Mapping[str, list[Words]]
    counts: Mapping[str, int]
    summary: tuple[Common, ...]
    sums: Mapping[int, Sum]
    rows: int
    content: str
    digest: str
    replaces: str
    set_uuid: str
    created_at: datetime

    @property
    def notices(self) -> list[str]:
        """What is to be said of the file as a whole."""
        return [wrong.tell(each) for part in (READ, TRIED) for each in self.told.get(part, ())]

    @property
    def open(self) -> int:
        """How many rows keep it from being taken."""
        return self.counts.get(Verdict.REFUSE, 0)

    @property
    def taken(self) -> int:
        return self.counts.get(Verdict.TAKE, 0)

    @property
    def judged(self) -> int:
        """How many rows stand below headings."""
        return sum(self.counts.values())

    @property
    def people(self) -> float:
        return sum(each.people for each in self.sums.values())


def _file(row: PopulationImport, name: str, sha256: str | None) -> File:
    return File(
        id=row.id,
        uuid=row.uuid,
        sent_by=row.sent_by,
        file_name=name,
        container=row.container,
        sha256=sha256 or "",
        terms=Terms(row.region_id, row.year, row.source, Datum(row.datum)),
        node=regions.tree(today()).by_id.get(row.region_id),
        state=State(row.state),
        layouts=tuple(map(Layout.of_json, json.loads(row.layouts))),
        told=json.loads(row.notices),
        counts=json.loads(row.counts),
        summary=wrong.common_of(json.loads(row.summary)),
        sums={int(id): Sum(*each) for id, each in json.loads(row.sums).items()},
        rows=row.rows,
        content=row.content,
        digest=row.digest,
        replaces=row.replaces,
        set_uuid=row.set_uuid,
        created_at=row.created_at,
    )


_FILES: Final = sa.select(PopulationImport, KeptFile.name, KeptFile.sha256).join(
    KeptFile, KeptFile.id == PopulationImport.file_id
)


def _whose(actor: Actor) -> sa.ColumnElement[bool]:
    """Those for regions within reach."""
    reach = actor.reach(Permission.REGISTER_IMPORT)
    if reach.everywhere:
        return sa.true()
    within = reach.region_ids(regions.tree(today()))
    return PopulationImport.region_id.in_(sorted(within))


def find(actor: Actor, uuid: str) -> File:
    """The file, if its region is within reach. Raises NotFound."""
    wanted = _FILES.where(PopulationImport.uuid == uuid, _whose(actor))
    row = db.session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound(_l("没有这次导入。"))
    return _file(*row)


def waiting(actor: Actor) -> list[File]:
    """The files within reach that were not taken, the newest first; so many as fit on a page."""
    found = db.session.execute(
        _FILES.where(_whose(actor), PopulationImport.state != State.APPLIED)
        .order_by(PopulationImport.id.desc())
        .limit(PER_PAGE)
    )
    return [_file(*row) for row in found]


def file_name(uuid: str) -> str:
    """What the file was called; empty where it is no longer known."""
    named = sa.select(KeptFile.name).join(PopulationImport, PopulationImport.file_id == KeptFile.id)
    return db.session.scalar(named.where(PopulationImport.uuid == uuid)) or ""


def kept_too_long(before: datetime) -> list[str]:
    """The files that were sent before then and still have rows."""
    held = sa.exists().where(PopulationImportRow.run_id == PopulationImport.id)
    old = sa.select(PopulationImport.uuid).where(PopulationImport.created_at < before, held)
    return list(db.session.scalars(old.order_by(PopulationImport.id)))


# -- Its rows -----------------------------------------------------------------------------------


def last_staged(run_id: int) -> int:
    """The number of the last row that was staged; 0 if none was."""
    last = sa.select(sa.func.max(PopulationImportRow.number))
    return db.session.scalar(last.where(PopulationImportRow.run_id == run_id)) or 0


def raw(file: File) -> Iterator[tuple[int, str, int, list[Any]]]:
    """Every row as it was read: number, sheet, line, cells."""
    last = 0
    while True:
        found = db.session.execute(
            sa.select(
                *(PopulationImportRow.number, PopulationImportRow.sheet),
                *(PopulationImportRow.line, PopulationImportRow.cells),
            )
            .where(PopulationImportRow.run_id == file.id, PopulationImportRow.number > last)
            .order_by(PopulationImportRow.number)
            .limit(AT_ONCE)
        ).all()
        if not found:
            return
        last = found[-1].number
        for row in found:
            yield row.number, row.sheet, row.line, json.loads(row.cells)


def staged(file: File) -> Iterator[Staged]:
    """The rows of the file that stand below headings."""
    layouts = {layout.sheet: layout for layout in file.layouts}
    for number, sheet, line, cells in raw(file):
        if sheet in layouts and line >= layouts[sheet].first:
            yield Staged(number, layouts[sheet], line, cells)


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as the page and the report show it."""

    sheet: str
    line: int
    code: str
    name: str
    people: int | None
    verdict: Verdict
    problems: list[Problem]


def _shown(*wanted: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    row = PopulationImportRow
    return (
        sa.select(row.sheet, row.line, row.code, row.name, row.people, row.verdict, row.problems)
        .where(*wanted)
        .order_by(row.number)
    )


def _row(row: Any) -> Shown:
    return Shown(
        sheet=row.sheet,
        line=row.line,
        code=row.code or "",
        name=row.name or "",
        people=row.people,
        verdict=Verdict(row.verdict),
        problems=wrong.loaded(row.problems or ""),
    )


def rows(
    file: File, verdict: Verdict | None, warned: bool, text: str, page: int
) -> tuple[list[Shown], int]:
    """A page of the rows of a verdict, those with problems only, those whose name has *text*."""
    row = PopulationImportRow
    wanted = [row.run_id == file.id, row.verdict.is_not(None)]
    if verdict is not None:
        wanted.append(row.verdict == verdict)
    if warned:
        wanted.append(row.problems != "")
    if text:
        named = row.name.icontains(text, autoescape=True)
        wanted.append(sa.or_(named, row.code.startswith(text, autoescape=True)))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(row).where(*wanted)) or 0
    found = db.session.execute(_shown(*wanted).limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    return [_row(one) for one in found], total


def told(file: File) -> Iterator[Shown]:
    """Every row about which there is something to say, for the report."""
    wanted = (
        PopulationImportRow.run_id == file.id,
        PopulationImportRow.problems.is_not(None),
        PopulationImportRow.problems != "",
    )
    for row in db.session.execute(_shown(*wanted)):
        yield _row(row)


# -- The regions --------------------------------------------------------------------------------


def places(actor: Actor) -> list[Node]:
    """The cities and counties for which *actor* may send a file."""
    reach = actor.reach(Permission.REGISTER_IMPORT)
    tree = regions.tree(today())
    known = [
        node
        for top in tree.top()
        for node in (top, *(each for each in tree.children(top.id) if each.level is Level.COUNTY))
    ]
    return [node for node in known if reach.region(tree, node.id)]


def regions_for(actor: Actor) -> Regions:
    """The regions of today with their outlines."""
    reach = actor.reach(Permission.REGISTER_IMPORT)
    return Regions(regions.tree(today()), reach, boundaries.shapes(today()))


def compared(node: Node, year: int, sums: Mapping[int, Sum]) -> Sequence[Compared]:
    """The sums of a set of the region beside the census, county by county."""
    tree = regions.tree(today())
    figures = census.of_year(
        [node.id, *(each.id for each in tree.children(node.id))], year, today()
    )
    return comparing.compared(tree, node, sums, figures)


def regions_taken(run_id: int) -> list[int]:
    """The regions of the settlements of a file."""
    found = sa.select(PopulationImportRow.region_id).where(
        PopulationImportRow.run_id == run_id, PopulationImportRow.verdict == Verdict.TAKE
    )
    return [id for id in db.session.scalars(found.distinct()) if id is not None]
