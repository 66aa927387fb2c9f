"""The programming interface against a search that looks at every site with another geodesic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from geopy.distance import geodesic

from core import api
from core.catalogue.queries import catalogue
from core.clock import now, today
from core.geo import Datum, Point, from_wgs84
from core.regions.queries import tree
from core.sites.api import describe, describe_opening
from core.sites.queries import network
from core.sites.rules import Kind
from stations.finder.queries import nearest
from stations.finder.rules import Ask
from tests.stations.finder.conftest import (
    ALWAYS,
    CENTRE,
    COMMON,
    NOBODY,
    RARE,
    SATURDAYS,
    TOWN,
    City,
    Made,
    shut,
)

URL = "/api/v1/nearest"
HERE = {"lat": str(CENTRE.lat), "lon": str(CENTRE.lon)}


def ask(client: FlaskClient, **given: object) -> list[dict[str, Any]]:
    answer = client.get(URL, query_string=HERE | given)
    assert answer.status_code == 200, answer.json
    found: list[dict[str, Any]] = answer.get_json()["data"]
    return found


def codes(client: FlaskClient, **given: object) -> list[str]:
    return [each["code"] for each in ask(client, **given)]


FILTERS: list[tuple[dict[str, str], Callable[[Made], bool]]] = [
    ({}, lambda site: True),
    ({"service": COMMON}, lambda site: COMMON in site.services),
    ({"service": RARE}, lambda site: RARE in site.services),
    ({"service": NOBODY}, lambda site: False),
    ({"kind": "hall"}, lambda site: site.kind is Kind.HALL),
    ({"open_only": "1"}, lambda site: site.hours == ALWAYS),
    (
        {"service": COMMON, "kind": "community", "open_only": "1"},
        lambda site: (
            COMMON in site.services and site.kind is Kind.COMMUNITY and site.hours == ALWAYS
        ),
    ),
]


def test_ranks_as_brute_force_does(client: FlaskClient, city: City) -> None:
    # A Wednesday, on which the sites that open on Saturdays are shut.
    moment = f"{today() + timedelta(days=(2 - today().weekday()) % 7)}T10:00"
    random = Random(5)
    for number, (given, wanted) in enumerate(FILTERS * 6):
        spread = (0.01, 0.01, 0.1, 3.0)[number % 4]
        point = (CENTRE.lat + random.gauss(0, spread), CENTRE.lon + random.gauss(0, spread))
        limit = random.choice([1, 5, 20])
        expected = sorted(
            (geodesic(point, (site.point.lat, site.point.lon)).m, site.code)
            for site in city.sites
            if wanted(site)
        )[:limit]
        lat, lon = (f"{degrees:.15f}" for degrees in point)
        found = ask(client, lat=lat, lon=lon, limit=limit, at=moment, **given)
        assert [each["code"] for each in found] == [code for _, code in expected], given
        for each, (metres, _) in zip(found, expected, strict=True):
            assert each["distance_m"] == pytest.approx(metres, abs=0.001)


def test_what_filters_leave_is_not_nothing(city: City) -> None:
    """The comparisons above would be empty words if the filters left nothing."""
    left = [sum(map(wanted, city.sites)) for _, wanted in FILTERS]
    assert left[3] == 0
    assert left[2] == 1
    assert min(left[:2] + left[4:]) >= 1
    assert max(left[4:]) < left[0]


def test_default_limit_is_five(client: FlaskClient, city: City) -> None:
    assert len(ask(client)) == 5


def test_places_at_one_spot_come_by_code(client: FlaskClient, city: City) -> None:
    there = sorted(city.named(name).code for name in ("同处甲", "同处乙", "同处丙"))
    for limit in (1, 2, 3):
        assert codes(client, lat="37.2", lon="122.5", limit=limit) == there[:limit]


def test_the_picked_site_goes_first_at_one_spot(app: Flask, city: City) -> None:
    last = max(city.named(name).code for name in ("同处甲", "同处乙", "同处丙"))
    found = nearest(network(), Ask(Point(37.2, 122.5), now(), limit=1, first=last))
    assert [each.place.code for each in found] == [last]


def test_never_ranked(client: FlaskClient, city: City) -> None:
    assert len(city.others) == 5
    assert not set(city.others.values()) & set(codes(client, limit=20))


def test_datum_of_the_question(client: FlaskClient, city: City) -> None:
    plain = ask(client)
    for datum in Datum:
        lat, lon = from_wgs84(CENTRE, datum)
        shifted = ask(client, lat=f"{lat:.12f}", lon=f"{lon:.12f}", datum=datum)
        assert [each["code"] for each in shifted] == [each["code"] for each in plain]
        for one, other in zip(shifted, plain, strict=True):
            assert one["distance_m"] == pytest.approx(other["distance_m"], abs=0.002)


def test_at_moves_the_moment(client: FlaskClient, city: City) -> None:
    saturday = today() + timedelta(days=(5 - today().weekday()) % 7)
    on_saturdays = {site.code for site in city.sites if site.hours == SATURDAYS}
    early = {each["code"]: each for each in ask(client, at=f"{saturday}T08:00", limit=20)}
    assert on_saturdays & early.keys()
    for code in on_saturdays & early.keys():
        assert early[code]["open"] is False
        assert early[code]["opens_next"] == f"{saturday}T09:00:00+08:00"
    during = codes(client, at=f"{saturday}T09:00", open_only=1, limit=20)
    assert on_saturdays & set(during)
    after = codes(client, at=f"{saturday}T11:30", open_only=1, limit=20)
    assert not on_saturdays & set(after)


def test_at_moves_the_day_of_the_network(client: FlaskClient, city: City) -> None:
    future = city.others["将来网点"]
    begins = today() + timedelta(days=30)
    assert codes(client, at=f"{begins}T00:00", limit=1) == [future]
    assert future not in codes(client, at=f"{begins - timedelta(days=1)}T23:59", limit=20)
    # The day is the city's, whatever zone the moment is told in.
    eve = begins - timedelta(days=1)
    assert codes(client, at=f"{eve}T16:00:00Z", limit=1) == [future]


def test_shut_sites_are_ranked_without_open_only(client: FlaskClient, city: City) -> None:
    shut(tree(today()).by_code[TOWN].id)
    found = ask(client, limit=20)
    assert len(found) == 20
    assert not any(each["open"] for each in found)
    assert ask(client, open_only=1) == []


def test_envelope(client: FlaskClient, app: Flask, city: City) -> None:
    """Put together by hand for speed, it is what the envelope of the house would be."""
    at = f"{today()}T10:00:00+08:00"
    answer = client.get(URL, query_string=HERE | {"at": at, "service": COMMON})
    told = answer.get_json()
    among = network()
    found = nearest(
        among,
        Ask(
            CENTRE,
            datetime.fromisoformat(at),
            service_id=catalogue(today()).by_code[COMMON].id,
        ),
    )
    with app.test_request_context():
        expected = api.data(
            [
                {
                    **describe(among, catalogue(today()), each.place),
                    "distance_m": round(each.metres, 4),
                    **describe_opening(each.opening),
                }
                for each in found
            ],
            at=at,
            service=COMMON,
            rule=told["meta"]["rule"],
        )
    assert told == expected.get_json()
    assert answer.mimetype == expected.mimetype
    assert answer.headers["Cache-Control"] == "no-store"
    facts = "code name name_en kind level status region lat lon address phone services url"
    assert {*facts.split(), "distance_m", "open", "opens_next"} <= told["data"][0].keys()


def test_a_change_is_seen_at_once(client: FlaskClient, city: City) -> None:
    before = ask(client, limit=20)
    assert any(each["open"] for each in before)
    shut(tree(today()).by_code[TOWN].id)
    assert [each["open"] for each in ask(client, limit=20)] == [False] * len(before)


BAD = [
    ({"lat": "122.48", "lon": "37.16"}, "lat"),
    ({"lat": "0", "lon": "0"}, "lat"),
    ({"lat": "48.85", "lon": "2.35"}, "lon"),
    ({"lat": "-37.1", "lon": "122.4"}, "lat"),
    ({"lat": "NaN"}, "lat"),
    ({"lon": "nan"}, "lon"),
    ({"lat": "inf"}, "lat"),
    ({"lon": "-Infinity"}, "lon"),
    ({"lat": "1e400"}, "lat"),
    ({"lat": "3.7e1"}, "lat"),
    ({"lat": "37,1"}, "lat"),
    ({"lat": "abc"}, "lat"),
    ({"lat": ""}, "lat"),
    ({"lon": ""}, "lon"),
    ({"lat": "3" * 50_000}, "lat"),
    ({"limit": "1000000000"}, "limit"),
    ({"limit": "21"}, "limit"),
    ({"limit": "0"}, "limit"),
    ({"limit": "-1"}, "limit"),
    ({"limit": "2.5"}, "limit"),
    ({"limit": "five"}, "limit"),
    ({"limit": "9" * 50_000}, "limit"),
    ({"service": "999"}, "service"),
    ({"service": "' OR 1=1 --"}, "service"),
    ({"service": "%"}, "service"),
    ({"kind": "castle"}, "kind"),
    ({"datum": "mars"}, "datum"),
    ({"open_only": "maybe"}, "open_only"),
    ({"at": "soon"}, "at"),
    ({"at": "2026-02-30T10:00"}, "at"),
    ({"at": "2026-11-21T25:00"}, "at"),
    ({"at": "1700000000"}, "at"),
    ({"at": "2020-12-31T23:59"}, "at"),
    ({"at": "9999-12-31T23:59"}, "at"),
    ({"at": "0001-01-01T00:00"}, "at"),
    ({"at": "0001-01-01T00:00+14:00"}, "at"),
]


def test_bad_input(client: FlaskClient, city: City) -> None:
    for given, field in BAD:
        answer = client.get(URL, query_string=HERE | given)
        told = answer.get_json()["error"]
        assert (answer.status_code, told["code"], told["field"]) == (400, "bad_input", field), given
        assert told["message"]


def test_half_a_position(client: FlaskClient, city: City) -> None:
    for given, field in (({}, "lat"), ({"lat": "37.1"}, "lon"), ({"lon": "122.4"}, "lat")):
        answer = client.get(URL, query_string=given)
        assert (answer.status_code, answer.get_json()["error"]["field"]) == (400, field)


def test_digits_of_other_scripts_are_read(client: FlaskClient, city: City) -> None:
    expected = codes(client)
    for lat in ("３７．１６５３", "٣٧.١٦٥٣", " 37.1653 ", "+37.1653"):
        assert codes(client, lat=lat) == expected


def test_only_get(client: FlaskClient, city: City) -> None:
    assert client.post(URL, query_string=HERE).status_code == 405
