"""Somebody who was at a site says what is so, and what the verdicts make of it."""

from __future__ import annotations

from datetime import timedelta

from core.clock import today
from core.db import writing
from standards import actions, site, verdicts
from standards.actions import Recorded, Said
from standards.rules import Result, State
from tests.standards.made import ACTOR

_visits = iter(range(1, 10_000))


def see(site_id: int, one: object, on: int = 0, note: str = "看过", **results: str) -> None:
    """Somebody was there so many days ago and says so of the version in force."""
    published = verdicts.verdicts().of("sample")
    assert published is not None
    day = today() - timedelta(on)
    shown = verdicts.told(published[0], site_id, day)
    said = {code: Said(Result(each), note) for code, each in results.items()}
    with writing():
        source = Recorded("inspection", str(next(_visits)))
        actions.observe(ACTOR, site_id, published[0], said, source, day, shown)


def states(site_id: int) -> dict[str, State]:
    (found,) = site.of_site(site_id)
    return {row.criterion.code: row.state for row in found.rows}


def whole(site_id: int) -> State:
    (found,) = site.of_site(site_id)
    return found.state
