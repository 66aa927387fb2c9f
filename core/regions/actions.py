"""Writing the regions: what a new list changes, and where regions lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased

from core import dated
from core.access import Actor
from core.audit.actions import record
from core.audit.rules import Changes, Member, compared
from core.db import Base, db
from core.errors import BadInput, Conflict
from core.geo import Point
from core.regions import following, story
from core.regions.following import Ended, Joined
from core.regions.heirs import NO_HEIRS, NO_SHARES, NOBODY, Heirs, Share, no_heir
from core.regions.models import Region, RegionPeriod
from core.regions.rules import LEVELS, Difference, Level, Row, level_of
from core.regions.succession import note, of_heirs, of_list, of_shares
from core.search import index_text


def apply(
    actor: Actor,
    changed: Sequence[Difference],
    on: date,
    source: str,
    heirs: Mapping[str, Heirs] = NO_HEIRS,
    shares: Mapping[str, Share] = NO_SHARES,
) -> None:
    """Let *changed*, all of one city, hold from *on*, by what *source* says.

    *heirs* says by code what comes after regions that end; all that stands in them goes over.
    *shares* says by code what new regions take over from regions that live on.
    Where nothing of the city is known yet, its regions are merely met: no change is recorded for
    that day. Raises BadInput where a region would outlive its parent, where *on* is not after
    the beginning of what is changed, or for an heir that is none; Conflict where something would
    be left in a region that is no more.
    """
    if not changed:
        return
    periods = _open_periods(changed)
    was = {code: period.region_id for code, period in periods.items()}
    begun = [row.after for row in changed if row.before is None and row.after is not None]
    kept = [(row.before, row.after) for row in changed if row.before and row.after]
    ended = [row.before for row in changed if row.after is None and row.before is not None]
    now = {code: was[code] for code in was.keys() - {row.code for row in ended}}
    for before, _after in kept:
        del now[before.code]
    now |= {after.code: was[before.code] for before, after in kept}
    now |= _identities(begun)
    for row in ended:
        dated.end(periods[row.code], on)
    dated.succeed_all(
        [(periods[before.code], _facts(after, now, source)) for before, after in kept], on
    )
    _begin(begun, now, on, source)
    over = _ended(ended, was, now, heirs, {row.code for row in begun})
    joined = _joined(shares, was, now, begun, ended)
    following.follow(actor, over, on)
    following.join(actor, joined, on)
    _refuse_left_behind(over, on)
    _refuse_orphans()
    if periods:
        became = [*of_list(changed, was, now), *of_heirs(over.values()), *of_shares(joined)]
        note(became, on, source)
    _audit(actor, changed, now, heirs, on, source)


def _joined(
    shares: Mapping[str, Share],
    was: Mapping[str, int],
    now: Mapping[str, int],
    begun: Sequence[Row],
    ended: Sequence[Row],
) -> list[Joined]:
    """What new regions take over from those that live on, which go by their old codes."""
    new, gone = {row.code for row in begun}, {row.code for row in ended}
    found = []
    for code, share in sorted(shares.items()):
        if code not in new:
            raise BadInput(_l("%(code)s 不是新设的区划。", code=code[:40]), field="shares")
        for origin in share.sites.values():
            if origin in gone or origin not in was or level_of(origin) is not level_of(code):
                raise BadInput(
                    _l("%(code)s 的网点不能这样划入 %(new)s。", code=origin[:40], new=code),
                    field="shares",
                )
        origins = {origin: was[origin] for origin in sorted(set(share.sites.values()))}
        found.append(Joined(now[code], code, share.sites, origins, share.grants))
    return found


def _ended(
    rows: Sequence[Row],
    was: Mapping[str, int],
    now: Mapping[str, int],
    heirs: Mapping[str, Heirs],
    begun: Collection[str],
) -> dict[int, Ended]:
    """The regions that end, by id, each with what comes after it. Raises BadInput."""
    wanted = {row.code: heirs.get(row.code, NOBODY) for row in rows}
    if heirs.keys() - wanted.keys():
        code = min(heirs.keys() - wanted.keys())
        raise BadInput(_l("%(code)s 没有撤销。", code=code), field="heirs")
    shared = Counter(code for one in wanted.values() for code in one.codes)
    found = {}
    for row in rows:
        after = wanted[row.code]
        for code in after.codes:
            if code not in now or level_of(code) is not row.level:
                raise no_heir(row.code, code)
        found[was[row.code]] = Ended(
            region_id=was[row.code],
            code=row.code,
            parent_id=was.get(row.parent),
            heirs={code: now[code] for code in after.codes},
            sites=after.sites,
            alone=bool(after.codes)
            and all(code in begun and shared[code] == 1 for code in after.codes),
            grants=after.grants,
        )
    return found


def _audit(
    actor: Actor,
    changed: Sequence[Difference],
    ids: Mapping[str, int],
    heirs: Mapping[str, Heirs],
    on: date,
    source: str,
) -> None:
    """One event for the city; a region that has another code now is in it by both."""
    city = _city(changed)
    members = [
        Member((story.REGION, code), _compared(change, heirs))
        for change in changed
        for code in sorted({row.code for row in (change.before, change.after) if row is not None})
    ]
    facts = {"on": (None, on), "source": (None, source)}
    subject = (story.REGION, city)
    record(actor, story.LIST_APPLIED, subject, facts, region_id=ids[city], members=members)


def _compared(change: Difference, heirs: Mapping[str, Heirs]) -> Changes:
    told = compared(_state(change.before), _state(change.after))
    if change.before is None or change.after is not None or change.before.code not in heirs:
        return told
    return {**told, "heirs": (None, list(heirs[change.before.code].codes))}


def _state(row: Row | None) -> dict[str, object]:
    """A region as the audit compares it."""
    return {} if row is None else asdict(row)


def _open_periods(changed: Iterable[Difference]) -> dict[str, RegionPeriod]:
    """What holds without an end in the city of *changed*, by code."""
    digits = _city(changed)[: Level.CITY.digits]
    found = db.session.scalars(
        sa.select(RegionPeriod).where(
            RegionPeriod.until.is_(None),
            RegionPeriod.code.startswith(digits, autoescape=True),
        )
    )
    return {period.code: period for period in found}


def _city(changed: Iterable[Difference]) -> str:
    """The code of the city that *changed* is all of."""
    row = next(
        row for difference in changed for row in (difference.before, difference.after) if row
    )
    return row.code[: Level.CITY.digits].ljust(12, "0")


def _refuse_left_behind(ended: Mapping[int, Ended], on: date) -> None:
    """Nothing dated may stand in a region that is no more, whichever room it belongs to."""
    for region_id in following.held(ended.keys(), on):
        raise _left(ended[region_id].code)
    known = {follower.table for follower in following.followers()} | {RegionPeriod.__tablename__}
    for name, table in Base.metadata.tables.items():
        if name in known or not {"region_id", "until"} <= set(table.columns.keys()):
            continue
        still = sa.or_(table.c.until.is_(None), table.c.until > on)
        there = sa.select(table.c.region_id).where(table.c.region_id.in_(ended), still)
        found = db.session.scalar(there.limit(1))
        if found is not None:
            raise _left(ended[found].code)


def _left(code: str) -> Conflict:
    return Conflict(_l("%(code)s 撤销后还有登记的内容留在那里。", code=code), field="heirs")


def _identities(begun: Sequence[Row]) -> dict[str, int]:
    """Ids for regions that were not there before, by their codes."""
    regions = [Region(point_source="") for _ in begun]
    db.session.add_all(regions)
    db.session.flush()
    return {row.code: region.id for row, region in zip(begun, regions, strict=True)}


def _begin(begun: Sequence[Row], ids: Mapping[str, int], on: date, source: str) -> None:
    """What holds of regions that were not there before, parents first."""
    for level in LEVELS:
        db.session.add_all(
            RegionPeriod(region_id=ids[row.code], since=on, **_facts(row, ids, source))
            for row in begun
            if row.level is level
        )
    db.session.flush()


def _facts(row: Row, ids: Mapping[str, int], source: str) -> dict[str, object]:
    """The columns of a period that *row* tells."""
    return {
        "code": row.code,
        "name": row.name,
        "name_en": row.name_en,
        "level": row.level.value,
        "parent_id": ids[row.parent] if row.parent else None,
        "statutory": row.statutory,
        "search": index_text(row.name, row.name_en),
        "source": source,
    }


def _refuse_orphans() -> None:
    parent = aliased(RegionPeriod)
    alive = sa.exists().where(parent.region_id == RegionPeriod.parent_id, parent.until.is_(None))
    orphan = db.session.scalar(
        sa.select(RegionPeriod.code)
        .where(RegionPeriod.until.is_(None), RegionPeriod.parent_id.is_not(None), ~alive)
        .limit(1)
    )
    if orphan is not None:
        raise BadInput(_l("%(code)s 的上级已撤销，它自己却还在。", code=orphan), field="parent")


def place(actor: Actor, points: Mapping[int, Point], source: str) -> None:
    """Let each region (by id) be stood for by its point, which *source* gives."""
    members = _placed(points)
    db.session.execute(
        sa.update(Region),
        [
            {"id": region_id, "lat": point.lat, "lon": point.lon, "point_source": source}
            for region_id, point in points.items()
        ],
    )
    facts = {"source": (None, source)}
    record(actor, story.PLACED, (story.REGION, ""), facts, members=members)


def _placed(points: Mapping[int, Point]) -> list[Member]:
    """What the points were and become, by the codes that the regions bear."""
    rows = db.session.execute(
        sa.select(RegionPeriod.code, Region.id, Region.lat, Region.lon)
        .join(Region, Region.id == RegionPeriod.region_id)
        .where(Region.id.in_(points), RegionPeriod.until.is_(None))
        .order_by(RegionPeriod.code)
    )
    members = []
    for row in rows:
        before = None if row.lat is None else [row.lat, row.lon]
        after = [points[row.id].lat, points[row.id].lon]
        members.append(Member((story.REGION, row.code), {"point": (before, after)}))
    return members
