"""Every site against every standard, from nothing and again when one site has changed.

The city has 3,080 sites with fittings on record, the six standards that come with the product, and
one visit to every site on which each criterion that can be seen was answered.  From nothing is from
a process that has read nothing: register, plan, catalogue, what is on record and what was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from statistics import median
from typing import Final
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask

from bench import planned, register
from bench.made import SEED
from bench.measure import Finding, Promise, Sense, duration, seconds
from core.clock import now
from core.db import db, writing
from core.facilities import changes as facilities
from core.facilities.models import Fitting
from core.facilities.rules import GROUPS, Fit, items
from core.sites import actions as sites
from core.sites import changes
from core.sites.models import SiteRecord
from core.sites.queries import network
from standards import actions, queries, scoring, seeding, site, verdicts
from standards.actions import Recorded, Said
from standards.models import Observation
from standards.rules import Result, State
from standards.verdicts import Verdicts

ON: Final = date(2026, 6, 1)
#: Seconds within which all verdicts are to be there: at first, and when one site has changed.
LIMIT, LIMIT_CHANGED = 2.0, 0.05
PROMISE: Final = Promise(Sense.AT_MOST, 1)


def findings(small: bool) -> Iterator[Finding]:
    with planned.opened() as app:
        _record()
        number = _see()
        _check()
        rounds = 3 if small else 9
        told = f"6 standards, {planned.SITES:,} sites, {number:,} answers"
        for what, before, limit in (
            ("from nothing", lambda: _forget(app), LIMIT),
            ("one site seen", _seen, LIMIT_CHANGED),
            ("one site's fittings", _fitted, LIMIT_CHANGED),
            ("one site of the register", _moved, None),
        ):
            took = median(seconds(lambda: _ask(app), before) for _ in range(rounds))
            yield _finding(f"{told}, {what}", took, limit)


def _finding(name: str, took: float, limit: float | None) -> Finding:
    return Finding(
        name=name,
        ours=duration(took),
        peer="no limit" if limit is None else f"limit {duration(limit)}",
        ratio=None if limit is None else took / limit,
        promise=None if limit is None else PROMISE,
    )


def _ask(app: Flask) -> Verdicts:
    """As a request does, which reads each revision once."""
    with app.test_request_context("/"):
        found = verdicts.verdicts(ON)
        db.session.rollback()  # the end of a request
        return found


def _forget(app: Flask) -> None:
    """As a process that has just begun."""
    for name in [name for name in app.extensions if name.startswith("onekm.")]:
        if "snapshot" in name or name == "onekm.verdicts":
            del app.extensions[name]


def _record() -> None:
    """Each site has about two thirds of what can be on record, and all of it is known."""
    random = Random(SEED)
    with writing():
        db.session.execute(
            sa.insert(SiteRecord),
            [
                {"site_id": site_id, "about": group.value, "since": register.SINCE}
                for site_id in range(1, planned.SITES + 1)
                for group in GROUPS
            ],
        )
        db.session.execute(
            sa.insert(Fitting),
            [
                {
                    "site_id": site_id,
                    "item": item.code,
                    "count": 1,
                    "note": "",
                    "since": register.SINCE,
                }
                for site_id in range(1, planned.SITES + 1)
                for item in items().all
                if random.random() < 0.66
            ],
        )


def _see() -> int:
    """One visit to every site; gives how many answers that makes."""
    with writing():
        seeding.seed(planned.ACTOR, register.SINCE)
    random = Random(SEED)
    net = network(ON)
    rows = []
    for published in queries.in_force(on=ON):
        ids = published.criteria
        for index in range(len(net)):
            place = net.place(index)
            for criterion in published.version.of_kind(place.kind):
                if criterion.observable:
                    rows.append(_answer(place.id, ids[criterion.code].id, random))
    with writing():
        db.session.execute(sa.insert(Observation), rows)
    return len(rows)


def _answer(site_id: int, criterion_id: int, random: Random) -> dict[str, object]:
    return {
        "site_id": site_id,
        "criterion_id": criterion_id,
        "result": random.choices(list(Result), [0.8, 0.15, 0.05])[0].value,
        "on": register.SINCE,
        "figure_value": None,
        "note": "",
        "source_kind": "bench",
        "source_code": "1",
        "by": "bench",
        "at": now(),
    }


def _seen() -> None:
    """Somebody was at one site."""
    (published, *_others) = queries.in_force(on=ON)
    place = next(
        network(ON).place(index)
        for index in range(planned.SITES)
        if network(ON).place(index).kind in published.version.kinds
    )
    said = {
        one.code: Said(Result.PASSED, "seen")
        for one in published.version.criteria
        if one.observable
    }
    with writing():
        source = Recorded("bench", str(uuid4()))
        actions.observe(planned.ACTOR, place.id, published, said, source, ON)


def _fitted() -> None:
    """Somebody records that one site has something more, or no longer."""
    with writing():
        has = db.session.scalar(
            sa.select(Fitting.id).where(Fitting.site_id == 7, Fitting.item == "seats")
        )
        change = facilities.fitted({"seats": None if has else Fit(2, "")}, None)
        sites.do(planned.ACTOR, 7, None, change)


def _moved() -> None:
    """Somebody corrects the telephone of one site."""
    with writing():
        change = changes.described(phone=f"0631-{Random().randrange(10**6, 10**7)}")
        sites.do(planned.ACTOR, 7, None, change)


def _check() -> None:
    """A site by itself has the points that all at once say, or nothing is measured."""
    found = verdicts.verdicts(ON)
    result = {
        State.MET: Result.PASSED,
        State.FAILED: Result.FAILED,
        State.NOT_APPLICABLE: Result.NOT_APPLICABLE,
    }
    for site_id in range(1, planned.SITES, 97):
        for one in site.of_site(site_id, ON):
            answers = {
                row.criterion.code: result[row.state] for row in one.rows if row.state in result
            }
            criteria = [row.criterion for row in one.rows]
            score = scoring.score(one.published.version, answers, criteria)
            if (score.state, score.points.least) != (one.state, one.least):
                raise RuntimeError("the verdicts are not those of site by site")
    if not found.judged:
        raise RuntimeError("no standard is in force")
