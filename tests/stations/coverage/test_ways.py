"""The ways from one page of coverage to the others stand on all of them, with the question."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from tests.core.accounts.made import browser_of
from tests.stations.coverage.made import CITY, COUNTY, OTHER
from tests.stations.coverage.page import text
from tests.stations.coverage.town import HALLS, Town


@pytest.fixture
def client(app: Flask, town: Town) -> FlaskClient:
    return browser_of(app, Role.CITY_ADMIN, CITY)


@pytest.mark.parametrize(
    "path",
    [
        f"/coverage/{COUNTY}",
        f"/coverage/{COUNTY}/blind-spots",
        f"/coverage/{COUNTY}/what-if",
        f"/coverage/{COUNTY}/siting",
        f"/coverage/{COUNTY}/roads",
        f"/coverage/grids?region={COUNTY}",
        f"/coverage/runs?region={COUNTY}",
        f"/coverage/demand?region={COUNTY}",
        f"/coverage/demand?region={COUNTY}&kept=1",
    ],
)
def test_every_page_leads_to_every_other(client: FlaskClient, path: str) -> None:
    said = client.get(path).get_data(as_text=True)
    for way in (
        *(f'/coverage/{COUNTY}"', f"/coverage/{COUNTY}/blind-spots", f"/coverage/{COUNTY}/roads"),
        *(f"/coverage/{COUNTY}/what-if", f"/coverage/{COUNTY}/siting"),
        *(f"/coverage/grids?region={COUNTY}", f"/coverage/runs?region={COUNTY}"),
        f"/coverage/demand?region={COUNTY}",
    ):
        assert f'class="way" href="{way}' in said, way
    assert 'aria-current="page"' in said.split('aria-label="一公里"')[1]


def test_what_is_asked_wrongly_leaves_the_ways_standing(client: FlaskClient) -> None:
    said = client.get(f"/coverage/{COUNTY}/sites?at=25:00").get_data(as_text=True)
    assert f'class="way" href="/coverage/{COUNTY}/sites" aria-current="page"' in said
    assert "时刻“25:00”写法有误" in said


def test_the_question_goes_along(client: FlaskClient) -> None:
    said = client.get(f"/coverage/{COUNTY}?service={HALLS}").get_data(as_text=True)
    assert f"/coverage/{COUNTY}/what-if?service={HALLS}" in said


def test_a_region_out_of_reach_gives_way_to_the_own_and_without_one_there_are_none(
    app: Flask, town: Town
) -> None:
    client = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
    said = client.get(f"/coverage/demand?region={OTHER}").get_data(as_text=True)
    assert f'href="/coverage/{COUNTY}/siting"' in said
    assert f"/coverage/{OTHER}" not in said
    manager = browser_of(app, Role.STATION_MANAGER, town.clinic)
    for path in ("/coverage/demand", "/coverage/grids"):
        assert "盲区" not in text(manager, path)


def test_a_city_without_roads_is_told_the_command_that_loads_them(client: FlaskClient) -> None:
    said = text(client, f"/coverage/{COUNTY}/roads")
    assert "网页不能上传" in said
    assert f"flask coverage roads load roads.csv --region {COUNTY} --datum wgs84" in said
