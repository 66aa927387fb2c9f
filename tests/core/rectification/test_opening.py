"""Opening a finding: once for each visit and criterion, with an owner, a deadline and a place."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core.accounts.rules import Role
from core.audit.models import AuditEvent
from core.calendar.actions import load
from core.calendar.rules import DayKind, SpecialDay, Year
from core.config import Config
from core.db import db, writing
from core.errors import BadInput, NotFound
from core.rectification import actions, queries
from core.rectification.models import Finding, FindingDeadline
from core.rectification.rules import Severity
from tests.core.accounts.made import ACTOR, World
from tests.core.rectification.made import COUNTY, find, finding, opened, person, site_id
from tests.races import EACH, PROCESSES, in_processes

FRIDAY = date(2026, 9, 25)


def test_it_is_due_so_many_working_days_later(app: Flask, world: World) -> None:
    days = {
        **{date(2026, 10, day): SpecialDay(DayKind.HOLIDAY, "国庆节") for day in range(1, 8)},
        date(2026, 10, 10): SpecialDay(DayKind.MAKEUP, "国庆节"),
    }
    with writing():
        load(ACTOR, Year(2026, "a notice", days))
    # Three days of September, then the 8th to 10th of October, then from the 12th on.
    due = {
        Severity.GRAVE: date(2026, 9, 30),
        Severity.SERIOUS: date(2026, 10, 15),
        Severity.MINOR: date(2026, 10, 22),
    }
    for severity, day in due.items():
        found = finding(find(world.own, FRIDAY, severity=severity))
        assert (severity, found.due) == (severity, day)
        kept = db.session.scalars(sa.select(FindingDeadline.due).filter_by(finding_id=found.id))
        assert kept.all() == [day]


def test_the_site_s_own_manager_owns_it_unless_somebody_else_is_named(
    app: Flask, world: World
) -> None:
    assert finding(find(world.own)).owner_id is None
    town = person(Role.STATION_MANAGER, "371082001000", "town", "镇站长")
    assert finding(find(world.own)).owner_id == town.account_id
    own = person(Role.STATION_MANAGER, world.own, "own", "站长")
    person(Role.STATION_MANAGER, world.sibling, "sibling", "邻站长")
    county = person(Role.COUNTY_ADMIN, COUNTY)
    made = finding(find(world.own))
    assert (made.owner_id, made.owner) == (own.account_id, "站长")
    named = finding(find(world.own, owner_id=county.account_id))
    assert named.owner_id == county.account_id


def test_the_same_again_is_the_one_that_is_there(app: Flask, world: World) -> None:
    wanted = opened(world.own)
    uuids = set()
    for _ in range(2):
        with writing():
            uuids.add(actions.open_finding(ACTOR, wanted))
    assert len(uuids) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Finding)) == 1
    told = db.session.scalars(sa.select(AuditEvent.action).filter_by(subject_code=uuids.pop()))
    assert told.all() == ["finding.opened"]


def test_however_many_file_the_same_visit_at_once_it_is_opened_once(
    app: Flask, world: World, config: Config
) -> None:
    wanted = [opened(world.own) for _ in range(EACH)]

    def file(number: int) -> bool:
        with writing():
            actions.open_finding(ACTOR, wanted[number])
        return True

    assert in_processes(config, file) == EACH * PROCESSES
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Finding)) == EACH
    opened_times = sa.select(sa.func.count()).where(AuditEvent.action == "finding.opened")
    assert db.session.scalar(opened_times) == EACH
    # Each of them is another time of the same: none was counted twice.
    assert sorted(db.session.scalars(sa.select(Finding.times))) == list(range(1, EACH + 1))


def test_the_same_within_a_year_is_counted(app: Flask, world: World) -> None:
    on = date(2026, 9, 1)
    assert finding(find(world.own, on - timedelta(days=365))).times == 1
    assert finding(find(world.own, on - timedelta(days=364))).times == 2
    assert finding(find(world.sibling, on)).times == 1
    assert finding(find(world.own, on, criterion="jiuyou/other")).times == 1
    uuid = find(world.own, on)
    assert finding(uuid).times == 2
    assert len(queries.same_before(finding(uuid))) == 1


def test_only_who_re_checks_there_opens_any(app: Flask, world: World) -> None:
    inspector = person(Role.INSPECTOR, COUNTY)
    assert finding(find(world.own, actor=inspector)).found_by_id == inspector.account_id
    with pytest.raises(NotFound):
        find(world.sibling, actor=inspector)
    with pytest.raises(LookupError):
        find(world.own, source="nobody")
    with pytest.raises(NotFound):
        find(world.own, photos=(10**9,))
    with pytest.raises(BadInput):
        find(world.own, date(2026, 9, 1), due=date(2026, 8, 31))
    assert site_id(world.own)
