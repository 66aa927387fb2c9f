"""The demonstration: what coverage was on the first day of each of the last months."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from core.access import command
from core.db import db, writing
from core.regions.queries import tree
from core.sites.queries import network
from stations.coverage.queries import demand
from stations.coverage.rules import Question
from stations.coverage.runs import actions, jobs
from stations.coverage.runs.rules import day_kind

MONTHS: Final = 6


def demonstrate(city: str, today: date) -> None:
    """Let the city have its run of each of the last months in which it had a network and people."""
    actor = command("coverage demo")
    for first in _months(today):
        top = tree(first).by_code.get(f"{city}00000000")
        net = network(first)
        if top is None or not len(net) or not len(demand(first)):
            continue
        kind = day_kind(first, net.calendar)
        db.session.rollback()
        with writing():
            uuid = actions.ask(actor, Question(top, first), kind, f"{first:%Y-%m}")
        if uuid is not None:
            jobs.work(actor, uuid)


def _months(today: date) -> list[date]:
    """The first days of the last months, the oldest first."""
    found = [today.replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[::-1]
