"""Writing the register, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core import geo
from core.access import ANONYMOUS
from core.calendar.hours import parse
from core.clock import now
from core.db import db, revision, writing
from core.errors import BadInput, Conflict, Forbidden
from core.geo import Datum
from core.sites import actions, closures
from core.sites.changes import Position
from core.sites.closures import Notice
from core.sites.models import Closure, Offering, Site, SiteHours, SitePeriod
from core.sites.rules import Mode, Status, is_site_code, site_code
from tests.core.sites.made import ACTOR, HERE, ON, SINCE, WEEK, entry


def entered(region_id: int) -> int:
    with writing():
        return actions.enter(ACTOR, entry(region_id), SINCE).id


def count(table: type[Site] | type[Closure] | type[Offering] | type[SiteHours]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_site_enters_with_the_next_code_and_a_period(village: int) -> None:
    with writing():
        first = actions.enter(ACTOR, entry(village), SINCE)
        second = actions.enter(ACTOR, entry(village, "荣成大厅"), SINCE)
        assert (first.serial, second.serial) == (1, 2)
        assert (first.code, second.code) == (site_code(1), site_code(2))
        assert first.version == 1
        assert not first.made
        assert "yatou" in first.search
    period = db.session.scalars(sa.select(SitePeriod).order_by(SitePeriod.id)).first()
    assert period is not None
    assert (period.since, period.until, period.region_id) == (SINCE, None, village)
    assert (period.kind, period.status) == ("community", Status.ACTIVE)
    assert (period.lat, period.lon, period.verified) == (HERE.lat, HERE.lon, True)


def test_a_position_is_kept_as_given_and_in_wgs84(village: int) -> None:
    given = Position(37.16, 122.48, Datum.BD09, verified=False)
    with writing():
        actions.enter(ACTOR, entry(village, position=given), SINCE)
    period = db.session.scalars(sa.select(SitePeriod)).one()
    assert (period.given_lat, period.given_lon, period.datum) == (37.16, 122.48, Datum.BD09)
    point = geo.to_wgs84(37.16, 122.48, Datum.BD09)
    assert (period.lat, period.lon, period.verified) == (point.lat, point.lon, False)
    assert period.lat != period.given_lat


def test_a_site_may_enter_before_anybody_knows_where_it_is(village: int) -> None:
    with writing():
        actions.enter(ACTOR, entry(village, position=None), SINCE)
    period = db.session.scalars(sa.select(SitePeriod)).one()
    assert (period.lat, period.lon, period.datum, period.verified) == (None, None, None, False)


@pytest.mark.parametrize(("lat", "lon"), [(122.48, 37.16), (0.0, 0.0), (51.5, -0.1)])
def test_a_place_outside_china_enters_nothing(village: int, lat: float, lon: float) -> None:
    wrong = entry(village, position=Position(lat, lon, Datum.WGS84, verified=True))
    before = revision("network")
    with pytest.raises(BadInput), writing():
        actions.enter(ACTOR, wrong, SINCE)
    assert count(Site) == 0
    assert revision("network") == before


def test_who_has_seen_an_older_state_is_told(village: int) -> None:
    site = entered(village)
    with writing():
        actions.take_up(ACTOR, site, seen=1)
    with pytest.raises(Conflict), writing():
        actions.take_up(ACTOR, site, seen=1)
    with pytest.raises(Conflict), writing():
        actions.take_up(ACTOR, site + 1, seen=1)
    with writing():
        actions.take_up(ACTOR, site, seen=2)
    assert db.session.get_one(Site, site).version == 3


def test_hours_are_checked_and_kept_in_one_form(village: int) -> None:
    site = entered(village)
    with pytest.raises(BadInput), writing():
        actions.set_hours(ACTOR, site, {"week": {"mon": ["11:30-08:30"]}}, SINCE)
    assert count(SiteHours) == 0
    with writing():
        actions.set_hours(ACTOR, site, WEEK, SINCE)
    kept = db.session.scalars(sa.select(SiteHours.document)).one()
    assert parse(kept).week[0] == ((8 * 60 + 30, 11 * 60 + 30),)
    with writing():
        actions.set_hours(ACTOR, site, WEEK, ON)  # the same hours are no other hours
        assert count(SiteHours) == 1
        actions.set_hours(ACTOR, site, {"week": {}}, ON)
    first, second = db.session.scalars(sa.select(SiteHours).order_by(SiteHours.since))
    assert (first.document, first.until) == (kept, ON)
    assert (second.since, second.until) == (ON, None)


def test_services_are_offered_each_once(village: int, services: list[int]) -> None:
    site = entered(village)
    modes = {services[0]: Mode.DIRECT, services[1]: Mode.ASSISTED}
    with writing():
        actions.offer(ACTOR, site, modes, SINCE)
    kept = db.session.scalars(sa.select(Offering).order_by(Offering.service_id))
    assert {row.service_id: row.mode for row in kept} == modes
    with writing():
        actions.offer(ACTOR, site, {services[0]: Mode.ASSISTED}, ON)
    mine = sa.select(Offering).where(Offering.service_id == services[0]).order_by(Offering.since)
    first, second = db.session.scalars(mine)
    assert (first.mode, first.until) == (Mode.DIRECT, ON)
    assert (second.mode, second.since, second.until) == (Mode.ASSISTED, ON, None)


def test_a_closure_is_announced_of_a_site_or_of_a_region(village: int) -> None:
    site = entered(village)
    notice = Notice(ON, ON + timedelta(days=1), "停电停办一天", "No power", site_id=site)
    began = now()
    with writing():
        closures.announce(ACTOR, notice)
        closures.announce(ACTOR, replace(notice, until=None, site_id=None, region_id=village))
    first, second = db.session.scalars(sa.select(Closure).order_by(Closure.id))
    assert (first.site_id, first.region_id, first.since) == (site, None, ON)
    assert (second.site_id, second.region_id, second.until) == (None, village, None)
    assert began <= first.announced_at <= now()


@pytest.mark.parametrize("until", [ON, date(2026, 5, 31)])
def test_a_closure_ends_after_it_begins(village: int, until: date) -> None:
    site = entered(village)
    with pytest.raises(BadInput) as caught, writing():
        closures.announce(ACTOR, Notice(ON, until, "停办", site_id=site))
    assert caught.value.field == "until"
    assert count(Closure) == 0


def test_a_closure_is_of_exactly_one(village: int) -> None:
    site = entered(village)
    for site_id, region_id in ((None, None), (site, village)):
        notice = Notice(ON, None, "停办", site_id=site_id, region_id=region_id)
        with pytest.raises(sa.exc.IntegrityError), writing():
            closures.announce(ACTOR, notice)


def test_who_may_not_write_writes_nothing(app: Flask, village: int) -> None:
    site = entered(village)
    for forbidden in (
        lambda: actions.enter(ANONYMOUS, entry(village), SINCE),
        lambda: actions.take_up(ANONYMOUS, site, 1),
        lambda: actions.set_hours(ANONYMOUS, site, WEEK, SINCE),
        lambda: actions.offer(ANONYMOUS, site, {}, SINCE),
        lambda: closures.announce(ANONYMOUS, Notice(ON, None, "停办", site_id=site)),
    ):
        with app.test_request_context("/"), pytest.raises(Forbidden), writing():
            forbidden()
    assert (count(Site), count(SiteHours), count(Closure)) == (1, 0, 0)


def test_the_code_tells_every_single_wrong_digit() -> None:
    codes = [site_code(serial) for serial in (1, 9, 10, 308, 123456, 999999)]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert is_site_code(code)
        assert code[:6].isdecimal()
        for place in range(len(code)):
            wrong = {code[:place] + digit + code[place + 1 :] for digit in "0123456789"} - {code}
            assert not any(map(is_site_code, wrong))


@pytest.mark.parametrize("text", ["", "000001", "00000119", "００００１１９", "00000a1", " 000011"])
def test_what_is_no_code(text: str) -> None:
    assert not is_site_code(text)
