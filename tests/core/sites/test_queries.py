"""Reading the network of a day, on both databases; never older than what has been committed."""

from __future__ import annotations

from datetime import date, timedelta
from math import isnan

import pytest
import sqlalchemy as sa
from flask import Flask

from core.config import Config
from core.dated import end, succeed
from core.db import db, revision, writing
from core.geo import Datum, Point
from core.sites import actions, closures, queries
from core.sites.changes import Position
from core.sites.closures import Notice
from core.sites.models import Offering, Site, SitePeriod
from core.sites.queries import network
from core.sites.rules import Kind, Mode, Status
from tests.core.sites.made import ACTOR, HERE, ON, SINCE, WEEK, entry
from wsgi import create_app

DAY = timedelta(days=1)


def enter(region_id: int, name: str = "崖头医保工作站", position: Position | None = HERE) -> Site:
    return actions.enter(ACTOR, entry(region_id, name, position), SINCE)


def test_a_network_without_sites(village: int, services: list[int]) -> None:
    found = network(ON)
    assert len(found) == 0
    assert found.rows.services == tuple(services)
    assert found.rows.direct.shape == found.rows.assisted.shape == (0, 2)
    assert found.nearest(Point(37, 122), 5) == []


def test_a_database_without_anything(app: Flask) -> None:
    assert len(network(ON)) == 0


def test_everything_that_is_known_of_a_site_is_read(village: int, services: list[int]) -> None:
    modes = {services[0]: Mode.ASSISTED, services[63]: Mode.DIRECT, services[69]: Mode.DIRECT}
    with writing():
        other = enter(village, "荣成大厅", Position(37.2, 122.5, Datum.WGS84, verified=True))
        site = enter(village)
        site.name_en, site.address, site.phone = "Yatou", "海滨路1号", "0631-1"
        actions.offer(ACTOR, site.id, modes, SINCE)
        actions.offer(ACTOR, other.id, {services[1]: Mode.DIRECT}, SINCE)
        actions.set_hours(ACTOR, site.id, WEEK, SINCE)
        closures.announce(ACTOR, Notice(ON, None, "停办", site_id=site.id))
        code, other_code = site.code, other.code
    found = network(ON)
    place, second = found.by_code(code), found.by_code(other_code)
    assert place is not None
    assert second is not None
    assert (place.name, place.name_en, place.address) == ("崖头医保工作站", "Yatou", "海滨路1号")
    assert (place.phone, place.made) == ("0631-1", False)
    assert (place.kind, place.status) == (Kind.COMMUNITY, Status.ACTIVE)
    assert place.point == Point(HERE.lat, HERE.lon)
    assert place.region.code == "371082001001"
    assert place.hours is not None
    assert [announced.words for announced in place.closures] == ["停办"]
    assert dict(found.offerings(place)) == modes
    assert found.offerings(second) == [(services[1], Mode.DIRECT)]
    assert (second.hours, second.closures) == (None, ())
    assert type(place.made) is bool


def test_what_is_not_verified_is_told_to_nobody(village: int) -> None:
    with writing():
        enter(village, "待核实", Position(37.1, 122.4, Datum.WGS84, verified=False))
        enter(village, "无位置", None)
        enter(village)
    found = network(ON)
    assert [place.point for place in found.places(found.below(found.tree.by_id[village]))] == [
        None,
        None,
        Point(HERE.lat, HERE.lon),
    ]
    assert isnan(found.rows.lat[0])
    assert [index for index, _ in found.nearest(Point(37.1, 122.4), 9)] == [2]


def test_a_day_has_the_sites_and_offerings_of_that_day(village: int, services: list[int]) -> None:
    with writing():
        moving, leaving = enter(village), enter(village, "荣成大厅")
        for site in (moving, leaving):
            actions.offer(ACTOR, site.id, {services[0]: Mode.ASSISTED}, SINCE)
        held = {row.site_id: row for row in db.session.scalars(sa.select(SitePeriod))}
        succeed(held[moving.id], ON, status=Status.CLOSED)
        # Of the site whose period ends, the offering goes on: it must not fall to another.
        end(held[leaving.id], ON)
        offered = db.session.scalars(sa.select(Offering).where(Offering.site_id == moving.id)).one()
        succeed(offered, ON, mode=Mode.DIRECT)
    assert len(network(SINCE - DAY)) == 0
    before, after = network(ON - DAY), network(ON)
    assert [place.status for place in map(before.place, (0, 1))] == [Status.ACTIVE, Status.ACTIVE]
    assert before.offerings(before.place(0)) == [(services[0], Mode.ASSISTED)]
    assert len(after) == 1
    assert after.place(0).status is Status.CLOSED
    assert after.offerings(after.place(0)) == [(services[0], Mode.DIRECT)]
    assert not after.ranked.any()


def test_closures_that_are_over_are_not_read(village: int) -> None:
    with writing():
        for since, until in ((1, 31), (31, 32), (40, None), (20, None)):
            last = None if until is None else SINCE + until * DAY
            notice = Notice(SINCE + since * DAY, last, f"{since}", region_id=village)
            closures.announce(ACTOR, notice)
    assert [announced.words for announced in network(date(2026, 2, 1)).rows.closures] == [
        "20",
        "31",
        "40",
    ]


def test_a_change_is_seen_at_once_and_what_was_given_stays_as_it_was(village: int) -> None:
    with writing():
        site = enter(village).id
    first = network(ON)
    assert network(ON) is first
    with writing():
        enter(village, "荣成大厅")
        db.session.get_one(Site, site).name = "新名"
    second = network(ON)
    assert (len(first), first.place(0).name) == (1, "崖头医保工作站")
    assert (len(second), second.place(0).name) == (2, "新名")


def test_rows_of_an_older_state_never_pass_for_the_newest(
    app: Flask, config: Config, village: int
) -> None:
    """A transaction that began before a change reads the state before it, and says so."""
    before = revision("network")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Site)) == 0
    with create_app(config).app_context():
        if db.engine.dialect.name == "sqlite" and not _reads_while_others_write():
            pytest.skip("this SQLite has no sound write-ahead log: who reads keeps writers waiting")
        with writing():
            enter(village)
        assert revision("network") == before + 1
        db.session.remove()
        db.engine.dispose()
    assert revision("network") == before
    assert len(network(ON)) == 0
    db.session.rollback()  # the end of a request
    assert revision("network") == before + 1
    assert len(network(ON)) == 1


def _reads_while_others_write() -> bool:
    with db.engine.connect() as connection:
        return connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_question_outside_a_transaction_leaves_none_behind(app: Flask, village: int) -> None:
    db.session.rollback()
    assert revision("network") > 0
    assert not db.session().in_transaction()
    pool = db.engine.pool
    assert isinstance(pool, sa.QueuePool)
    assert pool.checkedout() == 0


def test_sites_are_found_by_name_and_address(village: int) -> None:
    with writing():
        hall = enter(village, "荣成大厅").code
        station = enter(village).code
        db.session.add(Site(serial=9, code="0000099", name="荣成旧厅", search=" 荣成旧厅 "))
    assert queries.search("荣成", ON, 9) == [hall]
    assert queries.search("yatou", ON, 9) == [station]
    assert queries.search("荣成", SINCE - DAY, 9) == []
    assert queries.search("%", ON, 9) == []
