"""The network for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.clock import today
from tests.network.conftest import ENROLMENT, HOSTILE, RESIDENTS, Announce, Made

API = "/api/v1"
CITY, COUNTY, TOWN = "371000000000", "371082000000", "371082001000"


def ask(client: FlaskClient, address: str) -> Any:
    answer = client.get(API + address)
    assert answer.status_code == 200, answer.data
    return answer.json


def refusal(client: FlaskClient, address: str, status: int) -> Any:
    answer = client.get(API + address)
    assert answer.status_code == status, answer.data
    assert answer.json is not None
    return answer.json["error"]


def codes(client: FlaskClient, query: str = "") -> list[str]:
    return [site["code"] for site in ask(client, f"/sites?{query}")["data"]]


def test_sites_are_those_that_serve(client: FlaskClient, made: Made) -> None:
    answer = ask(client, "/sites")
    assert [site["code"] for site in answer["data"]] == [made.hall, made.unverified, made.clinic]
    assert answer["meta"] == {"page": 1, "per_page": 50, "total": 3}
    hall = answer["data"][0]
    assert hall["name_en"] == "The Hall"
    assert hall["region"] == {"code": COUNTY, "name": "荣成市"}
    assert (hall["lat"], hall["lon"]) == (37.16, 122.48)
    assert {one["code"]: one["mode"] for one in hall["services"]} == {
        ENROLMENT: "direct",
        RESIDENTS: "assisted",
    }
    assert answer["data"][2]["name"] == HOSTILE
    assert answer["data"][1]["lat"] is None


def test_sites_are_narrowed_down(client: FlaskClient, made: Made) -> None:
    assert codes(client, f"region={COUNTY}") == [made.hall, made.clinic]
    assert codes(client, "kind=community") == [made.unverified]
    assert codes(client, f"service={RESIDENTS}") == [made.hall]
    assert codes(client, "status=planned") == [made.planned]
    assert codes(client, "status=closed") == [made.gone]
    assert codes(client, "q=dating") == [made.hall]
    assert codes(client, "q=大厅&kind=community") == []
    assert codes(client, "q=%25") == []
    assert codes(client, "per_page=1&page=2") == [made.unverified]
    assert codes(client, "page=9") == []


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("region=1", 400, "region"),
        ("region=110000000000", 404, "region"),
        ("kind=x", 400, "kind"),
        ("status=any", 400, "status"),
        ("service=1", 404, "service"),
        ("per_page=201", 400, "per_page"),
        ("page=-1", 400, "page"),
        ("q=" + "a" * 50_000, 400, "q"),
    ],
)
def test_what_is_wrong_is_named(
    client: FlaskClient, made: Made, query: str, status: int, field: str
) -> None:
    error = refusal(client, f"/sites?{query}", status)
    assert error["field"] == field
    assert error["code"] == ("not_found" if status == 404 else "bad_input")


def test_one_site(client: FlaskClient, made: Made, announce: Announce) -> None:
    hall = ask(client, f"/sites/{made.hall}")["data"]
    assert hall["opening"]["open"] is True
    assert hall["hours"]["week"]["mon"] == ["00:00-24:00"]
    assert hall["closures"] == []
    assert hall["made"] is True
    announce("停", 0, 2, site=made.hall)
    announce("停", 1, None, region=CITY)
    shut = ask(client, f"/sites/{made.hall}")["data"]
    assert shut["opening"]["open"] is False
    first, second = shut["closures"]
    assert first["scope"] == "site"
    assert (date.fromisoformat(first["last"]) - today()).days == 1
    assert second["scope"] == "region"
    assert second["last"] is None
    assert ask(client, f"/sites/{made.planned}")["data"]["opening"] is None
    assert refusal(client, "/sites/0000010", 404)["field"] == "code"


def test_a_region(client: FlaskClient, made: Made) -> None:
    answer = ask(client, f"/regions/{COUNTY}")
    county = answer["data"]
    assert county["parent"]["code"] == CITY
    assert county["level"] == "county"
    assert county["since"] == "2021-01-01"
    assert county["since_assumed"] is True
    assert county["counts"]["total"] == 2
    assert county["counts"]["hall"] == 1
    assert [(one["code"], one["counts"]["total"]) for one in county["children"]] == [(TOWN, 1)]
    assert answer["meta"] == {"on": today().isoformat(), "succeeded": False}
    city = ask(client, f"/regions/{CITY}")["data"]
    assert city["parent"] is None
    assert {one["code"]: one["statutory"] for one in city["children"]}["371071000000"] is False
    assert ask(client, "/regions/371082001202")["data"]["point"] == {"lat": 36.99, "lon": 122.49}


def test_a_region_on_another_day(client: FlaskClient, made: Made) -> None:
    assert ask(client, f"/regions/{COUNTY}?on=2022-01-01")["meta"]["on"] == "2022-01-01"
    assert refusal(client, f"/regions/{COUNTY}?on=2020-12-31", 404)["field"] == "code"
    assert refusal(client, f"/regions/{COUNTY}?on=2020-13-31", 400)["field"] == "on"
    assert refusal(client, "/regions/37", 404)["code"] == "not_found"


def test_the_services(client: FlaskClient, made: Made) -> None:
    answer = ask(client, "/services?per_page=200")
    assert answer["meta"]["total"] == 21
    first = next(one for one in answer["data"] if one["code"] == ENROLMENT)
    assert first["limits"]["statutory"] == {"published": 5, "working_days": 5}
    assert first["limits"]["promised"] == {"published": "unknown", "working_days": None}
    assert first["sources"]["steps"]["kind"] == "proposed"
    assert first["materials"][0]["name"] == "有效身份证件"
    assert ask(client, f"/services/{ENROLMENT}")["data"] == first
    assert refusal(client, "/services/1", 404)["field"] == "code"
    assert ask(client, "/services?q=zzzz")["data"] == []


def test_the_interface_asks_the_database_for_next_to_nothing(
    client: FlaskClient, made: Made, statements: Any
) -> None:
    for address in ("/sites", f"/sites/{made.hall}", f"/regions/{CITY}", "/services"):
        ask(client, address)
        with statements() as sent:
            ask(client, address)
        assert len(sent) <= 2, (address, sent)
