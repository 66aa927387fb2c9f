"""Changes worked out in memory are the same as those that are done one by one."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.calendar.hours import canonical
from core.clock import today
from core.db import db, writing
from core.errors import BadInput, Conflict
from core.sites import actions, bulk, changes
from core.sites.bulk import Dossier, Gathered
from core.sites.changes import Change
from core.sites.models import Site
from core.sites.rules import Kind, Mode, Status
from tests.core.sites.made import ACTOR, HERE, SINCE, entry

WEEKS = [canonical({"week": {"mon": [f"0{hour}:30-11:30"]}}) for hour in (7, 8, 9)]
DAYS = [None, SINCE, today(), *(today() + timedelta(days) for days in (-20, 10, 30))]


def read(site_id: int) -> Dossier:
    (dossier,) = bulk.read(Site.id.in_, [site_id])
    return dossier


def facts(dossier: Dossier) -> list[Any]:
    """What holds when, without the ids of rows."""
    told = []
    for name in ("period", "hours", "offering"):
        spans = getattr(dossier, name)
        told.append(
            sorted((s.since, str(s.until), sorted(s.facts.items(), key=str)) for s in spans)
        )
    return [dossier.names, *told]


def steps(random_: random.Random, services: list[int]) -> tuple[Change, Callable[[Dossier], None]]:
    """A change as an action does it, and as it is worked out."""
    on = random_.choice(DAYS)
    what = random_.randrange(4)
    if what == 0:
        kind, status = random_.choice(list(Kind)), random_.choice(list(Status))
        change = (
            changes.corrected(kind=kind, status=status)
            if on is None
            else changes.moved(on, kind=kind, status=status)
        )
        return change, lambda d: bulk.stand(d, {"kind": kind, "status": status}, on, today())
    if what == 1:
        week = random_.choice([None, *WEEKS])
        change = changes.hours(None if week is None else json.loads(week), on)
        return change, lambda d: bulk.keep_hours(d, week, on, today())
    if what == 2:
        service, mode = random_.choice(services[:2]), random_.choice([None, *Mode])
        change = changes.offering({service: mode}, on)
        return change, lambda d: bulk.offer(d, service, mode, on, today())
    phone = f"0631-{random_.randrange(100)}"
    return changes.described(phone=phone), lambda d: d.names.update(phone=phone)


@pytest.mark.parametrize("seed", range(12))
def test_the_same_is_written(village: int, services: list[int], seed: int) -> None:
    random_ = random.Random(seed)
    with writing():
        one, other = (actions.enter(ACTOR, entry(village), SINCE).id for _ in range(2))
    for _ in range(8):
        change, work_out = steps(random_, services)
        try:
            with writing():
                actions.do(ACTOR, one, None, change)
            refused = False
        except BadInput:
            refused = True
        before = read(other)
        after = before.copy()
        try:
            work_out(after)
        except BadInput:
            assert refused
            continue
        if refused:
            continue
        gathered = Gathered()
        gathered.add(bulk.differing(before, after))
        with writing():
            gathered.write()
        assert facts(read(other)) == facts(read(one))


def test_nothing_differs_where_nothing_is_changed(village: int) -> None:
    with writing():
        site_id = actions.enter(ACTOR, entry(village), SINCE).id
    dossier = read(site_id)
    after = dossier.copy()
    bulk.stand(after, {"kind": dossier.period[0].facts["kind"]}, None, today())
    assert bulk.differing(dossier, after) == {}


def test_a_row_that_is_gone_is_told(village: int) -> None:
    with writing():
        site_id = actions.enter(ACTOR, entry(village, position=HERE), SINCE).id
    before = read(site_id)
    gathered = Gathered()
    gathered.add({"period": {"edit": [{"id": 10**6, **_period(before)}]}})
    with pytest.raises(Conflict), writing():
        gathered.write()
    assert db.session.scalar(sa.select(Site.version).where(Site.id == site_id)) == 1


def _period(dossier: Dossier) -> dict[str, Any]:
    span = dossier.period[0]
    return {"since": span.since.isoformat(), "until": None, **span.facts}
