"""Writing the catalogue: services come from a file, all of it or nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.access import Actor
from core.audit.actions import record
from core.audit.rules import Member, compared
from core.catalogue import queries, story
from core.catalogue.comparison import Outcome, Plan
from core.catalogue.models import Service, ServicePeriod
from core.catalogue.rules import Entry
from core.dated import succeed
from core.db import db

log = logging.getLogger(__name__)


def take_over(actor: Actor, entries: Sequence[Entry], on: date) -> Plan:
    """Let *entries* hold from the day on; a service they do not name is left as it is.

    Gives what was done. Raises BadInput for a day before a service's first.
    """
    plan = queries.plan(entries, on)
    periods = queries.periods(on)
    known = queries.known()
    before = {code: story.state(code, periods.get(service.id)) for code, service in known.items()}
    for change in plan.changes:
        columns = _columns(change.entry)
        if change.outcome is Outcome.CREATED:
            _create(change.entry.code, on, columns)
        elif change.outcome is Outcome.CHANGED:
            succeed(periods[known[change.entry.code].id], on, **columns)
        elif change.outcome is Outcome.CORRECTED:
            _correct(periods[known[change.entry.code].id], columns)
    db.session.flush()
    done = [
        f"{change.outcome} {change.entry.code}"
        for change in plan.changes
        if change.outcome is not Outcome.UNCHANGED
    ]
    if done:
        _record(actor, plan, before)
        log.info("%s, from %s: %s", actor.name, on, ", ".join(done))
    return plan


def _record(actor: Actor, plan: Plan, before: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep what became of each service that did not stay as it was."""
    known = queries.known()
    periods = queries.periods(plan.on)
    members = []
    for change in plan.changes:
        if change.outcome is not Outcome.UNCHANGED:
            code = change.entry.code
            after = story.state(code, periods[known[code].id])
            changes = {**compared(before.get(code, {}), after), "outcome": (None, change.outcome)}
            members.append(Member((story.SERVICE, code), changes))
    changes = {"on": (None, plan.on)}
    record(actor, story.LIST_APPLIED, (story.SERVICE, ""), changes, members=members)


def _create(code: str, on: date, columns: dict[str, Any]) -> None:
    service = Service(code=code)
    db.session.add(service)
    db.session.flush()
    db.session.add(ServicePeriod(service_id=service.id, since=on, **columns))


def _correct(period: ServicePeriod, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(period, name, value)


def _columns(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "name_en": entry.name_en,
        "group": entry.group,
        "group_en": entry.group_en,
        "position": entry.position,
        "devolved": entry.devolved,
        "facts": entry.facts.model_dump_json(),
        "sources": queries.SOURCES.dump_json(entry.sources).decode(),
    }
