"""Two processes merge the same pairs at once, in opposite directions: each pair once, none lost."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Final

import sqlalchemy as sa
from flask import Flask

from core.audit import queries as audit
from core.audit.models import AuditEvent
from core.clock import today
from core.config import Config
from core.db import db, writing
from core.errors import Conflict
from core.sites import actions, merging
from core.sites.models import Site, SitePeriod
from core.sites.queries import heirs
from core.sites.rules import Status, Taken
from tests.core.sites.made import ACTOR, SINCE, entry
from tests.races import at_once

PAIRS: Final = 200
Pair = tuple[int, int]


def _merge_all(pairs: list[Pair]) -> int:
    won = 0
    for survivor, other in pairs:
        with suppress(Conflict):
            with writing():
                merging.merge(ACTOR, survivor, other, (None, None), Taken())
            won += 1
    return won


def test_each_pair_is_merged_once(app: Flask, config: Config, village: int) -> None:
    with writing():
        ids = [actions.enter(ACTOR, entry(village), SINCE).id for _ in range(2 * PAIRS)]
    pairs = list(zip(ids[::2], ids[1::2], strict=True))
    directions = (pairs, [(b, a) for a, b in pairs])
    won = at_once(config, [partial(_merge_all, some) for some in directions])
    assert sum(won) == PAIRS
    merged = db.session.execute(
        sa.select(Site.id, Site.merged_into_id).where(Site.merged_into_id.is_not(None))
    )
    found = sorted(tuple(sorted((row.id, row.merged_into_id))) for row in merged)
    assert found == pairs
    assert len(heirs(today())) == PAIRS
    _check_records()


def _check_records() -> None:
    """One event on each of the two, one site of each pair given up, and the chain is whole."""
    for action in ("site.merged", "site.merged_away"):
        codes = db.session.scalars(
            sa.select(AuditEvent.subject_code).where(AuditEvent.action == action)
        ).all()
        assert len(codes) == len(set(codes)) == PAIRS
    given_up = sa.select(sa.func.count()).where(
        SitePeriod.status == Status.CLOSED, SitePeriod.until.is_(None)
    )
    assert db.session.scalar(given_up) == PAIRS
    db.session.remove()
    assert audit.verify().breaks == 0
