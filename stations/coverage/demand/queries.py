"""What is read for the import of settlements: the files that were sent, and the regions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.clock import today
from core.db import db
from core.geo import Datum
from core.imports import queries as imports
from core.imports import rules
from core.imports.models import Import
from core.imports.rules import State
from core.pages import PER_PAGE
from core.regions import boundaries, census
from core.regions import queries as regions
from core.regions.meant import Regions
from core.regions.rules import Level
from core.regions.tree import Node
from stations.coverage import comparing
from stations.coverage.comparing import Compared, Sum
from stations.coverage.demand.models import PopulationImport, PopulationImportRow
from stations.coverage.demand.rules import Verdict
from stations.coverage.population import Terms

# -- The file -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class File(imports.File):
    """A file that was sent, as far as it is; ``node`` is its region today."""

    terms: Terms
    node: Node | None
    sums: Mapping[int, Sum]
    content: str
    replaces: str
    set_uuid: str

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(rules.Shown):
    """A row as the page and the report show it."""

    people: int | None


FILES: Final = Import(
    PopulationImport,
    PopulationImportRow,
    Verdict,
    Shown,
    done=_l("这个文件已经载入。"),
    unsettled=_l("还有 %(count)s 行有错，改好后才能载入。"),
)


def _file(row: PopulationImport, name: str, sha256: str) -> File:
    return File(
        **imports.told_of(row, name, sha256),
        terms=Terms(row.region_id, row.year, row.source, Datum(row.datum)),
        node=regions.tree(today()).by_id.get(row.region_id),
        sums={int(id): Sum(*each) for id, each in json.loads(row.sums).items()},
        content=row.content,
        replaces=row.replaces,
        set_uuid=row.set_uuid,
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
    return _file(*imports.find(FILES, uuid, _whose(actor)))


def waiting(actor: Actor) -> list[File]:
    """The files within reach that were not taken, the newest first; so many as fit on a page."""
    wanted = (_whose(actor), PopulationImport.state != State.APPLIED)
    found = db.session.execute(imports.sent(FILES, *wanted).limit(PER_PAGE))
    return [_file(*row) for row in found]


def file_name(uuid: str) -> str:
    """What the file was called; empty where it is no longer known."""
    return imports.file_name(PopulationImport, uuid)


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
