"""The demonstration city as a whole: exact to the metre and to the minute, in every process."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cached_property, partial
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import pytest
from flask import Flask
from geopy.distance import geodesic

from core.access import command
from core.catalogue.queries import catalogue
from core.clock import CITY_TIME
from core.config import Config, Mode
from core.db import db, writing
from core.geo import Datum, Point, from_wgs84
from core.sites import actions
from core.sites.network import Network, Place
from core.sites.queries import network
from core.sites.rules import Kind
from network.demo import actions as demo
from network.demo.rules import CITIES
from tests.databases import migrate
from tests.serving import TODAY, serving
from wsgi import create_app

POINTS = 200
#: The city and the sea around it, in degrees: latitude, then longitude.
BOX = ((36.68, 37.58), (121.18, 122.70))
AT = datetime(2026, 11, 23, 9, 30, tzinfo=CITY_TIME)
FOUNDED = date(2024, 1, 1)
LUNCH = AT.replace(hour=12, minute=15)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    home = tmp_path_factory.mktemp("city")
    url = f"sqlite:///{home / 'onekm.sqlite3'}"
    migrate(url, home)
    app = create_app(Config(Mode.DEVELOPMENT, home, url, "s" * 32, "12393"))
    with app.app_context():
        with writing():
            demo.load(command("tests"), CITIES["3710"], TODAY)
        yield app
        db.session.remove()
        db.engine.dispose()


class BruteForce:
    """Every place measured with the geodesic of another library, then sorted."""

    def __init__(self, among: Network, point: Point) -> None:
        self.among = among
        self.point = point

    @cached_property
    def everything(self) -> list[tuple[float, Place]]:
        places = self.among.places(self.among.ranked)
        found = [(self._metres(place), place) for place in places]
        return sorted(found, key=lambda pair: (pair[0], pair[1].code))

    def _metres(self, place: Place) -> float:
        there = place.point
        assert there is not None
        metres: float = geodesic((self.point.lat, self.point.lon), (there.lat, there.lon)).m
        return metres

    def nearest(self, limit: int, wanted: Callable[[Place], bool]) -> list[tuple[str, float]]:
        found = [(place.code, metres) for metres, place in self.everything if wanted(place)]
        return found[:limit]


def ask(app: Flask, **question: Any) -> list[dict[str, Any]]:
    answer = app.test_client().get("/api/v1/nearest", query_string=question)
    assert answer.status_code == 200, answer.text
    places: list[dict[str, Any]] = json.loads(answer.text)["data"]
    return places


def test_nearest_agrees_with_brute_force_for_every_filter(city: Flask) -> None:
    among = network(AT.date())
    rng = Random(3710)
    compared = 0
    for _ in range(POINTS):
        point = Point(*(round(rng.uniform(*side), 6) for side in BOX))
        truth = BruteForce(among, point)
        for question, wanted in filters(among):
            expected = truth.nearest(20, wanted)
            found = ask(
                city, lat=point.lat, lon=point.lon, limit=20, **{"at": AT.isoformat()} | question
            )
            assert [place["code"] for place in found] == [code for code, _ in expected]
            for place, (_, metres) in zip(found, expected, strict=True):
                assert place["distance_m"] == pytest.approx(metres, abs=0.001)
            compared += len(found)
    assert compared > POINTS * 100


def rare_and_common(among: Network) -> dict[str, int]:
    """Codes and ids of the service that fewest sites offer and the one that most do."""
    services = sorted(
        catalogue(among.on).services, key=lambda service: int(among.offering(service.id).sum())
    )
    return {service.code: service.id for service in (services[0], services[-1])}


Question: TypeAlias = tuple[dict[str, Any], Callable[[Place], bool]]


def filters(among: Network) -> Iterator[Question]:
    """Every way to narrow the question, as parameters and as a condition."""
    yield {}, lambda _place: True
    for kind in Kind:
        yield {"kind": kind.value}, partial(is_of_kind, kind)
    for code, service_id in rare_and_common(among).items():
        yield {"service": code}, partial(offers, among, service_id)
    for moment in (AT, LUNCH):
        yield {"open_only": 1, "at": moment.isoformat()}, partial(is_open, among, moment)


def is_of_kind(kind: Kind, place: Place) -> bool:
    return place.kind is kind


def offers(among: Network, service_id: int, place: Place) -> bool:
    return among.mode(place, service_id) is not None


def is_open(among: Network, moment: datetime, place: Place) -> bool:
    return among.opening(place, moment).open


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09, Datum.CGCS2000])
def test_a_point_in_another_datum_is_the_same_point(city: Flask, datum: Datum) -> None:
    here = Point(37.1653, 122.4867)
    lat, lon = from_wgs84(here, datum)
    there = ask(city, lat=f"{lat:.12f}", lon=f"{lon:.12f}", datum=datum.value)
    straight = ask(city, lat=here.lat, lon=here.lon)
    assert [place["code"] for place in there] == [place["code"] for place in straight]
    for one, other in zip(there, straight, strict=True):
        assert one["distance_m"] == pytest.approx(other["distance_m"], abs=0.001)


def test_two_servers_see_a_change_on_their_next_request(city: Flask, tmp_path: Path) -> None:
    url = str(city.config["SQLALCHEMY_DATABASE_URI"])
    question = "/api/v1/sites?per_page=1&kind=hall"
    with serving(tmp_path, url) as one, serving(tmp_path, url) as other:
        before = [total(address + question) for address in (one, other)]
        for added in range(1, 4):
            add_hall(city, f"新大厅{added}")
            after = [total(address + question) for address in (one, other)]
            assert after == [count + added for count in before]


def total(address: str) -> int:
    with urllib.request.urlopen(address) as answer:
        count: int = json.load(answer)["meta"]["total"]
        return count


def add_hall(city: Flask, name: str) -> None:
    with writing():
        region_id = network(FOUNDED).tree.by_code["371082000000"].id
        actions.enter(command("tests"), actions.Entry(name, Kind.HALL, region_id, None), FOUNDED)
