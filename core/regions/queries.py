"""Reading the regions: the tree of a day, who bore a code, whom a name may mean."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core import search as names
from core import snapshot
from core.access import Reach, require_reach
from core.clock import today
from core.connections import is_writing
from core.dated import on_day
from core.db import db
from core.errors import NotFound
from core.geo import Point
from core.regions.models import Region, RegionChange, RegionPeriod
from core.regions.rules import LEVELS, Level
from core.regions.tree import Node, Tree


@snapshot.of_revision("network")
def tree(on: date) -> Tree:
    """The tree of the day, kept in memory until the register is written."""
    return load(on)


def load(on: date) -> Tree:
    """The tree of the day as the database has it now, for those who are writing themselves."""
    rows = db.session.execute(
        sa.select(
            *(RegionPeriod.region_id, RegionPeriod.code, RegionPeriod.name, RegionPeriod.name_en),
            *(RegionPeriod.level, RegionPeriod.parent_id, RegionPeriod.statutory),
            *(Region.lat, Region.lon, Region.point_source),
            *(RegionPeriod.since, RegionPeriod.source),
        )
        .join(Region, Region.id == RegionPeriod.region_id)
        .where(on_day(RegionPeriod, on))
        .order_by(RegionPeriod.code)
    )
    return Tree.of(on, map(_node, rows))


def _node(row: sa.Row[*tuple[object, ...]]) -> Node:
    return Node(
        id=row.region_id,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        level=Level(row.level),
        parent_id=row.parent_id,
        statutory=row.statutory,
        point=None if row.lat is None else Point(row.lat, row.lon),
        point_source=row.point_source,
        since=row.since,
        source=row.source,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a code means; ``succeeded``: not the bearer of that day but who came after it."""

    node: Node
    succeeded: bool


def find_code(code: str, on: date) -> Found:
    """The region that bore *code* on the day, else the one it became by then. Raises NotFound.

    Of several successors (a split) the one with the lowest code is given.
    """
    living = tree(on)
    if code in living.by_code:
        return Found(living.by_code[code], succeeded=False)
    heirs = _heirs(_last_bearer(code, on), on, living) if len(code) == 12 else []
    if not heirs:
        raise NotFound(_l("没有代码为 %(code)s 的区划。", code=code[:40]), field="code")
    return Found(min(heirs, key=lambda node: node.code), succeeded=True)


def code_of(region_id: int, on: date) -> str | None:
    """The code that a region bore on the day; its first where it is older than that."""
    return db.session.scalar(
        sa.select(RegionPeriod.code)
        .where(RegionPeriod.region_id == region_id)
        .order_by((RegionPeriod.since <= on).desc(), RegionPeriod.since.desc())
        .limit(1)
    )


def codes_of(region_ids: Sequence[int]) -> dict[int, list[tuple[date, str]]]:
    """Every code that the regions bore, each with the day from which on, oldest first."""
    found: dict[int, list[tuple[date, str]]] = {}
    rows = db.session.execute(
        sa.select(RegionPeriod.region_id, RegionPeriod.since, RegionPeriod.code)
        .where(RegionPeriod.region_id.in_(region_ids))
        .order_by(RegionPeriod.region_id, RegionPeriod.since)
    )
    for row in rows:
        found.setdefault(row.region_id, []).append((row.since, row.code))
    return found


def county_of(region_id: int) -> int | None:
    """The county that a region is or lies in now, as the database has it; None above one."""
    up: int | None = region_id
    while up is not None:
        row = db.session.execute(
            sa.select(RegionPeriod.level, RegionPeriod.parent_id)
            .where(RegionPeriod.region_id == up)
            .order_by(RegionPeriod.since.desc())
            .limit(1)
        ).one_or_none()
        if row is None or row.level == Level.COUNTY:
            return None if row is None else up
        up = row.parent_id
    return None


def is_within(region_id: int, regions: Collection[int], on: date) -> bool:
    """Whether the region, or one above it, is among *regions* on the day; False where it is not.

    Whoever writes asks row by row, for whom the tree would be made anew.
    """
    if not is_writing():
        living = tree(on)
        return region_id in living.by_id and any(
            node.id in regions for node in living.path(region_id)
        )
    up: int | None = region_id
    while up is not None:
        row = db.session.execute(
            sa.select(RegionPeriod.parent_id).where(
                RegionPeriod.region_id == up, on_day(RegionPeriod, on)
            )
        ).one_or_none()
        if row is None:
            return False
        if up in regions:
            return True
        up = row.parent_id
    return False


def path_ids(region_id: int, on: date) -> list[int]:
    """The region and those above it, from the city down.

    Whoever writes asks row by row, for whom the tree would be made anew.
    """
    if not is_writing() and region_id in tree(on).by_id:
        return [node.id for node in tree(on).path(region_id)]
    return list(db.session.scalars(_PATH, {"region_id": region_id, "on": on}))


def _path() -> sa.Select[int]:
    below = sa.select(
        sa.bindparam("region_id", type_=sa.Integer).label("id"), sa.literal(0).label("up")
    ).cte(recursive=True)
    above = (
        sa.select(RegionPeriod.parent_id, below.c.up + 1)
        .join(below, RegionPeriod.region_id == below.c.id)
        .where(
            RegionPeriod.parent_id.is_not(None),
            on_day(RegionPeriod, sa.bindparam("on", type_=sa.Date)),
        )
    )
    path = below.union_all(above)
    return sa.select(path.c.id).order_by(path.c.up.desc())


_PATH: Final = _path()


def _last_bearer(code: str, on: date) -> int | None:
    return db.session.scalar(
        sa.select(RegionPeriod.region_id)
        .where(RegionPeriod.code == code, RegionPeriod.since <= on)
        .order_by(RegionPeriod.since.desc())
        .limit(1)
    )


def _heirs(region_id: int | None, on: date, living: Tree) -> list[Node]:
    """The living regions that the region became, through any number of changes."""
    seen: set[int] = set()
    found: list[Node] = []
    waiting = [] if region_id is None else [region_id]
    while waiting:
        passed = waiting.pop()
        if passed in living.by_id:
            found.append(living.by_id[passed])
        elif passed not in seen:
            waiting += _became(passed, on)
        seen.add(passed)
    return found


def standing_in(region_id: int, on: date) -> Node | None:
    """The region of the day in which what lay in a region lies: itself, else the first that it
    became, else what it lay in; None where none of them is of the day."""
    return tree(on).by_id.get(region_id) or all_standing_in([region_id], on).get(region_id)


def require_standing(reach: Reach, region_id: int) -> None:
    """Raise NotFound unless what stands in the region today lies within *reach*."""
    node = standing_in(region_id, today())
    require_reach(node is not None and reach.region(tree(today()), node.id))


def all_standing_in(region_ids: Collection[int], on: date) -> dict[int, Node]:
    """The same of many, asked at once; without those of which there is none."""
    return _Standing(on).of(region_ids)


class _Standing:
    """What is recorded of regions that are not of a day, read at once."""

    def __init__(self, on: date) -> None:
        self.living = tree(on).by_id
        periods = db.session.execute(
            sa.select(RegionPeriod.region_id, RegionPeriod.parent_id, RegionPeriod.until)
            .where(sa.not_(on_day(RegionPeriod, on)))
            .order_by(RegionPeriod.region_id, RegionPeriod.since)
        ).all()
        self.parents = {row.region_id: row.parent_id for row in periods}
        ended = {row.region_id: row.until for row in periods}
        self.heirs: dict[int, list[int]] = {}
        for row in db.session.execute(
            sa.select(RegionChange.from_region_id, RegionChange.to_region_id, RegionChange.on)
            .where(RegionChange.to_region_id.is_not(None), RegionChange.on <= on)
            .order_by(RegionChange.id)
        ):
            if row.on == ended.get(row.from_region_id):
                self.heirs.setdefault(row.from_region_id, []).append(row.to_region_id)

    def of(self, region_ids: Collection[int]) -> dict[int, Node]:
        found = ((region_id, self._one(region_id)) for region_id in region_ids)
        return {region_id: node for region_id, node in found if node is not None}

    def _one(self, region_id: int) -> Node | None:
        up: int | None = region_id
        while up is not None:
            heirs = self._became(up)
            if heirs:
                return min(heirs, key=lambda node: node.code)
            up = self.parents.get(up)
        return None

    def _became(self, region_id: int) -> list[Node]:
        """The regions of the day that it became, through any number of changes; itself if it is
        of the day."""
        seen: set[int] = set()
        found, waiting = [], [region_id]
        while waiting:
            one = waiting.pop()
            if one in self.living:
                found.append(self.living[one])
            elif one not in seen:
                waiting += self.heirs.get(one, [])
            seen.add(one)
        return found


def _became(region_id: int, on: date) -> list[int]:
    """What came after the region when it ended; what it gave away before is no heir."""
    ended = sa.select(sa.func.max(RegionPeriod.until)).where(RegionPeriod.region_id == region_id)
    after = sa.select(RegionChange.to_region_id).where(
        RegionChange.from_region_id == region_id,
        RegionChange.to_region_id.is_not(None),
        RegionChange.on <= on,
        RegionChange.on == ended.scalar_subquery(),
    )
    return [heir for heir in db.session.scalars(after) if heir is not None]


def search(text: str, on: date, limit: int) -> list[Node]:
    """At most *limit* regions of the day called *text*, in characters, pinyin or initials.

    Whole names come first, then names that begin so, then the rest; within each the higher level,
    then the lower code. An empty *text* finds nothing. Raises BadInput if it is too long.
    """
    if not names.asked(text):
        return []
    level = sa.case({level.value: level.depth for level in LEVELS}, value=RegionPeriod.level)
    found = db.session.scalars(
        sa.select(RegionPeriod.region_id)
        .where(on_day(RegionPeriod, on), names.contains(RegionPeriod.search, text))
        .order_by(names.rank(RegionPeriod.search, text), level, RegionPeriod.code)
        .limit(limit)
    )
    living = tree(on)
    return [living.by_id[region_id] for region_id in found if region_id in living.by_id]


def called(text: str, on: date) -> list[Node]:
    """The regions of the day whose whole name *text* is, in characters, pinyin or initials."""
    if not names.asked(text):
        return []
    whole = names.rank(RegionPeriod.search, text) == 0
    living = tree(on)
    found = db.session.scalars(
        sa.select(RegionPeriod.region_id)
        .where(on_day(RegionPeriod, on), whole)
        .order_by(RegionPeriod.code)
    )
    return [living.by_id[region_id] for region_id in found if region_id in living.by_id]


def last_change(city_code: str) -> date | None:
    """The latest day from which anything in the city holds or no longer holds; None if unknown."""
    within = RegionPeriod.code.startswith(city_code[: Level.CITY.digits], autoescape=True)
    latest = sa.select(sa.func.max(RegionPeriod.since), sa.func.max(RegionPeriod.until))
    days = db.session.execute(latest.where(within)).one()
    return max((day for day in days if day is not None), default=None)


def changes(region_id: int) -> list[RegionChange]:
    """What happened to the region, oldest first."""
    return list(
        db.session.scalars(
            sa.select(RegionChange)
            .where(
                sa.or_(
                    RegionChange.from_region_id == region_id,
                    RegionChange.to_region_id == region_id,
                )
            )
            .order_by(RegionChange.on, RegionChange.id)
        )
    )
