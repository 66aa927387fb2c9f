"""Corrections and changes of sites that are in the register, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import Actor, Held, Permission, Reach
from core.audit.queries import story
from core.clock import today
from core.db import db, revision, writing
from core.errors import BadInput, Conflict, Forbidden, NotFound
from core.geo import Datum
from core.regions.queries import tree
from core.sites import actions, changes, closures
from core.sites.changes import Position
from core.sites.closures import Notice
from core.sites.models import Closure, Offering, Site, SitePeriod
from core.sites.rules import Mode, Status
from tests.core.sites.made import ACTOR, SINCE, entry

LATER = date(2030, 1, 1)
ELSEWHERE = Position(37.2, 122.5, Datum.WGS84, verified=True)


def entered(region_id: int) -> Site:
    with writing():
        site = actions.enter(ACTOR, entry(region_id), SINCE)
        db.session.flush()
        db.session.expunge(site)
        return site


def periods() -> list[SitePeriod]:
    return list(db.session.scalars(sa.select(SitePeriod).order_by(SitePeriod.since)))


def over(region_id: int, *permissions: Permission) -> Actor:
    reach = Reach(regions=frozenset({region_id}))
    return Actor("somebody", (Held("county_admin", frozenset(permissions), reach),))


def test_a_correction_is_carried_on_into_what_is_planned(village: int) -> None:
    site = entered(village)
    with writing():
        actions.do(ACTOR, site.id, 1, changes.closed(LATER))
        actions.do(ACTOR, site.id, 2, changes.corrected(position=ELSEWHERE))
    first, second = periods()
    assert (first.lat, second.lat) == (37.2, 37.2)
    assert (first.status, second.status) == (Status.ACTIVE, Status.CLOSED)
    assert (first.until, second.since, second.until) == (LATER, LATER, None)


def test_what_a_later_period_says_otherwise_stays(village: int) -> None:
    site = entered(village)
    with writing():
        actions.do(ACTOR, site.id, 1, changes.moved(LATER, position=ELSEWHERE))
        actions.do(
            ACTOR,
            site.id,
            2,
            changes.corrected(position=Position(37.1, 122.4, Datum.WGS84, verified=True)),
        )
    first, second = periods()
    assert (first.lat, second.lat) == (37.1, 37.2)


def test_a_change_on_the_first_day_is_a_correction(village: int) -> None:
    site = entered(village)
    with writing():
        actions.do(ACTOR, site.id, 1, changes.moved(SINCE, position=ELSEWHERE))
    (only,) = periods()
    assert (only.lat, only.since) == (37.2, SINCE)


def test_a_change_before_the_first_day_is_refused(village: int) -> None:
    site = entered(village)
    with pytest.raises(BadInput) as caught, writing():
        actions.do(ACTOR, site.id, 1, changes.closed(SINCE - timedelta(days=1)))
    assert caught.value.field == "on"


def test_what_changes_nothing_is_not_told(village: int) -> None:
    site = entered(village)
    with writing():
        actions.do(ACTOR, site.id, 1, changes.opened(LATER), changes.described(name=site.name))
    assert len(periods()) == 1
    assert len(story("site", site.code, 9)) == 1


def test_what_is_described_is_found_by_its_new_name(village: int) -> None:
    site = entered(village)
    with writing():
        actions.do(ACTOR, site.id, 1, changes.described(name="寻山医保工作站", phone="0631-1"))
    event = story("site", site.code, 1)[0]
    assert event.lines == [
        "把名称从 崖头医保工作站 改为 寻山医保工作站",
        "把电话从 无 改为 0631-1",
    ]
    with pytest.raises(BadInput), writing():
        actions.do(ACTOR, site.id, 2, changes.described(name=" "))
    assert "xunshan" in db.session.get_one(Site, site.id).search


def test_services_end_begin_again_and_are_corrected(village: int, services: list[int]) -> None:
    site = entered(village)
    one = services[0]
    steps: list[tuple[Mode | None, date | None]] = [
        (Mode.DIRECT, SINCE),
        (None, date(2026, 3, 1)),
        (Mode.ASSISTED, date(2026, 5, 1)),
        (Mode.DIRECT, None),
    ]
    with writing():
        for mode, on in steps:
            actions.do(ACTOR, site.id, None, changes.offering({one: mode}, on))
    kept = db.session.scalars(sa.select(Offering).order_by(Offering.since)).all()
    assert [(row.since, row.until, row.mode) for row in kept] == [
        (SINCE, date(2026, 3, 1), Mode.DIRECT),
        (date(2026, 5, 1), None, Mode.DIRECT),
    ]
    with writing():
        actions.do(ACTOR, site.id, None, changes.offering({one: None}, None))
    assert [row.since for row in db.session.scalars(sa.select(Offering))] == [SINCE]


def test_hours_that_nobody_knows_any_more(village: int) -> None:
    site = entered(village)
    with writing():
        actions.set_hours(ACTOR, site.id, {"week": {"mon": ["08:30-11:30"]}}, SINCE)
        actions.do(ACTOR, site.id, None, changes.hours(None, LATER))
    assert story("site", site.code, 1)[0].lines[0].startswith("去掉营业时间")


def test_many_are_changed_in_one_event_or_none(village: int) -> None:
    first, second = entered(village), entered(village)
    with writing():
        both = actions.do_to_all(ACTOR, [second.id, first.id], changes.closed(LATER))
    assert both == 2
    event = story("site", second.code, 1)[0]
    assert (event.members, event.region_id) == (2, village)
    assert event.lines[0] == "把状态从 服务中 改为 已撤销"
    early = changes.moved(date(2025, 1, 1), position=ELSEWHERE)
    with pytest.raises(BadInput) as caught, writing():
        actions.do_to_all(ACTOR, [first.id, second.id], early)
    assert first.code in str(caught.value)


def test_confirming_raises_no_revision_and_needs_what_was_seen(village: int) -> None:
    site = entered(village)
    before = revision("network")
    with writing():
        actions.confirm(ACTOR, site.id, 1)
    assert revision("network") == before
    assert db.session.get_one(Site, site.id).confirmed_on == today()
    with pytest.raises(Conflict), writing():
        actions.confirm(ACTOR, site.id, 7)


def test_who_reaches_no_further_finds_nothing(app: Flask, village: int) -> None:
    site = entered(village)
    town = tree(SINCE).by_code["371082001000"].id
    inside = over(town, Permission.REGISTER_WRITE)
    outside = over(9_999, Permission.REGISTER_WRITE)
    proposing = over(town, Permission.REGISTER_PROPOSE)
    with writing():
        actions.do(inside, site.id, 1, changes.described(phone="1"))
        actions.confirm(proposing, site.id, 2)
    with app.test_request_context("/"):
        with pytest.raises(NotFound), writing():
            actions.do(outside, site.id, 2, changes.described(phone="2"))
        with pytest.raises(NotFound), writing():
            actions.enter(outside, entry(village), SINCE)
        with pytest.raises(Forbidden), writing():
            actions.do(proposing, site.id, 2, changes.described(phone="2"))
    assert db.session.get_one(Site, site.id).phone == "1"


def test_a_closure_is_amended_and_lifted(village: int) -> None:
    site = entered(village)
    day = today()
    with writing():
        closure = closures.announce(ACTOR, Notice(day, None, "装修", site_id=site.id))
        uuid = closure.uuid
        closures.amend(ACTOR, closure, day + timedelta(days=9), "装修九天")
    with writing():
        closures.lift(ACTOR, closures.find(uuid), day + timedelta(days=2))
    assert closures.find(uuid).until == day + timedelta(days=2)
    with writing():
        closures.lift(ACTOR, closures.find(uuid), day)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Closure)) == 0
    told = [event.action for event in story("site", site.code, 9)]
    assert told[:2] == ["closure.withdrawn", "closure.amended"]
    with pytest.raises(NotFound):
        closures.find(uuid)


def test_a_station_tells_for_itself_that_it_is_away_today(app: Flask, village: int) -> None:
    site = entered(village)
    own = over(village, Permission.REGISTER_PROPOSE)
    with writing():
        closures.announce(own, closures.for_today(site.id, (600, 700), "外出出诊"))
    with app.test_request_context("/"), pytest.raises(Forbidden), writing():
        closures.announce(own, Notice(today(), None, "外出", site_id=site.id))
    for minutes in ((700, 600), (600, 1500)):
        with pytest.raises(BadInput), writing():
            closures.announce(own, closures.for_today(site.id, minutes, "外出"))
