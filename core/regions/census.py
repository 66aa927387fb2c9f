"""What a census counted: taken from lists, shipped for two cities, told of a region on a day.

A figure is of the ground that the region has: where others are merged into it, from that day on
the sum of them all; where a part of it is not known, or was split, none.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.audit.rules import Member
from core.clock import today
from core.dated import on_day
from core.db import db
from core.errors import BadInput
from core.regions import queries, story
from core.regions.following import Ended, Follower, cease, counted_in, lying_in
from core.regions.models import Census, RegionPeriod
from core.regions.rules import MOST_SOURCE
from core.regions.tree import Tree
from core.textfile import read_text

FIRST_YEAR, LAST_YEAR = 1949, 2100
#: More people than in any city.
MOST_PEOPLE: Final = 100_000_000

_FILE: Final = Path(__file__).parent / "data" / "census2020.csv"
_YEAR: Final = 2020
_SOURCE: Final = "第七次全国人口普查（2020）"
_HEADER: Final = ["code", "name", "people"]


@dataclass(frozen=True, slots=True)
class Figure:
    """How many people were counted in a year, and who says so."""

    year: int
    people: int
    source: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many figures are new or others than before, and how many are as they were."""

    changed: int
    same: int


# -- Taking them --------------------------------------------------------------------------------


def read(text: str) -> dict[str, int]:
    """The people by the region's code, of a CSV file of the columns code,name,people.

    Raises BadInput naming the line.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: dict[str, int] = {}
    try:
        if [cell.strip() for cell in next(reader, [])] != _HEADER:
            raise BadInput(_l("第 1 行应为列名：code,name,people。"), field="header")
        for cells in reader:
            if any(cells):
                code, people = _line(reader.line_num, cells)
                if code in found:
                    message = _l(
                        "第 %(line)s 行：%(code)s 出现了两次。", line=reader.line_num, code=code
                    )
                    raise BadInput(message)
                found[code] = people
    except csv.Error as error:
        message = _l("第 %(line)s 行不是 CSV：%(error)s", line=reader.line_num, error=str(error))
        raise BadInput(message) from None
    return found


def _line(number: int, cells: list[str]) -> tuple[str, int]:
    if len(cells) != len(_HEADER):
        message = _l(
            "第 %(line)s 行：应有 %(expected)s 列，却有 %(number)s 列。",
            line=number,
            expected=len(_HEADER),
            number=len(cells),
        )
        raise BadInput(message)
    code, people = cells[0].strip(), cells[2].strip()
    if not (code.isascii() and code.isdigit() and len(code) == 12):
        raise BadInput(_l("第 %(line)s 行：区划代码应为 12 位数字。", line=number))
    # Python itself reads no number of thousands of digits, and would not say so in words.
    significant = people.lstrip("0") or "0"
    if not (people.isascii() and people.isdigit() and len(significant) <= len(str(MOST_PEOPLE))):
        raise BadInput(_l("第 %(line)s 行：人口应为整数，例如 446193。", line=number))
    if int(significant) > MOST_PEOPLE:
        raise BadInput(_l("第 %(line)s 行：人口应为整数，例如 446193。", line=number))
    return code, int(significant)


def load(actor: Actor, figures: Mapping[str, int], year: int, source: str) -> Outcome:
    """Let these be the census figures of the year, by the regions' codes of today.

    What was known is corrected.  Raises BadInput, and takes none, where a code is nobody's.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadInput(_l("年份应在 1949–2100 之间。"), field="year")
    if not 0 < len(source.strip()) <= MOST_SOURCE:
        raise BadInput(_l("请写明来源，最多 %(most)s 个字。", most=MOST_SOURCE), field="source")
    tree = queries.load(today())
    unknown = [code for code in figures if code not in tree.by_code]
    if unknown:
        raise BadInput(
            _l("没有代码为 %(code)s 的区划。", code="、".join(unknown[:5])), field="code"
        )
    return _store(actor, tree, figures, year, source.strip())


def load_shipped(actor: Actor, city: str) -> Outcome:
    """The figures that are shipped of a *city*, by its four digits; what is known already stays."""
    tree = queries.load(today())
    held = of_year([node.id for node in tree.by_id.values()], _YEAR, today())
    figures = {
        code: people
        for code, people in read(read_text(_FILE)).items()
        if code.startswith(city) and code in tree.by_code and tree.by_code[code].id not in held
    }
    return _store(actor, tree, figures, _YEAR, _SOURCE)


def _store(actor: Actor, tree: Tree, figures: Mapping[str, int], year: int, source: str) -> Outcome:
    ids = {tree.by_code[code].id: code for code in figures}
    held = {row.region_id: row for row in _rows(ids, tree.on) if row.year == year}
    begun = dict(_first_days(ids))
    members = []
    for region_id, code in sorted(ids.items(), key=lambda one: one[1]):
        row, people = held.get(region_id), figures[code]
        if row is not None and (row.people, row.source) == (people, source):
            continue
        members.append(Member((story.REGION, code), {"people": (row and row.people, people)}))
        if row is None:
            row = Census(region_id=region_id, year=year, since=begun[region_id], until=None)
            db.session.add(row)
        row.people, row.source = people, source
    db.session.flush()
    if members:
        facts = {"year": (None, year), "source": (None, source)}
        record(actor, story.COUNTED, (story.REGION, ""), facts, members=members)
    return Outcome(len(members), len(ids) - len(members))


def _first_days(region_ids: Iterable[int]) -> Iterator[tuple[int, date]]:
    """Each region with the day from which on it is known, or since its last figure ended."""
    rows = db.session.execute(
        sa.select(
            RegionPeriod.region_id,
            sa.func.min(RegionPeriod.since).label("begun"),
            sa.select(sa.func.max(Census.until))
            .where(Census.region_id == RegionPeriod.region_id)
            .scalar_subquery()
            .label("ended"),
        )
        .where(RegionPeriod.region_id.in_(sorted(region_ids)))
        .group_by(RegionPeriod.region_id)
    )
    for row in rows:
        yield row.region_id, row.begun if row.ended is None else max(row.begun, row.ended)


# -- Telling them -------------------------------------------------------------------------------


def _rows(region_ids: Iterable[int], on: date) -> list[Census]:
    found = (
        sa.select(Census)
        .where(Census.region_id.in_(sorted(region_ids)), on_day(Census, on))
        .order_by(Census.region_id, Census.year)
    )
    return list(db.session.scalars(found))


def figures(region_id: int, on: date) -> list[Figure]:
    """What was counted on the ground that the region has on the day, the latest census first."""
    rows = _rows([region_id], on)
    return [Figure(row.year, row.people, row.source) for row in reversed(rows)]


def of_year(region_ids: Iterable[int], year: int, on: date) -> dict[int, Figure]:
    """Of each region the latest figure up to the year, else the earliest after it."""
    found: dict[int, Figure] = {}
    for row in _rows(region_ids, on):
        if row.region_id not in found or row.year <= year:
            found[row.region_id] = Figure(row.year, row.people, row.source)
    return found


# -- Regions that end ---------------------------------------------------------------------------


def _follow(actor: Actor, ended: Mapping[int, Ended], on: date) -> None:
    """From the day on what took regions in has the sum of all its parts; what was split, none."""
    heirs = sorted({heir for one in ended.values() for heir in one.heirs.values()})
    rows = list(db.session.scalars(sa.select(Census).where(lying_in(Census, {*ended, *heirs}, on))))
    begun = dict(_first_days(heirs))
    sums = [
        made
        for heir in heirs
        for made in _sums(heir, _parts(heir, ended.values(), begun[heir] >= on), rows, on)
    ]
    for row in rows:
        cease(row, on)
    db.session.flush()
    db.session.add_all(sums)
    db.session.flush()
    codes = {heir: code for one in ended.values() for code, heir in one.heirs.items()}
    members = [
        Member((story.REGION, codes[made.region_id]), {"people": (None, made.people)})
        for made in sums
        if made.year == max(each.year for each in sums if each.region_id == made.region_id)
    ]
    if members:
        since = {"since": (None, on)}
        record(actor, story.CENSUS_FOLLOWED, (story.REGION, ""), since, members=members)


def _parts(heir: int, ended: Collection[Ended], new: bool) -> list[int]:
    """What the heir is made of, itself if it was there before; empty where that is not known."""
    into = [one for one in ended if heir in one.heirs.values()]
    own = [] if new else [heir]
    whole = all(len(one.heirs) == 1 for one in into)
    return [*own, *(one.region_id for one in into)] if whole else []


def _sums(heir: int, parts: Collection[int], rows: Iterable[Census], on: date) -> list[Census]:
    of_year: dict[int, list[Census]] = {}
    for row in rows:
        if row.region_id in parts and row.holds(on):
            of_year.setdefault(row.year, []).append(row)
    return [
        Census(
            region_id=heir,
            year=year,
            people=sum(row.people for row in found),
            source="; ".join(dict.fromkeys(row.source for row in found))[:MOST_SOURCE],
            since=on,
            until=None,
        )
        for year, found in sorted(of_year.items())
        if len(found) == len(parts)
    ]


CENSUS: Final = Follower(
    Census.__tablename__, _l("普查人口"), counted_in(Census), _follow, needs_heir=False
)
