"""Loading the demonstration: what is there afterwards, and that a second time changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core.catalogue.queries import catalogue
from core.clock import today
from core.config import Config, Mode
from core.db import Base, UtcDateTime, db, revision
from core.regions.rules import ASSUMED_SINCE
from core.sites.models import Closure, Site, SitePeriod
from core.sites.queries import network
from core.sites.rules import Kind, Status
from network.demo.cli import demo
from network.demo.rules import CITIES, FIRST_DAY, POINT_SOURCES
from tests.databases import Database
from wsgi import create_app

TODAY = date(2026, 3, 20)
APART = ("previous", "hash", "uuid")

Rows = dict[str, list[tuple[Any, ...]]]


def load(app: Flask, *arguments: str, city: str = "3710") -> str:
    """What the command prints."""
    told = app.test_cli_runner().invoke(
        demo, ["load", "--city", city, "--today", TODAY.isoformat(), *arguments]
    )
    assert told.exit_code == 0, told.output
    return told.output


def everything() -> Rows:
    """All rows of all tables, apart from instants, the hashes that take them in, and UUIDs."""
    found: Rows = {}
    for table in Base.metadata.sorted_tables:
        columns = [
            column
            for column in table.c
            if not isinstance(column.type, UtcDateTime) and column.name not in APART
        ]
        statement = sa.select(*columns).order_by(*table.primary_key)
        found[table.name] = [tuple(row) for row in db.session.execute(statement)]
    db.session.rollback()
    return found


def open_app(url: str, home: Path) -> Flask:
    return create_app(Config(Mode.DEVELOPMENT, home, url, "a secret of the tests, long enough", ""))


@pytest.fixture(scope="module")
def weihai(sqlite: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An app with the demonstration of Weihai, for tests that only read."""
    with sqlite.fresh() as url:
        app = open_app(url, tmp_path_factory.mktemp("home"))
        with app.app_context():
            load(app)
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.mark.usefixtures("weihai")
def test_weihai_has_five_halls_and_308_stations() -> None:
    net = network(TODAY)
    places = net.places(net.rows.ids > 0)
    serving = Counter(place.kind for place in places if place.status is Status.ACTIVE)

    assert serving.pop(Kind.HALL) == 5
    assert serving.total() == 308
    assert serving.keys() == set(Kind) - {Kind.HALL}
    assert all(place.made for place in places)
    assert Counter(place.status for place in places if place.status is not Status.ACTIVE) == {
        Status.PLANNED: 2,
        Status.CLOSED: 1,
    }


@pytest.mark.usefixtures("weihai")
def test_sites_without_a_sure_position_are_not_ranked() -> None:
    assert network(TODAY).ranked.sum() == 5 + 308 - 3


@pytest.mark.usefixtures("weihai")
def test_what_was_closed_served_before() -> None:
    closed = sa.select(SitePeriod.site_id).where(SitePeriod.status == Status.CLOSED)
    site_id = db.session.scalars(closed).one()

    def status(on: date) -> Status:
        net = network(on)
        (place,) = net.places(net.rows.ids == site_id)
        return place.status

    assert status(TODAY - timedelta(61)) is Status.ACTIVE
    assert status(TODAY - timedelta(60)) is Status.CLOSED


@pytest.mark.usefixtures("weihai")
def test_halls_offer_everything_and_most_serve_at_hours_that_are_known() -> None:
    net = network(TODAY)
    services = {service.id for service in catalogue(TODAY).services}
    active = [place for place in net.places(net.rows.ids > 0) if place.status is Status.ACTIVE]

    assert len(services) == 21
    for place in active:
        offered = {service for service, _ in net.offerings(place)}
        assert offered <= services
        assert offered == services or place.kind is not Kind.HALL
    assert 0 < sum(place.hours is None for place in active) < 25


@pytest.mark.usefixtures("weihai")
def test_regions_have_points_that_say_whence() -> None:
    tree = network(TODAY).tree
    nodes = list(tree.by_id.values())

    assert len(nodes) == 1 + 7 + 73 + 2768
    assert {node.point_source for node in nodes} == set(POINT_SOURCES.values())
    assert all(node.point is not None for node in nodes)
    assert {node.since for node in nodes} == {ASSUMED_SINCE}


@pytest.mark.usefixtures("weihai")
def test_closures_are_relative_to_the_day() -> None:
    tree = network(TODAY).tree
    closures = list(db.session.scalars(sa.select(Closure).order_by(Closure.since)))
    suspended, away, training = closures

    assert (suspended.since, suspended.until) == (date(2026, 3, 10), None)
    assert (away.since, away.until) == (TODAY, TODAY + timedelta(2))
    assert (training.since, training.until) == (date(2026, 3, 27), date(2026, 3, 28))
    assert training.region_id in tree.by_id
    assert all(closure.words and closure.words_en for closure in closures)


@pytest.mark.usefixtures("weihai")
def test_the_calendar_and_the_services_are_loaded_too() -> None:
    assert network(TODAY).calendar.knows(TODAY)
    assert all(service.devolved for service in catalogue(ASSUMED_SINCE).services)


def test_a_second_time_changes_nothing(app: Flask) -> None:
    first = load(app)
    before, revised = everything(), revision("network")

    assert "5 halls and 308 stations" in first
    assert len(before["site"]) == 311 + 5
    assert load(app) == "the demonstration of Weihai is already there\n"
    assert load(app, "--if-empty") == "the register is not empty: nothing was loaded\n"
    assert load(app, "--if-empty", city="3703") == (
        "the register is not empty: nothing was loaded\n"
    )
    assert everything() == before
    assert revision("network") == revised == 1


@pytest.mark.long
def test_two_databases_get_the_same_rows(
    sqlite: Database, postgresql: Database, tmp_path: Path
) -> None:
    loaded = []
    for kind in (sqlite, postgresql):
        with kind.fresh() as url:
            app = open_app(url, tmp_path)
            with app.app_context():
                load(app, "--if-empty")
                loaded.append(everything())
                db.session.remove()
                db.engine.dispose()

    assert len(loaded[0]["offering"]) > 2_000
    assert loaded[0] == loaded[1]


def test_zibo_joins_weihai(sqlite: Database, tmp_path: Path) -> None:
    with sqlite.fresh() as url:
        app = open_app(url, tmp_path)
        with app.app_context():
            load(app)
            told = load(app, city="3703")
            net = network(TODAY)
            zibo = net.tree.by_code["370300000000"]
            active = [
                place for place in net.places(net.below(zibo)) if place.status is Status.ACTIVE
            ]
            sites = db.session.scalar(sa.select(sa.func.count()).select_from(Site))
            db.session.remove()
            db.engine.dispose()

    assert told.splitlines()[0] == "Zibo: 3028 regions, 21 services"
    assert "9 halls and 420 stations" in told
    assert sum(place.kind is Kind.HALL for place in active) == 9
    assert len(active) == 429
    assert sites == 316 + 432


def test_a_day_before_the_demonstration_is_refused(app: Flask) -> None:
    early = (FIRST_DAY - timedelta(1)).isoformat()

    for city in CITIES:
        told = app.test_cli_runner().invoke(demo, ["load", "--city", city, "--today", early])
        assert told.exit_code == 1
    assert not any(everything().values())


@pytest.mark.long
def test_ready_makes_the_tables_and_loads_once(app: Flask) -> None:
    first = app.test_cli_runner().invoke(demo, ["ready", "--city", "3710"])
    assert (first.exit_code, "308 stations" in first.output) == (0, True)
    assert "city_admin" in first.output
    again = app.test_cli_runner().invoke(demo, ["ready", "--city", "3710"])
    assert "not empty" in again.output


def test_what_other_features_show_is_added_to_a_city_that_is_there(app: Flask) -> None:
    asked: list[tuple[str, date]] = []
    app.extensions["onekm.demos"] = (lambda city, on: asked.append((city, on)),)
    show = ["show", "--city", "3710"]

    assert app.test_cli_runner().invoke(demo, show).exit_code == 0
    assert asked == []

    load(app)
    assert app.test_cli_runner().invoke(demo, show).exit_code == 0
    assert asked == [("3710", today())]
