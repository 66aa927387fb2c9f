"""What is late goes to the station, the county and the city, each once for each deadline."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from flask import Flask

from core.accounts.rules import Role
from core.audit.models import AuditEvent
from core.clock import today
from core.db import db, writing
from core.rectification import actions, climbing, queries
from core.rectification.models import FindingClimb
from core.sites import changes
from core.sites.actions import do
from core.sites.rules import Status
from tests.core.accounts.made import ACTOR, World
from tests.core.rectification.made import COUNTY, find, finding, person, site_id

#: A Monday; the calendar of the tests knows no holidays.
DUE = date(2026, 6, 1)


def climb(on: date) -> list[str]:
    """Which levels a night makes records of."""
    before = levels()
    with writing():
        number = climbing.climb(climbing.ACTOR, on)
    made = levels()[len(before) :]
    assert number == len(made)
    return made


def levels() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(FindingClimb.level).order_by(FindingClimb.id)))


def test_it_climbs_by_working_days_past_due(app: Flask, world: World) -> None:
    uuid = find(world.own, date(2026, 5, 20), due=DUE)
    nights = {
        DUE + timedelta(days=number): climb(DUE + timedelta(days=number)) for number in range(15)
    }
    assert {day: made for day, made in nights.items() if made} == {
        date(2026, 6, 2): ["station"],
        date(2026, 6, 4): ["county"],
        date(2026, 6, 10): ["city"],  # the weekend does not count
    }
    told = db.session.scalars(sa.select(AuditEvent).filter_by(action="finding.climbed")).all()
    assert [event.subject_code for event in told] == [uuid] * 3
    assert '"late":[null,7]' in told[-1].changes
    assert all(event.region_id is not None for event in told)


def test_nights_that_were_missed_are_made_up_for_at_once(app: Flask, world: World) -> None:
    find(world.own, date(2026, 5, 20), due=DUE)
    assert climb(date(2026, 7, 1)) == ["station", "county", "city"]
    assert climb(date(2026, 7, 2)) == []


def test_what_was_answered_waits_and_what_is_returned_climbs_anew(app: Flask, world: World) -> None:
    manager, inspector = person(Role.STATION_MANAGER, world.own), person(Role.INSPECTOR, COUNTY)
    uuid = find(world.own, date(2026, 5, 20), due=DUE)
    assert climb(date(2026, 6, 2)) == ["station"]
    with writing():
        actions.answer(manager, uuid, 1, "好了")
    assert climb(date(2026, 7, 1)) == []
    with writing():
        actions.send_back(inspector, uuid, 2, "不行", today())
    assert climb(today()) == []
    assert climb(today() + timedelta(days=30)) == ["station", "county", "city"]
    climbs = queries.climbs(finding(uuid).id)
    assert [one.due for one in climbs] == [today()] * 3 + [DUE]


def test_neither_the_closed_nor_a_closed_site_s_climb(app: Flask, world: World) -> None:
    admin = person(Role.COUNTY_ADMIN, COUNTY)
    given_up = find(world.own, date(2026, 5, 20), due=DUE)
    with writing():
        actions.lapse(admin, given_up, 1, "不整改了")
    find(world.sibling, date(2026, 5, 20), due=DUE)
    with writing():
        do(ACTOR, site_id(world.sibling), None, changes.moved(DUE, status=Status.CLOSED))
    assert climb(date(2026, 7, 1)) == []


def test_the_nightly_work_is_among_what_comes_round(app: Flask) -> None:
    names = {one.name: one.run for one in app.extensions["onekm.periodic"]}
    assert names["rectification.climb"] is climbing.climb_nightly
    climbing.climb_nightly()
