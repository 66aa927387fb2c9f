"""What is read for an import: the file and its rows, and what the register knows of its sites."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.catalogue.queries import catalogue
from core.clock import today
from core.db import db
from core.geo import Datum
from core.imports import queries as imports
from core.imports import rules
from core.imports.models import Import
from core.imports.rules import State
from core.pages import PER_PAGE
from core.regions import boundaries
from core.regions import queries as regions
from core.regions.meant import Regions
from core.sites.models import Site, SitePeriod
from network.imports.models import ImportOffering, ImportRow, ImportRun
from network.imports.rules import Terms, Verdict
from network.sheets.columns import Column, columns

LONGEST_SAMPLE: Final = 24

# -- The file -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class File(imports.File):
    """A file that was sent, as far as it is."""

    terms: Terms
    last_serial: int
    batch_id: int | None

    @property
    def differing(self) -> int:
        return self.counts.get(Verdict.CREATE, 0) + self.counts.get(Verdict.CHANGE, 0)

    @property
    def applicable(self) -> bool:
        return self.state is State.READY and not self.open and self.differing > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(rules.Shown):
    """A row as the page and the report show it; ``offered`` are codes between blanks."""

    changes: str
    choice: str
    offered: str
    site_id: int | None


FILES: Final = Import(
    ImportRun,
    ImportRow,
    Verdict,
    Shown,
    done=_l("这个文件已经导入。"),
    unsettled=_l("还有 %(count)s 行有错或待选择，改好后才能导入。"),
    hanging=(ImportOffering,),
)


def _file(row: ImportRun, name: str, sha256: str) -> File:
    return File(
        **imports.told_of(row, name, sha256),
        terms=Terms(None if row.datum is None else Datum(row.datum), row.on),
        last_serial=row.last_serial,
        batch_id=row.batch_id,
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
    return _file(*imports.find(FILES, uuid, _whose(actor)))


def listed(actor: Actor, page: int) -> tuple[list[File], int]:
    """A page of the files within reach, the newest first, and how many there are."""
    whose = _whose(actor)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(ImportRun).where(whose)) or 0
    found = imports.sent(FILES, whose).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return [_file(*row) for row in db.session.execute(found)], total


def file_name(uuid: str) -> str:
    """What the file was called; empty where it is no longer known."""
    return imports.file_name(ImportRun, uuid)


# -- Its rows, for the page ---------------------------------------------------------------------


def offered(shown: Sequence[Shown]) -> dict[str, str]:
    """The names of the sites that rows may mean, by code."""
    codes = sorted({code for row in shown for code in row.offered.split()})
    rows = db.session.execute(sa.select(Site.code, Site.name).where(Site.code.in_(codes)))
    return {row.code: row.name for row in rows}


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
