"""Planning what sites are to offer: from a day on or as a correction, once, and told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import ANONYMOUS, EVERYWHERE, Actor, Held, Permission, Reach
from core.audit.models import AuditEvent
from core.clock import today
from core.db import db, revision, writing
from core.errors import BadInput, Conflict, Forbidden, NotFound
from core.regions.queries import tree
from core.sites import actions, plans, queries
from core.sites.models import OfferingPlan
from core.sites.plans import Cell
from core.sites.rules import Kind
from tests.core.sites.made import ACTOR, ON, SINCE, entry

Period = tuple[date, date | None]


def periods(region_id: int, cell: Cell) -> list[Period]:
    rows = db.session.execute(
        sa.select(OfferingPlan.since, OfferingPlan.until)
        .where(OfferingPlan.region_id == region_id, OfferingPlan.kind == cell[0])
        .where(OfferingPlan.service_id == cell[1])
        .order_by(OfferingPlan.since)
    )
    return [(row.since, row.until) for row in rows]


def put(region_id: int, cell: Cell, wanted: bool, on: date | None, seen: str | None = None) -> int:
    with writing():
        return plans.set_plan(ACTOR, region_id, {cell: wanted}, on, seen)


def planned(site_id: int, service_id: int, on: date) -> bool:
    found = queries.plan(on)
    index = found.network.rows.ids.tolist().index(site_id)
    bit = found.network.bit[service_id]
    return bool(int(found.planned[index, bit // 64]) >> bit % 64 & 1)


def test_a_plan_reaches_every_site_of_its_kind_below(village: int, services: list[int]) -> None:
    with writing():
        site = actions.enter(ACTOR, entry(village), SINCE).id
    last = services[-1]  # its bit is in the second word
    city = tree(SINCE).by_code["371000000000"].id
    assert put(city, (Kind.COMMUNITY, last), True, ON) == 1
    assert put(city, (Kind.HALL, services[0]), True, ON) == 1
    assert [planned(site, last, day) for day in (ON - timedelta(1), ON)] == [False, True]
    assert not planned(site, services[0], ON)
    assert put(city, (Kind.COMMUNITY, last), False, ON + timedelta(9)) == 1
    assert [planned(site, last, ON + timedelta(days)) for days in (8, 9)] == [True, False]


def test_a_cell_from_a_day_on_and_as_a_correction(village: int, services: list[int]) -> None:
    cell = (Kind.HALL, services[0])
    assert put(village, cell, True, ON) == 1
    before = revision("network")
    assert put(village, cell, True, ON + timedelta(3)) == 0  # it holds already
    assert revision("network") == before
    assert put(village, cell, False, ON + timedelta(10)) == 1
    assert periods(village, cell) == [(ON, ON + timedelta(10))]
    assert put(village, cell, True, ON + timedelta(20)) == 1
    assert put(village, cell, True, ON + timedelta(15)) == 1  # until what is planned already
    assert periods(village, cell)[1:] == [
        (ON + timedelta(15), ON + timedelta(20)),
        (ON + timedelta(20), None),
    ]
    assert put(village, cell, False, None) == 1  # what holds today never was to
    assert periods(village, cell) == [
        (ON, ON + timedelta(10)),
        (ON + timedelta(15), ON + timedelta(20)),
    ]
    assert put(village, cell, True, None) == 1
    assert periods(village, cell)[-1] == (ON + timedelta(20), None)


def test_a_correction_begins_with_the_region(village: int, services: list[int]) -> None:
    assert put(village, (Kind.HALL, services[0]), True, None) == 1
    assert periods(village, (Kind.HALL, services[0])) == [(SINCE, None)]


def test_it_is_told_once_for_all_cells(village: int, services: list[int]) -> None:
    wanted = {(kind, service): True for kind in Kind for service in services[:2]}
    with writing():
        assert plans.set_plan(ACTOR, village, wanted, ON) == 10
    (event,) = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "plan.set"))
    assert event.subject_code == "371082001001"
    assert event.region_id == village
    assert event.changes.count("plan:") == 10


def test_who_saw_an_older_plan_is_told(village: int, services: list[int]) -> None:
    seen = queries.plan_digest(village)
    put(village, (Kind.HALL, services[0]), True, ON, seen)
    with pytest.raises(Conflict):
        put(village, (Kind.HALL, services[1]), True, ON, seen)
    assert periods(village, (Kind.HALL, services[1])) == []


def test_what_cannot_be_planned(village: int, services: list[int]) -> None:
    with pytest.raises(BadInput):
        put(village, (Kind.HALL, max(services) + 1), True, ON)
    with pytest.raises(BadInput):
        put(village, (Kind.HALL, services[0]), True, today() + timedelta(3000))
    with pytest.raises(sa.exc.IntegrityError), writing():
        db.session.execute(
            sa.insert(OfferingPlan).values(
                region_id=village, kind="shop", service_id=services[0], since=ON
            )
        )


def test_only_who_writes_there_plans_there(app: Flask, village: int, services: list[int]) -> None:
    town = tree(SINCE).by_code["371082001000"].id
    county = tree(SINCE).by_code["371082000000"].id
    write = frozenset({Permission.REGISTER_WRITE})
    here = Actor("here", (Held("county_admin", write, Reach(regions=frozenset({town}))),))
    reads = Actor("reads", (Held("a", frozenset({Permission.REGISTER_READ}), EVERYWHERE),))
    wanted = {(Kind.HALL, services[0]): True}
    with writing():
        assert plans.set_plan(here, village, wanted, ON) == 1
    with app.test_request_context("/"):
        for actor, fault in ((here, NotFound), (reads, Forbidden), (ANONYMOUS, Forbidden)):
            with pytest.raises(fault), writing():
                plans.set_plan(actor, county, wanted, ON)
