"""Coverage for programs: the numbers, the rule beside them, strict questions, GeoJSON."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from core.clock import today
from stations.coverage import api
from tests.conftest import Once
from tests.core.accounts.made import browser_of, csrf
from tests.databases import on_sqlite
from tests.stations.coverage.made import CITY, COUNTY, OTHER
from tests.stations.coverage.town import (
    COMMON,
    HALLS,
    NOBODYS,
    Town,
    day_after,
    make_empty_town,
)

COVERAGE = "/api/v1/coverage"


def somebody(app: Flask, role: Role, place: str) -> FlaskClient:
    return browser_of(app, role, place, "somebody")


@pytest.fixture
def asking(app: Flask, town: Town) -> FlaskClient:
    """The city's administrator."""
    return somebody(app, Role.CITY_ADMIN, CITY)


def get(client: FlaskClient, path: str = "", **args: Any) -> Any:
    answer = client.get(COVERAGE + path, query_string=args)
    assert answer.status_code == 200, answer.text
    return answer.json


def refused(client: FlaskClient, path: str = "", **args: Any) -> tuple[int, str | None]:
    answer = client.get(COVERAGE + path, query_string=args)
    return answer.status_code, (answer.json or {})["error"]["field"]


# -- The numbers --------------------------------------------------------------------------------


def test_it_tells_people_and_settlements_apart_with_rule_and_source(asking: FlaskClient) -> None:
    told = get(asking)
    data, meta = told["data"], told["meta"]
    assert (data["people"], data["people_covered"]) == (790.0, 710.0)
    assert (data["settlements"], data["settlements_covered"]) == (7, 4)
    assert data["people_share"] == pytest.approx(710 / 790)
    assert data["settlement_share"] == pytest.approx(4 / 7)
    assert meta["region"] == CITY
    assert meta["on"] == today().isoformat()
    assert (meta["service"], meta["at"], meta["sites"]) == (None, None, 2)
    assert meta["rule"] | {"words": "", "sites_words": ""} == {
        "radius_m": 1000.0,
        "factor": 1.0,
        "straight_m": 1000.0,
        "inclusive": True,
        "walking": False,
        "key": "line-1 radius=1000.0 factor=1.0",
        "words": "",
        "sites_words": "",
    }
    assert "1000.0 米" in meta["rule"]["words"]
    assert [(one["year"], one["source"], one["region"]) for one in meta["population"]] == [
        (2020, "人口普查", CITY)
    ]
    assert meta["made"] is False
    assert [(one["code"], one["people_covered"]) for one in data["regions"]] == [
        (COUNTY, 700.0),
        (OTHER, 10.0),
    ]


def test_it_is_asked_for_a_service_an_hour_and_another_radius(asking: FlaskClient) -> None:
    assert get(asking, service=HALLS)["data"]["people_covered"] == 310.0
    assert get(asking, service=NOBODYS)["data"]["people_covered"] == 0.0
    assert get(asking, at="03:00")["data"]["people_covered"] == 600.0
    assert get(asking, at="3:00", service=HALLS)["data"]["people_covered"] == 0.0
    assert get(asking, radius="5000")["data"]["people_covered"] == 760.0
    walk = get(asking, factor="1.3")
    assert walk["data"]["people_covered"] == 700.0
    assert walk["meta"]["rule"]["walking"] is True
    assert get(asking, region=OTHER)["data"]["people"] == 10.0
    assert get(asking, on=day_after(30).isoformat())["data"]["people"] == 790.0


def test_each_service_is_told_where_that_is_asked(asking: FlaskClient) -> None:
    services = {one["code"]: one for one in get(asking, services="1")["data"]["services"]}
    assert services[COMMON]["people_covered"] == 710.0
    assert services[HALLS]["people_covered"] == 310.0
    assert services[NOBODYS]["people_share"] == 0.0
    assert "services" not in get(asking)["data"]


def test_who_stands_on_the_rim_is_listed(asking: FlaskClient) -> None:
    told = get(asking, radius="898")
    (one,) = told["data"]["rim"]
    assert (one["code"], one["covered"]) == ("己", False)
    assert one["distance_m"] == pytest.approx(900, abs=1e-3)
    assert one["nearest"]["name"] == "大厅"
    assert get(asking)["data"]["rim"] == []


def test_without_anybody_the_share_is_null(app: Flask, once: Once) -> None:
    once(make_empty_town)
    client = somebody(app, Role.CITY_ADMIN, CITY)
    told = get(client)
    assert told["data"]["people_share"] is None
    assert told["data"]["settlement_share"] is None
    assert told["meta"]["population"] == []
    assert get(client, "/blind-spots")["data"] == []


@on_sqlite
@pytest.mark.parametrize(
    ("args", "status", "field"),
    [
        ({"radius": "0"}, 400, "radius"),
        ({"radius": "-1"}, 400, "radius"),
        ({"radius": "1000000000"}, 400, "radius"),
        ({"radius": "1e9"}, 400, "radius"),
        ({"radius": "NaN"}, 400, "radius"),
        ({"radius": "inf"}, 400, "radius"),
        ({"radius": "远"}, 400, "radius"),
        ({"factor": "0.5"}, 400, "factor"),
        ({"factor": "nan"}, 400, "factor"),
        ({"service": "002036999999"}, 400, "service"),
        ({"service": "'; DROP"}, 400, "service"),
        ({"region": "371099000000"}, 404, "region"),
        ({"region": "3710"}, 400, "region"),
        ({"at": "25:00"}, 400, "at"),
        ({"at": "noon"}, 400, "at"),
        ({"on": "2026-02-30"}, 400, "on"),
        ({"on": "1999-01-01"}, 400, "on"),
        ({"format": "xml"}, 400, "format"),
        ({"services": "yes"}, 400, "services"),
    ],
)
def test_a_question_that_is_none_is_refused_with_its_field(
    asking: FlaskClient, args: dict[str, str], status: int, field: str
) -> None:
    assert refused(asking, **args) == (status, field)


def test_what_is_out_of_reach_is_not_there(app: Flask, town: Town) -> None:
    client = somebody(app, Role.COUNTY_ADMIN, COUNTY)
    assert get(client)["meta"]["region"] == COUNTY
    assert refused(client, region=OTHER)[0] == 404
    assert refused(client, region=CITY)[0] == 404
    assert refused(client, "/blind-spots", region=OTHER)[0] == 404
    assert app.test_client().get(COVERAGE).status_code == 401


# -- Blind spots --------------------------------------------------------------------------------


def test_blind_spots_say_who_lives_there_and_where_a_site_would_help(asking: FlaskClient) -> None:
    told = get(asking, "/blind-spots")
    (spot,) = told["data"]
    assert told["meta"]["total"] == 1
    assert (spot["people"], spot["settlements"]) == (80.0, 3)
    assert [one["code"] for one in spot["largest"]] == ["丁", "戊", "庚"]
    assert spot["place"]["code"] == "丁"
    assert (spot["place"]["people_won"], spot["place"]["settlements_won"]) == (80.0, 3)
    assert spot["nearest"]["name"] == "大厅"
    assert spot["distance_m"] == pytest.approx(5000, abs=1e-3)
    assert "1000.0 米" in told["meta"]["blind_spot_rule"]


# -- GeoJSON ------------------------------------------------------------------------------------


def test_geojson_is_given_where_it_is_asked_for_or_accepted(asking: FlaskClient) -> None:
    told = asking.get(COVERAGE, query_string={"format": "geojson"})
    assert told.mimetype == "application/geo+json"
    assert told.json is not None
    features = {one["properties"]["code"]: one for one in told.json["features"]}
    assert set(features) == set("甲乙丙丁戊己庚")
    assert features["甲"]["geometry"]["coordinates"] == [122.1, 37.5]
    assert features["丁"]["properties"]["covered"] is False
    assert told.json["meta"]["rule"]["radius_m"] == 1000.0
    accepted = asking.get(COVERAGE, headers={"Accept": "application/geo+json"})
    assert accepted.json == told.json
    assert asking.get(COVERAGE, headers={"Accept": "*/*"}).mimetype == "application/json"


def test_blind_spots_are_drawn_with_the_place_for_a_site(asking: FlaskClient) -> None:
    told = get(asking, "/blind-spots", format="geojson")
    spot, place = told["features"]
    assert spot["geometry"]["type"] == "MultiPoint"
    assert len(spot["geometry"]["coordinates"]) == 3
    assert place["properties"]["people_won"] == 80.0


def test_more_settlements_than_an_answer_holds_are_refused(
    asking: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "MOST_FEATURES", 6)
    assert refused(asking, format="geojson") == (400, "region")
    assert get(asking, format="geojson", region=OTHER)["type"] == "FeatureCollection"


# -- What if ------------------------------------------------------------------------------------


def ask(client: FlaskClient, sent: object, **args: str) -> Any:
    headers = {"X-CSRFToken": csrf(client)}
    return client.post(f"{COVERAGE}/what-if", json=sent, query_string=args, headers=headers)


def test_what_if_tells_who_drops_out_and_where_to_instead(asking: FlaskClient, town: Town) -> None:
    answer = ask(asking, {"changes": [{"site": town.hall, "do": "close"}], "radius": 1000})
    assert answer.status_code == 200, answer.text
    data = answer.json["data"]
    assert (data["before"]["people_covered"], data["after"]["people_covered"]) == (710.0, 600.0)
    assert [one["code"] for one in data["dropped"]] == ["甲", "己"]
    one = data["dropped"][0]
    assert one["nearest"]["code"] == town.clinic
    assert one["distance_m"] == pytest.approx(1500, abs=1e-3)
    lost = {service["code"]: service for service in one["lost"]}
    assert lost[COMMON]["nearest"]["code"] == town.clinic
    assert lost[HALLS] == {"code": HALLS, "nearest": None, "distance_m": None}
    assert [one["code"] for one in data["fewer_services"]] == ["乙"]
    assert {one["code"]: one["people_lost"] for one in data["services"]} == {
        COMMON: 110.0,
        HALLS: 310.0,
    }
    assert get(asking)["data"]["people_covered"] == 710.0  # asking has changed nothing


def test_each_thing_that_may_happen_may_be_asked(asking: FlaskClient, town: Town) -> None:
    friday = day_after(3).isoformat()
    north = {"lat": 37.545, "lon": 122.1}
    office = {"week": {"mon": ["08:30-17:00"]}}
    cases: list[tuple[dict[str, Any], dict[str, str], float]] = [
        ({"do": "suspend", "since": friday}, {"on": friday}, 600.0),
        ({"do": "move", **north}, {}, 680.0),
        ({"do": "lose", "service": HALLS}, {"service": HALLS}, 0.0),
        ({"do": "hours", "hours": office}, {"at": "03:00"}, 600.0),
    ]
    for change, args, people in cases:
        answer = ask(asking, {"changes": [{"site": town.hall, **change}]}, **args)
        assert answer.status_code == 200, answer.text
        assert answer.json["data"]["after"]["people_covered"] == people, change


def test_what_if_is_drawn_too(asking: FlaskClient, town: Town) -> None:
    sent = {"changes": [{"site": town.hall, "do": "close"}]}
    told = ask(asking, sent, format="geojson").json
    assert {one["properties"]["code"] for one in told["features"]} == set("甲乙己")


@on_sqlite
@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ([], 400, None),
        ({}, 400, "changes"),
        ({"changes": []}, 400, "changes"),
        ({"changes": "all"}, 400, "changes"),
        ({"changes": [7]}, 400, "changes[0]"),
        ({"changes": [{"do": "close"}]}, 400, "changes[0]"),
        ({"changes": [{"site": "HALL"}]}, 400, "changes[0].do"),
        ({"changes": [{"site": "HALL", "do": "burn"}]}, 400, "changes[0].do"),
        ({"changes": [{"site": "HALL", "do": "close", "x": 1}]}, 400, "changes[0].x"),
        ({"changes": [{"site": "9999999", "do": "close"}]}, 404, None),
        ({"changes": [{"site": "HALL", "do": "lose", "service": "x"}]}, 400, "changes[0].service"),
        ({"changes": [{"site": "HALL", "do": "move", "lat": 1e9, "lon": 1}]}, 400,
         "changes[0].lat"),
        ({"changes": [{"site": "HALL", "do": "move", "lat": "x", "lon": 1}]}, 400,
         "changes[0].lat"),
        ({"changes": [{"site": "HALL", "do": "move", "lat": True, "lon": 1}]}, 400,
         "changes[0].lat"),
        ({"changes": [{"site": "HALL", "do": "hours", "hours": {"x": 1}}]}, 400,
         "changes[0].hours"),
        ({"changes": [{"site": "HALL", "do": "hours", "hours": {"week": {}}}]}, 400, "at"),
        ({"changes": [{"site": "HALL", "do": "suspend", "since": "2020-01-01",
                       "until": "2020-01-02"}]}, 400, "on"),
        ({"changes": [{"site": "HALL", "do": "suspend", "since": 7}]}, 400, "changes[0].since"),
        ({"changes": [{"site": "HALL", "do": "close"}], "radius": 0}, 400, "radius"),
        ({"changes": [{"site": "HALL", "do": "close"}], "radius": [1]}, 400, "radius"),
        ({"changes": [{"site": "HALL", "do": "close"}], "everything": 1}, 400, "everything"),
    ],
)  # fmt: skip
def test_what_if_of_nothing_sensible_is_refused(
    asking: FlaskClient, town: Town, sent: Any, status: int, field: str | None
) -> None:
    if isinstance(sent, dict) and isinstance(sent.get("changes"), list):
        changes = [
            {**one, "site": town.hall}
            if isinstance(one, dict) and one.get("site") == "HALL"
            else one
            for one in sent["changes"]
        ]
        sent = {**sent, "changes": changes}
    answer = ask(asking, sent)
    assert (answer.status_code, answer.json["error"]["field"]) == (status, field), answer.text


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param('{"\\ud800": 1}', id="half of a surrogate pair as a name"),
        pytest.param('{"changes": [{"site": "1", "do": "close", "\\udfff": 1}]}', id="and below"),
        pytest.param('{"region": 1' + "0" * 400 + "}", id="a number of 401 digits"),
        pytest.param("[" * 100_000, id="deep and without an end"),
        pytest.param('{"a":' * 20_000 + "1" + "}" * 20_000, id="deep"),
        pytest.param('{"region": "1", "region": "2", "changes": []}', id="a name twice"),
        pytest.param('{"radius": NaN}', id="no number"),
        pytest.param(b'{"region": "\xff"}', id="no UTF-8"),
        pytest.param("", id="nothing"),
    ],
)
def test_json_that_is_made_to_do_harm_is_refused(asking: FlaskClient, sent: str | bytes) -> None:
    token = {"X-CSRFToken": csrf(asking)}
    address = f"{COVERAGE}/what-if"
    answer = asking.post(address, data=sent, content_type="application/json", headers=token)
    assert answer.status_code == 400
    assert (answer.json or {})["error"]["code"] == "bad_input"


def test_a_program_without_a_token_is_told_so(client: FlaskClient) -> None:
    answer = client.post(f"{COVERAGE}/what-if", json={"changes": []})
    assert answer.status_code == 401
    assert (answer.json or {})["error"]["code"] == "sign_in"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_site_out_of_reach_is_not_there_to_ask_about(app: Flask, town: Town) -> None:
    client = somebody(app, Role.COUNTY_ADMIN, OTHER)
    assert ask(client, {"changes": [{"site": town.hall, "do": "close"}]}).status_code == 404
