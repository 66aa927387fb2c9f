"""Whoever looks after one site asks what if it closed: asking changes nothing, and he sees whom it
serves, and not the county around it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts.rules import Role
from tests.core.accounts.made import browser_of, csrf
from tests.stations.coverage.made import CITY, COUNTY, OTHER
from tests.stations.coverage.page import layers, rows, text
from tests.stations.coverage.town import Town

PAGE = f"/coverage/{COUNTY}/what-if"


@pytest.fixture(params=[Role.STATION_MANAGER, Role.WINDOW_CLERK])
def keeper(app: Flask, town: Town, request: pytest.FixtureRequest) -> FlaskClient:
    return browser_of(app, request.param, town.hall)


def test_one_asks_from_the_sites_own_page(keeper: FlaskClient, town: Town) -> None:
    page = keeper.get(f"/sites/{town.hall}").get_data(as_text=True)
    assert f'href="{PAGE}?close={town.hall}"' in page
    assert f'action="{PAGE}"' in page
    assert f"/coverage/{COUNTY}/sites" not in page
    own = keeper.get("/coverage").get_data(as_text=True)
    assert f'action="{PAGE}"' in own
    assert "其中只靠它" in own


def test_the_answer_is_of_whom_the_site_serves_wherever_they_live(
    keeper: FlaskClient, town: Town
) -> None:
    said = text(keeper, f"{PAGE}?close={town.hall}")
    assert "110 居民失去覆盖，2 个村居" in said, "己 of the other county, too"
    assert "本区划以外" not in said
    assert "100.0% → 64.5% 居民覆盖率：310 → 200 人" in said
    assert "这里只算这些网点范围内的村居" in said
    assert {row["代码"] for row in rows(keeper, f"{PAGE}/settlements.csv?close={town.hall}")} == {
        "甲",
        "乙",
        "己",
    }
    assert keeper.get(f"{PAGE}/map.html?close={town.hall}").status_code == 200


def test_what_lies_elsewhere_is_not_told(keeper: FlaskClient, town: Town) -> None:
    page = keeper.get(f"{PAGE}?close={town.hall}").get_data(as_text=True)
    assert "盲区" not in page
    assert f'"/coverage/{COUNTY}"' not in page
    choices = page.split('id="site"')[1].split("</select>")[0]
    assert f'value="{town.hall}"' in choices
    assert town.clinic not in choices
    drawn = layers(keeper, f"{PAGE}/map.json?close={town.hall}")
    names = {spot[3] for layer in drawn.values() for spot in layer.get("spots", [])}
    assert names == {"甲", "乙", "己", "大厅", "卫生室"}
    (other,) = drawn["sites"]["spots"]
    assert "人" not in "".join(other[4]), "whom the other site reaches is not his to see"
    assert other[6] == []


def test_asking_goes_no_farther_than_the_site_and_its_county(
    app: Flask, keeper: FlaskClient, town: Town
) -> None:
    assert keeper.get(f"{PAGE}?close={town.clinic}").status_code == 404
    said = text(keeper, f"{PAGE}?do=close&site={town.clinic}", 400)
    assert "您的管辖范围内没有这个编号的网点" in said
    for path in (
        *(f"/coverage/{CITY}/what-if", f"/coverage/{OTHER}/what-if"),
        *(f"/coverage/{COUNTY}", f"/coverage/{COUNTY}/sites", f"/coverage/{COUNTY}/siting"),
    ):
        assert keeper.get(path).status_code == 404, path
    assert app.test_client().get(PAGE).status_code == 303


def ask(client: FlaskClient, site: str, query: str = "", **more: object) -> TestResponse:
    sent = {"changes": [{"site": site, "do": "close"}], **more}
    headers = {"X-CSRFToken": csrf(client)}
    return client.post(f"/api/v1/coverage/what-if{query}", json=sent, headers=headers)


@pytest.mark.parametrize("named", [{}, {"region": COUNTY}])
def test_so_does_his_program_and_without_naming_a_region(
    keeper: FlaskClient, town: Town, named: dict[str, str]
) -> None:
    answer = ask(keeper, town.hall, **named)
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    assert told["meta"]["whole"] is False
    assert told["meta"]["region"] == COUNTY
    data = told["data"]
    assert {one["code"] for one in data["dropped"]} == {"甲", "己"}
    assert data["before"]["people"] == data["before"]["people_covered"] == 310
    assert data["after"]["people_covered"] == 200
    assert data["beyond_region"]["people_lost"] == 0
    drawn = ask(keeper, town.hall, "?format=geojson", **named).get_json()
    assert {one["properties"]["code"] for one in drawn["features"]} == {"甲", "乙", "己"}


def test_his_program_goes_no_farther_than_he(keeper: FlaskClient, town: Town) -> None:
    assert ask(keeper, town.clinic).status_code == 404
    for region in (CITY, OTHER):
        assert ask(keeper, town.hall, region=region).status_code == 404
    assert keeper.get("/api/v1/coverage").status_code == 404


def test_who_may_look_at_the_region_is_told_of_all_of_it(app: Flask, town: Town) -> None:
    told = ask(browser_of(app, Role.COUNTY_ADMIN, COUNTY), town.hall).get_json()
    assert told["meta"]["whole"] is True
    assert told["data"]["before"]["people"] > 310
