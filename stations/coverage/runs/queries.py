"""Reading runs, and what a run of a question rests on now."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import InstrumentedAttribute

from core.access import Reach
from core.catalogue.queries import catalogue
from core.catalogue.rules import Service
from core.db import db
from core.errors import NotFound
from core.jobs.models import Job
from core.pages import PER_PAGE
from core.regions.queries import require_standing, tree
from core.regions.ranks import ranks
from core.regions.rules import Level
from core.regions.tree import Node
from core.sites.queries import network
from stations.coverage.queries import demand
from stations.coverage.rules import Question, Rule, Tally
from stations.coverage.runs.models import CoverageRow, CoverageRun, CoverageShard
from stations.coverage.runs.rules import LOWEST, Ground, Terms, moment, reckon, same
from stations.coverage.serving import serving, sites_of

#: How many runs of one question are drawn beside one another.
MOST_DRAWN = 60


# -- One run --------------------------------------------------------------------------------------


def find(uuid: str) -> CoverageRun:
    """Raises NotFound."""
    found = db.session.scalar(sa.select(CoverageRun).where(CoverageRun.uuid == uuid))
    if found is None:
        raise NotFound(_l("没有这次测算。"))
    return found


def readable(reach: Reach, uuid: str) -> CoverageRun:
    """The run, if its region lies within reach today. Raises NotFound."""
    found = find(uuid)
    require_standing(reach, found.region_id)
    return found


def question_of(run: CoverageRun) -> Question:
    """What was asked. Raises NotFound where the day knows the region or the service no more."""
    region = tree(run.on).by_id.get(run.region_id)
    if region is None:
        raise NotFound(_l("这一天没有这个区划。"))
    return Question(
        region=region,
        on=run.on,
        service=service_of(run),
        at=moment(run.on, run.minute),
        rule=Rule(run.radius, run.factor),
    )


def service_of(run: CoverageRun) -> Service | None:
    """The service that a run asks about; None for any. Raises NotFound."""
    if run.service_id is None:
        return None
    found = catalogue(run.on).by_id.get(run.service_id)
    if found is None:
        raise NotFound(_l("没有这个事项。"))
    return found


def job_of(run: CoverageRun) -> Job | None:
    """The job that does it or did."""
    return db.session.scalar(sa.select(Job).where(Job.uuid == run.job_uuid))


def total_of(run: CoverageRun) -> Tally | None:
    """The answer; None as long as it is not finished."""
    if run.people is None or run.people_covered is None:
        return None
    return Tally(run.people, run.people_covered, run.settlements or 0, run.settlements_covered or 0)


def terms_of(run: CoverageRun) -> Terms:
    return Terms(
        *(run.region_id, run.service_id, run.minute, run.day_kind),
        *(run.rule_key, run.people_key),
    )


def done(run_id: int) -> dict[int, Tally]:
    """The parts that are done, by region."""
    rows = db.session.scalars(
        sa.select(CoverageShard)
        .where(CoverageShard.run_id == run_id)
        .order_by(CoverageShard.region_id)
    )
    return {row.region_id: _tally(row) for row in rows}


def rows(run_id: int) -> dict[int, Tally]:
    """The numbers of counties and towns, by region."""
    found = db.session.scalars(
        sa.select(CoverageRow).where(CoverageRow.run_id == run_id).order_by(CoverageRow.region_id)
    )
    return {row.region_id: _tally(row) for row in found}


def _tally(row: CoverageShard | CoverageRow) -> Tally:
    return Tally(row.people, row.people_covered, row.settlements, row.settlements_covered)


@dataclass(frozen=True, slots=True)
class Line:
    """A county or town of a run; ``tally`` is None where nobody is known to live."""

    node: Node
    tally: Tally | None


def lines(run: CoverageRun) -> list[Line]:
    """The counties and towns of a run, those of a county below it, by code."""
    living = tree(run.on)
    if run.region_id not in living.by_id:
        return []
    found = rows(run.id)
    below = (node for node in living.descendants(run.region_id) if node.level.depth <= LOWEST.depth)
    return [Line(node, found.get(node.id)) for node in sorted(below, key=lambda node: node.code)]


# -- What it rests on -----------------------------------------------------------------------------


def ground(question: Question) -> Ground:
    """The state of the register and of who lives where that a run is reckoned from."""
    if question.region is None:
        raise ValueError("a run is of a region")
    net = network(question.on)
    sites = sites_of(net, serving(net, question.service_id, question.at))
    return Ground(
        question=question,
        region=question.region,
        ranks=ranks(question.on),
        demand=demand(question.on),
        sites=sites,
        site_ids=net.rows.ids[sites.indexes],
    )


def differs(run: CoverageRun, found: Ground) -> bool:
    """Whether the question has another answer now than the finished run has."""
    parts = {part.id: reckon(found, part) for part in found.parts}
    kept = done(run.id)
    if parts.keys() != kept.keys():
        return True
    if not all(same(kept[key], part.total) for key, part in parts.items()):
        return True
    told, now = rows(run.id), {k: v for part in parts.values() for k, v in part.rows.items()}
    return told.keys() != now.keys() or not all(same(told[key], now[key]) for key in told)


# -- Many runs ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs a list is of; ``service`` None is any service, ``only_all`` those of none."""

    region: Node
    service_id: int | None = None
    only_all: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list, and how many there are."""

    runs: Sequence[CoverageRun]
    total: int


def listed(wanted: Wanted, page: int | None) -> Listed:
    """Runs of the region, those of the latest day first; a page of them, or all."""
    which = _which(wanted)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(CoverageRun).where(*which))
    asked = (
        sa.select(CoverageRun).where(*which).order_by(CoverageRun.on.desc(), CoverageRun.id.desc())
    )
    if page is not None:
        asked = asked.limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return Listed(db.session.scalars(asked).all(), total or 0)


def _which(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    which: list[sa.ColumnElement[bool]] = [CoverageRun.region_id == wanted.region.id]
    if wanted.only_all:
        which.append(CoverageRun.service_id.is_(None))
    elif wanted.service_id is not None:
        which.append(CoverageRun.service_id == wanted.service_id)
    return which


def over_time(run: CoverageRun) -> list[CoverageRun]:
    """The finished runs that ask the same of the same region, in the order of their days; the rule
    and the people may differ. Of several of one day and one rule the newest."""
    found = db.session.scalars(
        sa.select(CoverageRun)
        .where(
            CoverageRun.region_id == run.region_id,
            _is(CoverageRun.service_id, run.service_id),
            _is(CoverageRun.minute, run.minute),
            CoverageRun.finished_at.is_not(None),
        )
        .order_by(CoverageRun.on.desc(), CoverageRun.id.desc())
        .limit(MOST_DRAWN * 2)
    )
    newest: dict[tuple[date, str], CoverageRun] = {}
    for one in found:
        newest.setdefault((one.on, one.rule_key), one)
    return sorted(newest.values(), key=lambda one: (one.on, one.id))[-MOST_DRAWN:]


def _is(column: InstrumentedAttribute[int | None], value: int | None) -> sa.ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


def parts_done(run_ids: Sequence[int]) -> dict[int, int]:
    """How many parts of these runs are done."""
    counted = db.session.execute(
        sa.select(CoverageShard.run_id, sa.func.count().label("number"))
        .where(CoverageShard.run_id.in_(run_ids))
        .group_by(CoverageShard.run_id)
    )
    return {row.run_id: row.number for row in counted}


def uncorrected() -> list[tuple[int, str]]:
    """The ids and UUIDs of the finished runs of which nobody has seen that they are corrected;
    those of one day come together."""
    found = db.session.execute(
        sa.select(CoverageRun.id, CoverageRun.uuid)
        .where(CoverageRun.finished_at.is_not(None), CoverageRun.corrected_at.is_(None))
        .order_by(CoverageRun.on.desc(), CoverageRun.id)
    )
    return [(row.id, row.uuid) for row in found]


def cities_with_people(on: date) -> list[Node]:
    """The cities in which anybody is known to live."""
    among, found = ranks(on), demand(on)
    places = found.places(among)
    depth = Level.CITY.depth
    there = np.unique(among.above[places[places >= 0], depth])
    return [among.nodes[place] for place in there.tolist()]


@dataclass(frozen=True, slots=True)
class From:
    """Where people of a run are from, as it was told then."""

    code: str
    name: str
    year: int
    source: str
    made: bool


def sources_of(run: CoverageRun) -> list[From]:
    return [From(**one) for one in json.loads(run.sources)]


# -- Over time ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Point:
    """A finished run among others; ``moved`` is by how much the share of people has moved since
    the one before, where both may be compared."""

    run: CoverageRun
    tally: Tally
    moved: float | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Runs one after another that may be compared; ``apart`` says in what they differ from those
    of the stretch before."""

    points: tuple[Point, ...]
    apart: tuple[LazyString, ...]


def stretches(found: Sequence[CoverageRun]) -> list[Stretch]:
    """Finished runs in the order of their days, cut where they may not be compared."""
    cut: list[Stretch] = []
    points: list[Point] = []
    apart: tuple[LazyString, ...] = ()
    before: CoverageRun | None = None
    for run in found:
        tally = total_of(run)
        if tally is None:
            continue
        differs = () if before is None else terms_of(run).apart(terms_of(before))
        if differs:
            cut.append(Stretch(tuple(points), apart))
            points, apart = [], differs
        points.append(Point(run, tally, _moved(points[-1].tally, tally) if points else None))
        before = run
    return [*cut, Stretch(tuple(points), apart)] if points else []


def _moved(before: Tally, after: Tally) -> float | None:
    if before.people_share is None or after.people_share is None:
        return None
    return after.people_share - before.people_share
