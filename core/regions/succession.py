"""What became of what: changes between regions, kept beside the periods of the regions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TypeAlias

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.db import db
from core.errors import BadInput, NotFound
from core.regions import story
from core.regions.following import Ended, Joined
from core.regions.models import RegionChange, RegionPeriod
from core.regions.rules import ChangeKind, Difference

#: From which region to which, and how; without the first it is new, without the second gone.
Link: TypeAlias = tuple[int | None, int | None, ChangeKind]


def note(links: Iterable[Link], on: date, source: str) -> None:
    """Keep what became of what on a day, as *source* says."""
    db.session.add_all(
        RegionChange(
            from_region_id=origin, to_region_id=heir, kind=kind.value, on=on, source=source
        )
        for origin, heir, kind in links
    )
    db.session.flush()


def of_list(
    changed: Iterable[Difference], was: Mapping[str, int], now: Mapping[str, int]
) -> Iterator[Link]:
    """What a new list of regions says of itself; *was* and *now* are the ids by code."""
    for change in changed:
        origin = None if change.before is None else was[change.before.code]
        heir = None if change.after is None else now[change.after.code]
        yield from ((origin, heir, kind) for kind in change.kinds)


def of_heirs(ended: Iterable[Ended]) -> Iterator[Link]:
    """What became of the regions that ended: merged into one, or split among several."""
    for one in ended:
        kind = ChangeKind.MERGED if len(one.heirs) == 1 else ChangeKind.SPLIT
        yield from ((one.region_id, heir, kind) for heir in one.heirs.values())


def of_shares(joined: Iterable[Joined]) -> Iterator[Link]:
    """What came out of a region that lives on."""
    for one in joined:
        yield from ((origin, one.region_id, ChangeKind.SPLIT) for origin in one.origins.values())


def record_successor(
    actor: Actor, code: str, successor_code: str, kind: ChangeKind, source: str
) -> None:
    """Note that the abolished region of *code* went into the living one of *successor_code*.

    A list does not say so: *kind* is ``merged``, or ``split``, once for each part. Raises
    NotFound for an unknown code, BadInput where the region has not ended.
    """
    if kind not in (ChangeKind.MERGED, ChangeKind.SPLIT):
        raise BadInput(_l("方式应为 merged 或 split。"), field="kind")
    gone = _last_period(code)
    heir = _last_period(successor_code)
    if gone.until is None or heir.region_id == gone.region_id:
        raise BadInput(_l("%(code)s 没有撤销。", code=code), field="code")
    if heir.until is not None:
        raise BadInput(_l("%(code)s 已经撤销。", code=successor_code), field="successor")
    note([(gone.region_id, heir.region_id, kind)], gone.until, source)
    changes = {
        "successor": (None, heir.code),
        "kind": (None, kind),
        "source": (None, source),
    }
    subject = (story.REGION, gone.code)
    record(actor, story.SUCCEEDED, subject, changes, region_id=heir.region_id)


def _last_period(code: str) -> RegionPeriod:
    """The last period of the region that bore *code* last, by whatever code it went then."""
    bearer = (
        sa.select(RegionPeriod.region_id)
        .where(RegionPeriod.code == code)
        .order_by(RegionPeriod.since.desc())
        .limit(1)
        .scalar_subquery()
    )
    period = db.session.scalar(
        sa.select(RegionPeriod)
        .where(RegionPeriod.region_id == bearer)
        .order_by(RegionPeriod.since.desc())
        .limit(1)
    )
    if period is None:
        raise NotFound(_l("没有代码为 %(code)s 的区划。", code=code), field="code")
    return period
